package worker

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

var kills = flag.Int("kills", 20, "how many workers are killed at their work, at least 2")

// genuine is the role of a worker that has the engine and the jail.
const genuine = "genuine worker"

func newGenuinePool(t *testing.T, deadline time.Duration) *Pool {
	t.Helper()
	pool, err := NewPool(Config{Role: genuine, Deadline: deadline, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := pool.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return pool
}

// waves is a PNG whose pixels all differ a little.
func waves(t *testing.T, side int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = uint8(i >> 6)
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func convert(t *testing.T, pool *Pool, options string, memory int, original []byte) ([]byte, error) {
	t.Helper()
	limits := engine.DefaultLimits
	limits.Memory = memory
	v, err := pool.Do(t.Context(), engine.Job{Options: options, Limits: limits}, bytes.NewReader(original))
	return v.Body, err
}

// A worker that takes more and more memory is stopped, and the job answered as
// one that is too expensive.
func TestMemoryIsLimited(t *testing.T) {
	pool := newPool(t, "obey", time.Hour)
	job := engine.Job{Options: "hoard", Limits: engine.Limits{Memory: 64}}
	_, err := pool.Do(t.Context(), job, bytes.NewReader(picture(5_000_000)))
	if p := wantCode(t, err, problem.TooExpensive); !strings.Contains(p.Detail, "64 MiB") {
		t.Errorf("the refusal doesn't tell the limit: %v", p)
	}
	wantAlive(t, pool)
	if got := pool.Stats(); got != (Stats{Restarts: 1, Kills: 1}) {
		t.Errorf("stats are %+v, want 1 restart and 1 kill", got)
	}
}

// However little memory there is, a variant is what it would be with plenty, or
// is none. It is made where there is half as much again as the engine counts,
// and 48 MiB for rows.
func TestNoMemoryMakesNoOtherPixels(t *testing.T) {
	pool := newGenuinePool(t, 0)
	original := waves(t, 700)
	for options, counted := range map[string]int{"fm=avif": 28, "fm=jpg,sharp=20": 23, "blur=20,fm=png": 21} {
		want, err := convert(t, pool, options, engine.DefaultLimits.Memory, original)
		if err != nil {
			t.Fatalf("%s: %v", options, err)
		}
		enough := counted*3/2 + 48
		for _, memory := range []int{counted - 1, counted, counted + 8, counted + 16, counted + 24, enough} {
			got, err := convert(t, pool, options, memory, original)
			switch {
			case err != nil && (problem.Of(err).Code != problem.TooExpensive || memory == enough):
				t.Errorf("%s in %d MiB: %v", options, memory, err)
			case err == nil && !bytes.Equal(got, want):
				t.Errorf("%s in %d MiB makes another image", options, memory)
			}
		}
	}
}

// What lies between a mark's tiles is never held: at the limits it is 65,536 px
// each way, 17 GB.
func TestTilesFarApart(t *testing.T) {
	pool := newGenuinePool(t, 0)
	o, err := options.FromQuery("dpr=8&mark=m&mark-tile=grid&mark-pad=8192&mark-align=middle,center", "")
	if err != nil {
		t.Fatal(err)
	}
	job := engine.Job{Options: o.String(), Limits: engine.DefaultLimits}
	job.Limits.Memory = 64
	v, err := pool.Do(t.Context(), job, bytes.NewReader(waves(t, 40)), bytes.NewReader(waves(t, 9)))
	if err != nil || v.Width != 40 {
		t.Errorf("%d px wide: %v", v.Width, err)
	}
}

// Of workers that are killed at their work, for the time as for the memory that
// they take, nothing is left: no process, descriptor, thread, goroutine or memory.
func TestNothingIsLeftOfKills(t *testing.T) {
	slow, patient := newGenuinePool(t, 10*time.Millisecond), newGenuinePool(t, time.Hour)
	original := waves(t, 1500)
	const tight = 27 // MiB: enough for the engine, which counts 26
	kill := func(n int) (took []time.Duration) {
		for i := range n {
			begin := time.Now()
			pool, options, memory, why := slow, "fm=avif", engine.DefaultLimits.Memory, "too long"
			if i%2 == 1 {
				pool, options, memory, why = patient, "blur=100,fm=png", tight, "memory"
			}
			_, err := convert(t, pool, options, memory, original)
			if p := wantCode(t, err, problem.TooExpensive); !strings.Contains(p.Detail, why) {
				t.Errorf("kill %d: %v, want one that speaks of %q", i, p, why)
			}
			if err := pool.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(begin))
		}
		return took
	}
	kill(10) // until buffers and threads are there
	before, took, after := remains(t), kill(*kills), remains(t)
	t.Logf("%d kills; job, kill and next start took %v in the first half and %v in the second (medians); before %+v, after %+v",
		*kills, median(took[:*kills/2]), median(took[*kills/2:]), before, after)

	if got, want := slow.Stats().Kills+patient.Stats().Kills, uint64(10+*kills); got != want {
		t.Errorf("%d kills, want %d", got, want)
	}
	spare := 8 + *kills/20
	if after.descriptors > before.descriptors || after.threads > before.threads+spare || after.goroutines > before.goroutines+spare {
		t.Errorf("descriptors, threads or goroutines are left: %+v became %+v", before, after)
	}
	if after.memory > before.memory+16<<20 {
		t.Errorf("memory is left: %+v became %+v", before, after)
	}
	slow.Close()
	patient.Close()
	if _, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err != syscall.ECHILD {
		t.Errorf("a child is left after Close: %v", err)
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// inventory is what this process has.
type inventory struct {
	descriptors, threads, goroutines int
	memory                           int64 // bytes
}

func remains(t *testing.T) inventory {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip("this system doesn't tell of threads: ", err)
	}
	own, err := memoryOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	defer own.close()
	debug.FreeOSMemory()
	return inventory{openDescriptors(t), len(threads), runtime.NumGoroutine(), own.held()}
}
