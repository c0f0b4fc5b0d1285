// Package tutorial reads docs/tutorial.md as a program: the commands that it
// has people type, and what it says that they print.
package tutorial

import (
	"fmt"
	"regexp"
	"strings"
)

// Step is a block of commands.
type Step struct {
	Section string // title of the second level under which it stands
	Line    int    // of its first command, from 1
	Command string
	Beside  bool   // it goes on while the next ones run: its fence says `sh &`
	Prints  string // the plain block right after it; … stands for anything. Empty if nothing is said
}

// Read returns a tutorial's steps: its blocks of `sh`.
func Read(markdown string) ([]Step, error) {
	var steps []Step
	section, said := "", false // said: the block before is a step, and nothing stands between
	lines := strings.Split(markdown, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		title, headed := strings.CutPrefix(line, "## ")
		info, fenced := strings.CutPrefix(line, "```")
		switch {
		case headed:
			section = title
		case fenced:
			end := closing(lines, i+1)
			if end < 0 {
				return nil, fmt.Errorf("line %d: the block has no end", i+1)
			}
			text := strings.Join(lines[i+1:end], "\n")
			switch {
			case info == "sh" || info == "sh &":
				steps = append(steps, Step{Section: section, Line: i + 2, Command: text, Beside: info == "sh &"})
			case info == "" && said:
				steps[len(steps)-1].Prints = text
			}
			said = strings.HasPrefix(info, "sh")
			i = end
			continue
		}
		said = said && line == ""
	}
	return steps, nil
}

// closing is the line that ends a block; -1 if there is none.
func closing(lines []string, from int) int {
	for i := from; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == "```" {
			return i
		}
	}
	return -1
}

// Printed says whether a step's output is what the tutorial says.
func (s Step) Printed(output string) bool {
	if s.Prints == "" {
		return true
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(s.Prints)), "…", "(?s:.*)")
	matched, err := regexp.MatchString("^"+pattern+"$", strings.TrimSpace(output))
	return err == nil && matched
}
