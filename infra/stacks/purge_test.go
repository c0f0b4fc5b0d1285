package stacks_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"primrose/infra/config"
)

// A message is one invocation's until that has ended, and comes back a number of times before it is
// given up; what is given up outlasts what waits.
func TestQueueIsPatient(t *testing.T) {
	const day = 24 * 3600.0
	each(t, func(t *testing.T, _ config.Stage, made template) {
		queue, deadLetters := made.one("AWS::SQS::Queue", "PurgeQueue"), made.one("AWS::SQS::Queue", "PurgeDeadLetters")
		timeout := made.one("AWS::Lambda::Function", "PurgeFunction")["Timeout"].(float64)
		window := made.one("AWS::Lambda::EventSourceMapping")["MaximumBatchingWindowInSeconds"].(float64)
		if visibility := queue["VisibilityTimeout"].(float64); visibility < 6*timeout+window || visibility > day/2 {
			t.Errorf("a message is hidden for %v s: want six times the function's %v s and the window's %v s, and at most SQS's 12 h", visibility, timeout, window)
		}
		if to := text(queue.get("RedrivePolicy", "deadLetterTargetArn")); !strings.Contains(to, "PurgeDeadLetters") || queue.get("RedrivePolicy", "maxReceiveCount") != 5.0 {
			t.Errorf("messages are given up by %v", queue["RedrivePolicy"])
		}
		if got := deadLetters["MessageRetentionPeriod"]; got != 14*day || queue["MessageRetentionPeriod"].(float64) >= 14*day {
			t.Errorf("the queue keeps messages for %v s and dead letters for %v s, want 14 days, and less of the queue", queue["MessageRetentionPeriod"], got)
		}
		for _, q := range []object{queue, deadLetters} {
			if q["SqsManagedSseEnabled"] != true {
				t.Errorf("a queue is not encrypted: %v", q)
			}
		}
	})
}

func TestQueuesAreTLSOnly(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		for _, id := range []string{"PurgeQueue", "PurgeDeadLetters"} {
			denied := false
			for _, one := range list(made.one("AWS::SQS::QueuePolicy", id).get("PolicyDocument", "Statement")) {
				s := object(one.(map[string]any))
				denied = denied || s["Effect"] == "Deny" && s["Action"] == "sqs:*" && s.get("Condition", "Bool", "aws:SecureTransport") == "false"
			}
			if !denied {
				t.Errorf("%s may be used without TLS", id)
			}
		}
	})
}

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

func TestMessagesComeInBatches(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		source := made.one("AWS::Lambda::EventSourceMapping")
		same(t, "answers", texts(source["FunctionResponseTypes"]), []string{"ReportBatchItemFailures"})
		if size, window := source["BatchSize"].(float64), source["MaximumBatchingWindowInSeconds"].(float64); size > 10 && window < 1 || size > 10_000 {
			t.Errorf("batches of %v in a window of %v s: SQS has at most 10 at once, 10,000 in a second or more", size, window)
		}
		if most := source.get("ScalingConfig", "MaximumConcurrency").(float64); most < 2 || most > 1000 {
			t.Errorf("%v batches at once, Lambda takes 2 to 1,000", most)
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
	made := option(t, eastern().StackName())
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
		for _, permission := range allowed(id, made.Resources[id].Properties.get("PolicyDocument", "Statement")) {
			if strings.Contains(permission, "cloudfront:") || strings.Contains(permission, "ListBucketVersions") && !strings.HasSuffix(permission, ":s3:::photos.example.org") {
				t.Errorf("granted: %s", permission)
			}
		}
	}
}
