package worker

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/jail"
	"primrose/functions/internal/problem"
)

// liar is the first argument of a process that lies.
const liar = "liar"

// patience is how long a liar waits for a job that nobody sends, and the
// deadline of its jobs.
const patience = 100 * time.Millisecond

// lie says of itself and answers a job what it is told to. Then it ends, or
// stays until it is killed.
func lie(announcement, answer, stays string) {
	control := os.NewFile(controlFD, "control")
	say := func(text string) {
		lie, _ := hex.DecodeString(text)
		control.Write(lie)
	}
	time.AfterFunc(patience, func() { os.Exit(1) })
	say(announcement)
	if a, err := receiveAssignment(control); err == nil {
		io.Copy(io.Discard, a.originals[0])
		say(answer)
	}
	if stays == "true" {
		time.Sleep(time.Hour)
	}
	os.Exit(0)
}

// FuzzLyingWorker is a worker taken over, seen by all of the parent: whatever
// the process says, its job ends with a problem, or with an answer that keeps
// the rules, and the pool with it leaves nothing behind.
func FuzzLyingWorker(f *testing.F) {
	self, err := os.Executable()
	if err != nil {
		f.Fatal(err)
	}
	body := picture(0)
	ready, sound := said(f, reply{}, nil), said(f, reply{Number: 1, Variant: &engine.Variant{Format: format.PNG}, Body: int64(len(body))}, body)
	f.Add(ready, sound, true)
	f.Add(ready, sound[:len(sound)-1], true)
	f.Add(ready, append(sound, sound...), false)
	f.Add(ready, said(f, reply{Number: 1, Complaint: &complaint{Code: problem.Internal, Detail: "x", Cause: "y"}}, nil), false)
	f.Add(append(ready, sound...), []byte(nil), true)
	f.Add(said(f, reply{Jail: jail.Report{jail.Seccomp: "no"}}, nil), []byte("\xff\xff\xff\xff"), true)
	f.Add(ready[:3], []byte(nil), false)
	f.Fuzz(func(t *testing.T, announcement, answer []byte, stays bool) {
		if len(announcement)+len(answer) > 30_000 { // what fits into arguments
			return
		}
		before := openDescriptors(t)
		pool, err := NewPool(Config{
			Command:  []string{self, liar, hex.EncodeToString(announcement), hex.EncodeToString(answer), strconv.FormatBool(stays)},
			Deadline: patience,
			Log:      slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		variant, err := pool.Do(context.Background(), engine.Job{}, bytes.NewReader(body))
		pool.Close()
		after := openDescriptors(t)
		for tries := 0; after > before && tries < 1000; tries++ { // a kill that came too late may hold one for a moment
			time.Sleep(time.Millisecond)
			after = openDescriptors(t)
		}
		if after > before {
			t.Errorf("%d descriptors became %d", before, after)
		}
		if err == nil {
			if err := checkBody(variant); err != nil {
				t.Error(err)
			}
			return
		}
		p := problem.Of(err)
		if err := (complaint{Code: p.Code}).check(); err != nil && p.Code != problem.WorkerFailed {
			t.Errorf("the job ends with %v", p)
		}
	})
}

// said is a reply as it travels.
func said(t testing.TB, r reply, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := send(&b, r, body); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
