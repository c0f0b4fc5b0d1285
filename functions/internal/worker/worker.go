// Package worker is the boundary between the service and its codecs.
//
// Codecs parse hostile bytes, so they run in a process of their own: this
// same binary, executed again with an empty environment and one socket. The
// service never parses an image. A crash or a hang costs one request; the next
// one gets a fresh process. Against an exploit it is half of the work: a jail
// around the process is the other.
//
// # The parent's side
//
// A [Pool] keeps a fixed number of workers ready and lends each to one job
// at a time. For a job it sends one frame and, beside it, the read end of a
// pipe into which the original's bytes are copied while the worker already
// decodes. Back comes one frame, followed by the variant's bytes. Whatever
// the worker says is checked before it is believed; what is no proper answer
// ends the process. So does the deadline, a viewer who left, and an original
// that breaks off: since the pipe isn't closed before the process is dead, a
// worker never takes half an original for a whole one.
//
// # The worker's side
//
// A worker's life has stages that don't overlap, so that a jail can be put
// between them: the parent executes the binary with nothing but standard
// error and the control socket; the process loads its library ([Main]); then
// [Serve] announces that it is ready and takes jobs. Up to the announcement
// no byte of a viewer's has been seen. After it, nothing is loaded, opened,
// executed or connected to: descriptors arrive over the socket. What must be
// set before threads exist belongs in an extra execution in front of Main;
// what must follow the library's loading belongs between it and Serve.
//
// A worker ends when its parent does: the socket is then at its end.
package worker

import (
	"errors"

	"primrose/functions/internal/problem"
)

// Bounds on what one side accepts of the other, in bytes.
const (
	maxRequest = 64 << 10    // a job's frame
	maxReply   = 64 << 10    // an answer's frame
	maxBody    = 100_000_000 // a variant: the largest response that the service promises
	maxStderr  = 16 << 10    // of a dead worker's last words: a Go trace has about 10 KB
)

// controlFD is the worker's end of the control socket.
const controlFD = 3

// errClosed tells a job that the pool ended before it.
var errClosed = errors.New("the pool of workers is closed")

// failed is the answer to a job whose worker didn't live to give one.
func failed(cause error) *problem.Problem {
	return problem.New(problem.WorkerFailed, "the image could not be processed; try again").Because(cause)
}
