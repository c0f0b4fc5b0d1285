package worker

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/jail"
	"primrose/functions/internal/problem"
)

// Serve announces that the worker is ready, and how its jail is. Then it hands
// each job that comes over the control socket to run, one at a time, with each
// original's bytes as a pipe. It ends the process when the parent is gone, even
// in the middle of a job, and returns only an error of the protocol.
func Serve(run Run, cell jail.Report) error {
	// A consumer that stops early and an interrupt at the terminal are the
	// parent's business.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGINT)
	syscall.CloseOnExec(controlFD)
	control := os.NewFile(controlFD, "control")

	if err := send(control, reply{Jail: cell}, nil); err != nil {
		return err
	}
	assignments := make(chan assignment)
	go receive(control, assignments)
	for {
		a := <-assignments
		if err := prepare(a.request, cell); err != nil {
			return err
		}
		variant, err := run(a.Job, a.originals...)
		for _, original := range a.originals {
			original.Close()
		}
		if err := answer(control, a.Number, variant, err); err != nil {
			return err
		}
		if len(variant.Body) > largeBody {
			variant.Body = nil
			debug.FreeOSMemory() // or the next job begins with it
		}
	}
}

// prepare closes the jail further for a worker's last job, of whose originals
// nothing was read yet. That there is no filter at all, the parent has judged.
// Where there is one, there can be a second: a worker that doesn't get it does
// nothing more, whatever gaps are put up with.
func prepare(r request, cell jail.Report) error {
	if !r.Last || cell.Lack(jail.Seccomp) != "" {
		return nil
	}
	if err := jail.Close(r.Job.NeedsFonts()); err != nil {
		return fmt.Errorf("close the jail: %w", err)
	}
	return nil
}

// largeBody is how many bytes of a variant are given back before the next one.
// Go would hold on to them until as much again is needed, or for minutes.
const largeBody = 1 << 20

// assignment is a request together with its originals.
type assignment struct {
	request
	originals []*os.File
}

// receive turns the control socket into assignments. It listens while a job
// runs too, since only so a busy worker learns that its parent has died.
func receive(control *os.File, assignments chan<- assignment) {
	for {
		a, err := receiveAssignment(control)
		if err == io.EOF {
			os.Exit(0)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "worker: malformed job:", err)
			os.Exit(1)
		}
		assignments <- a
	}
}

func receiveAssignment(control *os.File) (assignment, error) {
	var prefix [prefixLength]byte
	originals, err := receivePrefix(control, &prefix)
	if err != nil {
		return assignment{}, err
	}
	a := assignment{originals: originals}
	return a, decodeFrame(prefix, control, &a.request, maxRequest)
}

// receivePrefix reads a frame's prefix and the descriptors that travel with it.
func receivePrefix(control *os.File, prefix *[prefixLength]byte) ([]*os.File, error) {
	rights := make([]byte, syscall.CmsgSpace(4*maxOriginals))
	n, oob, err := recvmsg(int(control.Fd()), prefix[:], rights)
	switch {
	case err != nil:
		return nil, os.NewSyscallError("recvmsg", err)
	case n == 0:
		return nil, io.EOF
	}
	fds, err := parseRights(rights[:oob])
	if err != nil {
		return nil, err
	}
	var originals []*os.File
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
		originals = append(originals, os.NewFile(uintptr(fd), "original"))
	}
	_, err = io.ReadFull(control, prefix[n:])
	return originals, err
}

func recvmsg(fd int, data, rights []byte) (n, oob int, err error) {
	for {
		n, oob, _, _, err = syscall.Recvmsg(fd, data, rights, 0)
		if err != syscall.EINTR {
			return n, oob, err
		}
	}
}

// parseRights returns the descriptors that a control message carries.
func parseRights(control []byte) ([]int, error) {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err != nil || len(messages) != 1 {
		return nil, errors.New("the job carries no original")
	}
	return syscall.ParseUnixRights(&messages[0])
}

// answer reports how a job ended.
func answer(control io.Writer, number uint64, variant engine.Variant, err error) error {
	if size := len(variant.Body); err == nil && size > MaxBody {
		err = problem.New(problem.TooManyPixels, "the result has %d bytes, at most %d are served; ask for fewer pixels or a lower quality", size, MaxBody)
	}
	if err == nil {
		return send(control, reply{Number: number, Variant: &variant, Body: int64(len(variant.Body))}, variant.Body)
	}
	p := problem.Of(err)
	c := &complaint{Code: p.Code, Detail: clip(p.Detail)}
	if p.Cause != nil {
		c.Cause = clip(p.Cause.Error())
	}
	return send(control, reply{Number: number, Complaint: c}, nil)
}

// clip keeps an error's text well within a frame.
func clip(text string) string { return text[:min(len(text), maxReply/16)] }

func send(control io.Writer, r reply, body []byte) error {
	frame, err := encodeFrame(r, maxReply)
	if err != nil {
		return err
	}
	if _, err := control.Write(frame); err != nil || len(body) == 0 {
		return err
	}
	_, err = control.Write(body)
	return err
}
