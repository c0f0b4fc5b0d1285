package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/jail"
	"primrose/functions/internal/problem"
)

// startLimit is how long a process may run until it is ready: a hundred
// times what it takes on an idle machine.
const startLimit = 5 * time.Second

// allocator keeps glibc's memory in bounds: with its defaults a worker grows
// to several times this size over a few hundred mixed images.
var allocator = []string{"MALLOC_ARENA_MAX=2", "MALLOC_MMAP_THRESHOLD_=131072"}

// process is one worker, seen from the parent.
type process struct {
	command *exec.Cmd
	control *net.UnixConn
	stderr  *tail
	jail    jail.Report
	memory  memory
	jobs    atomic.Uint64 // begun so far
	most    uint64        // jobs; 0 is any number

	doomed   atomic.Bool   // a kill was sent
	retired  atomic.Bool   // the kill was planned
	returned chan struct{} // one value when a loan ends
	exited   chan struct{} // closed once the process is reaped
}

// start executes a worker and waits until it is ready. At the process's end,
// bury is called before anybody else hears of it.
func start(ctx context.Context, config Config, bury func(*process)) (*process, error) {
	p, err := spawn(config, bury)
	if err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	defer context.AfterFunc(ctx, p.kill)()
	if err := p.ready(startLimit); err != nil {
		p.discard(err)
		return nil, fmt.Errorf("start the worker: %v", p.obituary(err)) // no job's worker has died
	}
	return p, nil
}

