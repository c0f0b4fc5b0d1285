package worker

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/jail"
	"primrose/functions/internal/metric"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// DefaultDeadline is how long a job may take where the configuration doesn't
// say: below the 29 s after which API Gateway gives up on a buffered answer.
const DefaultDeadline = 25 * time.Second

// DefaultQueue is how many jobs may wait for each worker where the
// configuration doesn't say: about a second's work. Whoever would wait longer is
// better off by asking again later, and the service by not holding his request.
const DefaultQueue = 16

// Config says how workers are run.
type Config struct {
	Size     int            // how many run at a time; 0 means 1
	Queue    int            // how many jobs may wait for a worker; 0 means [DefaultQueue] for each worker
	Jobs     int            // after how many a fresh process takes a worker's place; 0 means never
	Command  []string       // an absolute path and arguments; nil means this binary, see [Main]
	Role     string         // the first argument of this binary's workers; "" means "worker", see [Play]
	Files    []string       // and folders that a worker may read besides its executable and the system's libraries
	Env      []string       // besides the allocator's settings; nothing is inherited
	Deadline time.Duration  // of one job, from its start on a worker; 0 means [DefaultDeadline]
	Fonts    bool           // let this binary's workers read the fonts, as is needed for text
	Jailed   bool           // refuse a worker whose jail isn't whole, see [jail.Report.Whole]
	Service  metric.Service // counts deaths and gaps in jails; empty counts none
	Log      *slog.Logger   // of workers' deaths, and of gaps in their jails; nil means [slog.Default]
}

// itself makes the command this binary, executed again as a worker.
func (c *Config) itself() error {
	library, err := vips.Find()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c.Command, c.Files = []string{self, cmp.Or(c.Role, role), library}, []string{library}
	if !c.Fonts {
		return nil
	}
	fonts, err := vips.FindFonts()
	c.Command, c.Files = append(c.Command, fonts), append(c.Files, fonts)
	return err
}

// Pool keeps workers ready. Its methods may be called concurrently.
type Pool struct {
	config  Config
	queue   chan struct{} // holds a value for each job that waits
	loans   chan loan
	life    context.Context // ends with Close
	end     context.CancelFunc
	keepers sync.WaitGroup

	concealed     error     // why this process can't conceal itself; nil if it does
	noted         sync.Once // what this kernel can't give to any worker
	starts, kills atomic.Uint64
	retirements   atomic.Uint64
}

// Stats counts what befell a pool's workers.
type Stats struct {
	Restarts uint64 // processes started in place of dead ones
	Kills    uint64 // processes ended by the pool: deadline, memory, viewer gone, original broken off, nonsense answered
}

// loan is a worker for one job, or the problem why there is none.
type loan struct {
	worker *process
	err    *problem.Problem
}

