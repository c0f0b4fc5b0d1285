// Package worker is the boundary between the service and its codecs.
//
// Codecs parse hostile bytes, so they run in a process of their own: this
// same binary, executed again with an empty environment and one socket. The
// service never parses an image. A crash or a hang costs one request; the next
// one gets a fresh process. Against an exploit that is half of the work;
// the other is the jail around the process, see package jail.
//
// # The parent's side
//
// A [Pool] keeps a fixed number of workers ready and lends each to one job
// at a time. For a job it sends one frame and, beside it, the read end of a
// pipe into which the original's bytes are copied while the worker already
// decodes; and one more for each original that is laid upon it. Back comes one
// frame, followed by the variant's bytes. Whatever
// the worker says is checked before it is believed; what is no proper answer
// ends the process. So does the deadline, a viewer who left, and an original
// that breaks off: since the pipe isn't closed before the process is dead, a
// worker never takes half an original for a whole one.
//
// # The worker's side
//
// A worker's life has stages that don't overlap: the parent executes the
// binary with nothing but standard error and the control socket, confined by
// what processes inherit; the process loads its library and closes its jail
// around itself ([Main]); then [Serve] announces that it is ready, and how
// its jail is, and takes jobs. Up to the announcement no byte of a viewer's has
// been seen. After it, nothing is loaded, executed or connected to, and but for
// fonts nothing is opened: descriptors arrive over the socket. The last job of a
// worker says that it is, and unless it draws text, the jail is closed for fonts
// before it begins.
//
// A pool says in its log what a worker's jail lacks. Whether the worker may
// work nonetheless is the configuration's choice: some systems can't give a
// whole jail, and a worker in half of one is still better than none.
//
// A worker ends when its parent does: the socket is then at its end.
package worker

import (
	"errors"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

// Bounds on what one side accepts of the other, in bytes.
const (
	maxRequest = 64 << 10 // a job's frame
	maxReply   = 64 << 10 // an answer's frame
	maxStderr  = 16 << 10 // of a dead worker's last words: a Go trace has about 10 KB
)

// MaxBody is how many bytes a variant may have, whatever a job's limits say: the
// largest response that the service promises.
const MaxBody = 100_000_000

// maxOriginals is how many originals a job may have: the picture, and one for
// each option that names another.
const maxOriginals = 1 + options.MaxLayers

// controlFD is the worker's end of the control socket.
const controlFD = 3

// errClosed tells a job that the pool ended before it.
var errClosed = errors.New("the pool of workers is closed")

// failed is the answer to a job whose worker didn't live to give one.
func failed(cause error) *problem.Problem {
	return problem.New(problem.WorkerFailed, "the image could not be processed; try again").Because(cause)
}
