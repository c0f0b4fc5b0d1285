// Package manual writes docs/options.md, which users of the image language
// read: what the table of options says, with pictures. The pictures are made
// by the service itself, from the examples in the table.
package manual

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"primrose/functions/internal/options"
)

// Picture is an example's result as the manual shows it.
type Picture struct {
	Example string // path and query, without the slash before
	Name    string // of its file
	Bytes   int    // of its file
	Text    string // of a result that is no image
}

// before is what an example is compared with: its original, as wide, or twice as
// wide where width is all that is asked for.
func before(example string) string {
	original, query, _ := strings.Cut(example, "?")
	values, _ := url.ParseQuery(query)
	width, err := strconv.Atoi(values.Get("w"))
	switch {
	case err != nil:
		width = 320
	case len(values) == 1:
		width *= 2
	}
	return fmt.Sprintf("%s?w=%d", original, width)
}

// Examples returns all examples of the sections and what they are compared
// with, each once.
func Examples(sections []options.Section) []string {
	var all []string
	seen := map[string]bool{}
	add := func(example string) {
		if !seen[example] {
			seen[example] = true
			all = append(all, example)
		}
	}
	for _, section := range sections {
		for _, entry := range section.Entries {
			for _, example := range entry.Examples {
				add(before(example))
				add(example)
			}
		}
	}
	return all
}

// Write returns the manual's text in Markdown. The pictures are those of the
// sections' examples, by example.
func Write(introduction string, sections []options.Section, pictures map[string]Picture) string {
	var b strings.Builder
	b.WriteString(introduction + "\n")
	for _, section := range sections {
		fmt.Fprintf(&b, "- [%s](#%s): ", section.Title, anchor(section.Title))
		var names []string
		for _, entry := range section.Entries {
			names = append(names, quoted(entry.Options)...)
		}
		b.WriteString(strings.Join(names, " ") + "\n")
	}
	for _, section := range sections {
		fmt.Fprintf(&b, "\n## %s\n", section.Title)
		for _, entry := range section.Entries {
			b.WriteString("\n" + entryText(entry, pictures))
		}
	}
	return b.String()
}

func anchor(title string) string {
	return strings.NewReplacer(" ", "-", ",", "", ":", "").Replace(strings.ToLower(title))
}

// quoted are the names of options as code.
func quoted(all []options.Option) (names []string) {
	for _, o := range all {
		names = append(names, "`"+o.Name+"`")
	}
	return names
}

func entryText(entry options.Entry, pictures map[string]Picture) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n%s\n\n| option | value | default |\n|---|---|---|\n", strings.Join(quoted(entry.Options), ", "), entry.Text)
	for _, o := range entry.Options {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.Name, valueText(o), defaultText(o))
	}
	for _, example := range entry.Examples {
		b.WriteString("\n" + exampleText(pictures[before(example)], pictures[example]))
	}
	return b.String()
}

// valueText says what an option takes, in words.
func valueText(o options.Option) string {
	switch o.Kind {
	case "corners":
		return "one for all corners or four with commas between, " + alternatives(o.Range)
	case "list":
		return "some of " + alternatives(o.Range)
	case "flag":
		return "0 or 1"
	case "text":
		_, most, _ := strings.Cut(o.Range, "..")
		return "text, up to " + most + " bytes"
	}
	return places(o.Range)
}

// places writes out what each place of a value takes.
func places(span string) string {
	separator := ","
	if strings.Contains(span, ":") {
		separator = ":"
	}
	each := strings.Split(span, separator)
	for i, place := range each {
		each[i] = alternatives(place)
	}
	return strings.Join(each, " `"+separator+"` ")
}

func alternatives(span string) string {
	words := strings.Split(span, "|")
	for i, word := range words {
		words[i] = alternative(word)
	}
	return strings.Join(words, ", ")
}

func alternative(word string) string {
	low, high, ranged := strings.Cut(word, "..")
	switch {
	case word == "<color>":
		return "a colour"
	case word == "<key>":
		return "an original's key"
	case word == "0.0001..0.9999":
		return "a part below 1"
	case ranged && strings.Contains(low, "."): // written with the decimals that are kept
		return strings.TrimRight(strings.TrimRight(low, "0"), ".") + " to " + high
	case ranged:
		return low + " to " + high
	}
	return "`" + word + "`"
}

func defaultText(o options.Option) string {
	if o.Default == "" {
		return ""
	}
	return "`" + o.Default + "`"
}

func exampleText(before, after Picture) string {
	if after.Text != "" {
		return fmt.Sprintf("`/%s`\n\n```\n%s\n```\n", after.Example, strings.TrimSpace(after.Text))
	}
	return fmt.Sprintf("| `/%s` | `/%s` |\n|---|---|\n| %s | %s |\n", before.Example, after.Example, before.cell(), after.cell())
}

// cell shows a picture, and what it weighs.
func (p Picture) cell() string {
	return fmt.Sprintf("![](options/%s)<br>%s, %.1f kB", p.Name, strings.TrimPrefix(path.Ext(p.Name), "."), float64(p.Bytes)/1000)
}

// FileName is the name of an example's picture, without its extension.
func FileName(example string) string {
	original, query, _ := strings.Cut(example, "?")
	original = strings.TrimSuffix(original, path.Ext(original))
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, original+"_"+query)
	if len(name) > 64 {
		name = fmt.Sprintf("%s_%x", name[:56], sha256.Sum256([]byte(example)))[:64]
	}
	return name
}
