package worker

import (
	"time"

	"primrose/functions/internal/problem"
)

// glance is how often a working process's memory is looked at. In that time a
// process gets some ten megabytes, which its parent's share can bear. Most jobs
// are done by then and cost nothing; every 5 ms costs 0.6 ms of CPU a photo.
const glance = 20 * time.Millisecond

// watch kills the process as soon as it holds more than limit MiB of memory.
// What it returns ends that, and tells whether it came to that. A limit of 0 is
// none, and systems that don't tell another process's memory have none.
//
// The kernel's own limit, RLIMIT_DATA, is not used: it counts what is reserved
// besides what is held, and where it is reached, codecs and libvips take ways
// that nobody has tested. They crashed on null pointers, called whole images
// broken, and there is one on which pixels that couldn't be computed pass for
// black ones. A process that is killed answers nothing.
func (p *process) watch(limit int) (end func() (exceeded bool)) {
	if limit == 0 {
		return func() bool { return false }
	}
	over, exceeded := make(chan struct{}), make(chan bool)
	go func() { exceeded <- p.exceeds(int64(limit)<<20, over) }()
	return func() bool {
		close(over)
		return <-exceeded
	}
}

// exceeds kills the process and returns true once it holds more than limit
// bytes, or returns false when it is over.
func (p *process) exceeds(limit int64, over <-chan struct{}) bool {
	ticks := time.NewTicker(glance)
	defer ticks.Stop()
	for {
		select {
		case <-over:
			return false
		case <-ticks.C:
			if p.memory.held() > limit {
				p.kill()
				<-over
				return true
			}
		}
	}
}

// excessive is the answer to a job that took too much memory.
func excessive(limit int) *problem.Problem {
	return problem.New(problem.TooExpensive,
		"the image takes more than %d MiB of memory, the limit; ask for less or upload a smaller original", limit)
}
