package mutation

import (
	"bytes"
	"image/png"
	"math/rand/v2"
	"slices"
	"testing"

	"primrose/functions/internal/seed"
)

func images(t testing.TB) []seed.Image {
	t.Helper()
	images, err := seed.Images()
	if err != nil {
		t.Fatal(err)
	}
	return images
}

// What is known of each format's structure covers the whole file, but for
// the few bytes before its first piece and TIFF's pixels.
func TestLayoutCoversTheFile(t *testing.T) {
	for _, img := range images(t) {
		l := layoutOf(img.Data)
		if len(l.numbers) < 8 {
			t.Errorf("%s: only %d numbers are known", img.Name, len(l.numbers))
		}
		covered := 0
		for _, p := range l.pieces {
			if p.from >= p.to || p.to > len(img.Data) {
				t.Fatalf("%s: a piece from %d to %d of %d bytes", img.Name, p.from, p.to, len(img.Data))
			}
			covered = max(covered, p.to)
		}
		if img.Format == "tiff" && len(l.pieces) >= 8 {
			continue
		}
		if len(img.Data)-covered > 2 { // JPEG's and GIF's last marker
			t.Errorf("%s: %d of %d bytes are known", img.Name, covered, len(img.Data))
		}
	}
}

// The same numbers do the same damage, and nearly all of them do any.
func TestMutateIsRepeatable(t *testing.T) {
	all := images(t)
	for i, img := range all {
		other := all[(i+1)%len(all)].Data
		before, others := bytes.Clone(img.Data), bytes.Clone(other)
		same := 0
		for n := range uint64(100) {
			got, done := Mutate(rand.New(rand.NewPCG(1, n)), img.Data, other)
			again, _ := Mutate(rand.New(rand.NewPCG(1, n)), img.Data, other)
			if !bytes.Equal(got, again) {
				t.Fatalf("%s: %v differs the second time", img.Name, done)
			}
			if bytes.Equal(got, img.Data) {
				same++
			}
		}
		if !bytes.Equal(before, img.Data) || !bytes.Equal(others, other) {
			t.Fatalf("%s was itself changed", img.Name)
		}
		if same > 20 {
			t.Errorf("%s: %d of 100 mutations change nothing", img.Name, same)
		}
	}
}

// A PNG's checksums are right again after its width was changed.
func TestSeal(t *testing.T) {
	all := images(t)
	i := slices.IndexFunc(all, func(img seed.Image) bool { return img.Name == "plain.png" })
	data := all[i].Data
	data[19]--
	if _, err := png.DecodeConfig(bytes.NewReader(data)); err == nil {
		t.Error("the checksum is right before it is put right")
	}
	seal(data)
	if _, err := png.DecodeConfig(bytes.NewReader(data)); err != nil {
		t.Errorf("after seal: %v", err)
	}
}

// FuzzMutate: whatever file there is, damage can be done to it.
func FuzzMutate(f *testing.F) {
	all := images(f)
	for i, img := range all {
		if len(img.Data) < 2500 {
			f.Add(img.Data, all[(i+1)%len(all)].Data[:256], uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, data, other []byte, n uint64) {
		got, done := Mutate(rand.New(rand.NewPCG(1, n)), data, other)
		limit := len(data)
		for range done { // the most is to repeat 8 KiB three times, or to go on with all of the other
			limit += max(3<<13, limit, len(other))
		}
		if len(got) > limit {
			t.Errorf("%d bytes became %d by %v", len(data), len(got), done)
		}
	})
}
