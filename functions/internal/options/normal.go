package options

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"primrose/functions/internal/key"
	"primrose/functions/internal/problem"
)

const (
	digits   = "0123456789"
	hexits   = digits + "abcdef"
	letters  = "abcdefghijklmnopqrstuvwxyz"
	harmless = letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits + "_.,:-"
)

// only tells whether text holds nothing but the given characters.
func only(text, characters string) bool {
	return strings.Trim(text, characters) == ""
}

// normal returns the one spelling that a value has in canonical options. The
// value is already in lower case, and its places are separated by "_"; but texts
// and keys are in base64url. The edge function does the same, letter for letter.
func (o Option) normal(value string) (string, bool) {
	switch o.Kind {
	case "value":
		return o.places(value)
	case "corners":
		return o.corners(value)
	case "list":
		return o.list(value)
	case "flag":
		return o.flag(value)
	case "text":
		text, ok := unbase64(value)
		return value, ok && o.proper(text)
	case "path":
		return o.path(value)
	}
	panic("options: the table has the unknown kind " + o.Kind)
}

// places checks the value of each place against its own alternatives.
func (o Option) places(value string) (string, bool) {
	values := strings.Split(value, "_")
	spans := strings.Split(strings.ReplaceAll(o.Range, ":", ","), ",")
	if len(values) != len(spans) {
		return "", false
	}
	for i, span := range spans {
		normal, ok := anyOf(span, values[i])
		if !ok {
			return "", false
		}
		values[i] = normal
	}
	return strings.Join(values, "_"), true
}

// corners checks one value or four.
func (o Option) corners(value string) (string, bool) {
	if n := strings.Count(value, "_"); n == 3 {
		o.Range = strings.Join([]string{o.Range, o.Range, o.Range, o.Range}, ",")
	}
	return o.places(value)
}

// anyOf returns the value as the first of the alternatives that takes it.
func anyOf(span, value string) (string, bool) {
	for alternative := range strings.SplitSeq(span, "|") {
		if normal, ok := one(alternative, value); ok {
			return normal, true
		}
	}
	return "", false
}

func one(alternative, value string) (string, bool) {
	low, high, ranged := strings.Cut(alternative, "..")
	switch {
	case ranged:
		number, ok := decimal(value, len(fraction(low)))
		return number, ok && atof(number) >= atof(low) && atof(number) <= atof(high)
	case alternative == "<color>":
		return color(value)
	}
	return value, value == alternative && value != "" // a path without words has an empty one
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
	if len(text) > maxDecimal || whole == "" && !dotted || dotted && part == "" || !only(whole+part, digits) {
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
func (o Option) list(value string) (string, bool) {
	asked := strings.Split(value, "_")
	words := strings.Split(o.Range, "|")
	for _, word := range asked {
		if !slices.Contains(words, word) {
			return "", false
		}
	}
	words = slices.DeleteFunc(words, func(word string) bool { return !slices.Contains(asked, word) })
	return strings.Join(words, "_"), true
}

func (o Option) flag(value string) (string, bool) {
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

// proper tells whether a text may be an option's value: not too long, and
// without control characters but line feeds.
func (o Option) proper(text string) bool {
	low, high, _ := strings.Cut(o.Range, "..")
	n := float64(len(text))
	return n >= atof(low) && n <= atof(high) && !strings.ContainsFunc(text, control)
}

// control tells the characters that neither a text nor a query's value holds.
func control(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }

// path is a key behind a slash in base64url, or one of the other alternatives.
func (o Option) path(value string) (string, bool) {
	if text, ok := unbase64(value); ok && strings.HasPrefix(text, "/") {
		return value, key.Valid(text[1:])
	}
	return anyOf(strings.TrimSuffix(o.Range, "<key>"), value)
}

// unbase64 reads base64url in its one spelling, if that is of proper text.
func unbase64(value string) (string, bool) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(value)
	return string(text), err == nil && utf8.Valid(text) && !strings.ContainsAny(value, "\r\n")
}

// refuse says what is wrong with an option's value. It shows the value only
// where that can harm no reader.
func (o Option) refuse(value string) *problem.Problem {
	subject := "the value of " + o.Name
	if value != "" && len(value) <= 40 && only(value, harmless) {
		subject = o.Name + "=" + value
	}
	return o.refuseSubject(subject)
}

// refuseEncoding says that an option's value can't be decoded.
func (o Option) refuseEncoding() *problem.Problem {
	return o.refuseSubject("the encoding of " + o.Name)
}

var marks = strings.NewReplacer("<color>", "[f80, red]", "<key>", "[key, no URL]")

func (o Option) refuseSubject(subject string) *problem.Problem {
	return problem.New(problem.BadOption, "%s is refused: %s takes a %s %s", subject, o.Name, o.Kind, marks.Replace(o.Range))
}

// atof converts a decimal number; one too large for a float64 is infinite.
func atof(number string) float64 {
	f, _ := strconv.ParseFloat(number, 64)
	return f
}
