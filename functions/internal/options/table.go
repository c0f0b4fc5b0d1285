package options

import (
	_ "embed"
	"strings"
)

//go:embed options.txt
var reference string

// Bare returns the table of options.txt without its comments and blank lines,
// as the edge function holds it.
func Bare() string {
	var lines []string
	for line := range strings.Lines(reference) {
		if line != "\n" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// option is one line of the table.
type option struct {
	name     string
	kind     string
	span     string // the range, as written
	fallback string // the default; empty if there is none
}

var table = parseTable(Bare())

func parseTable(text string) map[string]option {
	options := map[string]option{}
	for line := range strings.Lines(text) {
		o := parseOption(strings.TrimSuffix(line, "\n"))
		options[o.name] = o
	}
	return options
}

func parseOption(line string) option {
	column := append(strings.Split(line, " "), "")
	return option{column[0], column[1], column[2], column[3]}
}
