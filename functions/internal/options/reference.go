package options

import "strings"

// Section is a part of the table under one heading.
type Section struct {
	Title   string
	Entries []Entry
}

// Entry is what the table says of options that belong together.
type Entry struct {
	Options  []Option
	Text     string   // what they do, in a paragraph
	Examples []string // paths and queries, without the slash before
}

// Reference returns the table with its comments, for those who read it. In the
// table, a heading is a comment between blank lines; the comment before an
// option's line is of all options up to the next comment; and what is behind
// "#>" there is an example.
func Reference() []Section {
	var sections []Section
	_, body, _ := strings.Cut(reference, "\n\n") // after what the table says of itself
	for paragraph := range strings.SplitSeq(body, "\n\n") {
		title, ok := strings.CutPrefix(paragraph, "# ")
		if ok && !strings.Contains(strings.TrimSpace(title), "\n") {
			sections = append(sections, Section{Title: strings.TrimSpace(title)})
			continue
		}
		last := &sections[len(sections)-1]
		last.Entries = append(last.Entries, entries(paragraph)...)
	}
	return sections
}

func entries(paragraph string) []Entry {
	var found []Entry
	fresh := true // the next comment begins an entry
	for line := range strings.Lines(paragraph) {
		line = strings.TrimSuffix(line, "\n")
		comment := strings.HasPrefix(line, "#")
		if fresh && (comment || found == nil) {
			found = append(found, Entry{})
		}
		fresh = !comment
		found[len(found)-1].add(line)
	}
	return found
}

func (e *Entry) add(line string) {
	example, isExample := strings.CutPrefix(line, "#> ")
	comment, isComment := strings.CutPrefix(line, "# ")
	switch {
	case isExample:
		e.Examples = append(e.Examples, example)
	case isComment:
		e.Text = strings.TrimSpace(e.Text + " " + comment)
	case line != "":
		e.Options = append(e.Options, parseOption(line))
	}
}
