package edge

import (
	"encoding/base64"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"primrose/functions/internal/options"
)

// An option is a line of the table.
type option struct{ name, kind, span, fallback string }

var table = func() []option {
	var all []option
	for line := range strings.Lines(options.Bare()) {
		column := append(strings.Fields(line), "")
		all = append(all, option{column[0], column[1], column[2], column[3]})
	}
	return all
}()

// TestEveryOption asks for each option of the table at the limits of what it
// takes, spelled in odd ways, and one past them.
func TestEveryOption(t *testing.T) {
	var samples []sample
	for _, o := range table {
		for text, value := range o.good() {
			want := o.name + "=" + value
			if value == o.fallback || value == "" {
				want = "original"
			}
			for _, query := range []string{o.name + "=" + url.QueryEscape(text), o.name + "64=" + base64url(text)} {
				samples = append(samples, sample{URI: "/rose.jpg", Query: query, answer: answer{Path: "/rose.jpg/-/" + want}})
			}
		}
		for _, text := range append(o.bad(), "\xff") {
			for _, query := range []string{o.name + "=" + url.QueryEscape(text), o.name + "64=" + base64url(text), o.name + "64=" + base64url(text) + "="} {
				samples = append(samples, sample{URI: "/rose.jpg", Query: query, answer: answer{Status: 400, Code: "bad_option"}})
			}
		}
	}
	for i, got := range (suite{}).compare(t, samples) {
		if got.outline() != samples[i].answer {
			t.Errorf("%s: got %+v, want %+v", samples[i], got, samples[i].answer)
		}
	}
}

func base64url(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// good are some of an option's values and their one spelling, an empty one
// where they are the same as none.
func (o option) good() map[string]string {
	words := strings.Split(o.span, "|")
	first, last := words[0], words[len(words)-1]
	switch o.kind {
	case "value":
		lowest, spelledLowest := o.places(lowest)
		highest, spelledHighest := o.places(highest)
		return map[string]string{spelledLowest: lowest, spelledHighest: highest}
	case "corners":
		_, most, _ := strings.Cut(o.span, "..")
		return map[string]string{"0" + most: most, "1,02,3.9," + most: "1_2_3_" + most}
	case "flag":
		return map[string]string{"TRUE": "1", "1": "1", "False": "0", "0": "0"}
	case "text":
		_, most, _ := strings.Cut(o.span, "..")
		long := strings.Repeat("x", int(number(most)))
		return map[string]string{"": "", "a 장\n🌹": base64url("a 장\n🌹"), "A&b=_,": base64url("A&b=_,"), long: base64url(long)}
	case "path":
		good := map[string]string{"logos/A b+장.png": base64url("/logos/A b+장.png"), "/logos/A": base64url("/logos/A"), "/ellipse": base64url("/ellipse")}
		for _, word := range words {
			switch word {
			case "<key>":
			case "<color>":
				good["FFF"], good["Navy"], good["/fff"] = "ffffff", "navy", base64url("/fff")
			default:
				good[strings.ToUpper(word)] = word
			}
		}
		return good
	}
	if o.name == "auto" { // two of its words do nothing, and format depends on the viewer
		return map[string]string{"ENHANCE,redeye,compress,true": "compress_enhance", "redeye": ""}
	}
	return map[string]string{strings.ToUpper(last) + "," + first: first + "_" + last, last + "," + last: last}
}

// bad are values that an option does not take.
func (o option) bad() []string {
	switch _, most, _ := strings.Cut(o.span, ".."); o.kind {
	case "value":
		separator := o.separator()
		places := strings.Split(o.span, separator)
		outside := slices.Repeat([]string{past(o.span)}, len(places))
		none := slices.Repeat([]string{"none-of-1"}, len(places))
		return []string{"", strings.Join(outside, separator), strings.Join(none, separator), "0x1", o.span + "|", strings.Join(append(outside, "1"), separator)}
	case "corners":
		return []string{"", "1,2", "1,2,3," + most + "1", most + "1", "-1", "1,1,1,1,1"}
	case "text":
		return []string{"\x00", "a\x7f", "\t", strings.Repeat("x", int(number(most))+1), strings.Repeat("장", int(number(most))/3) + "x  "}
	case "path":
		return []string{"", "/", "//a", "a/", "a/../b", "https://example.com/a.png", "a\x00", "\u0085"}
	}
	return []string{"", "none", "1,", ",", "\u212a", o.span + "|"}
}

func (o option) separator() string {
	if strings.Contains(o.span, ":") {
		return ":"
	}
	return ","
}

// places has each of the places' alternatives pick one.
func (o option) places(pick func(span string) (value, spelled string)) (value, spelled string) {
	var values, spellings []string
	for span := range strings.SplitSeq(o.span, o.separator()) {
		value, spelled := pick(span)
		values, spellings = append(values, value), append(spellings, spelled)
	}
	return strings.Join(values, "_"), strings.Join(spellings, o.separator())
}

func lowest(span string) (value, spelled string) {
	first, _, _ := strings.Cut(span, "|")
	low, _, numeric := strings.Cut(first, "..")
	switch {
	case numeric && strings.HasPrefix(low, "-"):
		return low, "-00" + low[1:]
	case numeric:
		return trimmed(low), "00" + low
	case first == "<color>":
		return "ff00aa", "F0a"
	}
	return first, strings.ToUpper(first)
}

func highest(span string) (value, spelled string) {
	last := span[strings.LastIndex(span, "|")+1:]
	_, high, numeric := strings.Cut(last, "..")
	switch {
	case numeric && strings.Contains(high, "."):
		return high, high + "0009"
	case numeric:
		return high, high + ".0"
	case last == "<color>":
		return "80ff0000", "80FF0000"
	}
	return last, last
}

// trimmed drops the zeros that end a number's decimals.
func trimmed(number string) string {
	if strings.Contains(number, ".") {
		return strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number
}

// past is a number beyond all of a range's, if it has any.
func past(span string) string {
	most := math.Inf(-1)
	for _, alternative := range strings.FieldsFunc(span, func(r rune) bool { return strings.ContainsRune("|,:", r) }) {
		if _, high, numeric := strings.Cut(alternative, ".."); numeric {
			most = max(most, number(high))
		}
	}
	if math.IsInf(most, 0) {
		return "past-all"
	}
	return strconv.Itoa(int(most) + 1)
}

func number(text string) float64 {
	n, _ := strconv.ParseFloat(text, 64)
	return n
}
