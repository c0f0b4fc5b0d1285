//go:build linux

// Package usage tells what processes use of a machine.
package usage

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

// Usage is what a process and all its descendants have used so far.
type Usage struct {
	CPU    time.Duration // user and system, dead children included
	Memory float64       // MB resident, see [proportional]; what processes share is counted once
}

// Tree adds up a process and its living descendants.
func Tree(pid int) (Usage, error) {
	total, err := process(pid)
	if err != nil {
		return Usage{}, err
	}
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return Usage{}, err
	}
	for _, list := range lists {
		children, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has just ended
		}
		for _, child := range strings.Fields(string(children)) {
			id, err := strconv.Atoi(child)
			if err != nil {
				return Usage{}, err
			}
			u, err := Tree(id)
			if err != nil {
				continue // the process has just ended
			}
			total.CPU += u.CPU
			total.Memory += u.Memory
		}
	}
	return total, nil
}

// Watch has each look at the memory of a process and its descendants every
// interval, in MB, until its result is called. The kernel's own account of a
// dead child's peak begins with what its parent had.
func Watch(pid int, interval time.Duration, each func(memory float64)) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		look := time.NewTicker(interval)
		defer look.Stop()
		for {
			select {
			case <-end:
				return
			case <-look.C:
				if u, err := Tree(pid); err == nil { // or it has just ended
					each(u.Memory)
				}
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

// process reads one process: utime, stime, cutime and cstime are fields 14
// to 17 of /proc/pid/stat, in ticks of 10 ms (proc(5)).
func process(pid int) (Usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Usage{}, err
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var u Usage
	for _, field := range fields[11:15] {
		ticks, err := strconv.Atoi(field)
		if err != nil {
			return Usage{}, err
		}
		u.CPU += time.Duration(ticks) * 10 * time.Millisecond
	}
	u.Memory, err = proportional(pid)
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
