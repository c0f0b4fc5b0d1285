package worker

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
)

// A function that is frozen while its worker starts finds the deadline passed
// when it goes on. The worker is not given up for that, but one that says
// nothing at all is.
func TestFrozenStart(t *testing.T) {
	const limit = 2 * time.Second
	ours, theirs, err := socketpair()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	defer theirs.Close()
	p := &process{control: ours}

	announced := make(chan error, 1)
	go func() {
		err := exec.Command("sh", "-c", "kill -STOP $PPID; sleep 2.5; kill -CONT $PPID").Run()
		announced <- errors.Join(err, send(theirs, reply{}, nil))
	}()
	begin := time.Now()
	if err := p.ready(limit); err != nil {
		t.Errorf("a worker that is ready after the thaw: %v", err)
	}
	if err := <-announced; err != nil {
		t.Fatal(err)
	}
	if time.Since(begin) < limit {
		t.Error("nothing was frozen for longer than the limit")
	}
	if err := p.ready(time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a worker that stays silent: %v", err)
	}
}
