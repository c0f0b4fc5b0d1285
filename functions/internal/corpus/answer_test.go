package corpus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/store"
	"primrose/functions/internal/variant"
)

// answer is what a request got.
type answer struct {
	name   string
	query  string
	status int
	kind   string // media type
	body   []byte
	code   string // of a problem
	took   time.Duration
}

// ask requests a variant and checks all that holds for every answer.
func (b *bed) ask(t *testing.T, name, query string) answer {
	t.Helper()
	o, err := options.FromQuery(query, "image/avif,image/webp,*/*")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	v, err := variant.New(name, o)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	recorder := httptest.NewRecorder()
	begin := time.Now()
	b.handler.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, http.MethodGet, v.Path(), nil))
	a := answer{
		name: name, query: query,
		status: recorder.Code, kind: recorder.Header().Get("Content-Type"), body: recorder.Body.Bytes(), took: time.Since(begin),
	}
	if length := recorder.Header().Get("Content-Length"); length != strconv.Itoa(len(a.body)) {
		t.Errorf("%s: Content-Length is %s of %d bytes", query, length, len(a.body))
	}
	switch {
	case ctx.Err() != nil:
		t.Errorf("%s: no answer within %v", query, patience)
	case a.status == http.StatusOK:
		b.mustBeStored(t, v, a)
	case a.status >= 400 && a.status < 500:
		a.code = codeOf(t, a)
		b.mustNotBeStored(t, v, a)
	default:
		t.Errorf("%s: status %d: %s", query, a.status, a.body)
	}
	return a
}

// codeOf returns the code of a problem.
func codeOf(t *testing.T, a answer) string {
	t.Helper()
	var p struct{ Code, Detail string }
	if err := json.Unmarshal(a.body, &p); err != nil || a.kind != problem.ContentType || p.Code == "" || p.Detail == "" {
		t.Errorf("%s: %d is no problem: %s %s", a.query, a.status, a.kind, a.body)
	}
	return p.Code
}

func (b *bed) mustBeStored(t *testing.T, v variant.Variant, a answer) {
	t.Helper()
	if v.Options().IsZero() {
		return // the original itself
	}
	object, err := b.variants.Get(t.Context(), v.StoreKey())
	if err != nil {
		t.Errorf("%s is not stored: %v", a.query, err)
		return
	}
	defer object.Body.Close()
	stored, err := io.ReadAll(object.Body)
	if err != nil || !bytes.Equal(stored, a.body) {
		t.Errorf("%s: %d bytes are stored, %d were sent (%v)", a.query, len(stored), len(a.body), err)
	}
}

func (b *bed) mustNotBeStored(t *testing.T, v variant.Variant, a answer) {
	t.Helper()
	object, err := b.variants.Get(t.Context(), v.StoreKey())
	if err == nil {
		object.Body.Close()
	}
	if !errors.Is(err, store.ErrNotExist) {
		t.Errorf("%s: %d, yet there is a variant in the store (%v)", a.query, a.status, err)
	}
}

// decode reads an image with Go's own decoders. What these can't read is
// first turned into PNG by the worker.
func (b *bed) decode(t *testing.T, a answer) image.Image {
	t.Helper()
	data := a.body
	switch format.Sniff(data) {
	case format.WebP, format.AVIF, format.TIFF, format.SVG:
		made, err := b.pool.Do(t.Context(), engine.Job{Options: "fm=png", Limits: b.limits}, bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s can't be read again: %v", a.query, err)
			return nil
		}
		data = made.Body
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Errorf("%s can't be read: %v", a.query, err)
		return nil
	}
	return img
}

// info is what fm=json tells.
type info engine.Info

// infoOf reads the answer to fm=json; nil if that was refused.
func infoOf(t *testing.T, a answer) *info {
	t.Helper()
	if a.status != http.StatusOK {
		return nil
	}
	i := new(info)
	if err := json.Unmarshal(a.body, i); err != nil || i.Width < 1 || i.Height < 1 || i.Frames < 1 {
		t.Errorf("fm=json is %s (%v)", a.body, err)
	}
	return i
}

// upright is the size after the orientation is applied.
func (i info) upright() (w, h int) {
	if i.Orientation >= 5 {
		return i.Height, i.Width
	}
	return i.Width, i.Height
}
