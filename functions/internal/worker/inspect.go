package worker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"primrose/functions/internal/jail"
	"primrose/functions/internal/metric"
	"primrose/functions/internal/problem"
)

// Jail waits for a worker and tells how its jail is. It fails where there is no
// worker, as where the jail must be whole and isn't.
func (p *Pool) Jail(ctx context.Context) (jail.Report, error) {
	w, err := p.borrow(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { w.returned <- struct{}{} }()
	return p.jail(w), nil
}

// jail is what the worker says of its jail, and what is known here.
func (p *Pool) jail(w *process) jail.Report {
	report := jail.Report{}
	maps.Copy(report, w.jail)
	if p.concealed != nil {
		report.Note(jail.Undumpable, p.concealed)
	}
	return report
}

// inspect tells which layers a worker's jail lacks, and refuses the worker if
// the jail must be whole and isn't. What this kernel can't give is worth one
// note, since no worker will have it; anything else is counted.
func (p *Pool) inspect(w *process) error {
	report := p.jail(w)
	missing := strings.Join(report.Missing(), "; ")
	switch {
	case missing == "":
		return nil
	case report.Whole():
		p.noted.Do(func() { p.config.Log.Info("worker's jail lacks what this kernel can't give", "missing", missing) })
		return nil
	}
	p.config.Log.Warn("worker's jail is not whole", "missing", missing, p.config.Service.Count(metric.JailMissing, 1))
	if !p.config.Jailed {
		return nil
	}
	w.kill()
	<-w.exited
	return problem.New(problem.WorkerFailed, "images are not processed here: this server can't confine their decoders as it must").
		Because(fmt.Errorf("the worker's jail must be whole, and lacks %s", missing))
}

// unavailable is the answer to a job for which there is no worker.
func unavailable(err error) *problem.Problem {
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return p
	}
	return failed(err)
}
