package barrage

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/seed"
	"primrose/functions/internal/worker"
)

var (
	inputs = flag.Uint64("inputs", 1500, "how many mutated images are thrown")
	chance = flag.Uint64("chance", 1, "where the random numbers start")
)

// TestMain lets the pool run this test binary as a worker, or as one that is
// no good.
func TestMain(m *testing.M) {
	worker.Main()
	if len(os.Args) == 3 && os.Args[1] == "mischief" {
		fmt.Fprintln(os.Stderr, worker.Serve(mischief[os.Args[2]], nil))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func newBarrage(t *testing.T, config Config) *Barrage {
	t.Helper()
	b, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func images(t *testing.T) []seed.Image {
	t.Helper()
	images, err := seed.Images()
	if err != nil {
		t.Fatal(err)
	}
	return images
}

// TestBarrage is a short run of what command fuzz does for long: no image is
// answered as none may be, and no worker dies of one.
func TestBarrage(t *testing.T) {
	images := images(t)
	b := newBarrage(t, Config{Chance: *chance, Findings: t.ArtifactDir()})
	tally := b.Run(t.Context(), images, images, *inputs)
	for _, f := range tally.Findings {
		t.Errorf("%v (%s)", f, f.File)
	}
	if tally.Deaths > 0 {
		t.Errorf("%d workers died", tally.Deaths)
	}
	if tally.Inputs != int(*inputs) || tally.Made == 0 || tally.Refused == 0 {
		t.Errorf("the mutations did nothing, or destroyed all: %+v", tally)
	}
	t.Logf("%d mutated images: %d made, %d refused, %d of these at the deadline", tally.Inputs, tally.Made, tally.Refused, tally.Overdue)
}

type run = func(engine.Job, ...*os.File) (engine.Variant, error)

var mischief = map[string]run{
	"die": func(engine.Job, ...*os.File) (engine.Variant, error) { os.Exit(9); panic("unreached") },
	"fail": func(engine.Job, ...*os.File) (engine.Variant, error) {
		return engine.Variant{}, fmt.Errorf("a mistake of ours")
	},
	"garble": func(engine.Job, ...*os.File) (engine.Variant, error) {
		return engine.Variant{Format: format.PNG, Body: []byte("\x89PNG\r\n\x1a\nthen nothing")}, nil
	},
	"lie": func(engine.Job, ...*os.File) (engine.Variant, error) {
		return engine.Variant{Format: format.JSON, Width: 8, Height: 6, Body: []byte(`{"width":7,"height":6}`)}, nil
	},
}

// What must be found is found, and kept so that it can be thrown again.
func TestFindings(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	images := images(t)
	for manner, reason := range map[string]string{
		"die":    "exit status 9",
		"fail":   "a mistake of ours",
		"garble": "can't be read",
		"lie":    "7×6 and said to be 8×6",
	} {
		t.Run(manner, func(t *testing.T) {
			b := newBarrage(t, Config{Worker: worker.Config{Command: []string{self, "mischief", manner}}, Chance: 5, Findings: t.TempDir()})
			tally := b.Run(t.Context(), images, images, 1)
			if len(tally.Findings) != 1 || (tally.Deaths == 1) != (manner == "die") {
				t.Fatalf("tally is %+v", tally)
			}
			f := tally.Findings[0]
			data, err := os.ReadFile(f.File)
			if want := b.load(images, images, 1).data; err != nil || !bytes.Equal(data, want) {
				t.Errorf("%d bytes are kept, want %d: %v", len(data), len(want), err)
			}
			told, err := read(f.File)
			if err != nil || told.Chance != 5 || told.Number != 1 || !strings.Contains(told.Reason, reason) {
				t.Errorf("what is told is %+v: %v", told, err)
			}
			if err := b.Throw(t.Context(), f.File); err == nil || !strings.Contains(err.Error(), reason) {
				t.Errorf("thrown again: %v", err)
			}
		})
	}
}
