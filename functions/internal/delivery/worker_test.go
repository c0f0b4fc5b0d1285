package delivery

import (
	"os"
	"testing"

	"primrose/functions/internal/vips"
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
	library, err := vips.Find()
	if err != nil {
		t.Fatal(err)
	}
	command, err := worker.Command(library)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := worker.NewPool(worker.Config{Size: 1, Command: command})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
