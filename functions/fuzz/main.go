// Command fuzz looks for input that breaks the service. It runs every fuzz
// target below the given folders, and then throws mutated images of each
// format at jailed workers, each for the same time and one after the other.
//
//	fuzz -time 10s . ../infra
//	fuzz -throw build/findings/1-27793-plain.tiff
//
// What it finds, it writes into a folder, and ends with status 1. An image
// that was found is thrown again by its name; what a target found, Go's own
// test command runs again, as the file tells.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"regexp"
	"time"

	"primrose/functions/internal/barrage"
	"primrose/functions/internal/worker"
)

// settings are those of one run.
type settings struct {
	time     time.Duration // for each target and each format
	only     *regexp.Regexp
	chance   uint64
	findings string // a folder
	corpus   string // a folder of more images; "" for none
	folders  []string
}

func main() {
	worker.Main()
	var s settings
	flag.DurationVar(&s.time, "time", 10*time.Second, "for each target and each format")
	only := flag.String("run", "", "only what matches this `regexp`")
	flag.Uint64Var(&s.chance, "chance", 0, "throw the images of the run that had this number (default: others than ever)")
	flag.StringVar(&s.findings, "findings", "build/findings", "`folder` for what is found")
	flag.StringVar(&s.corpus, "corpus", "", "`folder` of more images to mutate")
	throw := flag.String("throw", "", "throw this `file` as it is, and nothing else")
	flag.Parse()
	s.folders = flag.Args()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if s.only, err = regexp.Compile(*only); err == nil {
		if *throw != "" {
			err = throwAgain(ctx, *throw)
		} else {
			err = s.run(ctx)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// run fuzzes everything, and shows how it went.
func (s settings) run(ctx context.Context) error {
	if s.chance == 0 {
		s.chance = rand.Uint64N(1e9) + 1
	}
	targets, err := find(s.folders)
	if err != nil {
		return err
	}
	ranges, err := s.ranges()
	if err != nil {
		return err
	}
	var wanted []trial
	for _, t := range append(trials(targets), trials(ranges)...) {
		if s.only.MatchString(t.String()) {
			wanted = append(wanted, t)
		}
	}
	rows, err := s.each(ctx, wanted)
	fmt.Println()
	fmt.Print(table(rows))
	fmt.Printf("\nchance %d, %v each\n", s.chance, s.time)
	return errors.Join(err, verdict(rows))
}

// trial is one thing to fuzz.
type trial interface {
	String() string
	run(ctx context.Context, s settings) (row, error)
}

func trials[T trial](of []T) (all []trial) {
	for _, t := range of {
		all = append(all, t)
	}
	return all
}

// each fuzzes one trial after the other.
func (s settings) each(ctx context.Context, trials []trial) (rows []row, err error) {
	for i, t := range trials {
		if ctx.Err() != nil {
			return rows, errors.New("interrupted")
		}
		fmt.Printf("%2d/%d %-50s", i+1, len(trials), t)
		r, err := t.run(ctx, s)
		if err != nil {
			return rows, fmt.Errorf("%v: %w", t, err)
		}
		rows = append(rows, r)
		fmt.Println(r.summary())
	}
	return rows, nil
}

// throwAgain throws a file at a worker.
func throwAgain(ctx context.Context, file string) error {
	b, err := barrage.New(barrage.Config{})
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.Throw(ctx, file); err != nil {
		return err
	}
	fmt.Println(file, "does no harm")
	return nil
}
