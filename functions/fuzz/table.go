package main

import (
	"errors"
	"fmt"
	"strings"

	"primrose/functions/internal/barrage"
)

// row is how one trial went.
type row struct {
	name     string
	inputs   int
	tally    *barrage.Tally // of images; nil for a target
	findings []string
}

func (r row) summary() string {
	if len(r.findings) > 0 {
		return fmt.Sprintf("%11s inputs  %d FOUND", grouped(r.inputs), len(r.findings))
	}
	return fmt.Sprintf("%11s inputs", grouped(r.inputs))
}

// table shows how all went.
func table(rows []row) string {
	sum := row{name: "all", tally: &barrage.Tally{}}
	var text strings.Builder
	fmt.Fprintf(&text, "%-50s %11s %9s %9s %9s %9s %9s\n", "", "inputs", "made", "refused", "overdue", "deaths", "findings")
	for _, r := range rows {
		text.WriteString(r.line())
		sum.add(r)
	}
	text.WriteString(sum.line())
	return text.String()
}

func (r row) line() string {
	made, refused, overdue, deaths := "", "", "", ""
	if t := r.tally; t != nil {
		made, refused, overdue, deaths = grouped(t.Made), grouped(t.Refused), grouped(t.Overdue), grouped(t.Deaths)
	}
	return fmt.Sprintf("%-50s %11s %9s %9s %9s %9s %9d\n", r.name, grouped(r.inputs), made, refused, overdue, deaths, len(r.findings))
}

// add makes a sum of rows.
func (r *row) add(other row) {
	r.inputs += other.inputs
	r.findings = append(r.findings, other.findings...)
	if t := other.tally; t != nil {
		r.tally.Made += t.Made
		r.tally.Refused += t.Refused
		r.tally.Overdue += t.Overdue
		r.tally.Deaths += t.Deaths
	}
}

// grouped writes a number with a comma behind each thousand.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// verdict is the error of a run that found something.
func verdict(rows []row) error {
	var errs []error
	for _, r := range rows {
		for _, finding := range r.findings {
			errs = append(errs, errors.New(finding))
		}
	}
	return errors.Join(errs...)
}
