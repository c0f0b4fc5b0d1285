package engine

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"primrose/functions/internal/format"
	"primrose/functions/internal/magick"
	"primrose/functions/internal/problem"
)

// What is made stays within its limits, by options as by arguments, and what
// would not is refused with the limit in the text.
func TestLimitsOfVariants(t *testing.T) {
	original := pngOf(t, noise(40, 30))
	size := len(variantOf(t, "fm=png,w=20", original).Body)
	program := func(args ...string) *magick.Program {
		p, err := magick.Parse(args)
		if err != nil {
			t.Fatal(err)
		}
		p.Format = format.PNG
		return p
	}
	for _, c := range []struct {
		name  string
		job   Job
		limit func(*Limits)
		text  string // of the refusal
	}{
		{"side at the limit", Job{Options: "w=60"}, func(l *Limits) { l.VariantSide = 60 }, ""},
		{"side one past", Job{Options: "w=60"}, func(l *Limits) { l.VariantSide = 59 }, "the limit is 59"},
		{"upright side one past", Job{Options: "orient=6,w=30"}, func(l *Limits) { l.VariantSide = 39 }, "40 px; the limit is 39"},
		{"the original's own side one past", Job{Options: "fm=webp"}, func(l *Limits) { l.VariantSide = 39 }, "the limit is 39"},
		{"an argument's side at the limit", Job{Program: program("-resize", "60x")}, func(l *Limits) { l.VariantSide = 60 }, ""},
		{"an argument's side one past", Job{Program: program("-resize", "60x")}, func(l *Limits) { l.VariantSide = 59 }, "the limit is 59"},
		{"bytes at the limit", Job{Options: "fm=png,w=20"}, func(l *Limits) { l.VariantBytes = int64(size) }, ""},
		{"bytes one past", Job{Options: "fm=png,w=20"}, func(l *Limits) { l.VariantBytes = int64(size) - 1 }, fmt.Sprintf("%d bytes; the limit is %d", size, size-1)},
	} {
		c.job.Limits = DefaultLimits
		c.limit(&c.job.Limits)
		_, err := runPipe(t, c.job, original)
		switch {
		case c.text == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.text != "" && (code(err) != problem.TooManyPixels || !strings.Contains(err.Error(), c.text)):
			t.Errorf("%s: %v, want %s with %q", c.name, err, problem.TooManyPixels, c.text)
		}
	}

	limits := DefaultLimits
	limits.VariantPixels = 300
	if v, err := runPipe(t, Job{Options: "w=40", Limits: limits}, original); err != nil || v.Width != 20 || v.Height != 15 {
		t.Errorf("at most 300 pixels: %d×%d, %v; want 20×15", v.Width, v.Height, err)
	}
}

// What needs memory for all pixels at once is refused by the header alone.
func TestLimitOfMemory(t *testing.T) {
	opaque := pngOf(t, quarters(1000, 1000))
	pale := pngOf(t, quarters(1000, 1000, red, none, green, blue))
	originals := map[string][]byte{"opaque": opaque, "pale": pale}
	for _, options := range []string{"fm=avif", "fm=jpg", "fm=pjpg", "fm=gif"} {
		originals[options] = variantOf(t, options, opaque).Body
	}
	for _, c := range []struct {
		options  string
		original string
		want     int // MiB: 20 for the worker, the rest for 1,000,000 pixels
	}{
		{"fm=avif", "opaque", 38},
		{"fm=avif,q=90", "opaque", 49},
		{"fm=avif", "pale", 47},
		{"bg=ffffff,fm=avif", "pale", 38},
		{"fm=webp", "opaque", 23},
		{"fm=webp,lossless=1", "opaque", 39},
		{"fm=jpg", "opaque", 24},
		{"fm=jpg,q=90", "opaque", 30},
		{"chromasub=420,fm=jpg,q=90", "opaque", 24},
		{"chromasub=444,fm=avif", "opaque", 49},
		{"bri=20,fm=jpg", "opaque", 24},
		{"blur=20,fm=jpg", "opaque", 27},
		{"fm=jpg,rot=10", "opaque", 27},
		{"fill=blur,fit=fill,fm=jpg,h=1000,w=1000", "opaque", 27},
		{"fill=blur,fm=jpg", "opaque", 24},
		{"fm=gif", "opaque", 28},
		{"fm=png8", "opaque", 23},
		{"colorquant=9,fm=png", "opaque", 29},
		{"fm=jpg,max-bytes=100000", "opaque", 27},
		{"fm=png32", "opaque", 20},
		{"fm=png", "opaque", 20},
		{"auto=compress,fm=png", "opaque", 23},
		{"fm=png,w=10", "fm=avif", 37},
		{"fm=avif", "fm=avif", 40},
		{"fm=png,w=10", "fm=jpg", 20},
		{"fm=png,w=10", "fm=pjpg", 22},
		{"fm=jpg", "fm=pjpg", 27},
		{"fm=png,w=10", "fm=gif", 23},
	} {
		limits := DefaultLimits
		limits.Memory = c.want
		if _, err := runPipe(t, Job{Options: c.options, Limits: limits}, originals[c.original]); err != nil {
			t.Errorf("%s of %s with %d MiB: %v", c.options, c.original, c.want, err)
		}
		limits.Memory--
		_, err := runPipe(t, Job{Options: c.options, Limits: limits}, originals[c.original])
		if code(err) != problem.TooExpensive || told(err) != c.want {
			t.Errorf("%s of %s with %d MiB: %v, want %s of %d", c.options, c.original, limits.Memory, err, problem.TooExpensive, c.want)
		}
	}
}

// told is how many MiB a refusal says are needed.
func told(err error) int {
	found := regexp.MustCompile(`takes (\d+) MiB`).FindStringSubmatch(err.Error())
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(found[1])
	return n
}
