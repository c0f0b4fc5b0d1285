package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"primrose/functions/internal/serve"
	"primrose/functions/internal/warm"
)

// meter shows how far a run is: by a bar on a terminal, and elsewhere by a line
// each tenth of the way. What fails has a line at once.
type meter struct {
	out      io.Writer
	terminal bool
	begin    time.Time
	shown    int            // tenths of the way
	drawn    time.Time      // when the bar was drawn last
	codes    map[string]int // of failures
}

func newMeter(out *os.File) *meter {
	return &meter{out: out, terminal: isatty.IsTerminal(out.Fd()), begin: time.Now(), codes: map[string]int{}}
}

// redraw is how often a bar is drawn anew at most.
const redraw = 100 * time.Millisecond

// clearLine goes to the line's begin and clears it (ECMA-48).
const clearLine = "\r\x1b[K"

func (m *meter) tell(p warm.Progress, failure *warm.Failure) {
	if failure != nil {
		m.codes[failure.Code]++
		if m.terminal {
			fmt.Fprint(m.out, clearLine)
		}
		fmt.Fprintln(m.out, "failed", failure)
	}
	tenths := 10 * p.Done() / p.Total
	switch {
	case m.terminal && time.Since(m.drawn) > redraw:
		m.drawn = time.Now()
		fmt.Fprint(m.out, clearLine, m.bar(p))
	case !m.terminal && tenths > m.shown:
		m.shown = tenths
		fmt.Fprintf(m.out, "%3d %%  %d of %d\n", 10*tenths, p.Done(), p.Total)
	}
}

// width of a bar in characters.
const width = 30

// bar is one line of at most 80 characters.
func (m *meter) bar(p warm.Progress) string {
	full := width * p.Done() / p.Total
	line := fmt.Sprintf("%s%s %3d %%  %d of %d", strings.Repeat("█", full), strings.Repeat("░", width-full), 100*p.Done()/p.Total, p.Done(), p.Total)
	if asked := p.Made + p.Failed; asked > 0 {
		left := time.Since(m.begin) / time.Duration(asked) * time.Duration(p.Total-p.Done())
		line += fmt.Sprintf("  %s left", left.Round(time.Second))
	}
	return line
}

// end takes the bar away.
func (m *meter) end() {
	if m.terminal {
		fmt.Fprint(m.out, clearLine)
	}
}

// summary tells what became of all.
func (m *meter) summary(p warm.Progress) {
	fmt.Fprintf(m.out, "made %d, %s, in %s", p.Made, serve.Size(p.Bytes), time.Since(m.begin).Round(100*time.Millisecond))
	if p.Known > 0 {
		fmt.Fprintf(m.out, "; %d were made before", p.Known)
	}
	fmt.Fprintln(m.out)
	for _, code := range slices.Sorted(maps.Keys(m.codes)) {
		fmt.Fprintf(m.out, "failed %d: %s\n", m.codes[code], code)
	}
}
