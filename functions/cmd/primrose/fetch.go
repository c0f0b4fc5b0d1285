package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"time"

	"primrose/functions/internal/serve"
)

// moments are when what happened of an exchange. A step that wasn't needed is
// zero.
type moments struct {
	begin, found, connected, secured, first, last time.Time
}

// trace notes the moments.
func (m *moments) trace() *httptrace.ClientTrace {
	now := func(at *time.Time) { *at = time.Now() }
	return &httptrace.ClientTrace{
		DNSDone:              func(httptrace.DNSDoneInfo) { now(&m.found) },
		ConnectDone:          func(string, string, error) { now(&m.connected) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { now(&m.secured) },
		GotFirstResponseByte: func() { now(&m.first) },
	}
}

// print writes how long each step took.
func (m *moments) print(w io.Writer) {
	before := m.begin
	for _, step := range []struct {
		name string
		end  time.Time
	}{{"look up", m.found}, {"connect", m.connected}, {"TLS", m.secured}, {"wait", m.first}, {"receive", m.last}} {
		if !step.end.IsZero() {
			fmt.Fprintf(w, "%8.1f ms  %s\n", milliseconds(step.end.Sub(before)), step.name)
			before = step.end
		}
	}
	fmt.Fprintf(w, "%8.1f ms  in all\n", milliseconds(m.last.Sub(m.begin)))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// maxText is how much of a text is shown, in bytes.
const maxText = 64 << 10

// fetch asks for a URL and writes what comes back, but for the image.
func fetch(ctx context.Context, w io.Writer, url, accept string) error {
	m := &moments{begin: time.Now()}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, m.trace()), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", accept)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("%w; is the service running? primrose serve starts one", err)
	}
	defer response.Body.Close()
	fmt.Fprintf(w, "%s %s\n", response.Proto, response.Status)
	for _, name := range slices.Sorted(maps.Keys(response.Header)) {
		for _, value := range response.Header[name] {
			fmt.Fprintf(w, "%s: %s\n", name, value)
		}
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxText))
	rest, restErr := io.Copy(io.Discard, response.Body)
	err = errors.Join(err, restErr)
	m.last = time.Now()
	if kind := response.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "application/") {
		fmt.Fprintf(w, "\n%s\n", text)
	}
	fmt.Fprintf(w, "\n%11s  received\n", serve.Size(int64(len(text))+rest))
	m.print(w)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s", response.Status)
	}
	return err
}
