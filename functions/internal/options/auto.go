package options

import (
	"slices"
	"strings"
)

// The words of the canonical auto, beside compress. Of own, the original's
// own format, nothing is left where other options ask for a variant anyway.
const (
	avif = "avif"
	webp = "webp"
	own  = "format"
)

// idle are auto's words that are taken and do nothing: imgix's clients send them.
var idle = []string{"redeye", "true"}

// maxAccept is the longest Accept header in bytes that is read; browsers send
// a quarter of it.
const maxAccept = 512

// permitted is the option as canonical text has it: auto's wish for the best
// format has become the permission to choose among named ones, so that the
// viewer's Accept header is settled and the path alone is the cache key.
func (o Option) permitted() Option {
	if o.Name == "auto" {
		o.Range = strings.Replace(o.Range, "format", avif+"|"+webp+"|"+own, 1)
	}
	return o
}

// negotiate turns auto's word format into the formats that an Accept header
// permits. It stays where there is none.
func negotiate(auto, accept string) string {
	words := strings.Split(auto, "_")
	if formats := acceptable(accept); words[0] == "format" && formats != nil {
		words = append(formats, words[1:]...)
	}
	return strings.Join(words, "_")
}

// acceptable returns which of AVIF and WebP a viewer prefers to other images,
// by RFC 9110, section 12.5.1. They must be named: "*/*" comes from programs
// that cannot read them. The image function tries AVIF first, so AVIF is left
// out where the viewer prefers WebP.
func acceptable(accept string) []string {
	if len(accept) > maxAccept || strings.ContainsFunc(accept, foreign) {
		return nil
	}
	var weightAVIF, weightWebP, weightOther float64
	for item := range strings.SplitSeq(blanks.Replace(lower(accept)), ",") {
		part := strings.Split(item, ";q=")
		q := weight(part[1:])
		switch mediaRange, _, _ := strings.Cut(part[0], ";"); {
		case mediaRange == "image/avif":
			weightAVIF = max(weightAVIF, q)
		case mediaRange == "image/webp":
			weightWebP = max(weightWebP, q)
		case mediaRange == "*/*", strings.HasPrefix(mediaRange, "image/"):
			weightOther = max(weightOther, q)
		}
	}
	var words []string
	if weightAVIF > 0 && weightAVIF >= max(weightWebP, weightOther) {
		words = append(words, avif)
	}
	if weightWebP > 0 && weightWebP >= weightOther {
		words = append(words, webp)
	}
	return words
}

// foreign tells the characters that a sound Accept header does not have.
func foreign(r rune) bool { return (r < ' ' || r > '~') && r != '\t' }

var blanks = strings.NewReplacer(" ", "", "\t", "")

// weight returns a media range's q, 0 to 1; 1 if there is none, 0 if it is
// malformed.
func weight(q []string) float64 {
	if len(q) == 0 {
		return 1
	}
	number, ok := decimal(q[0], 3)
	if !ok || atof(number) < 0 || atof(number) > 1 {
		return 0
	}
	return atof(number)
}

// lower lowers ASCII letters only: other scripts' capitals are none of ours.
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, text)
}

// without removes words from a list.
func without(list string, words ...string) string {
	kept := slices.DeleteFunc(strings.Split(list, "_"), func(word string) bool { return slices.Contains(words, word) })
	return strings.Join(kept, "_")
}
