package suite

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

var refusals = []Request{
	{Name: "a bad option is refused at the edge", ask: func(v *visit) {
		v.get("/rose.jpg?w=wide").comes(fromEdge).tells(http.StatusBadRequest, "bad_option")
	}},
	{Name: "a path of no variant is refused", ask: func(v *visit) {
		v.get("/a//b.jpg?w=160").tells(http.StatusBadRequest, "bad_path")
	}},
	{Name: "an image is only read", ask: func(v *visit) {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			v.do(method, v.url("/rose.jpg?w=160")).is(http.StatusForbidden).comes(fromError)
		}
	}},
	{Name: "who comes without TLS is sent back with it", ask: func(v *visit) {
		address := v.url("/rose.jpg?w=160")
		v.do(http.MethodGet, strings.Replace(address, "https:", "http:", 1)).is(http.StatusMovedPermanently).says("Location", address)
	}},
	{Name: "the buckets answer nobody else", ask: func(v *visit) {
		v.upload("private/rose.jpg", red())
		v.get("/private/rose.jpg?w=160").shows("jpeg", 160)
		for bucket, keys := range map[string][]string{
			v.originals(): {"private/rose.jpg"},
			v.variants():  v.stored("private/rose.jpg"),
		} {
			for _, key := range keys {
				v.do(http.MethodGet, "https://"+bucket+".s3."+v.twin.Stack.Region+".amazonaws.com"+path(key)).is(http.StatusForbidden)
			}
		}
	}},
	{Name: "an original that may not be read is not taken for missing", ask: func(v *visit) {
		v.upload("locked/rose.jpg", red())
		defer v.lock(v.originals(), "s3:GetObject", "locked/rose.jpg")()
		v.get("/locked/rose.jpg?w=160").tells(http.StatusServiceUnavailable, "store_unavailable")
		v.get("/locked/none.jpg?w=160").tells(http.StatusNotFound, "not_found")
	}},
	{Name: "the API answers nobody but the edge", ask: func(v *visit) {
		v.upload("direct/rose.jpg", red())
		for _, header := range [][]string{nil, {"X-Api-Key", strings.Repeat("a", 40)}} {
			header = append(header, "X-Primrose-Variant", "/direct/rose.jpg/-/w=160")
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				v.do(method, v.api()+"direct/rose.jpg/-/w=160", header...).is(http.StatusForbidden)
			}
		}
	}},
	{Name: "what the API refuses is a problem, too", ask: func(v *visit) {
		refused := func(a *answer) {
			a.says("Cache-Control", "public, max-age=5").says("X-Content-Type-Options", "nosniff")
		}
		refused(v.do(http.MethodGet, v.api()+"direct/rose.jpg/-/w=160").tells(http.StatusForbidden, "forbidden"))
		refused(v.do(http.MethodPut, v.api()+"direct/rose.jpg/-/w=160").tells(http.StatusForbidden, "forbidden"))
		refused(v.post(ping, aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "guess"}).tells(http.StatusForbidden, "forbidden"))
		refused(v.post(make([]byte, 11<<20), aws.Credentials{}).tells(http.StatusRequestEntityTooLarge, "original_too_large"))
	}},
	{Name: "the API has no other way in", ask: func(v *visit) {
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPost} {
			v.do(method, v.api()+"direct/rose.jpg/-/w=160").is(http.StatusForbidden)
		}
	}},
}

// lock has the policy of a bucket deny everybody an action on some keys, as a key of KMS may; what it returns
// has the policy as it was.
func (v *visit) lock(bucket, action, keys string) (unlock func()) {
	old, err := v.s3.GetBucketPolicy(v.ctx, &s3.GetBucketPolicyInput{Bucket: &bucket})
	v.must(err)
	var policy map[string]any
	v.must(json.Unmarshal([]byte(*old.Policy), &policy))
	policy["Statement"] = append(policy["Statement"].([]any), map[string]any{
		"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "arn:aws:s3:::" + bucket + "/" + keys,
	})
	locked, err := json.Marshal(policy)
	v.must(err)
	put := func(text string) {
		_, err := v.s3.PutBucketPolicy(v.ctx, &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &text})
		v.must(err)
	}
	put(string(locked))
	return func() { put(*old.Policy) }
}

// api is where the API is, as the stack's output says.
func (v *visit) api() string {
	for name, value := range v.twin.Stack.Outputs {
		if strings.Contains(name, "Endpoint") {
			return value
		}
	}
	v.fail("no output tells the API's endpoint")
	return ""
}
