package bomb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// row is how an attack fared.
type row struct {
	attack
	bytes int
	outcome
}

// worst is how many rows are shown.
const worst = 15

// table shows the attacks that cost the most: a second of CPU counts as much
// as 100 MiB.
func table(rows []row) string {
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(b.weight(), a.weight()) })
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "original\tbytes\tasked for\tCPU\tmemory\ttime\tanswer\t")
	for _, r := range rows[:min(worst, len(rows))] {
		fmt.Fprintf(w, "%s\t%d\t%s\t%.1f s\t%.0f MiB\t%.1f s\t%s\t\n",
			r.name, r.bytes, shortened(r.query+strings.Join(r.args, " ")), r.cpu.Seconds(), r.memory, r.wall.Round(time.Millisecond).Seconds(), r.answer())
	}
	w.Flush()
	return fmt.Sprintf("%d attacks; the worst %d:\n%s", len(rows), min(worst, len(rows)), text.String())
}

func (r row) weight() float64 { return r.cpu.Seconds() + r.memory/100 }

func shortened(text string) string {
	const shown = 48
	if len(text) > shown {
		return text[:shown] + " …"
	}
	return text
}
