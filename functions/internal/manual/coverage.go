package manual

import (
	"embed"
	"fmt"
	"strings"
)

// Peer is another image service, and what becomes of its options here.
type Peer struct {
	Name    string
	Source  string // of the list
	Options []Counterpart
}

// Counterpart says which options here do what one of another service's does, and
// what of it they don't; or why none does.
type Counterpart struct {
	Name   string
	Ours   []string
	Reason string // why there is none, or what is missing; may be empty if there is one
}

//go:embed peers
var peers embed.FS

// services are the peers, in the order in which they are shown.
var services = []struct{ name, file string }{
	{"imgix", "imgix"},
	{"imgproxy", "imgproxy"},
	{"imgproxy Pro, besides", "imgproxy-pro"},
	{"thumbor", "thumbor"},
	{"AWS Dynamic Image Transformation", "dit"},
}

// Peers returns what is known of the others.
func Peers() []Peer {
	var all []Peer
	for _, service := range services {
		text, err := peers.ReadFile("peers/" + service.file + ".txt")
		if err != nil {
			panic(err) // the list above and the folder are one
		}
		all = append(all, parsePeer(service.name, string(text)))
	}
	return all
}

func parsePeer(name, text string) Peer {
	p := Peer{Name: name}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if comment, ok := strings.CutPrefix(line, "# "); ok {
			p.Source = strings.TrimSpace(p.Source + " " + comment)
			continue
		}
		line, reason, _ := strings.Cut(line, " - ")
		option, ours, _ := strings.Cut(line, " = ")
		p.Options = append(p.Options, Counterpart{option, strings.Fields(ours), reason})
	}
	return p
}

// Have counts the options that have a counterpart here.
func (p Peer) Have() (n int) {
	for _, c := range p.Options {
		if len(c.Ours) > 0 {
			n++
		}
	}
	return n
}

// Count is the table of how many options of the others have a counterpart.
func Count(peers []Peer) string {
	var b strings.Builder
	b.WriteString("| options of | in all | have a counterpart | per cent |\n|---|---|---|---|\n")
	for _, p := range peers {
		have, all := p.Have(), len(p.Options)
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", p.Name, all, have, (100*have+all/2)/all)
	}
	return b.String()
}

// Coverage is the text of docs/coverage.md.
func Coverage(introduction string, peers []Peer) string {
	var b strings.Builder
	b.WriteString(introduction + "\n" + Count(peers))
	for _, p := range peers {
		fmt.Fprintf(&b, "\n## %s\n\nCounted from %s\n\n| option | here |\n|---|---|\n", p.Name, strings.TrimPrefix(p.Source, p.Name+", from "))
		for _, c := range p.Options {
			fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, c.here())
		}
	}
	return b.String()
}

// here is the counterpart's cell in the table.
func (c Counterpart) here() string {
	if len(c.Ours) == 0 {
		return "– " + c.Reason
	}
	ours := "`" + strings.Join(c.Ours, "` `") + "`"
	if c.Reason != "" {
		ours += ": " + c.Reason
	}
	return ours
}
