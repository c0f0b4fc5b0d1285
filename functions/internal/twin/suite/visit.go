package suite

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"primrose/functions/internal/twin/logs"
)

// visit is one request on its way: the clients, and the first thing that goes wrong, which ends it.
type visit struct {
	*Suite
	ctx context.Context
}

// failure is what ends a request, as a panic that [Suite.Ask] takes.
type failure struct{ error }

func (v *visit) fail(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

// must fails with what a client says.
func (v *visit) must(err error) {
	if err != nil {
		panic(failure{err})
	}
}

func (v *visit) originals() string { return v.twin.Stack.Outputs["Originals"] }
func (v *visit) variants() string  { return v.twin.Stack.Outputs["Variants"] }

// upload puts an original into its bucket, as people do.
func (v *visit) upload(key string, content []byte) {
	_, err := v.s3.PutObject(v.ctx, &s3.PutObjectInput{Bucket: new(v.originals()), Key: &key, Body: bytes.NewReader(content)})
	v.must(err)
}

// stored are the keys in the bucket of variants that belong to an original.
func (v *visit) stored(key string) []string {
	out, err := v.s3.ListObjectsV2(v.ctx, &s3.ListObjectsV2Input{Bucket: new(v.variants()), Prefix: new(key + "/-/")})
	v.must(err)
	var keys []string
	for _, object := range out.Contents {
		keys = append(keys, *object.Key)
	}
	return keys
}

// url is where the edge serves a path, with its query; signed, where the stage wants that.
func (v *visit) url(target string) string {
	if v.kind == Signed {
		signed, err := v.key.Sign(target, time.Time{})
		v.must(err)
		target = signed
	}
	return v.unsigned(target)
}

func (v *visit) unsigned(target string) string { return v.twin.URL() + target }

// get asks the edge for a path, with headers as names and values.
func (v *visit) get(target string, header ...string) *answer {
	return v.do(http.MethodGet, v.url(target), header...)
}

func (v *visit) head(target string, header ...string) *answer {
	return v.do(http.MethodHead, v.url(target), header...)
}

func (v *visit) do(method, address string, header ...string) *answer {
	r, err := http.NewRequestWithContext(v.ctx, method, address, nil)
	v.must(err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return v.send(r)
}

// send makes any request.
func (v *visit) send(r *http.Request) *answer {
	a := &answer{visit: v, asked: r.Method + " " + r.URL.String()}
	response, err := v.http.Do(r)
	v.must(err)
	defer response.Body.Close()
	a.Response = response
	if a.body, err = io.ReadAll(response.Body); err != nil {
		a.fail("its body breaks off after %d bytes: %v", len(a.body), err)
	}
	return a
}

// forget has the edge forget everything, so that what comes next is like the first request at another one.
func (v *visit) forget() {
	id := v.twin.Stack.Outputs["Distribution"]
	paths := &types.Paths{Quantity: new(int32(1)), Items: []string{"/*"}}
	_, err := v.cdn.CreateInvalidation(v.ctx, &cloudfront.CreateInvalidationInput{
		DistributionId:    &id,
		InvalidationBatch: &types.InvalidationBatch{CallerReference: new(time.Now().String()), Paths: paths},
	})
	v.must(err)
}

// logged are the lines of the log groups whose names hold a word, and which hold a text themselves.
func (v *visit) logged(group, text string) []logs.Event {
	var found []logs.Event
	for _, name := range v.twin.Logs.Groups() {
		if !strings.Contains(name, group) {
			continue
		}
		events, _ := v.twin.Logs.Events(name)
		for _, e := range events {
			if strings.Contains(e.Message, text) {
				found = append(found, e)
			}
		}
	}
	return found
}

// finds fails unless a group soon has a line that holds a text: a function's words are read while its answer
// is on its way already.
func (v *visit) finds(group, text, otherwise string) {
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if len(v.logged(group, text)) > 0 {
			return
		}
	}
	v.fail("%s", otherwise)
}

// computed is how often the image function was asked.
func (v *visit) computed() int { return len(v.logged("Processor", `"platform.start"`)) }

// path is a key as URLs have it.
func path(key string) string { return (&url.URL{Path: "/" + key}).EscapedPath() }
