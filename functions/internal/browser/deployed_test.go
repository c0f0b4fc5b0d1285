package browser

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"primrose/functions/edge"
	"primrose/functions/internal/delivery"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/playground"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/serve"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/store"
	"primrose/functions/internal/worker"
)

// TestMain lets the pool run this test binary as a worker.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

var key = signature.Key{ID: "2026a", Secret: "0123456789abcdef0123456789abcdef"}

// The page as it is deployed with a stage that wants signatures: behind the edge
// function, for whoever has a signed URL of it, and of a key to type into it.
func TestDeployed(t *testing.T) {
	address := deploy(t, edge.Stage{Keys: []string{key.ID}, Store: func(name string) (string, bool) {
		return key.Secret, name == signature.StoreKey(key.ID)
	}})
	page, err := key.Sign("/playground.html", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	run(t, "deployed.mjs", errand{URL: address + page, Key: key.Secret})
}

// deploy runs what is deployed, but for AWS: edge function, image function and
// its page, over the sample photos.
func deploy(t *testing.T, stage edge.Stage) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, sample.Originals()); err != nil {
		t.Fatal(err)
	}
	originals, err := store.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	variants, err := store.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	function, err := edge.New(stage)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := worker.NewPool(worker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	images := delivery.New(delivery.Config{Originals: originals, Variants: variants, Worker: pool, Limits: engine.DefaultLimits, Log: log})
	server := httptest.NewServer(serve.New(serve.Config{
		Originals: originals, Variants: variants, Edge: function, Images: playground.Deployed(true, images), Log: log,
	}))
	t.Cleanup(func() {
		server.Close()
		pool.Close()
		function.Close()
	})
	return server.URL
}
