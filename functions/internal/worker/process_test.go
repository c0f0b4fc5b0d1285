package worker

import (
	"errors"
	"os"
	"testing"
	"time"
)

// A function that is frozen while its worker starts finds the deadline passed
// when it goes on. The worker is not given up for that, but one that says
// nothing at all is.
func TestFrozenStart(t *testing.T) {
	const limit = time.Second
	ours, theirs, err := socketpair()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	defer theirs.Close()
	p := &process{control: ours}

	announced := make(chan error, 1)
	time.AfterFunc(limit+limit/4, func() { announced <- send(theirs, reply{}, nil) })
	if err := p.ready(limit); err != nil {
		t.Errorf("a worker that is ready after the thaw: %v", err)
	}
	if err := <-announced; err != nil {
		t.Fatal(err)
	}
	if err := p.ready(time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a worker that stays silent: %v", err)
	}
}
