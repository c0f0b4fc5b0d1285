package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/problem"
)

// Listen takes the address, which is host:port. Its error says what to do.
func Listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken by another program; choose another port, as in --addr 127.0.0.1:8081", address)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this user may not listen on %s; choose a port above 1023, as in --addr 127.0.0.1:8080", address)
	case err != nil:
		return nil, fmt.Errorf("--addr %s: %w", address, err)
	}
	return listener, nil
}

// grace is how long requests may go on after the service is told to stop:
// longer than a job's deadline.
const grace = 30 * time.Second

// longest is how long a request may take to arrive, and its answer to be made
// and sent: who is slower than that holds a connection on purpose.
const longest = 5 * time.Minute

// patience is after how long whoever stops the service is told why it goes on.
const patience = 500 * time.Millisecond

// URL is where a browser on this machine finds what listens.
func URL(listener net.Listener) string {
	address, ok := listener.Addr().(*net.TCPAddr)
	if ok && address.IP.IsUnspecified() { // all of this machine's addresses
		return fmt.Sprintf("http://127.0.0.1:%d", address.Port)
	}
	return "http://" + listener.Addr().String()
}

// Run serves until ctx ends, then finishes the requests under way.
func Run(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           guard(listener, handler),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       longest,
		WriteTimeout:      longest,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    20 << 10, // CloudFront's
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		defer time.AfterFunc(patience, func() {
			log.Warn("requests under way are finished first; Ctrl-C again doesn't wait", "longest", grace)
		}).Stop()
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		stopped <- server.Shutdown(ctx)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// guard keeps web pages that the user visits elsewhere from using the
// service: from posting to it, from asking for more than images and, where only
// this machine may connect, from reading it under a name of theirs that they let
// lead here.
func guard(listener net.Listener, handler http.Handler) http.Handler {
	handler = http.NewCrossOriginProtection().Handler(apart(handler))
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok || !address.IP.IsLoopback() {
		return handler
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r.Host) {
			delivery.Refuse(w, r, problem.New(problem.BadRequest,
				"only 127.0.0.1 and localhost are served; to serve other names, start with --addr 0.0.0.0:%d", address.Port))
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// apart refuses other sites' pages what is for the playground alone: to list a
// bucket, and to listen, costs something even if they may not read the answer.
// To the playground itself they may lead.
func apart(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site := r.Header.Get("Sec-Fetch-Site") // https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
		foreign := site == "cross-site" || site == "same-site"
		if path := delivery.SentPath(r); foreign && path != "/" && strings.HasSuffix(path, "/") {
			http.Error(w, "only the page at / asks for this", http.StatusForbidden)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// local reports whether a Host header names this machine by itself, which names
// below localhost do, too (RFC 6761, section 6.3).
func local(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || ip != nil && ip.IsLoopback()
}
