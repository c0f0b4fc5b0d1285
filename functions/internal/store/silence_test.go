package store

import (
	"io"
	"testing"
)

// looking is a body that tells whether it is watched while it is read.
type looking struct{ seen func() bool }

func (l looking) Read(p []byte) (int, error) {
	if !l.seen() {
		return 0, io.ErrUnexpectedEOF
	}
	return len(p), nil
}

func (looking) Close() error { return nil }

// A store is silent only while somebody listens: a viewer may take as long as
// he likes between two reads.
func TestWatchEndsWithEachRead(t *testing.T) {
	watch := newWatch(t.Context())
	running := watch.timer.Stop // also tells whether it was
	if watch.heard(nil) != nil || running() {
		t.Error("the watch goes on though the answer has begun")
	}
	body := watched{looking{running}, watch}
	for range 2 {
		if _, err := body.Read(make([]byte, 1)); err != nil {
			t.Error("a read is not watched:", err)
		}
		if running() {
			t.Error("the watch goes on though nobody reads")
		}
	}
}
