package magick

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"primrose/functions/internal/problem"
)

// Limits of a program's text. A long chain costs time at every link.
const (
	maxArgs   = 64  // arguments, their values counted
	maxLength = 256 // bytes of one argument
)

// argument is one that may stand in a program.
type argument struct {
	value string // what follows it, for messages; "" if nothing does
	parse func(s *settings, value string) error
}

// allowed is the whole list. Every number in a value is bounded by its parser.
var allowed = map[string]argument{
	"-background": {"a colour", parseBackground},
	"-blur":       {"radius or radiusxsigma", parseBlur},
	"-colorspace": {"Gray or sRGB", parseColorspace},
	"-crop":       {"a geometry", parseCrop},
	"-flip":       {"", parseFlip},
	"-flop":       {"", parseFlop},
	"-format":     {"a text with percent escapes", parseTemplate},
	"-gravity":    {"a gravity", parseGravity},
	"-quality":    {"1 to 100", parseQuality},
	"-resize":     {"a geometry", parseResize},
	"-rotate":     {"degrees", parseRotate},
	"-sharpen":    {"radius or radiusxsigma", parseSharpen},
	"-strip":      {"", parseNothing},
	"+repage":     {"", parseNothing},
}

// settings are in force from where they stand to the end of the arguments.
// A step takes its copy of those that concern it.
type settings struct {
	gravity    gravity
	background color
	quality    int
	template   Template
	steps      []step
}

func (s *settings) add(next step) error {
	s.steps = append(s.steps, next)
	return nil
}

// Parse parses arguments, of which those not on the list above, and values
// out of their ranges, are problems that name the argument and say what is
// allowed. There may be 64 arguments of 256 bytes.
func Parse(args []string) (*Program, error) {
	if len(args) > maxArgs {
		return nil, bad("%d arguments are too many; at most %d are read", len(args), maxArgs)
	}
	s := settings{background: white}
	for at := 0; at < len(args); at++ {
		name := args[at]
		known, ok := allowed[name]
		if !ok {
			return nil, bad("the argument %s is not allowed; allowed are %s", quote(name), names())
		}
		value := ""
		if known.value != "" {
			if at++; at == len(args) {
				return nil, bad("%s lacks its value: %s", name, known.value)
			}
			value = args[at]
		}
		if len(value) > maxLength || !utf8.ValidString(value) {
			return nil, bad("the value of %s must be UTF-8 of at most %d bytes", name, maxLength)
		}
		if err := known.parse(&s, value); err != nil {
			return nil, err
		}
	}
	return &Program{
		Quality:    s.quality,
		Template:   s.template,
		background: s.background,
		args:       slices.Clone(args),
		steps:      s.steps,
	}, nil
}

func parseNothing(*settings, string) error { return nil }

func parseQuality(s *settings, value string) error {
	q, ok := whole(value, 1, 100)
	if !ok {
		return bad("-quality %s: it must be a whole number from 1 to 100", quote(value))
	}
	s.quality = q
	return nil
}

// names lists what is allowed.
func names() string {
	return strings.Join(slices.Sorted(maps.Keys(allowed)), " ")
}

func bad(text string, args ...any) error {
	return problem.New(problem.BadRequest, text, args...)
}
