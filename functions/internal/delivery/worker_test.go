package delivery

import (
	"os"
	"testing"

	"primrose/functions/internal/worker"
)

// TestMain lets the pool run this test binary as a worker.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// realWorker runs the real engine in a process of its own.
func realWorker(t *testing.T) Worker {
	t.Helper()
	pool, err := worker.NewPool(worker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
