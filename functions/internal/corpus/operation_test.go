package corpus

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"primrose/functions/internal/operation"
	"primrose/functions/internal/problem"
)

// convert puts a file through the operation of that name, whose program does
// all that ImageMagick's arguments can.
func (b *bed) convert(t *testing.T, name string) answer {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(b.originals, name))
	if err != nil {
		t.Fatal(err)
	}
	event, err := json.Marshal(map[string]any{
		"operation":       "convert",
		"base64Image":     base64.StdEncoding.EncodeToString(data),
		"outputExtension": "png",
		"customArgs": []string{
			"-resize", "64x48^", "-gravity", "center", "-crop", "64x48+0+0", "-flip", "-flop", "-blur", "0x1", "-sharpen", "0x1",
			"-colorspace", "Gray", "-background", "#f008", "-rotate", "30", "-rotate", "90",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	result, err := operation.Service{Worker: b.pool, Limits: b.limits}.Invoke(t.Context(), event)
	a := answer{name: name, query: "convert", status: http.StatusOK, took: time.Since(begin)}
	if err != nil {
		p := problem.Of(err)
		a.status, a.code = p.Status(), string(p.Code)
		if a.status >= 500 {
			t.Errorf("convert: %v", err)
		}
		return a
	}
	if a.body, err = base64.StdEncoding.DecodeString(result.(string)); err != nil {
		t.Errorf("convert: %v", err)
		return a
	}
	img := b.decode(t, a)
	if img != nil && (!near(img.Bounds().Dx(), 74) || !near(img.Bounds().Dy(), 80)) {
		t.Errorf("convert: the image is %v, want 74x80", img.Bounds())
	}
	return a
}
