package warm

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

func TestPlan(t *testing.T) {
	presets := options.Rules{Presets: map[string]string{"thumb": "w=3"}}
	for _, test := range []struct {
		sets  string
		rules options.Rules
		want  string // of one original
	}{
		{"w=3 w=03 w=4", options.Rules{}, "w=3 image/avif,image/webp,*/*|w=4 image/avif,image/webp,*/*"},
		{"auto=format", options.Rules{}, "auto=format image/avif,image/webp,*/*|auto=format image/webp,*/*|auto=format */*"},
		{"preset=thumb w=3", presets, "preset=thumb image/avif,image/webp,*/*"},
		{"preset=thumb", options.Rules{}, "preset=thumb image/avif,image/webp,*/*|preset=thumb image/webp,*/*|preset=thumb */*"},
	} {
		plan := Plan{[]string{"a b.jpg", "c.jpg"}, strings.Fields(test.sets), []string{"avif", "webp", "other"}, test.rules}
		var got []string
		total := 0
		for request, err := range plan.Requests() {
			if err != nil {
				t.Fatal(err)
			}
			total++
			if query, ok := strings.CutPrefix(request.Target, "/a%20b.jpg?"); ok {
				got = append(got, query+" "+request.Accept)
			}
		}
		if strings.Join(got, "|") != test.want || total != plan.Total() || total != 2*len(got) {
			t.Errorf("%s: %q, %d in all of %d; want %q", test.sets, got, total, plan.Total(), test.want)
		}
	}
}

// service answers each request by what its key says.
type service struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // keys, in turn
}

