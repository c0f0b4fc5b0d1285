package worker

import (
	"cmp"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
)

// feeds are those of one job, the picture's first.
type feeds []*feed

// feedsOf makes a pipe for each original. A failing one aborts the job.
func feedsOf(originals []io.Reader, abort func()) (feeds, error) {
	var all feeds
	for _, original := range originals {
		pipe, sink, err := originalPipe()
		if err != nil {
			all.handOver()
			all.end()
			return nil, err
		}
		all = append(all, &feed{original: original, pipe: pipe, sink: sink, abort: abort})
	}
	return all, nil
}

// pipes returns the descriptors that the worker reads from.
func (all feeds) pipes() (fds []int) {
	for _, f := range all {
		fds = append(fds, int(f.pipe.Fd()))
	}
	return fds
}

// handOver lets go of the worker's ends.
func (all feeds) handOver() {
	for _, f := range all {
		f.pipe.Close()
	}
}

// reading reports whether the bytes of any original are being waited for.
func (all feeds) reading() bool {
	return slices.ContainsFunc(all, func(f *feed) bool { return f.reading.Load() })
}

// end disarms the feeds and returns how the first original that failed did.
func (all feeds) end() (err error) {
	for _, f := range all {
		err = cmp.Or(err, f.end())
	}
	return err
}

// feed copies an original into a worker's pipe while the worker decodes.
type feed struct {
	original io.Reader
	pipe     *os.File // the worker's end
	sink     *os.File
	abort    func() // kills the worker

	reading atomic.Bool // the original's bytes are being waited for

	mu   sync.Mutex
	over bool
	err  error
}

// run copies until the original's end, or until nobody reads any more. Only
// the original's end closes the pipe here: after a failure the worker must
// not see an end, so it is killed with the pipe still open.
func (f *feed) run() {
	io.Copy(f.sink, source{f})
	if f.failure() == nil {
		f.sink.Close()
	}
}

// end disarms the feed and returns how the original failed, if it did. A
// read that is still under way can't do harm to the worker's next job.
func (f *feed) end() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	f.sink.Close()
	return f.err
}

func (f *feed) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.over {
		f.err = err
		f.abort()
	}
}

func (f *feed) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// source is the original as the copy sees it: it tells the original's
// failures from the pipe's, and a slow store from a slow worker.
type source struct{ *feed }

func (s source) Read(p []byte) (int, error) {
	s.reading.Store(true)
	n, err := s.original.Read(p)
	if err == nil || err == io.EOF {
		s.reading.Store(false)
		return n, err
	}
	s.fail(err)
	return n, err
}
