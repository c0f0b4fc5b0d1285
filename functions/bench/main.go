//go:build linux

// Command bench measures Primrose beside sharp and ImageMagick on the same
// photo in one run: CPU time and memory of all of a contestant's processes,
// and the time from its start to its first variant.
//
// The contestants take turns, round by round, so that a machine whose speed
// drifts is unfair to none; the medians over the rounds are printed. Every
// request of Primrose's is a miss: each names another copy of the photo.
//
//	bench -primrose build/primrose -photo photo.jpg -width 300
package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// settings are what one run measures.
type settings struct {
	primrose string // path of the binary
	photo    string // path of the JPEG
	width    int    // px of the variants
	rounds   int
	images   int // of each contestant in a round
}

func main() {
	var s settings
	flag.StringVar(&s.primrose, "primrose", "build/primrose", "the primrose binary")
	flag.StringVar(&s.photo, "photo", "", "the JPEG to resize (default: the largest sample)")
	flag.IntVar(&s.width, "width", 300, "width of the variants in `px`")
	flag.IntVar(&s.rounds, "rounds", 7, "how often each contestant gets its turn")
	flag.IntVar(&s.images, "images", 20, "images of each turn")
	flag.Parse()

	if err := run(s); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(s settings) (err error) {
	if s.photo == "" {
		if s.photo, err = largestSample(); err != nil {
			return err
		}
	}
	scratch, err := os.MkdirTemp("", "primrose-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)

	describe(s)
	for _, format := range []string{"jpg", "webp", "avif"} {
		rows, err := race(s, filepath.Join(scratch, format), format)
		if err != nil {
			return err
		}
		report(format, rows)
	}
	return nil
}

// row is what was measured of one contestant.
type row struct {
	name   string
	cpu    []float64 // ms an image, one value a round
	first  []float64 // ms from start to the first variant, one value a round
	memory []float64 // MB of all processes, one value a round
	bytes  int       // of a variant
}

// race lets the contestants take turns at one output format.
func race(s settings, dir, format string) ([]row, error) {
	contestants := []contestant{&primrose{s}, &sharp{s, true}, &sharp{s, false}, &magick{s}}
	rows := make([]row, len(contestants))
	for round := range s.rounds {
		for i, c := range contestants {
			fmt.Fprintf(os.Stderr, "\r\033[K%s: round %d of %d, %-12s", format, round+1, s.rounds, c.name())
			turn := filepath.Join(dir, c.name(), fmt.Sprint(round))
			if err := os.MkdirAll(turn, 0o755); err != nil {
				return nil, err
			}
			got, err := c.turn(turn, format)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", c.name(), format, err)
			}
			rows[i].name, rows[i].bytes = c.name(), got.bytes
			rows[i].cpu = append(rows[i].cpu, got.cpu)
			rows[i].first = append(rows[i].first, got.first)
			rows[i].memory = append(rows[i].memory, got.memory)
		}
	}
	fmt.Fprint(os.Stderr, "\r\033[K")
	return rows, nil
}

func describe(s settings) {
	info, err := os.Stat(s.photo)
	if err != nil {
		return
	}
	fmt.Printf("%s, %d kB, to %d px; %d cores, medians of %d rounds of %d images; smallest–largest in brackets\n",
		filepath.Base(s.photo), info.Size()/1000, s.width, runtime.NumCPU(), s.rounds, s.images)
}

func report(format string, rows []row) {
	fmt.Printf("\n→ %s\n%-12s %24s %9s %24s %20s %8s\n", format,
		"", "CPU ms an image", "us/them", "first variant ms", "memory MB", "bytes")
	for _, r := range rows {
		fmt.Printf("%-12s %24s %8.2f× %24s %20s %8d\n", r.name,
			spread(r.cpu), median(rows[0].cpu)/median(r.cpu), spread(r.first), spread(r.memory), r.bytes)
	}
}

func spread(values []float64) string {
	if slices.ContainsFunc(values, math.IsNaN) {
		return "told to root only"
	}
	return fmt.Sprintf("%.1f (%.1f–%.1f)", median(values), slices.Min(values), slices.Max(values))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// largestSample finds the sample original with the most bytes that is a JPEG.
func largestSample() (string, error) {
	paths, err := filepath.Glob("internal/sample/originals/*.jpg")
	if err != nil || len(paths) == 0 {
		return "", errors.New("no sample photo here: name one with -photo, or run in functions/")
	}
	return slices.MaxFunc(paths, func(a, b string) int { return int(size(a) - size(b)) }), nil
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