// ready waits for the process's announcement, in parts of limit. Lambda freezes
// a function from one event to the next, and a worker that was started at an
// event's end with it; at the thaw a part has passed in which the worker had no
// time to run, but no more than one.
func (p *process) ready(limit time.Duration) (err error) {
	defer p.control.SetReadDeadline(time.Time{})
	const parts = 5
	for range parts {
		p.control.SetReadDeadline(time.Now().Add(limit / parts))
		p.jail, err = readReady(p.control) // sent at once, so never read in part
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	return err
}

func spawn(config Config, bury func(*process)) (*process, error) {
	ours, theirs, err := socketpair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	p := &process{
		command:  exec.Command(config.Command[0], config.Command[1:]...),
		control:  ours,
		stderr:   &tail{},
		most:     uint64(config.Jobs),
		returned: make(chan struct{}, 1),
		exited:   make(chan struct{}),
	}
	p.command.Dir = "/"
	p.command.Env = slices.Concat(allocator, config.Env)
	p.command.ExtraFiles = []*os.File{theirs} // becomes controlFD
	p.command.Stderr = p.stderr
	p.command.WaitDelay = time.Second // in case that something else holds its standard error
	if err := jail.Start(p.command, config.Files...); err != nil {
		ours.Close()
		return nil, err
	}
	p.memory, err = memoryOf(p.command.Process.Pid)
	go p.wait(bury)
	if err != nil {
		p.kill()
		<-p.exited
	}
	return p, err
}

// wait reaps the process and lets go of it.
func (p *process) wait(bury func(*process)) {
	p.command.Wait()
	p.control.Close()
	p.memory.close()
	bury(p)
	close(p.exited)
}

// spent reports whether the process has begun the last of its jobs.
func (p *process) spent() bool { return p.most != 0 && p.jobs.Load() >= p.most }

// kill ends the process, whatever it is doing.
func (p *process) kill() {
	p.doomed.Store(true)
	p.command.Process.Kill()
}

// discard ends a process that failed by err. One that has closed its socket
// is dying by itself: to kill what is left of it is not what ends it.
func (p *process) discard(err error) {
	if gone(err) {
		p.command.Process.Kill()
		return
	}
	p.kill()
}

// gone reports whether an error of the control socket says that nobody holds
// its other end; it is closed here too as soon as the process is reaped.
func gone(err error) bool {
	ends := []error{net.ErrClosed, io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE}
	return slices.ContainsFunc(ends, func(end error) bool { return errors.Is(err, end) })
}

// ended reports whether the process is dead, or as good as dead.
func (p *process) ended() bool {
	select {
	case <-p.exited:
		return true
	default:
		return p.doomed.Load()
	}
}

// killed reports of a process that was reaped whether it was killed by us.
func (p *process) killed() bool {
	status, ok := p.command.ProcessState.Sys().(syscall.WaitStatus)
	return ok && p.doomed.Load() && status.Signal() == syscall.SIGKILL
}

// obituary says how the process ended, as [exec.ExitError] does, and what it
// said last.
func (p *process) obituary(cause error) error {
	<-p.exited
	return fmt.Errorf("the worker ended (%w): %w; its last words: %q", &exec.ExitError{ProcessState: p.command.ProcessState}, cause, p.stderr)
}

// do runs one job. A process that didn't answer as it should is dead
// afterwards: Lambda may freeze everything once its viewer is answered, and
// until then the death must have been told.
func (p *process) do(ctx context.Context, job engine.Job, originals []io.Reader) (engine.Variant, error) {
	number := p.jobs.Add(1)
	frame, err := encodeFrame(request{number, job, p.spent()}, maxRequest)
	if err != nil {
		return engine.Variant{}, problem.New(problem.TooLong, "the options are too long").Because(err)
	}
	fed, err := feedsOf(originals, p.kill)
	if err != nil {
		return engine.Variant{}, err
	}
	disarm := context.AfterFunc(ctx, p.kill)
	unwatch := p.watch(job.Limits.Memory)

	variant, err := p.exchange(number, frame, fed, bodyLimit(job))
	end := ending{err: err, original: fed.end(), exceeded: unwatch(), expired: !disarm()}
	if end.expired {
		p.kill() // here and now, not in a later job
	}
	if p.doomed.Load() {
		<-p.exited
	}
	if err := p.verdict(ctx, end, fed, job.Limits.Memory); err != nil {
		return engine.Variant{}, err
	}
	return variant, nil
}

// ending is how a job came to its end.
type ending struct {
	err      error // of the exchange: a complaint, or why there was no proper answer
	original error // how an original failed, if one did
	exceeded bool  // the process was killed for its memory
	expired  bool  // ctx ended first
}

// verdict is what a viewer is told of an ending; nil if the variant is good.
func (p *process) verdict(ctx context.Context, end ending, fed feeds, memory int) error {
	switch {
	case end.exceeded && end.err != nil:
		return excessive(memory).Because(end.err)
	case end.expired && (end.err != nil || end.original != nil):
		return overdue(ctx, fed)
	case end.original != nil:
		return end.original
	case end.err == nil:
		return nil
	}
	if complaint, ok := errors.AsType[*problem.Problem](end.err); ok {
		return complaint
	}
	p.discard(end.err)
	return failed(p.obituary(end.err))
}

// bodyLimit is how many bytes a job's variant may have.
func bodyLimit(job engine.Job) int64 {
	return min(MaxBody, cmp.Or(job.Limits.VariantBytes, MaxBody))
}

// exchange sends a job with its originals' pipes and reads the answer, whose
// body has at most so many bytes.
func (p *process) exchange(number uint64, frame []byte, fed feeds, limit int64) (engine.Variant, error) {
	sent, _, err := p.control.WriteMsgUnix(frame, syscall.UnixRights(fed.pipes()...), nil)
	fed.handOver()
	if err != nil {
		return engine.Variant{}, err
	}
	for _, f := range fed {
		go f.run()
	}
	if _, err := p.control.Write(frame[sent:]); err != nil {
		return engine.Variant{}, err
	}
	return readReply(p.control, number, limit)
}

// waited says why no worker became free.
func waited(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return failed(errors.New("no worker became free in time"))
}

// overdue says why a job was broken off: its viewer left, an original of its
// didn't arrive, or it took the worker too long.
func overdue(ctx context.Context, fed feeds) error {
	cause := context.Cause(ctx)
	switch {
	case !errors.Is(cause, context.DeadlineExceeded):
		return cause
	case fed.reading():
		return problem.New(problem.StoreUnavailable, "the original did not arrive in time; try again").Because(cause)
	}
	return problem.New(problem.TooExpensive, "the image takes too long to process; ask for less or upload a smaller original").Because(cause)
}
