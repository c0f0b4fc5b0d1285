//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what a process and all its descendants have used so far.
type usage struct {
	cpu    time.Duration // user and system, dead children included
	memory float64       // MB resident; what processes share is counted once
}

// tree adds up a process and its living descendants.
func tree(pid int) (usage, error) {
	total, err := process(pid)
	if err != nil {
		return usage{}, err
	}
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return usage{}, err
	}
	for _, list := range lists {
		children, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has just ended
		}
		for _, child := range strings.Fields(string(children)) {
			id, err := strconv.Atoi(child)
			if err != nil {
				return usage{}, err
			}
			u, err := tree(id)
			if err != nil {
				continue // the process has just ended
			}
			total.cpu += u.cpu
			total.memory += u.memory
		}
	}
	return total, nil
}

// watch looks at the memory of a process and its descendants every 20 ms, until
// its result is called, which returns the most that it saw, in MB. The kernel's
// own account of a dead child's peak begins with what its parent had.
func watch(pid int) func() float64 {
	stop, most := make(chan struct{}), make(chan float64)
	go func() {
		peak := 0.0
		look := time.NewTicker(20 * time.Millisecond)
		defer look.Stop()
		for {
			select {
			case <-stop:
				most <- peak
				return
			case <-look.C:
				if u, err := tree(pid); err == nil { // or it has just ended
					peak = max(peak, u.memory)
				}
			}
		}
	}()
	return func() float64 {
		close(stop)
		return <-most
	}
}

// process reads one process: utime, stime, cutime and cstime are fields 14
// to 17 of /proc/pid/stat, in ticks of 10 ms (proc(5)).
func process(pid int) (usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}, err
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var u usage
	for _, field := range fields[11:15] {
		ticks, err := strconv.Atoi(field)
		if err != nil {
			return usage{}, err
		}
		u.cpu += time.Duration(ticks) * 10 * time.Millisecond
	}
	u.memory, err = proportional(pid)
	return u, err
}

// proportional reads a process's proportional set size in MB: of a page that n
// processes share, each counts an nth. Processes that jail their codecs show it
// to root only; to others it is not a number.
func proportional(pid int) (float64, error) {
	rollup, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if errors.Is(err, fs.ErrPermission) {
		return math.NaN(), nil
	}
	if err != nil {
		return 0, err
	}
	defer rollup.Close()
	for lines := bufio.NewScanner(rollup); lines.Scan(); {
		if kib, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(kib), " kB"), 64)
			return n * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/smaps_rollup tells no proportional set size", pid)
}
