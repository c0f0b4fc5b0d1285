package options

import (
	_ "embed"
	"strings"
)

//go:embed options.txt
var reference string

// Bare returns the table of options.txt without its comments and blank lines.
func Bare() string {
	var lines []string
	for line := range strings.Lines(reference) {
		if line != "\n" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// Packed returns the table as the edge function holds it, which has little
// room: a line for all options that take the same values, with kind and range
// (the kind value is left out), and after each "&" an option's name and default.
func Packed() string {
	var heads []string
	names := map[string]string{}
	for line := range strings.Lines(Bare()) {
		o := parseOption(strings.TrimSuffix(line, "\n"))
		head := strings.TrimPrefix(o.Kind+" "+o.Range, "value ")
		if names[head] == "" {
			heads = append(heads, head)
		}
		names[head] += "&" + o.Name + "=" + o.Default
	}
	var packed strings.Builder
	for _, head := range heads {
		packed.WriteString(head + names[head] + "\n")
	}
	return packed.String()
}

// Option is one line of the table.
type Option struct {
	Name    string
	Kind    string
	Range   string // as written
	Default string // empty if there is none
}

var table = parseTable(Bare())

func parseTable(text string) map[string]Option {
	options := map[string]Option{}
	for line := range strings.Lines(text) {
		o := parseOption(strings.TrimSuffix(line, "\n"))
		options[o.Name] = o
	}
	return options
}

func parseOption(line string) Option {
	column := append(strings.Split(line, " "), "")
	return Option{column[0], column[1], column[2], column[3]}
}
