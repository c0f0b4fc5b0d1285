package browser

import (
	"bytes"
	"encoding/json"
	"image"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	_ "golang.org/x/image/webp"
)

// compare wants the documentation's pictures of the page to look like it still,
// or makes them anew.
func compare(t *testing.T, address string, found map[string]json.RawMessage) {
	t.Helper()
	for _, name := range []string{"desk-light", "phone-dark"} {
		var screenshot []byte
		if err := json.Unmarshal(found[name], &screenshot); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		file := filepath.Join("../../../docs/playground", name+".webp")
		made := small(t, address, screenshot)
		if *update {
			write(t, file, made)
			continue
		}
		shown, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := difference(decode(t, shown), decode(t, made)); d > 0.02 {
			t.Errorf("%s is not what the page looks like (they differ by %.1f %%): run go test ./internal/browser -run TestOpen -update in functions", file, 100*d)
		}
	}
}

// small has the service itself encode a picture.
func small(t *testing.T, address string, picture []byte) []byte {
	t.Helper()
	var dropped struct{ Key string }
	r, err := http.Post(address+"/originals/?name=picture.png", "image/png", bytes.NewReader(picture))
	if err == nil {
		defer r.Body.Close()
		err = json.NewDecoder(r.Body).Decode(&dropped)
	}
	if err != nil {
		t.Fatal(err)
	}
	return get(t, address+"/"+dropped.Key+"?fm=webp&q=70")
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", url, r.Status, err)
	}
	return body
}

func write(t *testing.T, file string, body []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, body, 0o644); err != nil {
		t.Fatal(err)
	}
}

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// difference is how much two pictures differ seen from far away, from 0 to 1: by
// the brightness of tiles about as large as a letter. Fonts are the repository's,
// and so is where each letter lies; how it is smoothed is the browser's.
func difference(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	const tile = 16 // pixels
	sum, tiles := 0.0, 0.0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y += tile {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x += tile {
			area := image.Rect(x, y, x+tile, y+tile).Intersect(a.Bounds())
			sum += max(brightness(a, area)-brightness(b, area), brightness(b, area)-brightness(a, area))
			tiles++
		}
	}
	return sum / tiles
}

func brightness(picture image.Image, area image.Rectangle) float64 {
	sum := 0.0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			r, g, b, _ := picture.At(x, y).RGBA()
			sum += float64(r+g+b) / 3 / 0xffff
		}
	}
	return sum / float64(area.Dx()*area.Dy())
}
