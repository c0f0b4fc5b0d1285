package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/jail"
	"primrose/functions/internal/metric"
	"primrose/functions/internal/metric/metrictest"
	"primrose/functions/internal/problem"
)

// TestMain makes this test binary the worker of its own tests.
func TestMain(m *testing.M) {
	if len(os.Args) == 5 && os.Args[1] == liar {
		lie(os.Args[2], os.Args[3], os.Args[4])
	}
	Play(genuine, func(run Run) Run { return run })
	Play(peeping, peep)
	if len(os.Args) == 3 && os.Args[1] == role {
		fmt.Fprintln(os.Stderr, misbehave(os.Args[2]))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// misbehave serves jobs as the job's options ask, or answers the first one
// with what the process's argument says.
func misbehave(manner string) error {
	switch manner {
	case "obey":
		return Serve(obey, nil)
	case "obey in jail":
		return Serve(obey, jail.Seal(false))
	case "obey on an old kernel":
		return Serve(obey, jail.Report{jail.Undumpable: "", jail.NoNewPrivs: "", jail.Limits: "", jail.Landlock: jail.NotOffered, jail.Seccomp: ""})
	case "obey in a jail that stays open":
		if err := refuseFilters(); err != nil {
			return err
		}
		return Serve(obey, jail.Report{jail.Seccomp: ""})
	case "refuse":
		return errors.New("no library here")
	case "mute":
		select {}
	}
	control := os.NewFile(controlFD, "control")
	if err := send(control, reply{}, nil); err != nil {
		return err
	}
	if _, err := receiveAssignment(control); err != nil {
		return err
	}
	control.WriteString(manner)
	select {}
}

// obey does what the job's options name.
func obey(job engine.Job, originals ...*os.File) (engine.Variant, error) {
	original := originals[0]
	switch job.Options {
	case "echo":
		body, err := io.ReadAll(original)
		return engine.Variant{Format: format.Sniff(body), Width: 3, Height: 2, Frames: 1, Body: body}, err
	case "backwards": // the last original first
		var body []byte
		for _, original := range slices.Backward(originals) {
			part, err := io.ReadAll(original)
			if err != nil {
				return engine.Variant{}, err
			}
			body = append(body, part...)
		}
		return engine.Variant{Format: format.PNG, Body: body}, nil
	case "head": // and never mind the rest
		head := make([]byte, 8)
		_, err := io.ReadFull(original, head)
		return engine.Variant{Format: format.PNG, Body: head}, err
	case "complain":
		return engine.Variant{}, problem.New(problem.TooManyPixels, "too many").Because(errors.New("libvips says so"))
	case "blunder":
		return engine.Variant{}, errors.New("secret")
	case "oversize":
		return engine.Variant{Format: format.PNG, Body: make([]byte, MaxBody+1)}, nil
	case "lie":
		return engine.Variant{Format: format.PNG, Body: []byte("<script>")}, nil
	case "environment":
		return engine.Variant{Format: format.JSON, Body: fmt.Appendf(nil, "%d", len(os.Environ()))}, nil
	case "descriptors":
		return engine.Variant{Format: format.JSON, Body: fmt.Appendf(nil, "%q", strings.Join(descriptors(), " "))}, nil
	case "connect":
		_, err := net.Dial("unix", "/run/any.sock")
		return engine.Variant{}, err
	case "hang":
		select {}
	case "hoard":
		for hoard := []byte("x"); ; {
			hoard = append(hoard, hoard...)
		}
	case "exit":
		fmt.Fprintln(os.Stderr, "farewell")
		os.Exit(7)
	case "chatter":
		line := append(bytes.Repeat([]byte("x"), 1<<20-1), '\n')
		for range 64 {
			os.Stderr.Write(line)
		}
		os.Stderr.WriteString("farewell")
		os.Exit(1)
	case "crash":
		syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		select {}
	case "victim": // of the kernel, when memory runs out
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "pid":
		return engine.Variant{Format: format.JSON, Body: fmt.Append(nil, os.Getpid())}, nil
	}
	return engine.Variant{}, fmt.Errorf("no such manner: %q", job.Options)
}

func newPool(t *testing.T, manner string, deadline time.Duration) *Pool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pool, err := NewPool(Config{Command: []string{self, role, manner}, Deadline: deadline, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func do(pool *Pool, manner string, originals ...io.Reader) (engine.Variant, error) {
	return pool.Do(context.Background(), engine.Job{Options: manner}, originals...)
}

// picture is a PNG of at least that many bytes.
func picture(size int) []byte {
	var b bytes.Buffer
	png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2)))
	return append(b.Bytes(), make([]byte, size)...)
}

func wantCode(t *testing.T, err error, want problem.Code) *problem.Problem {
	t.Helper()
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || p.Code != want {
		t.Fatalf("error is %v, want a problem %s", err, want)
	}
	return p
}

// wantAlive checks that the next job is done as if nothing had been.
func wantAlive(t *testing.T, pool *Pool) {
	t.Helper()
	original := picture(100)
	v, err := do(pool, "echo", bytes.NewReader(original))
	if err != nil {
		t.Fatalf("the next job fails: %v", err)
	}
	if !bytes.Equal(v.Body, original) {
		t.Fatalf("the next job yields %d other bytes", len(v.Body))
	}
}

func TestVariantComesBackWhole(t *testing.T) {
	pool := newPool(t, "obey", 0)
	for _, size := range []int{0, 70_000, 3_000_000} {
		original := picture(size)
		v, err := do(pool, "echo", bytes.NewReader(original))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(v.Body, original) || cap(v.Body) != len(v.Body) {
			t.Errorf("%d bytes came back as %d of capacity %d", len(original), len(v.Body), cap(v.Body))
		}
		if v.Format != format.PNG || v.Width != 3 || v.Height != 2 || v.Frames != 1 {
			t.Errorf("variant is %v", v)
		}
	}
	if got := pool.Stats(); got != (Stats{}) {
		t.Errorf("stats are %+v, want none", got)
	}
}

func TestManyJobsAtATime(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pool, err := NewPool(Config{Size: 3, Command: []string{self, role, "obey"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	var jobs sync.WaitGroup
	for i := range 30 {
		jobs.Go(func() {
			if i%10 == 9 {
				_, err := do(pool, "exit", bytes.NewReader(nil))
				if problem.Of(err).Code != problem.WorkerFailed {
					t.Errorf("a job that kills its worker: %v", err)
				}
				return
			}
			original := picture(i * 1000)
			v, err := do(pool, "echo", bytes.NewReader(original))
			if err != nil || !bytes.Equal(v.Body, original) {
				t.Errorf("job %d: %d bytes, %v; want its own %d", i, len(v.Body), err, len(original))
			}
		})
	}
	jobs.Wait()
	wantAlive(t, pool)
}

// What the parent has open stays with it, even if it was not marked so.
func TestWorkerInheritsNothing(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	var pipe [2]int
	file, err := syscall.Open(os.Args[0], syscall.O_RDONLY, 0)
	if err := errors.Join(err, syscall.Pipe(pipe[:])); err != nil { // without close-on-exec
		t.Fatal(err)
	}
	for _, fd := range []int{file, pipe[0], pipe[1]} {
		defer syscall.Close(fd)
	}

	pool := newPool(t, "obey", 0)
	for manner, want := range map[string]string{
		"environment": "2",                                // the allocator's
		"descriptors": `"device device pipe socket pipe"`, // null twice, standard error, control, original
	} {
		v, err := do(pool, manner, bytes.NewReader(nil))
		if err != nil || string(v.Body) != want {
			t.Errorf("%s: %s, %v; want %s", manner, v.Body, err, want)
		}
	}
}

// descriptors are what this process holds, but for the Go runtime's own, which
// are of no such kind.
func descriptors() (kinds []string) {
	names := map[uint32]string{
		syscall.S_IFCHR: "device", syscall.S_IFIFO: "pipe", syscall.S_IFSOCK: "socket",
		syscall.S_IFREG: "file", syscall.S_IFDIR: "folder", syscall.S_IFBLK: "disk",
	}
	for fd := range 100 {
		var stat syscall.Stat_t
		if syscall.Fstat(fd, &stat) != nil {
			continue
		}
		if name, ok := names[uint32(stat.Mode)&syscall.S_IFMT]; ok {
			kinds = append(kinds, name)
		}
	}
	return kinds
}

func TestComplaintKeepsWorker(t *testing.T) {
	pool := newPool(t, "obey", 0)
	_, err := do(pool, "complain", bytes.NewReader(picture(5_000_000)))
	if p := wantCode(t, err, problem.TooManyPixels); p.Detail != "too many" || p.Cause.Error() != "libvips says so" {
		t.Errorf("problem is %v", p)
	}
	_, err = do(pool, "blunder", bytes.NewReader(nil))
	if p := wantCode(t, err, problem.Internal); strings.Contains(p.Detail, "secret") || p.Cause.Error() != "secret" {
		t.Errorf("problem is %v", p)
	}
	_, err = do(pool, "oversize", bytes.NewReader(nil))
	wantCode(t, err, problem.TooManyPixels)
	_, err = do(pool, strings.Repeat("x", maxRequest), bytes.NewReader(nil))
	wantCode(t, err, problem.TooLong)
	wantAlive(t, pool)
	if got := pool.Stats(); got != (Stats{}) {
		t.Errorf("stats are %+v, want none", got)
	}
}

func TestWorkerMayStopReading(t *testing.T) {
	pool := newPool(t, "obey", 0)
	stalled, writer := io.Pipe()
	defer writer.Close()
	for name, original := range map[string]io.Reader{
		"more than a pipe holds": bytes.NewReader(picture(5_000_000)),
		"still arriving":         io.MultiReader(bytes.NewReader(picture(0)), stalled),
	} {
		v, err := do(pool, "head", original)
		if err != nil || len(v.Body) != 8 {
			t.Errorf("%s: %d bytes, %v", name, len(v.Body), err)
		}
	}
	// The stalled read ends after its job, and must not hurt another's.
	writer.CloseWithError(errors.New("connection reset"))
	wantAlive(t, pool)
	if got := pool.Stats(); got != (Stats{}) {
		t.Errorf("stats are %+v, want none", got)
	}
}

func TestDeathCostsOneJob(t *testing.T) {
	pool := newPool(t, "obey", 0)
	for manner, words := range map[string]string{"exit": "farewell", "crash": "SIGSEGV", "victim": "signal: killed"} {
		_, err := do(pool, manner, bytes.NewReader(picture(5_000_000)))
		if p := wantCode(t, err, problem.WorkerFailed); !strings.Contains(p.Error(), words) {
			t.Errorf("%s: cause is %v, want the last words %q", manner, p, words)
		}
		wantAlive(t, pool)
	}
	if got := pool.Stats(); got != (Stats{Restarts: 3}) {
		t.Errorf("stats are %+v, want 3 restarts", got)
	}
}

// Of what a worker says, its last words are kept, and no more.
func TestStandardErrorIsCapped(t *testing.T) {
	pool := newPool(t, "obey", 0)
	_, err := do(pool, "chatter", bytes.NewReader(nil))
	p := wantCode(t, err, problem.WorkerFailed)
	if text := p.Error(); len(text) > maxStderr+1000 || !strings.Contains(text, "farewell") {
		t.Errorf("of 64 MB, %d bytes are kept: ...%s", len(text), text[max(0, len(text)-100):])
	}
	wantAlive(t, pool)
}

// A death is counted before its job is answered, as what it was.
func TestDeathsAreCounted(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		worker, job string
		deadline    time.Duration
		want        []string
	}{
		{"obey", "echo", 0, nil},
		{"obey", "exit", 0, []string{metric.WorkerCrashes}},
		{"obey", "crash", 0, []string{metric.WorkerCrashes}},
		{"obey", "victim", 0, []string{metric.WorkerCrashes}},
		{"obey", "lie", 0, []string{metric.WorkerKills}},
		{"obey", "hang", 50 * time.Millisecond, []string{metric.WorkerKills}},
		{"refuse", "echo", 0, []string{metric.WorkerCrashes}},
	} {
		var log bytes.Buffer
		pool, err := NewPool(Config{
			Command:  []string{self, role, test.worker},
			Deadline: test.deadline,
			Log:      slog.New(slog.NewJSONHandler(&log, nil)),
			Service:  "primrose-test",
		})
		if err != nil {
			t.Fatal(err)
		}
		do(pool, test.job, bytes.NewReader(picture(0)))
		pool.Close() // tells nothing more
		var got []string
		for line := range strings.Lines(log.String()) {
			found, err := metrictest.Parse(line)
			if err != nil {
				t.Errorf("%s, %s: %v", test.worker, test.job, err)
			}
			for _, m := range found {
				if m.Name != metric.JailMissing { // these workers have none
					got = append(got, m.Name)
				}
			}
		}
		if got = slices.Compact(got); !slices.Equal(got, test.want) { // a worker that refuses may have done so twice
			t.Errorf("%s, %s: counted %q, want %q", test.worker, test.job, got, test.want)
		}
	}
}

func TestIdleDeathCostsNoJob(t *testing.T) {
	pool := newPool(t, "obey", 0)
	wantAlive(t, pool)
	v, err := do(pool, "pid", bytes.NewReader(nil))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	fmt.Sscan(string(v.Body), &pid)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for pool.Stats().Restarts == 0 {
		runtime.Gosched()
	}
	wantAlive(t, pool)
}

// Whatever took over a worker sees as many originals as a worker may do jobs, and its end is nobody's
// alarm.
func TestWorkersRetire(t *testing.T) {
	for _, test := range []struct {
		jobs int
		want string // which process did each of six jobs, by the order of their first ones
	}{{0, "000000"}, {1, "012345"}, {2, "001122"}, {5, "000001"}} {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		pool, err := NewPool(Config{
			Command: []string{self, role, "obey in jail"},
			Jobs:    test.jobs,
			Log:     slog.New(slog.NewJSONHandler(&log, nil)),
			Service: "primrose-test",
		})
		if err != nil {
			t.Fatal(err)
		}
		got, seen := "", map[string]int{}
		for range 6 {
			pid, err := do(pool, "pid", bytes.NewReader(nil))
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := seen[string(pid.Body)]; !ok {
				seen[string(pid.Body)] = len(seen)
			}
			got += fmt.Sprint(seen[string(pid.Body)])
		}
		if got != test.want {
			t.Errorf("%d jobs a worker: %s, want %s", test.jobs, got, test.want)
		}
		if stats := pool.Stats(); stats != (Stats{}) {
			t.Errorf("%d jobs a worker: %+v, want nothing that befell any", test.jobs, stats)
		}
		pool.Close()
		if strings.Contains(log.String(), "worker ended") {
			t.Errorf("%d jobs a worker: the log tells of a death:\n%s", test.jobs, log.String())
		}
	}
}

func TestDeadlineKills(t *testing.T) {
	pool := newPool(t, "obey", 50*time.Millisecond)
	_, err := do(pool, "hang", bytes.NewReader(picture(0)))
	wantCode(t, err, problem.TooExpensive)

	stalled, writer := io.Pipe()
	defer writer.Close()
	_, err = do(pool, "echo", stalled)
	wantCode(t, err, problem.StoreUnavailable)

	pool = newPool(t, "obey", time.Hour)
	if err := pool.Ready(t.Context()); err != nil { // or the wait for a worker takes the time
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = pool.Do(ctx, engine.Job{Options: "hang"}, bytes.NewReader(picture(0)))
	wantCode(t, err, problem.TooExpensive)
	wantAlive(t, pool)
	if got := pool.Stats(); got != (Stats{Restarts: 1, Kills: 1}) {
		t.Errorf("stats are %+v, want 1 restart and 1 kill", got)
	}
}

// A deadline that has passed for all who share a job reaches it as its context's
// cause.
func TestDeadlineOfOthersKills(t *testing.T) {
	pool := newPool(t, "obey", time.Hour)
	if err := pool.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(context.DeadlineExceeded) })
	_, err := pool.Do(ctx, engine.Job{Options: "hang"}, bytes.NewReader(picture(0)))
	wantCode(t, err, problem.TooExpensive)
}

func TestLeavingFreesTheWorker(t *testing.T) {
	pool := newPool(t, "obey", 0)
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan error)
	go func() {
		_, err := pool.Do(ctx, engine.Job{Options: "hang"}, bytes.NewReader(picture(5_000_000)))
		left <- err
	}()
	waiting, stop := context.WithCancel(context.Background())
	stop()
	if _, err := pool.Do(waiting, engine.Job{Options: "pid"}, bytes.NewReader(nil)); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a job that left the queue fails with %v", err)
	}
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("a job that left fails with %v, want %v", err, context.Canceled)
	}
	wantAlive(t, pool)
}

