package serve

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// Who sends a request slowly, or takes the answer slowly, doesn't hold the
// service for ever.
func TestSlowViewers(t *testing.T) {
	for _, c := range []struct {
		name, request string
		reads         bool
		within        time.Duration
	}{
		{"stops in the head", "GET / HTTP/1.1\r\nHost: local", true, 10 * time.Second},
		{"stops in the body", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", true, longest},
		{"doesn't read", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", false, longest},
		{"says nothing", "", true, longest},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				begin, ended := time.Now(), make(chan time.Duration, 1)
				listener := &single{conn: told{theirs, func() { ended <- time.Since(begin) }}, closed: make(chan struct{})}
				ctx, stop := context.WithCancel(t.Context())
				stopped := make(chan error)
				go func() { stopped <- Run(ctx, listener, http.HandlerFunc(echo), slog.New(slog.DiscardHandler)) }()
				io.WriteString(ours, c.request)
				if c.reads {
					go io.Copy(io.Discard, ours)
				}
				if took := <-ended; took > c.within {
					t.Errorf("the connection ended after %v, want at most %v", took, c.within)
				}
				stop()
				if err := <-stopped; err != nil { // waited for, because the bubble's time ends with this
					t.Error(err)
				}
			})
		})
	}
}

func echo(w http.ResponseWriter, r *http.Request) {
	io.Copy(w, r.Body)
	w.Write(make([]byte, 1<<20))
}

// single is a listener of one connection.
type single struct {
	conn   net.Conn
	closed chan struct{}
}

func (s *single) Accept() (net.Conn, error) {
	if conn := s.conn; conn != nil {
		s.conn = nil
		return conn, nil
	}
	<-s.closed
	return nil, net.ErrClosed
}

func (s *single) Close() error   { close(s.closed); return nil }
func (s *single) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// told is a connection that tells when it is closed.
type told struct {
	net.Conn
	tell func()
}

func (c told) Close() error {
	c.tell()
	return c.Conn.Close()
}
