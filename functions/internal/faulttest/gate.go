// Package faulttest makes what lies between a service and its S3 server fail,
// for tests.
//
// A [Link] is the network: toxiproxy, which knows bytes and connections. A
// [Gate] is the server's own front, which knows requests: what S3 refuses, what
// it leaves unanswered, and which bytes it gets wrong.
package faulttest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// Gate is a front of an S3 server, which has a fault at times.
type Gate struct {
	URL   string
	fault atomic.Pointer[Fault]
}

// Fault is what becomes of a request that should have gone on to next.
type Fault func(r *http.Request, next http.RoundTripper) (*http.Response, error)

// NewGate opens a gate to the server at a URL. It has no fault yet, and is
// closed with the test.
func NewGate(t testing.TB, server string) *Gate {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{}
	front := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is signed
		},
		Transport:     g,
		FlushInterval: -1,
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	})
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
	})
	g.URL = front.URL
	return g
}

// Break has the gate's requests meet a fault from now on.
func (g *Gate) Break(f Fault) { g.fault.Store(&f) }

// Mend ends the fault.
func (g *Gate) Mend() { g.fault.Store(nil) }

// RoundTrip implements [http.RoundTripper].
func (g *Gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if fault := g.fault.Load(); fault != nil {
		return (*fault)(r, server)
	}
	return server.RoundTrip(r)
}

// server takes each request on a connection of its own, so that a fault of one
// is none of another's.
var server = &http.Transport{DisableKeepAlives: true, DisableCompression: true}

// On limits a fault to requests of a method.
func On(method string, f Fault) Fault {
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		if r.Method != method {
			return next.RoundTrip(r)
		}
		return f(r, next)
	}
}

// Times limits a fault to the first n requests that meet it.
func Times(n int64, f Fault) Fault {
	var met atomic.Int64
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		if met.Add(1) > n {
			return next.RoundTrip(r)
		}
		return f(r, next)
	}
}

// Drop closes the connection without an answer.
func Drop(*http.Request, http.RoundTripper) (*http.Response, error) {
	return nil, errors.New("dropped")
}

// Swallow takes the request and never answers.
func Swallow(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body) // only then it is seen that the client leaves
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// Refuse answers as S3 does.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func Refuse(status int, code string) Fault {
	return func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		body := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>by order of a test</Message></Error>`, code)
		return &http.Response{
			StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
			Header:        http.Header{"Content-Type": {"application/xml"}},
			Body:          io.NopCloser(bytes.NewReader([]byte(body))),
			ContentLength: int64(len(body)),
		}, nil
	}
}

// Reading has what is read of the server pass through change.
func Reading(change func(io.Reader) io.Reader) Fault {
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err == nil {
			response.Body = changed{change(response.Body), response.Body}
		}
		return response, err
	}
}

// Writing has what is sent to the server pass through change.
func Writing(change func(io.Reader) io.Reader) Fault {
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		r.Body = changed{change(r.Body), r.Body}
		return next.RoundTrip(r)
	}
}

type changed struct {
	io.Reader
	io.Closer
}

// Flip gets one bit wrong, of the byte at the offset.
func Flip(offset int64) func(io.Reader) io.Reader {
	return func(r io.Reader) io.Reader {
		return io.MultiReader(io.LimitReader(r, offset), flipped{io.LimitReader(r, 1)}, r)
	}
}

type flipped struct{ io.Reader }

func (f flipped) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	for i := range p[:n] {
		p[i] ^= 1
	}
	return n, err
}

// Hold is a body that stops on its way until it is let go.
type Hold struct {
	After   int64         // bytes that pass before
	Reached chan struct{} // closed once they have
	Release chan struct{} // to be closed by who lets go
}

// NewHold returns a hold for one body.
func NewHold(after int64) *Hold {
	return &Hold{After: after, Reached: make(chan struct{}), Release: make(chan struct{})}
}

// Body is for [Reading] and [Writing].
func (h *Hold) Body(r io.Reader) io.Reader {
	return io.MultiReader(io.LimitReader(r, h.After), held{h}, r)
}

type held struct{ *Hold }

func (h held) Read([]byte) (int, error) {
	close(h.Reached)
	<-h.Release
	return 0, io.EOF
}
