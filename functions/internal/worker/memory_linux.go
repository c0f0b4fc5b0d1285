package worker

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// memory is where the kernel tells what a process holds.
type memory struct{ statm *os.File }

// memoryOf opens the account of a process that was not reaped yet. It stays that
// process's, whoever gets its number later.
func memoryOf(pid int) (memory, error) {
	statm, err := os.Open(fmt.Sprintf("/proc/%d/statm", pid))
	return memory{statm}, err
}

// held returns how many bytes the process has in memory: its resident set, the
// second figure of statm(5), which is in pages. Of a dead process it is 0.
func (m memory) held() int64 {
	var text [128]byte
	n, _ := m.statm.ReadAt(text[:], 0)
	fields := bytes.Fields(text[:n])
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}

func (m memory) close() { m.statm.Close() }
