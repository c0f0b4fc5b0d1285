package placeholder

import (
	"bytes"
	"encoding/base64"
	"image"
	"math/rand/v2"
	"testing"

	"primrose/functions/internal/tooltest"
)

// TestAgreesWithTheInventors compares with the packages that define the
// hashes. That of BlurHash takes the strongest wave for the scale only if it is
// positive, where its definition takes the strongest of all: then what it draws
// from ours must be nearer to the picture.
func TestAgreesWithTheInventors(t *testing.T) {
	type picture struct {
		Width    int    `json:"width"`
		Height   int    `json:"height"`
		Pixels   []byte `json:"pixels"`
		BlurHash string `json:"blurhash"`
	}
	var asked []picture
	for _, p := range pictures() {
		asked = append(asked, picture{p.Rect.Dx(), p.Rect.Dy(), p.Pix, BlurHash(p)})
	}
	var want []struct {
		BlurHash, ThumbHash string
		Ours, Theirs        float64
	}
	tooltest.Node(t, "testdata/oracle.mjs", asked, &want)
	same := 0
	for i, p := range pictures() {
		got := asked[i].BlurHash
		if got == want[i].BlurHash {
			same++
		} else if got[:1]+got[2:6] != want[i].BlurHash[:1]+want[i].BlurHash[2:6] || want[i].Ours >= want[i].Theirs {
			t.Errorf("picture %d of %v: BlurHash %q, %.1f from it; its inventors' is %q, %.1f from it", i, p.Rect.Max, got, want[i].Ours, want[i].BlurHash, want[i].Theirs)
		}
		if got := ThumbHash(p); got != want[i].ThumbHash {
			t.Errorf("picture %d of %v: ThumbHash %q, its inventor's is %q", i, p.Rect.Max, got, want[i].ThumbHash)
		}
	}
	if same < len(asked)/2 {
		t.Errorf("only %d of %d BlurHashes are their inventors'", same, len(asked))
	}
}

// In a picture of one colour, the inventor's package finds waves in the last
// digits of its sums. They count for nothing: their scale is 0.
func TestOfOneColour(t *testing.T) {
	white := image.NewNRGBA(image.Rect(0, 0, 20, 10))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	got, err := base64.StdEncoding.DecodeString(ThumbHash(white))
	want := append([]byte{0x3f, 0x08, 0x02, 0x04, 0x80}, make([]byte, 14)...)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("white's ThumbHash is %x (%v); want %x", got, err, want)
	}
}

// pictures are of several shapes, smooth and noisy, opaque and not.
func pictures() (all []*image.NRGBA) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []image.Point{{1, 1}, {1, 40}, {Side, 1}, {32, 32}, {Side, 67}, {60, Side}, {Side, Side}} {
		for _, opaque := range []bool{true, false} {
			p := image.NewNRGBA(image.Rectangle{Max: size})
			base := random.IntN(200)
			for i := range p.Pix {
				x, y := i/4%size.X, i/4/size.X
				p.Pix[i] = uint8(base + 55*x/size.X*(i%4) + 40*y/size.Y + random.IntN(30))
				if opaque && i%4 == 3 {
					p.Pix[i] = 255
				}
			}
			all = append(all, p)
		}
	}
	return append(all, image.NewNRGBA(image.Rect(0, 0, 20, 10)))
}
