//go:build linux

package soak

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"math"
	"net/http"
	"sync"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/worker"
)

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// judge tells right answers from wrong ones.
type judge struct {
	pool  *worker.Pool // reads what Go can't
	known sync.Map     // verdicts that needn't be given twice, by what was asked and the bytes
}

// check returns what is wrong with an answer.
func (j *judge) check(ctx context.Context, q *question, a answer) error {
	if length := a.header.Get("Content-Length"); a.status != http.StatusNotModified && q.method != http.MethodHead && length != fmt.Sprint(len(a.body)) {
		return fmt.Errorf("Content-Length is %s of %d bytes", length, len(a.body))
	}
	switch {
	case a.status == http.StatusServiceUnavailable:
		return a.later(q)
	case a.status == http.StatusOK && q.status == http.StatusNotModified: // the store was slow to say so
		return j.picture(ctx, q, a)
	case a.status != q.status:
		return fmt.Errorf("status %d, want %d: %.300s", a.status, q.status, a.body)
	case a.status >= http.StatusBadRequest:
		return a.problem(q, q.code, "")
	case q.method == http.MethodHead || a.status == http.StatusNotModified:
		return a.empty()
	case q.exact:
		if !bytes.Equal(a.body, q.of.body) {
			return fmt.Errorf("the original's %d bytes came as %d others", len(q.of.body), len(a.body))
		}
		return nil
	}
	return j.picture(ctx, q, a)
}

// picture checks that the answer is the variant that was asked for.
func (j *judge) picture(ctx context.Context, q *question, a answer) error {
	verdict := fmt.Sprintf("%s %x", q.url(), sha256.Sum256(a.body))
	if _, ok := j.known.Load(verdict); ok {
		return nil
	}
	if kind := format.Sniff(a.body); kind != q.format || a.header.Get("Content-Type") != kind.ContentType() {
		return fmt.Errorf("%s as %s, want %s", kind, a.header.Get("Content-Type"), q.format)
	}
	img, err := j.decode(ctx, a.body)
	if err != nil {
		return err
	}
	height := int(math.Round(float64(q.of.height) * float64(q.width) / float64(q.of.width)))
	if size := img.Bounds().Size(); size.X != q.width || size.Y < height-1 || size.Y > height+1 {
		return fmt.Errorf("the image is %v, want %d×%d", size, q.width, height)
	}
	if err := q.of.recognise(img, q.mirrored); err != nil {
		return err
	}
	j.known.Store(verdict, true)
	return nil
}

// decode reads an image by Go's own decoders. What these can't read is first
// turned into PNG by a worker of the test's own.
func (j *judge) decode(ctx context.Context, data []byte) (*image.RGBA, error) {
	switch format.Sniff(data) {
	case format.WebP, format.AVIF:
		made, err := j.pool.Do(ctx, engine.Job{Options: "fm=png", Limits: engine.DefaultLimits}, bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		data = made.Body
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	plain := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(plain, plain.Rect, img, img.Bounds().Min, draw.Src)
	return plain, nil
}

// later checks that the viewer is told to come back, and why: too many ask, or
// the store did not answer in time.
func (a answer) later(q *question) error {
	if retry := a.header.Get("Retry-After"); retry == "5" {
		return a.problem(q, problem.StoreUnavailable, retry)
	}
	return a.problem(q, problem.Overloaded, "1")
}

// problem checks that the answer is the problem with the code, and says when to
// come back.
func (a answer) problem(q *question, code problem.Code, retry string) error {
	if a.header.Get("Content-Type") != problem.ContentType || a.header.Get("Retry-After") != retry {
		return fmt.Errorf("%d with %v", a.status, a.header)
	}
	if q.method == http.MethodHead {
		return a.empty()
	}
	var p struct {
		Status int
		Code   problem.Code
		Detail string
	}
	if err := json.Unmarshal(a.body, &p); err != nil || p.Status != a.status || p.Code != code || p.Detail == "" {
		return fmt.Errorf("%.300s, want the code %s", a.body, code)
	}
	return nil
}

func (a answer) empty() error {
	if len(a.body) > 0 {
		return fmt.Errorf("%d bytes where none are wanted", len(a.body))
	}
	return nil
}

// read takes a response whole.
func read(response *http.Response) (answer, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	return answer{response.StatusCode, response.Header, body}, nil
}