// TestQueue: as many jobs wait as may, the next is turned away at once, and one
// that leaves makes room.
func TestQueue(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const places = 3
	pool, err := NewPool(Config{Queue: places, Command: []string{self, role, "obey"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := pool.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	running, free := io.Pipe()
	ctx, leave := context.WithCancel(t.Context())
	var jobs sync.WaitGroup
	enter := func(ctx context.Context, original io.Reader, want error) {
		jobs.Go(func() {
			if _, err := pool.Do(ctx, engine.Job{Options: "echo"}, original); !errors.Is(err, want) {
				t.Errorf("a job that has a place: %v, want %v", err, want)
			}
		})
	}
	fill := func(waiting int) {
		for len(pool.queue) != waiting {
			runtime.Gosched()
		}
	}
	enter(t.Context(), running, nil)
	if _, err := free.Write(picture(0)); err != nil { // the worker has begun
		t.Fatal(err)
	}
	enter(ctx, bytes.NewReader(picture(0)), context.Canceled)
	for range places - 1 {
		enter(t.Context(), bytes.NewReader(picture(0)), nil)
	}
	fill(places)
	_, err = do(pool, "echo", bytes.NewReader(picture(0)))
	wantCode(t, err, problem.Overloaded)
	leave()
	fill(places - 1)
	enter(t.Context(), bytes.NewReader(picture(0)), nil)
	fill(places)
	free.Close()
	jobs.Wait()
	wantAlive(t, pool)
}

// An original that breaks off never makes a variant, wherever it breaks.
func TestBrokenOriginalMakesNoVariant(t *testing.T) {
	pool := newPool(t, "obey", 0)
	tooLarge := problem.New(problem.OriginalTooLarge, "too large")
	for _, arrived := range []int{0, 10, 70_000, 3_000_000} {
		original := io.MultiReader(bytes.NewReader(picture(arrived)), broken{tooLarge})
		v, err := do(pool, "echo", original)
		if err != tooLarge {
			t.Errorf("after %d bytes: %d bytes, %v; want the reader's error", arrived, len(v.Body), err)
		}
	}
	wantAlive(t, pool)
	if got := pool.Stats(); got != (Stats{Restarts: 4, Kills: 4}) {
		t.Errorf("stats are %+v, want 4 restarts and 4 kills", got)
	}
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func TestNonsenseIsNoAnswer(t *testing.T) {
	frame := func(text string) string {
		return string([]byte{0, 0, byte(len(text) >> 8), byte(len(text))}) + text
	}
	for name, answer := range map[string]string{
		"garbage":          "HTTP/1.1 200 OK\r\n\r\n",
		"huge frame":       "\xff\xff\xff\xff{}",
		"no JSON":          frame("{"),
		"empty":            frame(`{"number":1}`),
		"another job's":    frame(`{"number":2,"complaint":{"code":"broken_image","detail":""}}`),
		"both":             frame(`{"number":1,"variant":{"format":"png"},"complaint":{"code":"broken_image","detail":""}}`),
		"huge body":        frame(fmt.Sprintf(`{"number":1,"variant":{"format":"png"},"body":%d}`, MaxBody+1)),
		"negative body":    frame(`{"number":1,"variant":{"format":"png"},"body":-1}`),
		"negative size":    frame(`{"number":1,"variant":{"format":"png","width":-1},"body":8}` + "\x89PNG\r\n\x1a\n"),
		"forbidden code":   frame(`{"number":1,"complaint":{"code":"not_found","detail":""}}`),
		"forbidden format": frame(`{"number":1,"variant":{"format":"svg"},"body":5}`) + "<svg>",
		"false format":     frame(`{"number":1,"variant":{"format":"json"},"body":5}`) + "<svg>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := newPool(t, answer, 0)
			_, err := do(pool, "", bytes.NewReader(picture(5_000_000)))
			wantCode(t, err, problem.WorkerFailed)
		})
	}
}

func TestLyingWorkerIsReplaced(t *testing.T) {
	pool := newPool(t, "obey", 0)
	_, err := do(pool, "lie", bytes.NewReader(nil))
	wantCode(t, err, problem.WorkerFailed)
	wantAlive(t, pool)
	if got := pool.Stats(); got != (Stats{Restarts: 1, Kills: 1}) {
		t.Errorf("stats are %+v, want 1 restart and 1 kill", got)
	}
}

func TestWorkerThatCannotStart(t *testing.T) {
	pool := newPool(t, "refuse", 0)
	for range 3 {
		_, err := do(pool, "echo", bytes.NewReader(nil))
		if p := wantCode(t, err, problem.WorkerFailed); !strings.Contains(p.Error(), "no library here") {
			t.Errorf("cause is %v, want the worker's words", p)
		}
	}
	if err := pool.Ready(t.Context()); err == nil {
		t.Error("a pool without workers says that it is ready")
	}
	newPool(t, "mute", 0).Close() // doesn't wait for it
}

func TestClosedPoolTakesNoJobs(t *testing.T) {
	pool := newPool(t, "obey", 0)
	under := make(chan error)
	go func() {
		_, err := do(pool, "hang", bytes.NewReader(nil))
		under <- err
	}()
	if err := pool.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	pool.Close()
	wantCode(t, <-under, problem.WorkerFailed)
	_, err := do(pool, "echo", bytes.NewReader(nil))
	wantCode(t, err, problem.WorkerFailed)
}

// A worker ends with its parent even while it computes: what it sees of the
// parent's end is the socket's.
func TestWorkerEndsWithParent(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := start(t.Context(), Config{Command: []string{self, role, "obey"}}, func(*process) {})
	if err != nil {
		t.Fatal(err)
	}
	pipe, sink, err := originalPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	frame, err := encodeFrame(request{Number: 1, Job: engine.Job{Options: "hang"}}, maxRequest)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.control.WriteMsgUnix(frame, syscall.UnixRights(int(pipe.Fd())), nil); err != nil {
		t.Fatal(err)
	}
	pipe.Close()
	p.control.Close()
	<-p.exited
	if p.killed() || !p.command.ProcessState.Success() {
		t.Errorf("the worker ended by %v, want by itself", p.obituary(nil))
	}
}

func TestNothingLeaksOverKills(t *testing.T) {
	pool := newPool(t, "obey", time.Hour)
	wantAlive(t, pool)
	wait := func(n int) { // until the counts settle
		for range 1000 {
			if runtime.NumGoroutine() <= n {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	reset := errors.New("connection reset")
	for i := range 300 {
		switch i % 3 {
		case 0:
			_, err := do(pool, "exit", bytes.NewReader(picture(100_000)))
			wantCode(t, err, problem.WorkerFailed)
		case 1:
			_, err := do(pool, "echo", io.MultiReader(bytes.NewReader(picture(100_000)), broken{reset}))
			if err != reset {
				t.Fatal(err)
			}
		case 2:
			_, err := do(pool, "lie", bytes.NewReader(picture(5_000_000)))
			wantCode(t, err, problem.WorkerFailed)
		}
	}
	wantAlive(t, pool)
	if got := pool.Stats(); got != (Stats{Restarts: 300, Kills: 200}) {
		t.Errorf("stats are %+v, want 300 restarts and 200 kills", got)
	}
	wait(goroutines)
	if got := runtime.NumGoroutine(); got > goroutines {
		t.Errorf("%d goroutines became %d", goroutines, got)
	}
	if got := openDescriptors(t); got > descriptors {
		t.Errorf("%d descriptors became %d", descriptors, got)
	}
	pool.Close()
	if _, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err != syscall.ECHILD {
		t.Errorf("a child is left after Close: %v", err)
	}
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
