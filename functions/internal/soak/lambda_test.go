//go:build linux

package soak

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/s3test"
	"primrose/functions/internal/variant"
	"primrose/functions/internal/vips"
)

// function is the image function's bootstrap under a Runtime API.
type function struct {
	*lambdatest.Host
	ends ends
}

// TestLambda asks the image function, an event at a time, without an edge or a
// store before it that would answer any of them.
func TestLambda(t *testing.T) {
	mix := newMix(t)
	mix.hostile = slices.DeleteFunc(mix.hostile, func(q question) bool { // the edge's business
		return q.code == problem.BadOption || q.code == problem.BadPath
	})
	f := newFunction(t)
	l := newLoad(t, f.ask, mix)
	watched := watch(f.Pid(), l)
	tally := l.many(t.Context(), 1, *requests/8)
	samples := watched()
	l.blame(t)
	table := newTable()
	table.row("Lambda", tally, highest(samples), f.ends.killed.Load(), f.ends.crashed.Load())
	t.Logf("\n%s", table)
	flat(t, samples)
	if ended := f.ends.killed.Load() + f.ends.crashed.Load(); ended > 0 {
		t.Errorf("%d workers ended", ended)
	}
}

func newFunction(t *testing.T) *function {
	t.Helper()
	library, err := vips.Find()
	fonts, missing := vips.FindFonts()
	if err := errors.Join(err, missing); err != nil {
		t.Fatal(err)
	}
	bootstrap, err := lambdatest.Build("../../image", library, fonts)
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"PRIMROSE_ORIGINALS": originals(t), "PRIMROSE_VARIANTS": s3test.Bucket(t), "PRIMROSE_JOBS": "1"}
	maps.Copy(env, s3test.Env(t))
	f := &function{}
	f.Host, err = lambdatest.New(lambdatest.Config{Bootstrap: bootstrap, Env: env, Timeout: 30 * time.Second, Log: f.ends.note})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Stop)
	return f
}

// ask puts a question as API Gateway does once the edge has rewritten it.
func (f *function) ask(ctx context.Context, q *question) (answer, error) {
	o, err := options.FromQuery(q.query, "")
	if err != nil {
		return answer{}, err
	}
	v, err := variant.New(q.key, o)
	if err != nil {
		return answer{}, err
	}
	header := map[string]string{}
	if q.status == http.StatusNotModified {
		header["If-None-Match"] = q.etag
	}
	event, err := lambdatest.Event(q.method, v.Path(), header)
	if err != nil {
		return answer{}, err
	}
	result, err := f.Stream(ctx, event)
	if err == nil && result.Error != nil {
		err = result.Error
	}
	if err != nil {
		return answer{}, err
	}
	return parse(result.Body)
}

// parse reads a streamed answer.
func parse(text []byte) (answer, error) {
	var prelude struct {
		StatusCode int
		Headers    map[string]string
	}
	body, err := lambdatest.Split(text, &prelude)
	a := answer{prelude.StatusCode, http.Header{}, body}
	for name, value := range prelude.Headers {
		a.header.Set(name, value)
	}
	return a, err
}
