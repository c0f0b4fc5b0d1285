//go:build linux

package soak

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"primrose/functions/internal/usage"
)

// table shows how loads were borne.
type table struct {
	strings.Builder
	*tabwriter.Writer
}

func newTable() *table {
	t := &table{}
	t.Writer = tabwriter.NewWriter(&t.Builder, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t.Writer, "load\trequests\tper s\t200\t304\t4xx\toverloaded\tstore busy\tleft\tp50\tp99\thits p50\thits p99\tmade p50\tmade p99\twrong\tkilled\tcrashed\tpeak MB\t")
	return t
}

// row adds a load: what its answers were, the most memory in MB, and how many
// workers were killed or crashed.
func (t *table) row(name string, y tally, peak float64, killed, crashed int64) {
	fmt.Fprintf(t.Writer, "%s\t%d\t%.0f\t", name, y.requests(), y.rate())
	fmt.Fprintf(t.Writer, "%d\t%d\t%d\t%d\t%d\t%d\t", y.statuses[http.StatusOK], y.statuses[http.StatusNotModified], y.between(400, 499),
		y.statuses[http.StatusServiceUnavailable]-y.starved, y.starved, y.statuses[0])
	for _, kinds := range [][]string{nil, {"hit"}, {"miss", "crowd"}} {
		fmt.Fprintf(t.Writer, "%s\t%s\t", ms(y.percentile(0.5, kinds...)), ms(y.percentile(0.99, kinds...)))
	}
	fmt.Fprintf(t.Writer, "%d\t%d\t%d\t%.1f\t\n", len(y.wrong), killed, crashed, peak)
}

func (t *table) String() string {
	t.Flush()
	return t.Builder.String()
}

func ms(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

// sample is the memory of all of the service's processes after so many
// requests.
type sample struct {
	done   int64
	memory float64 // MB
}

// watch samples until its result is called, which returns the samples.
func watch(pid int, l *load) func() []sample {
	var samples []sample
	stop := usage.Watch(pid, 50*time.Millisecond, func(memory float64) {
		samples = append(samples, sample{l.done.Load(), memory})
	})
	return func() []sample {
		stop()
		return samples
	}
}

func highest(samples []sample) (peak float64) {
	for _, s := range samples {
		peak = max(peak, s.memory)
	}
	return peak
}

// windows is how many equal parts the requests are divided into.
const windows = 10

// growth is how much more memory the last fifth of the requests may need in the
// median than the second fifth, by when every process has done all that it ever
// will.
const growth = 1.1

// flat checks that memory doesn't grow from request to request.
func flat(t *testing.T, samples []sample) {
	t.Helper()
	if len(samples) == 0 {
		t.Fatal("nobody looked at the memory")
	}
	first := samples[0].done
	total := samples[len(samples)-1].done - first
	var medians []string
	for i := range int64(windows) {
		medians = append(medians, fmt.Sprintf("%.1f", median(samples, first+total*i/windows, first+total*(i+1)/windows)))
	}
	t.Logf("memory of all processes, medians in MB over each tenth of %d requests: %s; peak %.1f", total, strings.Join(medians, " "), highest(samples))
	early, late := median(samples, first+total/5, first+total*2/5), median(samples, first+total*4/5, first+total)
	switch {
	case math.IsNaN(early):
		t.Log("not shown: memory is told to root only")
	case late > early*growth && total >= 5000:
		t.Errorf("memory grows from %.1f to %.1f MB", early, late)
	}
}

// median is that of the samples from a request up to another.
func median(samples []sample, from, to int64) float64 {
	var found []float64
	for _, s := range samples {
		if from <= s.done && s.done <= to {
			found = append(found, s.memory)
		}
	}
	if len(found) == 0 {
		return math.NaN()
	}
	slices.Sort(found)
	return found[len(found)/2]
}
