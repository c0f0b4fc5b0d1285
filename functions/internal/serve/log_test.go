package serve

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/problem"
)

// times are what of a line is another each time.
var times = regexp.MustCompile(`^\S+:\d\d(\x1b\[0m)? | +\d+ ms`)

func TestLogged(t *testing.T) {
	for name, c := range map[string]struct {
		method, url string
		answer      http.HandlerFunc
		level       slog.Level
		color       bool
		want        string // without times
	}{
		"an image": {"GET", "/a%20b.jpg?w=3", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Cache", "Hit from store")
			w.Write(make([]byte, 12_345))
		}, slog.LevelInfo, false, "200   12.3 kB hit  /a%20b.jpg?w=3"},
		"a HEAD that is not modified": {"HEAD", "/a.jpg", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) },
			slog.LevelInfo, true, "\x1b[36m304\x1b[0m       0 B      HEAD /a.jpg"},
		"what a terminal obeys": {"GET", "/\u009b2J\x80", func(w http.ResponseWriter, r *http.Request) {
			delivery.Refuse(w, r, problem.New(problem.BadPath, "no \"path\""))
		}, slog.LevelInfo, false, `400      77 B      /\u009b2J\x80  bad_path: no "path"`},
		"a failure, which is a warning": {"GET", "/a.jpg", func(w http.ResponseWriter, r *http.Request) {
			delivery.Refuse(w, r, problem.New(problem.WorkerFailed, "died"))
		}, slog.LevelWarn, false, `502      75 B      /a.jpg  worker_failed: died`},
		"half an answer": {"GET", "/a.jpg", func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte("half"))
			panic(http.ErrAbortHandler)
		}, slog.LevelInfo, false, "200       4 B      /a.jpg  broken off"},
		"what is not worth a line": {"GET", "/a.jpg", func(http.ResponseWriter, *http.Request) {}, slog.LevelWarn, false, ""},
	} {
		var out bytes.Buffer
		func() {
			defer func() { recover() }()
			request := httptest.NewRequest(c.method, "/", nil)
			request.RequestURI = c.url
			Logged(c.answer, slog.New(NewLines(&out, c.level, c.color))).ServeHTTP(httptest.NewRecorder(), request)
		}()
		got := times.ReplaceAllString(strings.TrimSuffix(out.String(), "\n"), "")
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Whatever else is logged stays whole.
func TestLinesKeepOthers(t *testing.T) {
	var out bytes.Buffer
	slog.New(NewLines(&out, slog.LevelInfo, true)).With("a", 1).WithGroup("g").Warn("worker ended", "time", "noon")
	if got := out.String(); !strings.HasSuffix(got, "level=WARN msg=\"worker ended\" a=1 g.time=noon\n") || strings.Contains(got, "T") && strings.Contains(got, "Z") {
		t.Errorf("it reads %q", got)
	}
}