// NewPool conceals this process, starts the workers and returns without waiting
// for them, so that they get ready while the rest of the program does. It fails
// where the codecs are not installed.
func NewPool(config Config) (*Pool, error) {
	if config.Command == nil {
		if err := config.itself(); err != nil {
			return nil, err
		}
	}
	config.Size = max(config.Size, 1)
	if config.Queue <= 0 {
		config.Queue = DefaultQueue * config.Size
	}
	if config.Deadline <= 0 {
		config.Deadline = DefaultDeadline
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	disinherit()
	p := &Pool{config: config, queue: make(chan struct{}, config.Queue), loans: make(chan loan), concealed: jail.Conceal()}
	p.life, p.end = context.WithCancel(context.Background())
	for range config.Size {
		p.keepers.Go(p.keep)
	}
	return p, nil
}

// Do has a worker run a job on originals: the picture, and those that its
// options lay upon it, in the order of [options.Values.Layers]. Each is read at
// most to its end. Do waits for a free worker as long as ctx permits.
//
// Errors are [*problem.Problem]: what the engine says; Overloaded if as many
// jobs wait as may; TooExpensive if the deadline, ctx's or the pool's, passed;
// StoreUnavailable if it passed while an original's bytes were awaited;
// WorkerFailed if the worker died. But an error of an original's own is
// returned as it is, and so is ctx's cancellation.
//
// Do may return while a read of an original is still under way; closing what
// it reads from ends that.
func (p *Pool) Do(ctx context.Context, job engine.Job, originals ...io.Reader) (engine.Variant, error) {
	w, err := p.borrow(ctx)
	if err != nil {
		return engine.Variant{}, err
	}
	defer func() { w.returned <- struct{}{} }()
	ctx, cancel := context.WithTimeout(ctx, p.config.Deadline)
	defer cancel()
	return w.do(ctx, job, originals)
}

// Ready waits until a worker is, or can't be, ready.
func (p *Pool) Ready(ctx context.Context) error {
	w, err := p.borrow(ctx)
	if err == nil {
		w.returned <- struct{}{}
	}
	return err
}

// Stats returns the counts so far.
func (p *Pool) Stats() Stats {
	starts, planned := p.starts.Load(), uint64(p.config.Size)+p.retirements.Load()
	return Stats{Restarts: starts - min(starts, planned), Kills: p.kills.Load()}
}

// Close kills the workers and waits for their ends. Jobs under way fail.
func (p *Pool) Close() {
	p.end()
	p.keepers.Wait()
}

func (p *Pool) borrow(ctx context.Context) (*process, error) {
	select {
	case p.queue <- struct{}{}:
		defer func() { <-p.queue }()
	default:
		return nil, problem.New(problem.Overloaded, "more images are asked for than can be processed; try again in a second")
	}
	select {
	case l := <-p.loans:
		if l.err != nil {
			return nil, l.err
		}
		return l.worker, nil
	case <-ctx.Done():
		return nil, waited(ctx)
	case <-p.life.Done():
		return nil, failed(errClosed)
	}
}

// keep has one worker running at any time.
func (p *Pool) keep() {
	for p.life.Err() == nil {
		p.starts.Add(1)
		w, err := start(p.life, p.config, p.bury)
		if err == nil {
			err = p.inspect(w)
		}
		if err == nil {
			err = p.lend(w)
		}
		if err != nil {
			p.report(err)
		}
	}
}

// lend offers the worker to one job after the other until its end. An error
// is that of a worker which died before its first job: it would be restarted
// in vain for ever.
func (p *Pool) lend(w *process) error {
	defer func() { <-w.exited }()
	for !w.ended() {
		select {
		case p.loans <- loan{worker: w}:
			p.await(w)
			p.retire(w)
		case <-w.exited:
			if w.jobs.Load() == 0 {
				return w.obituary(errors.New("it died before its first job"))
			}
		case <-p.life.Done():
			w.kill()
		}
	}
	return nil
}

// retire ends a worker that has done its jobs. What may have taken it over ends
// with it, so nobody asks whether it agrees.
func (p *Pool) retire(w *process) {
	if !w.spent() || w.ended() {
		return
	}
	p.retirements.Add(1)
	w.retired.Store(true)
	w.kill()
}

// await waits for the end of a loan.
func (p *Pool) await(w *process) {
	select {
	case <-w.returned:
	case <-p.life.Done():
		w.kill()
		<-w.returned
	}
}

// bury tells of a worker's end, and counts it. Of one that was planned, as at
// the pool's own end, there is nothing to tell.
func (p *Pool) bury(w *process) {
	if p.life.Err() != nil || w.retired.Load() {
		return
	}
	killed, count := w.killed(), metric.WorkerCrashes
	if killed {
		p.kills.Add(1)
		count = metric.WorkerKills
	}
	p.config.Log.Warn("worker ended", "killed", killed, "state", w.command.ProcessState.String(), "jobs", w.jobs.Load(),
		p.config.Service.Count(count, 1))
}

// report tells one waiting job that no worker can be started. Only then the
// next attempt is made, so that attempts never outnumber requests.
func (p *Pool) report(err error) {
	if p.life.Err() == nil {
		p.config.Log.Error("worker unavailable", "error", err.Error())
	}
	select {
	case p.loans <- loan{err: unavailable(err)}:
	case <-p.life.Done():
	}
}
