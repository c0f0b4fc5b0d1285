package worker

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/jail"
	"primrose/functions/internal/metric"
	"primrose/functions/internal/metric/metrictest"
	"primrose/functions/internal/problem"
)

// inspected starts a pool whose workers make one image each, waits until the
// first is inspected, and returns what is logged.
func inspected(t *testing.T, manner string, jailed bool) (*Pool, *tail) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := &tail{}
	pool, err := NewPool(Config{
		Command: []string{self, role, manner},
		Jobs:    1,
		Jailed:  jailed,
		Service: "primrose-test",
		Log:     slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	pool.Ready(t.Context()) // or refused: the tests see to it
	return pool, log
}

// A worker in a whole jail works as any, and dies when it leaves its work.
func TestWholeJail(t *testing.T) {
	pool, logged := inspected(t, "obey in jail", false)
	log := logged.String()
	if runtime.GOOS != "linux" || strings.Contains(log, string(jail.Landlock)+": "+jail.NotOffered) {
		t.Skip("this system has no whole jail:", log)
	}
	if log != "" {
		t.Fatalf("the jail has gaps: %s", log)
	}
	pool.Close()
	pool, _ = inspected(t, "obey in jail", true)
	wantAlive(t, pool)
	_, err := do(pool, "connect", bytes.NewReader(picture(5_000_000)))
	if p := wantCode(t, err, problem.WorkerFailed); !strings.Contains(p.Error(), "bad system call") {
		t.Errorf("a worker that makes a socket: %v", p)
	}
	_, err = do(pool, "complain", bytes.NewReader(picture(5_000_000)))
	wantCode(t, err, problem.TooManyPixels)
	_, err = do(pool, "exit", bytes.NewReader(picture(0)))
	if p := wantCode(t, err, problem.WorkerFailed); !strings.Contains(p.Error(), "farewell") {
		t.Errorf("a worker that exits: %v", p)
	}
	wantAlive(t, pool)
}

// Which gaps there are is said and counted; whether they matter is up to the
// configuration.
func TestGaps(t *testing.T) {
	type line struct {
		Level, Missing string
	}
	counted := []metrictest.Metric{{Namespace: metric.Namespace, Dimension: metric.Dimension, Service: "primrose-test", Name: metric.JailMissing, Unit: "Count", Value: 1}}
	all := strings.Join(jail.Report(nil).Missing(), "; ")
	for _, test := range []struct {
		manner  string
		jailed  bool
		refused bool
		want    line
		metrics []metrictest.Metric
	}{
		{"obey", false, false, line{"WARN", all}, counted},
		{"obey", true, true, line{"WARN", all}, counted},
		{"obey on an old kernel", false, false, line{"INFO", "landlock: " + jail.NotOffered}, nil},
		{"obey on an old kernel", true, false, line{"INFO", "landlock: " + jail.NotOffered}, nil},
	} {
		pool, log := inspected(t, test.manner, test.jailed)
		first, _, _ := strings.Cut(log.String(), "\n")
		var got line
		if err := json.Unmarshal([]byte(first), &got); err != nil || got != test.want {
			t.Errorf("%s: the log says %q, want %v", test.manner, first, test.want)
		}
		if metrics, err := metrictest.Parse(first); err != nil || !slices.Equal(metrics, test.metrics) {
			t.Errorf("%s: the log counts %v, %v; want %v", test.manner, metrics, err, test.metrics)
		}
		if !test.refused {
			if runtime.GOOS == "linux" || test.manner == "obey" { // elsewhere a filter is but claimed, and can't be had
				wantAlive(t, pool)
			}
			continue
		}
		_, err := do(pool, "echo", bytes.NewReader(picture(0)))
		if p := wantCode(t, err, problem.WorkerFailed); !strings.Contains(p.Error(), "seccomp: ") || strings.Contains(p.Detail, "seccomp") {
			t.Errorf("%s: the refusal is %v", test.manner, p)
		}
	}
}

// What no worker can have here is said once, not with each image.
func TestOldKernelIsNotedOnce(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no landlock on", runtime.GOOS)
	}
	pool, log := inspected(t, "obey on an old kernel", false)
	for range 3 {
		wantAlive(t, pool)
	}
	pool.Close()
	if n := strings.Count(log.String(), jail.NotOffered); n != 1 {
		t.Errorf("it is said %d times of 4 workers:\n%s", n, log)
	}
}
