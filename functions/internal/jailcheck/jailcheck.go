// Package jailcheck finds out whether a worker's jail holds: by workers that
// turn against their parent.
//
// Such a worker is started, confined and given its jobs as any other. It
// decodes the image that it is handed, so that all that a codec does in a jail
// has been done, and then makes an attempt of package breakout instead of
// answering.
package jailcheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"primrose/functions/internal/breakout"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/jail"
	"primrose/functions/internal/worker"
)

// role is the first argument of a worker that turns.
const role = "jail-check-worker"

// Main makes this process a worker that turns if its arguments say so, and then
// never returns. See [worker.Main].
func Main() { worker.Play(role, turn) }

// Finding is how an attempt ended.
type Finding struct {
	breakout.Attempt
	End string // the name of an error, or how the worker died; "" if it succeeded
}

// Stopped reports whether the attempt ended as the jail should have it.
func (f Finding) Stopped() bool { return f.End == f.Stop }

// Check makes every attempt, each in a worker of its own, whose job needs fonts
// or doesn't. It returns which layers the jail has, and the findings.
func Check(ctx context.Context, fonts bool) (jail.Report, []Finding, error) {
	return check(ctx, worker.Config{Role: role, Fonts: true, Jobs: 1}, fonts)
}

func check(ctx context.Context, config worker.Config, fonts bool) (jail.Report, []Finding, error) {
	breakout.Plant()
	config.Log = slog.New(slog.DiscardHandler) // of workers that die, as they should
	config.Size, config.Queue = runtime.NumCPU(), len(breakout.Attempts)
	pool, err := worker.NewPool(config)
	if err != nil {
		return nil, nil, err
	}
	defer pool.Close()
	report, err := pool.Jail(ctx)
	if err != nil {
		return nil, nil, err
	}
	decoded, err := originals(ctx, pool, fonts)
	if err != nil {
		return nil, nil, err
	}
	var attempts sync.WaitGroup
	findings := make([]Finding, len(breakout.Attempts))
	failures := make([]error, len(findings))
	for i, attempt := range breakout.Attempts {
		attempts.Go(func() {
			end, err := try(ctx, pool, attempt, limits(fonts), decoded[i%len(decoded)])
			if err != nil {
				failures[i] = fmt.Errorf("to %s: %w", attempt.Name, err)
			}
			findings[i] = Finding{attempt, end}
		})
	}
	attempts.Wait()
	return report, findings, errors.Join(failures...)
}

// try has a worker make an attempt, and returns how it ended.
func try(ctx context.Context, pool *worker.Pool, attempt breakout.Attempt, limits engine.Limits, original []byte) (end string, err error) {
	variant, err := pool.Do(ctx, engine.Job{Options: attempt.Name, Limits: limits}, bytes.NewReader(original))
	if err == nil {
		err = json.Unmarshal(variant.Body, &end)
		return end, err
	}
	if death, ok := errors.AsType[*exec.ExitError](err); ok {
		return lastly(death), nil
	}
	return "", err
}

// lastly says how a worker's death ends an attempt.
func lastly(death *exec.ExitError) string {
	if status, ok := death.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGSYS {
		return breakout.Killed
	}
	return death.Error() // as of one that has executed something
}

// turn makes of the engine's Run one that makes the attempt which a job's
// options name, once it has decoded the original. Other jobs it does.
func turn(run worker.Run) worker.Run {
	return func(job engine.Job, originals ...*os.File) (engine.Variant, error) {
		attempt, ok := breakout.Find(job.Options)
		if !ok {
			return run(job, originals...)
		}
		job.Options = "fm=png"
		if _, err := run(job, originals...); err != nil {
			return engine.Variant{}, err
		}
		end, err := json.Marshal(breakout.Outcome(attempt.Try()))
		return engine.Variant{Format: format.JSON, Body: end}, err
	}
}
