package main

import (
	"maps"
	"strings"
	"syscall"
	"testing"
	"time"

	"primrose/functions/internal/metric"
	"primrose/functions/internal/metric/metrictest"
)

// What goes wrong is counted, and what goes well, or is the viewer's own
// fault, is not.
func TestMetrics(t *testing.T) {
	for name, test := range map[string]struct {
		env     map[string]string
		fate    func(*testing.T, *deployment) (times int)
		counted string
	}{
		"nothing happens":       {nil, goodAndBadRequests, ""},
		"jail is required":      {map[string]string{jailName: "required"}, goodAndBadRequests, ""},
		"workers retire":        {map[string]string{jobsName: "1"}, goodAndBadRequests, ""},
		"death between events":  {nil, deathBetweenEvents, metric.WorkerCrashes},
		"death within an event": {nil, deathWithinAnEvent, metric.WorkerCrashes},
		"deadline":              {map[string]string{deadlineName: "1"}, workerThatHangs, metric.WorkerKills},
		"store fails":           {map[string]string{variantsName: "no-such-bucket"}, variantThatIsNotStored, metric.StoreFailures},
		"nobody counts":         {map[string]string{variantsName: "no-such-bucket", serviceName: ""}, variantThatIsNotStored, ""},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{serviceName: "primrose-test"}
			maps.Copy(env, test.env)
			d := deploy(t, env)
			d.put(t, "rose.jpg", photo(t))
			want := map[string]float64{}
			if times := test.fate(t, d); test.counted != "" {
				want[test.counted] = float64(times)
			}
			if got := d.metrics(t); !maps.Equal(got, want) {
				t.Errorf("CloudWatch counts %v, want %v:\n%s", got, want, strings.Join(d.log, "\n"))
			}
		})
	}
}

func goodAndBadRequests(t *testing.T, d *deployment) int {
	d.put(t, "half.jpg", photo(t)[:1000])
	d.want(t, 200, "/rose.jpg/-/w=300")
	d.want(t, 404, "/missing.jpg/-/w=300")
	d.want(t, 422, "/half.jpg/-/w=300")
	return 0
}

func deathBetweenEvents(t *testing.T, d *deployment) int {
	signal(t, d.worker(t), syscall.SIGKILL)
	for range 2 {
		d.request(t, "GET", "/rose.jpg/-/w=301", nil) // the first may come too early
	}
	return 1
}

// The answer fails, and the count is there when it does. Nothing tells when a
// stopped worker has got its job, so a death that came too early, after which
// another worker answered, is repeated.
func deathWithinAnEvent(t *testing.T, d *deployment) (deaths int) {
	for status := 200; status != 502; deaths++ {
		worker := d.worker(t)
		signal(t, worker, syscall.SIGSTOP)
		answer := make(chan int)
		go func() { answer <- d.request(t, "GET", "/rose.jpg/-/w=301", nil).Status }()
		time.Sleep(100 * time.Millisecond)
		signal(t, worker, syscall.SIGKILL)
		if status = <-answer; status != 502 && status != 200 {
			t.Fatalf("a request whose worker died is answered by %d", status)
		}
	}
	return deaths
}

func workerThatHangs(t *testing.T, d *deployment) int {
	signal(t, d.worker(t), syscall.SIGSTOP)
	d.want(t, 422, "/rose.jpg/-/w=301")
	return 1
}

func variantThatIsNotStored(t *testing.T, d *deployment) int {
	d.want(t, 200, "/rose.jpg/-/w=301")
	return 1
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
