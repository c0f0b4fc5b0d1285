package main

import (
	"testing"

	"primrose/functions/internal/purge"
	"primrose/functions/internal/purgetest"
	"primrose/functions/internal/roletest"
	"primrose/functions/internal/s3test"
)

// These tests run the function as a user who has the rights of the deployed
// function's role: the policy of the template that is deployed, enforced by the
// IAM of a real S3 server.

// role is the function's role, and the buckets that it is for.
type role struct {
	originals, variants string
	policy              roletest.Policy
}

func readRole(t *testing.T) role {
	t.Helper()
	r := role{originals: s3test.VersionedBucket(t), variants: s3test.Bucket(t)}
	r.policy = roletest.Deployed(t, queueName, map[string]string{originalsName: r.originals, variantsName: r.variants})
	return r
}

// elsewhere is what the role may do that no S3 server can refuse: the function
// does the first two, and Lambda the others for it.
var elsewhere = []string{
	"cloudfront:CreateInvalidation", "sqs:SendMessage",
	"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
}

// The role is enough, and no action of it is superfluous.
func TestRoleIsExact(t *testing.T) {
	r := readRole(t)
	r.policy.IsExact(t, func(p roletest.Policy) []string { return r.run(t, p) }, elsewhere...)
}

// run has the function do all that it does to its buckets, and returns the
// messages that fail.
func (r role) run(t *testing.T, policy roletest.Policy) (failed []string) {
	t.Helper()
	env := policy.User(t)
	env[originalsName], env[variantsName] = r.originals, r.variants
	d := deploy(t, env)
	version := d.put(t, d.originals, "rose.jpg")
	d.put(t, d.variants, "rose.jpg/-/w=1")
	failed = d.deliver(t, purge.Message{ID: "m", Body: purgetest.Event(purgetest.Created, d.originals, "rose.jpg", version+"0")})
	d.Stop()
	return failed
}

// Who takes the function over has its rights, and gets no further: originals
// can neither be read nor changed.
func TestRoleAllowsNothingElse(t *testing.T) {
	r := readRole(t)
	r.policy.Allows(t, map[string][]string{
		r.originals: {"ListObjectVersions"},
		r.variants:  {"ListObjects", "ListObjectsV2", "HeadBucket", "DeleteObject"},
	})
}
