package worker

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"primrose/functions/internal/problem"
)

// TestLayers: a job gets all of its originals, each whole and in its place, in
// whatever order they are read and however many bytes wait meanwhile.
func TestLayers(t *testing.T) {
	pool := newPool(t, "obey", 0)
	for n := range maxOriginals {
		var originals []io.Reader
		var want []byte
		for i := range n + 1 {
			part := picture(3_000_000 + i)
			originals = append(originals, bytes.NewReader(part))
			want = append(slices.Clone(part), want...)
		}
		v, err := do(pool, "backwards", originals...)
		if err != nil || !bytes.Equal(v.Body, want) {
			t.Errorf("%d originals: %d bytes came back, %v; want %d", n+1, len(v.Body), err, len(want))
		}
	}
	if got := pool.Stats(); got != (Stats{}) {
		t.Errorf("stats are %+v, want none", got)
	}
}

// No original may break off or stay away, whichever it is, and nothing of its
// job reaches the next.
func TestBrokenLayerMakesNoVariant(t *testing.T) {
	pool := newPool(t, "obey", 200*time.Millisecond)
	gone := errors.New("connection reset")
	for i := range maxOriginals {
		originals := make([]io.Reader, maxOriginals)
		for j := range originals {
			originals[j] = bytes.NewReader(picture(100_000))
		}
		originals[i] = io.MultiReader(bytes.NewReader(picture(100_000)), broken{gone})
		if v, err := do(pool, "backwards", originals...); err != gone {
			t.Errorf("original %d breaks off: %d bytes, %v; want its error", i, len(v.Body), err)
		}

		stalled, writer := io.Pipe()
		originals[i] = stalled
		_, err := do(pool, "backwards", originals...)
		wantCode(t, err, problem.StoreUnavailable)
		writer.CloseWithError(gone)
		wantAlive(t, pool)
	}
	if got := pool.Stats(); got != (Stats{Restarts: 2 * maxOriginals, Kills: 2 * maxOriginals}) {
		t.Errorf("stats are %+v, want a kill and a restart each", got)
	}
}

func TestNothingLeaksWithLayers(t *testing.T) {
	pool := newPool(t, "obey", 0)
	wantAlive(t, pool)
	before := openDescriptors(t)
	for range 20 {
		for _, manner := range []string{"backwards", "head", "exit", "lie"} { // of which three leave originals unread
			do(pool, manner, bytes.NewReader(picture(2_000_000)), bytes.NewReader(picture(2_000_000)), bytes.NewReader(picture(0)))
		}
	}
	wantAlive(t, pool)
	if after := openDescriptors(t); after > before {
		t.Errorf("%d descriptors became %d", before, after)
	}
}
