package roletest

import (
	"slices"
	"strings"
	"testing"
)

// deployed is the template whose roles are tested.
const deployed = "../../infra/stacks/testdata/primrose-prod-eu-central-1.template.json"

// Deployed is [Read] of the template that is deployed to production, for the
// tests of the functions' folders.
func Deployed(t testing.TB, variable string, buckets map[string]string) Policy {
	t.Helper()
	p, err := Read(deployed, variable, buckets)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// byLambda is what a role may do so that Lambda can do it for the function.
var byLambda = []string{"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}

// IsExact has a function work, which returns what goes wrong: nothing with
// this policy, something without any one of its actions. Only S3 is there to
// refuse them; of other services' the policy may have what is listed, and what
// Lambda does.
func (p Policy) IsExact(t testing.TB, work func(Policy) (wrong []string), elsewhere ...string) {
	t.Helper()
	if wrong := work(p); wrong != nil {
		t.Errorf("the function can't do its work: %q", wrong)
	}
	for _, action := range p.Actions() {
		switch {
		case strings.HasPrefix(action, "s3:"):
			if work(p.Without(action)) == nil {
				t.Errorf("%s is superfluous: all goes well without it", action)
			}
		case !slices.Contains(elsewhere, action) && !slices.Contains(byLambda, action):
			t.Errorf("the role may %s, which nothing here needs", action)
		}
	}
}
