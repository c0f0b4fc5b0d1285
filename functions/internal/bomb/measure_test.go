package bomb

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/worker"
)

// outcome is what became of a job, and what it took of its worker.
type outcome struct {
	made engine.Variant
	err  error
	died bool // the worker, and not by the pool's deadline
	cost
}

type cost struct {
	wall, cpu time.Duration
	memory    float64 // MiB, at the peak
}

// run has a worker of its own do a job, within the deadline.
func run(t *testing.T, job engine.Job, original []byte) outcome {
	t.Helper()
	pool, err := worker.NewPool(worker.Config{Fonts: true, Deadline: *deadline, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop := watch()
	begin := time.Now()
	var o outcome
	o.made, o.err = pool.Do(t.Context(), job, bytes.NewReader(original))
	wall := time.Since(begin)
	o.cost = stop()
	o.wall = wall
	if err := pool.Ready(t.Context()); err != nil { // one that died is replaced by then
		t.Errorf("the pool has no worker any more: %v", err)
	}
	s := pool.Stats()
	o.died = s.Restarts > s.Kills
	return o
}

// check reads the variant's header again: it must be what it is said to be.
// Frames that look the same may have become one.
func (o outcome) check(t *testing.T) {
	t.Helper()
	if o.made.Format == format.JSON {
		return
	}
	a := attack{query: "fm=json"}
	job, err := a.job()
	if err != nil {
		t.Fatal(err)
	}
	job.Limits.Bytes = job.Limits.VariantBytes
	again := run(t, job, o.made.Body)
	made := again.made
	if again.err != nil || made.Width != o.made.Width || made.Height != o.made.Height || made.Frames > o.made.Frames {
		t.Errorf("the variant is read again as %dx%d with %d frames, want %dx%d with %d: %v",
			made.Width, made.Height, made.Frames, o.made.Width, o.made.Height, o.made.Frames, again.err)
	}
}

func (o outcome) answer() string {
	if o.err != nil {
		return string(problem.Of(o.err).Code)
	}
	return fmt.Sprintf("%s %dx%d×%d", o.made.Format, o.made.Width, o.made.Height, o.made.Frames)
}

// watch looks at this process's child until its result is called.
func watch() func() cost {
	stop, seen := make(chan struct{}), make(chan cost)
	go func() {
		var most cost
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		for {
			now := child()
			most.cpu, most.memory = max(most.cpu, now.cpu), max(most.memory, now.memory)
			select {
			case <-stop:
				seen <- most
				return
			case <-look.C:
			}
		}
	}()
	return func() cost {
		stop <- struct{}{}
		return <-seen
	}
}

// child tells what the first child has used, where there is a /proc to tell.
func child() cost {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, list := range lists {
		children, _ := os.ReadFile(list)
		for _, pid := range strings.Fields(string(children)) {
			return used(pid)
		}
	}
	return cost{}
}

// used reads a process's ticks of 10 ms and its peak (proc(5)).
func used(pid string) (c cost) {
	stat, _ := os.ReadFile("/proc/" + pid + "/stat")
	if _, rest, ok := strings.Cut(string(stat), ") "); ok {
		for _, field := range strings.Fields(rest)[11:13] {
			ticks, _ := strconv.Atoi(field)
			c.cpu += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	status, _ := os.ReadFile("/proc/" + pid + "/status")
	if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
		kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
		c.memory = kib / 1024
	}
	return c
}
