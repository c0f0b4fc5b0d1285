package warm

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
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

// entry is a request's line.
type entry [16]byte

const lineLength = 2*len(entry{}) + 1

// OpenJournal opens the journal of a service's variants, and makes it if need be.
func OpenJournal(name, base string) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	j := &Journal{base: base, done: map[entry]bool{}}
	whole := 0
	for line := range bytes.Lines(text) {
		var e entry
		if len(line) != lineLength {
			break
		}
		if _, err := hex.Decode(e[:], line[:lineLength-1]); err != nil {
			return nil, fmt.Errorf("%s is no journal of a warm run: name another", name)
		}
		j.done[e] = true
		whole += len(line)
	}
	if whole == 0 && len(text) >= lineLength {
		return nil, fmt.Errorf("%s is no journal of a warm run: name another", name)
	}
	if j.file, err = os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	return j, errors.Join(j.file.Truncate(int64(whole)))
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
	err := j.file.Close()
	if finished {
		err = errors.Join(err, os.Remove(j.file.Name()))
	}
	return err
}
