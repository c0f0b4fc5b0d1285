package worker

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
)

// peeping is the role of a worker that has the engine and the jail, and after a
// job opens a file which landlock lets it read.
const peeping = "peeping worker"

// peeped is what a peeping worker answers.
type peeped struct {
	Opened bool
	Error  string
	Body   [sha256.Size]byte // of what it would have answered
}

func peep(run Run) Run {
	return func(job engine.Job, originals ...*os.File) (engine.Variant, error) {
		variant, err := run(job, originals...)
		if err != nil {
			return variant, err
		}
		file, err := os.Open(filepath.Join(os.Args[3], "fonts.conf"))
		file.Close()
		p := peeped{Opened: err == nil, Body: sha256.Sum256(variant.Body)}
		if !p.Opened && !errors.Is(err, fs.ErrPermission) {
			p.Error = err.Error()
		}
		body, err := json.Marshal(p)
		return engine.Variant{Format: format.JSON, Body: body}, err
	}
}

// A worker opens no file during its last job unless that draws text; the jail
// that is closed more changes no pixel.
func TestLastJobOpensOnlyFonts(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no jail on", runtime.GOOS)
	}
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text y="25">Primrose</text></svg>`)
	do := func(t *testing.T, jobs int, options string, drawings bool, original []byte) (p peeped) {
		t.Helper()
		pool, err := NewPool(Config{Role: peeping, Jobs: jobs, Fonts: true, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		limits := engine.DefaultLimits
		limits.SVG = drawings
		v, err := pool.Do(t.Context(), engine.Job{Options: options, Limits: limits}, bytes.NewReader(original))
		if err == nil {
			err = json.Unmarshal(v.Body, &p)
		}
		if err != nil || p.Error != "" {
			t.Fatal(err, p.Error)
		}
		return p
	}
	for _, test := range []struct {
		options  string
		drawings bool
		original []byte
		opens    bool
	}{
		{"fm=png,w=50", false, waves(t, 100), false},
		{"fm=avif,txt-size=20,w=50", false, waves(t, 100), false}, // how a text would look
		{"fm=png,txt=IA", false, waves(t, 100), false},            // a space
		{"fm=png,txt=SGk", false, waves(t, 100), true},
		{"fm=png,w=50", true, waves(t, 100), true}, // it might have been an SVG
		{"fm=png", true, svg, true},
	} {
		t.Run(fmt.Sprintf("%s drawings %v", test.options, test.drawings), func(t *testing.T) {
			kept, last := do(t, 0, test.options, test.drawings, test.original), do(t, 1, test.options, test.drawings, test.original)
			if !kept.Opened || last.Opened != test.opens {
				t.Errorf("opens a file: %v where more jobs follow, %v in the last one; want true, %v", kept.Opened, last.Opened, test.opens)
			}
			if kept.Body != last.Body {
				t.Error("the last job makes another image")
			}
		})
	}
}

// Only the last of a worker's jobs closes its jail: a filter more for each would
// slow the later ones down.
func TestOnlyTheLastJobCloses(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no jail on", runtime.GOOS)
	}
	pool, err := NewPool(Config{Role: peeping, Jobs: 3, Fonts: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for i := range 6 {
		v, err := pool.Do(t.Context(), engine.Job{Limits: engine.DefaultLimits}, bytes.NewReader(picture(0)))
		var p peeped
		if err == nil {
			err = json.Unmarshal(v.Body, &p)
		}
		if want := i%3 < 2; err != nil || p.Opened != want {
			t.Errorf("job %d: %v, opens a file: %v, want %v", i, err, p.Opened, want)
		}
	}
}

// A worker whose jail can't be closed for its last job doesn't do it, even
// where a jail with gaps would do.
func TestJailThatStaysOpen(t *testing.T) {
	pool, log := inspected(t, "obey in a jail that stays open", false)
	_, err := do(pool, "echo", bytes.NewReader(picture(0)))
	if p := wantCode(t, err, problem.WorkerFailed); !strings.Contains(p.Error(), "close the jail: ") {
		t.Errorf("the failure is %v", p)
	}
	pool.Close()
	if !strings.Contains(log.String(), "worker ended") {
		t.Errorf("the log doesn't tell of it:\n%s", log)
	}
}

// refuseFilters has the kernel give this process no filter more; elsewhere than
// on Linux none is to be had anyway.
var refuseFilters = func() error { return nil }
