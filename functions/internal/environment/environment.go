// Package environment reads a function's configuration from its environment,
// and tells all that is wrong with it at once.
package environment

import (
	"errors"
	"fmt"
	"strconv"
)

// Reader reads variables.
type Reader struct {
	Get  func(name string) string // such as [os.Getenv]
	errs []error
}

// Err returns what was wrong so far.
func (r *Reader) Err() error { return errors.Join(r.errs...) }

// Fail notes what is wrong with a variable.
func (r *Reader) Fail(name, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf(name+" "+format, args...))
}

// Required reads the name of something, which must be set.
func (r *Reader) Required(name, what string) string {
	value := r.Get(name)
	if value == "" {
		r.Fail(name, "is not set: it must name %s", what)
	}
	return value
}

// Integer reads a number from 1 to most. Where it is not set it is missing, or
// if that is 0, must be set.
func (r *Reader) Integer(name string, missing, most int64) int64 {
	value := r.Get(name)
	if value == "" && missing > 0 {
		return missing
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 || n > most {
		r.Fail(name, "is %q: it must be an integer from 1 to %d", value, most)
	}
	return n
}
