package main

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"primrose/functions/internal/metric"
	"primrose/functions/internal/metric/metrictest"
)

// What goes wrong is counted, and what goes well, or is the viewer's own
// fault, is not.
func TestMetrics(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells of another process's pipes")
	}
	for name, test := range map[string]struct {
		env  map[string]string
		fate func(*testing.T, *deployment)
		want map[string]float64
	}{
		"nothing happens":       {nil, goodAndBadRequests, nil},
		"jail is required":      {map[string]string{jailName: "required"}, goodAndBadRequests, nil},
		"death between events":  {nil, deathBetweenEvents, map[string]float64{metric.WorkerCrashes: 1}},
		"death within an event": {nil, deathWithinAnEvent, map[string]float64{metric.WorkerCrashes: 1}},
		"deadline":              {map[string]string{deadlineName: "1"}, workerThatHangs, map[string]float64{metric.WorkerKills: 1}},
		"store fails":           {map[string]string{variantsName: "no-such-bucket"}, variantThatIsNotStored, map[string]float64{metric.StoreFailures: 1}},
		"nobody counts":         {map[string]string{variantsName: "no-such-bucket", serviceName: ""}, variantThatIsNotStored, nil},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{serviceName: "primrose-test"}
			maps.Copy(env, test.env)
			d := deploy(t, env)
			d.put(t, "rose.jpg", photo(t))
			test.fate(t, d)
			if got := d.metrics(t); !maps.Equal(got, test.want) {
				t.Errorf("CloudWatch counts %v, want %v:\n%s", got, test.want, strings.Join(d.log, "\n"))
			}
		})
	}
}

func goodAndBadRequests(t *testing.T, d *deployment) {
	d.put(t, "half.jpg", photo(t)[:1000])
	d.want(t, 200, "/rose.jpg/-/w=300")
	d.want(t, 404, "/missing.jpg/-/w=300")
	d.want(t, 422, "/half.jpg/-/w=300")
}

func deathBetweenEvents(t *testing.T, d *deployment) {
	signal(t, d.worker(t), syscall.SIGKILL)
	for range 2 {
		d.request(t, "GET", "/rose.jpg/-/w=301", nil) // the first may come too early
	}
}

// The answer fails, and the count is there when it does. The original is
// larger than a pipe holds, so that the pipe is there until it is read.
func deathWithinAnEvent(t *testing.T, d *deployment) {
	d.put(t, "large.jpg", append(photo(t), noise(4<<20)...))
	worker, function := d.worker(t), d.Pid()
	signal(t, worker, syscall.SIGSTOP)
	idle := pipes(t, function)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		d.want(t, 502, "/large.jpg/-/w=301")
	}()
	for pipes(t, function) <= idle { // until it has a job
		select {
		case <-answered:
			t.Fatal("the worker that was stopped wasn't needed")
		default:
			runtime.Gosched()
		}
	}
	signal(t, worker, syscall.SIGKILL)
	<-answered
}

func workerThatHangs(t *testing.T, d *deployment) {
	signal(t, d.worker(t), syscall.SIGSTOP)
	d.want(t, 422, "/rose.jpg/-/w=301")
}

func variantThatIsNotStored(t *testing.T, d *deployment) {
	d.want(t, 200, "/rose.jpg/-/w=301")
}

// worker returns the process of a worker that has proved to work.
func (d *deployment) worker(t *testing.T) int {
	t.Helper()
	d.want(t, 200, "/rose.jpg/-/w=300")
	return onlyChild(t, d.Pid())
}

func (d *deployment) want(t *testing.T, status int, path string) {
	t.Helper()
	if got := d.request(t, "GET", path, nil); got.Status != status {
		t.Errorf("GET %s: %d %.300s, want %d", path, got.Status, got.Body, status)
	}
}

// metrics are the sums that CloudWatch makes of the log.
func (d *deployment) metrics(t *testing.T) map[string]float64 {
	t.Helper()
	d.Stop() // waits for the log's end
	sums := map[string]float64{}
	for _, line := range d.log {
		found, err := metrictest.Parse(line)
		if err != nil {
			t.Error(err)
		}
		for _, m := range found {
			if m.Namespace != metric.Namespace || m.Dimension != metric.Dimension || m.Service != "primrose-test" || m.Unit != "Count" {
				t.Errorf("a metric is %+v", m)
			}
			sums[m.Name] += m.Value
		}
	}
	return sums
}

func signal(t *testing.T, pid int, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		t.Fatal(err)
	}
}

// pipes counts the pipes that a process holds.
func pipes(t *testing.T, pid int) (n int) {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if target, err := os.Readlink(dir + "/" + file.Name()); err == nil && strings.HasPrefix(target, "pipe:") {
			n++
		}
	}
	return n
}
