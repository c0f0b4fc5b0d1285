package delivery

import (
	"os"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/vips"
	"primrose/functions/internal/worker"
)

// TestMain lets the pool run this test binary as a worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		e, err := engine.New(os.Args[2])
		if err == nil {
			err = worker.Serve(e.Run)
		}
		panic(err)
	}
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
