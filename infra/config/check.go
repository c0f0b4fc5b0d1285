package config

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// check turns a broken condition into an error.
func check(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// between checks an ordered field; unit may be empty.
func between[T int | int64 | time.Duration](field string, v, low, high T, unit string) error {
	if unit != "" {
		unit = " " + unit
	}
	return check(low <= v && v <= high, "%s is %v: use %v to %v%s", field, v, low, high, unit)
}

func oneOf[T ~string](field string, v T, allowed ...T) error {
	return check(slices.Contains(allowed, v), "%s is %q: use one of %q", field, v, allowed)
}

func wholeDays(field string, d time.Duration) error {
	return check(d >= Day && d%Day == 0, "%s is %s: use one or more whole days", field, d)
}

// distinct refuses what a list names more than once.
func distinct[T ~string](field string, list []T) error {
	var errs []error
	times := map[T]int{}
	for _, v := range list {
		if times[v]++; times[v] == 2 {
			errs = append(errs, fmt.Errorf("%s names %q twice: once is enough", field, v))
		}
	}
	return errors.Join(errs...)
}
