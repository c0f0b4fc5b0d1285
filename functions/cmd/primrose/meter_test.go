package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"primrose/functions/internal/warm"
)

// On a terminal one line is drawn again and again, and failures stand above it.
func TestMeter(t *testing.T) {
	var out bytes.Buffer
	m := &meter{out: &out, terminal: true, begin: time.Now().Add(-time.Hour), codes: map[string]int{}}
	p := warm.Progress{Total: 1_000_000, Made: 499_999, Known: 3, Failed: 1}
	m.tell(p, &warm.Failure{Request: warm.Request{Target: "/a.jpg"}, Code: "not_found"})
	m.end()
	m.summary(p)
	got := out.String()
	for _, want := range []string{clearLine + "failed /a.jpg", "\n" + clearLine + strings.Repeat("█", 15) + "░", " 50 %  500003 of 1000000  1h0m", clearLine + "made 499999", "failed 1: not_found\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("it doesn't write %q, but %q", want, got)
		}
	}
	if n := utf8.RuneCountInString(m.bar(p)); n > 80 {
		t.Errorf("the bar has %d characters", n)
	}
}
