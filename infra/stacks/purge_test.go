package stacks_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"primrose/infra/config"
)

// The second sweep comes after everything that began before the change, within what SQS can delay.
func TestSecondSweepComesLast(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		settle, err := strconv.ParseFloat(text(made.one("AWS::Lambda::Function", "PurgeFunction").get("Environment", "Variables", "PRIMROSE_SETTLE")), 64)
		if err != nil {
			t.Fatal(err)
		}
		image := made.one("AWS::Lambda::Function", "ProcessorImage")["Timeout"].(float64)
		if !(image < settle && settle <= 900) {
			t.Errorf("the second sweep comes after %v s: want more than an invocation's %v s, and at most SQS's 900 s", settle, image)
		}
	})
}

// What does not change what viewers see, costs nothing: neither other buckets nor old versions that
// end by their age.
func TestWhatIsPurged(t *testing.T) {
	const want = `{
		"detail": {
			"$or": [
				{"reason": [{"anything-but": "Lifecycle Expiration"}]},
				{"deletion-type": ["Delete Marker Created"]},
				{"object": {"version-id": [{"exists": false}]}}
			],
			"bucket": {"name": [{"Ref": "PrimroseStorageOriginalsFA39B013"}]}
		},
		"detail-type": ["Object Created", "Object Deleted"],
		"source": ["aws.s3"]
	}`
	each(t, func(t *testing.T, _ config.Stage, made template) {
		if got := made.one("AWS::Events::Rule")["EventPattern"]; !equalJSON(t, got, want) {
			t.Errorf("the rule listens to %v", got)
		}
	})
}

// equalJSON compares a value with JSON text.
func equalJSON(t *testing.T, v any, want string) bool {
	t.Helper()
	var w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(v) // both sort their keys
	b, _ := json.Marshal(w)
	return string(a) == string(b)
}

// Who does not pay for invalidations gives no permission for them, either. And somebody else's
// bucket is purged as ours is.
func TestPurgeOfTheBucketAlone(t *testing.T) {
	made := home(t, eastern())
	function := made.one("AWS::Lambda::Function", "PurgeFunction")
	if got := function.get("Environment", "Variables", "PRIMROSE_DISTRIBUTION"); got != nil {
		t.Errorf("the function is told to invalidate %v", got)
	}
	if got := function.get("Environment", "Variables", "PRIMROSE_ORIGINALS"); got != "photos.example.org" {
		t.Errorf("the function asks %v for versions", got)
	}
	if got := texts(made.one("AWS::Events::Rule").get("EventPattern", "detail", "bucket", "name")); len(got) != 1 || got[0] != "photos.example.org" {
		t.Errorf("the rule listens to %q", got)
	}
	for _, id := range made.of("AWS::IAM::Policy") {
		for _, permission := range allowed(id, made.Resources[id].Properties.objects("PolicyDocument", "Statement")) {
			if strings.Contains(permission, "cloudfront:") || strings.Contains(permission, "ListBucketVersions") && !strings.HasSuffix(permission, ":s3:::photos.example.org") {
				t.Errorf("granted: %s", permission)
			}
		}
	}
}
