package warm

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// Journal remembers what was made, so that a run which ended early can be taken
// up. It is a file with a line a request, each the hash of what was asked for:
// half a line, which a killed run leaves, is cut off. Nil remembers nothing.
type Journal struct {
	base string // of the service
	file *os.File

	mu   sync.Mutex
	done map[entry]bool
}

// heading is a journal's first line. No other file is written to, or removed.
const heading = "primrose warm\n"

// entry is a request's line.
type entry [16]byte

const lineLength = 2*len(entry{}) + 1

// OpenJournal opens the journal of a service's variants, and makes it if need
// be. It belongs to one run at a time.
func OpenJournal(name, base string) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &Journal{base: base, file: file, done: map[entry]bool{}}
	if err = j.lock(); err == nil {
		err = j.read()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// lock keeps out other runs: the first one that is done would remove what the
// others write to. The lock ends with the process.
func (j *Journal) lock() error {
	err := syscall.Flock(int(j.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("another run writes to %s: let it end, or name another", j.file.Name())
	}
	return err
}

func (j *Journal) read() error {
	begin := make([]byte, len(heading))
	n, err := io.ReadFull(j.file, begin)
	switch {
	case err != nil && err != io.EOF && err != io.ErrUnexpectedEOF:
		return err
	case !strings.HasPrefix(heading, string(begin[:n])):
		return fmt.Errorf("%s is no journal of a warm run: name another", j.file.Name())
	case n < len(heading): // new, or killed at once
		return j.Forget()
	}
	lines, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	whole := len(heading)
	for line := range bytes.Lines(lines) {
		var e entry
		if len(line) != lineLength {
			break
		}
		if _, err := hex.Decode(e[:], line[:lineLength-1]); err != nil {
			break
		}
		j.done[e] = true
		whole += len(line)
	}
	return j.file.Truncate(int64(whole))
}

// Forget begins the journal anew.
func (j *Journal) Forget() error {
	if j == nil {
		return nil
	}
	clear(j.done)
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	_, err := j.file.WriteString(heading)
	return err
}

func (j *Journal) entry(r Request) entry {
	sum := sha256.Sum256([]byte(j.base + "\n" + r.Target + "\n" + r.Accept))
	return entry(sum[:len(entry{})])
}

// Has tells whether a request was answered well before.
func (j *Journal) Has(r Request) bool {
	if j == nil {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.done[j.entry(r)]
}

// Add notes that a request was answered well.
func (j *Journal) Add(r Request) error {
	if j == nil {
		return nil
	}
	e := j.entry(r)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done[e] = true
	_, err := fmt.Fprintf(j.file, "%x\n", e)
	return err
}

// Close closes the journal, and removes it if there is nothing left to do.
func (j *Journal) Close(finished bool) error {
	if j == nil {
		return nil
	}
	var err error
	if finished { // while it is locked
		err = os.Remove(j.file.Name())
	}
	return errors.Join(err, j.file.Close())
}
