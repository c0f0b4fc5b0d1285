// Package barrage throws mutated images at jailed workers and watches what
// comes of them.
//
// Each image must be answered by another that is what it is said to be, or be
// refused by a problem that blames the image. A worker that dies, a variant
// that can't be read, and an error of our own are findings: their files are
// kept, and can be thrown again. The same chance throws the same images.
package barrage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/seed"
	"primrose/functions/internal/worker"
)

// Config says how images are thrown.
type Config struct {
	Worker   worker.Config // Size, Fonts, Log and, where it is 0, Deadline are set here
	Chance   uint64        // where the random numbers start
	Findings string        // folder for the files of findings; "" keeps none
}

// deadline ends jobs sooner than the service does. Without it a run would
// spend its time on a few images that claim to be large.
const deadline = 5 * time.Second

// Barrage is a pool of workers under fire.
type Barrage struct {
	config Config
	pool   *worker.Pool
	deaths *deaths
	limits engine.Limits
}

// New starts a worker for each CPU, in a jail that must be whole where the
// system can give one.
func New(config Config) (*Barrage, error) {
	config.Worker.Size = runtime.GOMAXPROCS(0)
	config.Worker.Fonts = true
	config.Worker.Jailed = config.Worker.Command == nil && runtime.GOOS == "linux"
	deaths := new(deaths)
	config.Worker.Log = slog.New(deaths)
	if config.Worker.Deadline == 0 {
		config.Worker.Deadline = deadline
	}
	pool, err := worker.NewPool(config.Worker)
	if err != nil {
		return nil, err
	}
	b := &Barrage{config: config, pool: pool, deaths: deaths, limits: engine.DefaultLimits}
	b.limits.TIFF, b.limits.SVG = true, true
	return b, nil
}

// Close ends the workers.
func (b *Barrage) Close() { b.pool.Close() }

// Tally counts what came of a run's images.
type Tally struct {
	Inputs   int
	Made     int // variants, each of which was read
	Refused  int // problems that blame the image
	Overdue  int // of these: too expensive, nearly always for the deadline
	Deaths   int // workers that ended by themselves
	Findings []*Finding
}

// Run throws mutations of the images, with pieces of others, until it has
// thrown that many or ctx ends. Jobs under way are seen to their end.
func (b *Barrage) Run(ctx context.Context, images, pieces []seed.Image, inputs uint64) Tally {
	var (
		next  atomic.Uint64
		crews sync.WaitGroup
		mu    sync.Mutex
		tally Tally
	)
	before := b.deaths.Load()
	for range b.config.Worker.Size {
		crews.Go(func() {
			for ctx.Err() == nil {
				number := next.Add(1)
				if number > inputs {
					return
				}
				s := b.load(images, pieces, number)
				err := b.throw(context.WithoutCancel(ctx), s)
				o := judge(err)
				mu.Lock()
				tally.add(o)
				if o == found {
					tally.Findings = append(tally.Findings, b.find(s, err))
				}
				mu.Unlock()
			}
		})
	}
	crews.Wait()
	tally.Deaths = int(b.deaths.Load() - before)
	return tally
}

// Throw throws a file as it is, with each of the usual jobs and that which it
// was found with, if it was kept here. It returns what is wrong with the
// answers.
func (b *Barrage) Throw(ctx context.Context, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	jobs := everyJob()
	if f, err := read(file); err == nil {
		jobs = append(jobs, f.Job)
	}
	before := b.deaths.Load()
	var errs []error
	for _, job := range jobs {
		job.Limits = b.limits
		s := shot{image: file, job: job, data: data}
		if err := b.throw(ctx, s); judge(err) == found {
			errs = append(errs, fmt.Errorf("%s: %w", job.Options, err))
		}
	}
	if b.deaths.Load() > before && len(errs) == 0 {
		errs = append(errs, errors.New("a worker died after it had answered"))
	}
	return errors.Join(errs...)
}

type outcome int

const (
	made outcome = iota
	refused
	overdue
	found
)

// judge tells what came of a shot that ended with err.
func judge(err error) outcome {
	p, ok := errors.AsType[*problem.Problem](err)
	switch {
	case err == nil:
		return made
	case ok && p.Code == problem.TooExpensive:
		return overdue
	case ok && p.Status() < http.StatusInternalServerError:
		return refused
	}
	return found
}

func (t *Tally) add(o outcome) {
	t.Inputs++
	switch o {
	case made:
		t.Made++
	case refused:
		t.Refused++
	case overdue:
		t.Refused++
		t.Overdue++
	}
}
