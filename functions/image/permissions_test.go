package main

import (
	"net/http"
	"strings"
	"testing"

	"primrose/functions/internal/roletest"
	"primrose/functions/internal/s3test"
	"primrose/functions/internal/twin/identity"
)

// These tests run the function as a user who has the rights of the deployed
// function's role: the policy of the template that is deployed, enforced by the
// IAM of a real S3 server. That server speaks plain HTTP, so the buckets' own
// policies, which refuse whoever doesn't use TLS, stay out; they give nobody
// of ours any right.

// role is the function's role, and the buckets that it is for.
type role struct {
	originals, variants string
	policy              roletest.Policy
}

func readRole(t *testing.T) role {
	t.Helper()
	r := role{originals: s3test.Bucket(t), variants: s3test.Bucket(t)}
	r.policy = roletest.Deployed(t, maxBytesName, map[string]string{originalsName: r.originals, variantsName: r.variants})
	return r
}

// The role is enough, and no action of it is superfluous.
func TestRoleIsExact(t *testing.T) {
	r := readRole(t)
	r.policy.IsExact(t, func(p roletest.Policy) []string { return r.run(t, p) })
}

// run has the function do all that it does to its buckets, and returns what
// goes wrong.
func (r role) run(t *testing.T, policy roletest.Policy) (wrong []string) {
	t.Helper()
	// An original that may not be read stands for one that is encrypted with a
	// key that was not granted.
	locked := identity.Statement{Effect: "Deny", Action: []string{"s3:GetObject"}, Resource: []string{"arn:aws:s3:::" + r.originals + "/locked.jpg"}}
	env := policy.And(locked).User(t)
	env[originalsName], env[variantsName] = r.originals, r.variants
	d := deploy(t, env)
	d.put(t, "rose.jpg", photo(t))
	d.put(t, "locked.jpg", photo(t))
	for _, test := range []struct {
		method, path string
		status       int
		cache        string
	}{
		{"GET", "/rose.jpg/-/w=300", 200, "max-age=86400"}, // long, because it is stored
		{"HEAD", "/rose.jpg/-/w=301", 200, "max-age=86400"},
		{"GET", "/rose.jpg/-/original", 200, "max-age=86400"},
		{"GET", "/missing.jpg/-/w=300", 404, "max-age=5"},
		{"GET", "/locked.jpg/-/w=300", 503, "max-age=5"}, // and not 404: somebody has to grant something
	} {
		got := d.request(t, test.method, test.path, nil)
		if got.Status != test.status || !strings.Contains(got.Headers["Cache-Control"], test.cache) {
			wrong = append(wrong, test.method+" "+test.path+": "+http.StatusText(got.Status)+", "+got.Headers["Cache-Control"])
		}
	}
	d.Stop()
	return wrong
}

// Who takes the function over has its rights, and gets no further. To write a
// variant is also to begin to, and to fetch an original is also to ask for it.
func TestRoleAllowsNothingElse(t *testing.T) {
	r := readRole(t)
	r.policy.Allows(t, map[string][]string{
		r.originals: {"GetObject", "HeadObject", "ListObjects", "ListObjectsV2", "HeadBucket"},
		r.variants:  {"PutObject", "CreateMultipartUpload"},
	})
}
