package options

import (
	"slices"
	"strconv"
	"strings"

	"primrose/functions/internal/problem"
)

const (
	digits   = "0123456789"
	hexits   = digits + "abcdef"
	letters  = "abcdefghijklmnopqrstuvwxyz"
	harmless = letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits + "._,:-"
)

// only tells whether text holds nothing but the given characters.
func only(text, characters string) bool {
	return strings.Trim(text, characters) == ""
}

// normal returns the one spelling that a value has in canonical options. The
// value is already in lower case, and its parts are separated by "_". The
// edge function does the same, letter for letter.
func (o option) normal(value string) (string, bool) {
	switch o.kind {
	case "number":
		return o.numbers(value)
	case "word":
		return value, slices.Contains(strings.Split(o.span, "|"), value)
	case "list":
		return o.list(value)
	case "flag":
		return o.flag(value)
	case "color":
		return color(value)
	}
	panic("options: the table has the unknown kind " + o.kind)
}

// numbers checks each number of a value against its own range.
func (o option) numbers(value string) (string, bool) {
	values := strings.Split(value, "_")
	spans := strings.Split(strings.ReplaceAll(o.span, ":", ","), ",")
	if len(values) != len(spans) {
		return "", false
	}
	for i, span := range spans {
		low, high, _ := strings.Cut(span, "..")
		number, ok := decimal(values[i], len(fraction(low)))
		if !ok || atof(number) < atof(low) || atof(number) > atof(high) {
			return "", false
		}
		values[i] = number
	}
	return strings.Join(values, "_"), true
}

// maxDecimal is the longest number in characters; floating-point numbers as
// browsers print them have up to 24.
const maxDecimal = 32

// decimal drops a number's leading zeros, the decimals beyond those kept and
// the zeros that end them. It works on the letters, so that no two
// implementations can round differently.
func decimal(text string, kept int) (string, bool) {
	unsigned := strings.TrimPrefix(text, "-")
	whole, part, dotted := strings.Cut(unsigned, ".")
	if len(text) > maxDecimal || whole == "" || dotted && part == "" || !only(whole+part, digits) {
		return "", false
	}
	number := strings.TrimLeft(whole, "0")
	if number == "" {
		number = "0"
	}
	if part = strings.TrimRight(part[:min(kept, len(part))], "0"); part != "" {
		number += "." + part
	}
	if text != unsigned && number != "0" {
		number = "-" + number
	}
	return number, true
}

// fraction returns a number's decimals.
func fraction(number string) string {
	_, part, _ := strings.Cut(number, ".")
	return part
}

// list puts words into the table's order, each once.
func (o option) list(value string) (string, bool) {
	asked := strings.Split(value, "_")
	words := strings.Split(o.span, "|")
	for _, word := range asked {
		if !slices.Contains(words, word) {
			return "", false
		}
	}
	words = slices.DeleteFunc(words, func(word string) bool { return !slices.Contains(asked, word) })
	return strings.Join(words, "_"), true
}

func (o option) flag(value string) (string, bool) {
	switch value {
	case "1", "true":
		return "1", true
	case "0", "false":
		return "0", true
	}
	return "", false
}

// color doubles the digits of the short forms. A name stays a name: the edge
// does not know which exist.
func color(value string) (string, bool) {
	if value == "" || !only(value, hexits) {
		return value, value != "" && only(value, letters)
	}
	switch len(value) {
	case 3, 4:
		doubled := ""
		for _, digit := range value {
			doubled += string(digit) + string(digit)
		}
		return doubled, true
	case 6, 8:
		return value, true
	}
	return value, only(value, letters)
}

// refuse says what is wrong with an option's value. It shows the value only
// where that can harm no reader.
func (o option) refuse(value string) *problem.Problem {
	subject := "the value of " + o.name
	if value != "" && len(value) <= 40 && only(value, harmless) {
		subject = o.name + "=" + value
	}
	return problem.New(problem.BadOption, "%s is refused: %s takes a %s %s", subject, o.name, o.kind, o.span)
}

// atof converts a decimal number; one too large for a float64 is infinite.
func atof(number string) float64 {
	f, _ := strconv.ParseFloat(number, 64)
	return f
}
