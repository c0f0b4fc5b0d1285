package lambdatest

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// Usage is the most that a host's processes took of what Lambda gives.
type Usage struct {
	Name   string        // the host's
	Most   int64         // bytes that its processes may have, together
	Memory int64         // bytes, of all processes together; 0 if this machine doesn't count
	Init   time.Duration // from a process's start, the box's own work included, until it asked for its first event
	Files  []string      // what was found in /tmp after an event
}

// ledger keeps usages, by host.
type ledger struct {
	mu    sync.Mutex
	hosts []*Usage
}

// usages are those of all hosts of this test binary.
var usages ledger

func (l *ledger) open(name string, most int64) *Usage {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := &Usage{Name: name, Most: most}
	l.hosts = append(l.hosts, u)
	return u
}

func (l *ledger) note(u *Usage, seen Usage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u.Memory = max(u.Memory, seen.Memory)
	u.Init = max(u.Init, seen.Init)
	for _, file := range seen.Files {
		if !slices.Contains(u.Files, file) {
			u.Files = append(u.Files, file)
		}
	}
}

func (l *ledger) read(u *Usage) Usage {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := *u
	seen.Files = slices.Clone(u.Files)
	return seen
}

// report says who took most, and what was not limited at all.
func (l *ledger) report(w io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.hosts) == 0 {
		return
	}
	slices.SortStableFunc(l.hosts, func(a, b *Usage) int { return cmp.Compare(b.Memory, a.Memory) })
	slowest := slices.MaxFunc(l.hosts, func(a, b *Usage) int { return cmp.Compare(a.Init, b.Init) })
	fmt.Fprintf(w, "Lambda's limits: %d hosts; slowest init %v of %v (%s)\n", len(l.hosts), slowest.Init.Round(time.Millisecond), MaxInit, slowest.Name)
	for _, u := range l.hosts[:min(len(l.hosts), 5)] {
		if u.Memory == 0 {
			break
		}
		fmt.Fprintf(w, "Lambda's limits: %4d MB of %d MB (%s)\n", u.Memory>>20, u.Most>>20, u.Name)
	}
	for _, missing := range Missing() {
		fmt.Fprintf(w, "Lambda's limits: NOT LIMITED HERE: %s\n", missing)
	}
}