func serve(t *testing.T) *service {
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		times := 1
		for _, key := range s.asked {
			if key == r.URL.Path {
				times++
			}
		}
		s.asked = append(s.asked, r.URL.Path)
		s.mu.Unlock()
		switch refuse := func(code problem.Code) { delivery.Refuse(w, r, problem.New(code, "so it is")) }; {
		case r.URL.Path == "/busy.jpg" && times == 1:
			refuse(problem.StoreUnavailable) // which says when to come again
		case r.URL.Path == "/down.jpg":
			refuse(problem.WorkerFailed)
		case r.URL.Path == "/gone.jpg":
			refuse(problem.NotFound)
		case r.URL.Path == "/short.jpg" && times == 1:
			w.Header().Set("Content-Length", "9")
			io.WriteString(w, "half")
		default:
			io.WriteString(w, "variant")
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// warmer is one that doesn't wait.
func warmer(s *service, journal *Journal) *Warmer {
	return &Warmer{Base: s.URL, Parallel: 3, Journal: journal, sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}

func plan(keys ...string) Plan {
	return Plan{Keys: keys, Sets: []string{"w=3"}, Accepts: []string{"avif", "other"}}
}

func TestRun(t *testing.T) {
	s := serve(t)
	name := filepath.Join(t.TempDir(), "cache", "journal")
	journal, err := OpenJournal(name, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	w := warmer(s, journal)
	var failures []string
	w.Told = func(_ Progress, failure *Failure) {
		if failure != nil {
			failures = append(failures, fmt.Sprint(failure))
		}
	}
	got, err := w.Run(t.Context(), plan("a.jpg", "busy.jpg", "gone.jpg", "short.jpg", "down.jpg", "a//b.jpg", "b.jpg"))
	if want := (Progress{Total: 7, Made: 4, Failed: 3, Bytes: 28}); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	slices.Sort(failures)
	for i, want := range []string{" (image/avif,image/webp,*/*): bad_path: ", "/down.jpg?w=3 (image/avif,image/webp,*/*): worker_failed: so it is", "/gone.jpg?w=3 (image/avif,image/webp,*/*): not_found: so it is"} {
		if i >= len(failures) || !strings.HasPrefix(failures[i], want) {
			t.Errorf("failures are %q, want %q", failures, want)
		}
	}
	asked := strings.Join(s.asked, " ")
	if n := strings.Count(asked, "/down.jpg"); n != attempts {
		t.Errorf("what always fails is asked for %d times", n)
	}
	if n := strings.Count(asked, "/gone.jpg"); n != 1 {
		t.Errorf("what will never be there is asked for %d times", n)
	}
	// The next run asks for what failed alone.
	if err := journal.Close(false); err != nil {
		t.Fatal(err)
	}
	if journal, err = OpenJournal(name, s.URL); err != nil {
		t.Fatal(err)
	}
	s.asked = nil
	w = warmer(s, journal)
	got, err = w.Run(t.Context(), plan("a.jpg", "busy.jpg", "gone.jpg", "b.jpg"))
	if want := (Progress{Total: 4, Known: 3, Failed: 1}); err != nil || got != want || len(s.asked) != 1 {
		t.Errorf("again: %+v, %v, want %+v; asked for %q", got, err, want, s.asked)
	}
	if err := journal.Close(true); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); !os.IsNotExist(err) {
		t.Errorf("the journal of a run that is done: %v", err)
	}
}

// Who is asked to wait, does, and so do all; for a minute at most.
func TestRetryAfter(t *testing.T) {
	for _, test := range []struct {
		status int
		header string
		again  bool
		after  time.Duration
	}{
		{http.StatusServiceUnavailable, "5", true, 5 * time.Second},
		{http.StatusTooManyRequests, "1", true, time.Second},
		{http.StatusServiceUnavailable, "9223372036854775807", true, time.Minute},
		{http.StatusBadGateway, "", true, 0},
		{http.StatusServiceUnavailable, "tomorrow", true, 0},
		{http.StatusNotFound, "5", false, 0},
		{http.StatusInternalServerError, "", false, 0},
	} {
		response := &http.Response{StatusCode: test.status, Header: http.Header{"Retry-After": {test.header}}}
		if again, after := retry(response); again != test.again || after != test.after {
			t.Errorf("of %d and %q it is %v, %v, want %v, %v", test.status, test.header, again, after, test.again, test.after)
		}
	}
	var r rest
	r.until(time.Now().Add(time.Hour))
	r.until(time.Now())
	slept := time.Duration(0)
	if err := r.wait(t.Context(), func(_ context.Context, d time.Duration) error { slept = d; return nil }); err != nil || slept < 30*time.Minute {
		t.Errorf("it waits %v, %v, of an hour", slept, err)
	}
}

// A service that means harm gets no signature to anywhere else, says nothing to
// the terminal, and doesn't keep a run from its other requests.
func TestHostileService(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	endless := func(w http.ResponseWriter) {
		for chunk := make([]byte, 1<<10); ; time.Sleep(time.Millisecond) {
			if _, err := w.Write(chunk); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
		}
	}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away.jpg":
			http.Redirect(w, r, other.URL+"/", http.StatusFound)
		case "/loud.jpg":
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"code":"\u001b[2J","detail":"\u001b]0;x\u0007\nmade 1000"}`)
		case "/endless.jpg":
			endless(w)
		case "/endless-refusal.jpg":
			w.WriteHeader(http.StatusNotFound)
			endless(w)
		case "/silent.jpg":
			<-r.Context().Done()
		case "/torn.jpg":
			panic(http.ErrAbortHandler)
		}
	}))
	defer service.Close()
	run := func(keys ...string) (told string, got Progress, err error) {
		w := Warmer{Base: service.URL, patience: 100 * time.Millisecond, sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
		w.Sign = func(target string) (string, error) { return target + "&s=secret", nil }
		w.Told = func(_ Progress, f *Failure) {
			if f != nil {
				told += f.String() + "\n"
			}
		}
		got, err = w.Run(t.Context(), Plan{Keys: keys, Sets: []string{"w=3"}, Accepts: []string{"other"}})
		return told, got, err
	}
	told, got, err := run("away.jpg", "loud.jpg", "endless.jpg", "endless-refusal.jpg", "silent.jpg", "good.jpg")
	want := `/away.jpg?w=3 (*/*): 302 Found: it leads to ` + other.URL + `/: name where variants are by --base
/loud.jpg?w=3 (*/*): \x1b[2J: \x1b]0;x\a\nmade 1000
/endless.jpg?w=3 (*/*): broken_off: context deadline exceeded
/endless-refusal.jpg?w=3 (*/*): 404 Not Found: ` + `
/silent.jpg?w=3 (*/*): no_answer: context deadline exceeded
`
	if told != want || got.Made != 1 || got.Failed != 5 || err != nil || elsewhere.Load() > 0 {
		t.Errorf("%+v, %v, and %d requests elsewhere:\n%s", got, err, elsewhere.Load(), told)
	}
	if _, _, err := run("torn.jpg"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a service that answers nothing: %v", err)
	}
}

// A service that is not there ends a run: each request would fail for long.
func TestRunWithoutService(t *testing.T) {
	s := serve(t)
	s.Close()
	got, err := warmer(s, nil).Run(t.Context(), plan("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"))
	if err == nil || got.Done() > 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// A run that is killed leaves half a line; a journal is of one service.
func TestJournal(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	r := Request{"/a.jpg", "*/*"}
	for i, c := range []struct {
		base, tail string
		has        bool
	}{{"http://x", "0123", false}, {"http://x", "0123456789abcdef", true}, {"http://y", "", false}, {"http://x", "", true}} {
		j, err := OpenJournal(name, c.base)
		if err != nil {
			t.Fatal(err)
		}
		if j.Has(r) != c.has || j.Has(Request{"/b.jpg", "*/*"}) {
			t.Errorf("%d: it has the request: %v, want %v", i, !c.has, c.has)
		}
		if i == 0 {
			err = j.Add(r)
		}
		_, writeErr := j.file.WriteString(c.tail)
		if err != nil || writeErr != nil || j.Close(false) != nil {
			t.Fatal(err, writeErr)
		}
	}
}

// What is no journal stays as it is, whatever it looks like: its name may be a
// slip.
func TestForeignJournal(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	for _, text := range []string{"x", strings.Repeat("0123456789abcdef", 2) + "\n", strings.Repeat("photo ", 20), heading[1:]} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenJournal(name, "http://x"); err == nil || !strings.Contains(err.Error(), "no journal") {
			t.Errorf("%q passes for a journal: %v", text, err)
		}
		if after, err := os.ReadFile(name); err != nil || string(after) != text {
			t.Errorf("a file of somebody else's becomes %q, %v", after, err)
		}
	}
}

// A journal is one run's at a time, until it ends, and may be begun anew.
func TestSharedJournal(t *testing.T) {
	name, r := filepath.Join(t.TempDir(), "journal"), Request{"/a.jpg", "*/*"}
	first, err := OpenJournal(name, "http://x")
	if err != nil || first.Add(r) != nil {
		t.Fatal(err)
	}
	if _, err := OpenJournal(name, "http://x"); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("a second run: %v", err)
	}
	if err := first.Close(false); err != nil {
		t.Fatal(err)
	}
	next, err := OpenJournal(name, "http://x")
	if err != nil || !next.Has(r) || next.Forget() != nil || next.Has(r) || next.Close(false) != nil {
		t.Errorf("the next run: %v", err)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != heading {
		t.Errorf("begun anew, it is %q, %v", text, err)
	}
}

// FuzzParseSets: what passes is understood by every service, in each line.
func FuzzParseSets(f *testing.F) {
	f.Add("# small\n?w=320&auto=format\n\nw=640&h=1&preset=hero\n")
	f.Add("w=0")
	f.Add("w=1 2\nutm=3")
	f.Fuzz(func(t *testing.T, text string) {
		sets, err := ParseSets(text, options.Rules{})
		if err != nil {
			return
		}
		for _, set := range sets {
			if strings.ContainsAny(set, " \n#") || set == "" {
				t.Errorf("a set is %q", set)
			}
			for request, err := range (Plan{Keys: []string{"a.jpg"}, Sets: []string{set}, Accepts: []string{"other"}}).Requests() {
				if err != nil || request.Target != "/a.jpg?"+set {
					t.Errorf("%q is asked for as %q, %v", set, request.Target, err)
				}
			}
		}
	})
}
