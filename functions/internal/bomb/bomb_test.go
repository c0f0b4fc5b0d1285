package bomb

import (
	"errors"
	"flag"
	"log/slog"
	"os"
	"strings"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/magick"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/worker"
)

var (
	long     = flag.Bool("long", false, "also try what takes seconds each")
	deadline = flag.Duration("deadline", worker.DefaultDeadline, "of one job: more shows what it would take, on a machine that is busy too")
)

var quiet = slog.New(slog.DiscardHandler)

// TestMain lets the pool run this test binary as a worker.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// mostMemory is what a worker may take at any moment, in MiB: the limit of its
// memory, and what it gets before it is seen to exceed that. The function has
// 1,769.
const mostMemory = 1700

// attack is an original, and what is asked of it.
type attack struct {
	name     string
	original func() []byte
	query    string       // a URL's options
	args     []string     // or ImageMagick's arguments
	want     problem.Code // "" for an image
}

func (a attack) String() string { return a.name + "?" + a.query + strings.Join(a.args, " ") }

func (a attack) job() (engine.Job, error) {
	job := engine.Job{Limits: engine.DefaultLimits}
	job.Limits.TIFF, job.Limits.SVG = true, true
	if a.args != nil {
		program, err := magick.Parse(a.args)
		if err != nil {
			return job, err
		}
		job.Program = program
		return job, program.SetFormat("png")
	}
	o, err := options.FromQuery(a.query, "")
	job.Options = o.String()
	return job, err
}

// Every attack must end with the right image, or with a problem that says so,
// and with the worker alive.
func TestBombs(t *testing.T) {
	tried := quick()
	if *long {
		tried = append(tried, heavy(t)...)
	}
	var rows []row
	for _, a := range tried {
		t.Run(a.String(), func(t *testing.T) { rows = append(rows, a.try(t)) })
	}
	t.Log("\n" + table(rows))
}

func (a attack) try(t *testing.T) row {
	job, err := a.job()
	if err != nil {
		t.Fatal(err)
	}
	original := a.original()
	o := run(t, job, original)
	if o.died {
		t.Errorf("the worker died: %v", o.err)
	}
	if o.memory > mostMemory {
		t.Errorf("the worker took %.0f MiB, want at most %d", o.memory, mostMemory)
	}
	if o.err == nil && (a.want == "" || a.want == anything) {
		o.check(t)
	} else if p, ok := errors.AsType[*problem.Problem](o.err); !ok || p.Status() >= 500 || a.want != anything && p.Code != a.want {
		t.Errorf("the answer is %v, want %s", o.err, a.want)
	}
	t.Logf("%.1f s CPU, %.0f MiB, %.1f s: %s", o.cpu.Seconds(), o.memory, o.wall.Seconds(), o.answer())
	return row{a, len(original), o}
}

// anything is what is wanted of an attack whose success depends on the
// machine's speed.
const anything = "an image or a 4xx"
