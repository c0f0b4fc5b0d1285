package change_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"primrose/functions/internal/s3test"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/change"
	"primrose/functions/internal/twin/function"
	"primrose/functions/internal/twin/functiontest"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/logs"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/template"
)

func TestMain(m *testing.M) { os.Exit(functiontest.Main(m, handle)) }

// handle is the function of these tests: it says which keys it was told of,
// and fails with those that begin with "bad".
func handle(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	var response events.SQSEventResponse
	var keys []string
	for _, r := range batch.Records {
		var event struct {
			Detail struct{ Object struct{ Key string } }
		}
		if err := json.Unmarshal([]byte(r.Body), &event); err != nil {
			return response, err
		}
		key := event.Detail.Object.Key
		if strings.HasPrefix(key, "bad") {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
		}
		keys = append(keys, key+" "+r.Attributes["ApproximateReceiveCount"])
	}
	slices.Sort(keys)
	fmt.Fprintln(os.Stderr, strings.Join(keys, ", "))
	return response, nil
}

const resources = `{
	"Function": {"Type": "AWS::Lambda::Function", "Properties": {
		"Architectures": ["ARCHITECTURE"], "Code": CODE, "Handler": "bootstrap", "Runtime": "provided.al2023", "Timeout": 30,
		"Role": "arn:aws:iam::111122223333:role/role", "LoggingConfig": {"LogFormat": "JSON", "LogGroup": {"Ref": "Logs"}, "SystemLogLevel": "WARN"}}},
	"Logs": {"Type": "AWS::Logs::LogGroup"},
	"Dead": {"Type": "AWS::SQS::Queue"},
	"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60, "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 2}}},
	"Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [
		{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sqs:*", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
		{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
			"Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}}, "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}}]}}},
	"DeadPolicy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Dead"}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Dead", "Arn"]},
			"Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}}]}}},
	"Rule": {"Type": "AWS::Events::Rule", "Properties": {
		"EventPattern": {"source": ["aws.s3"], "detail-type": ["Object Created", "Object Deleted"], "detail": {"bucket": {"name": ["originals"]}}},
		"Targets": [{"Id": "Queue", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}, "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Dead", "Arn"]}}}]}},
	"Source": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"BatchSize": 100, "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
		"FunctionName": {"Ref": "Function"}, "FunctionResponseTypes": ["ReportBatchItemFailures"], "MaximumBatchingWindowInSeconds": 5, "ScalingConfig": {"MaximumConcurrency": 2}}}
}`

// permissions allow roles and people all but an action, and services what a
// queue's policy allows.
type permissions struct{ refuse string }

func (p permissions) Allows(principal, action, resource string, context identity.Context, attached ...identity.Document) bool {
	allowed := strings.HasPrefix(principal, "arn:") && action != p.refuse
	for _, policy := range attached {
		switch policy.Decide(principal, action, resource, context) {
		case identity.Deny:
			return false
		case identity.Allow:
			allowed = true
		}
	}
	return allowed
}

// region is a chain with what is around it.
type region struct {
	*change.Chain
	stack *template.Stack
	clock *network.Clock
	logs  *logs.Logs
}

func newRegion(t *testing.T, p permissions, changes ...string) (*region, error) {
	t.Helper()
	text := resources
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("%s is not in the template", changes[i])
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	r := &region{stack: functiontest.Stack(t, text), clock: &network.Clock{}}
	functions, l := functiontest.Functions(t, r.stack, functiontest.Roles{})
	r.logs = l
	chain, err := change.New(r.stack, change.Config{Functions: functions, Permissions: p, Clock: r.clock})
	if err != nil {
		return nil, err
	}
	t.Cleanup(chain.Close)
	r.Chain = chain
	return r, nil
}

func start(t *testing.T, p permissions, changes ...string) *region {
	t.Helper()
	r, err := newRegion(t, p, changes...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *region) resource(t *testing.T, id string) template.Resource {
	t.Helper()
	found, ok := r.stack.Resource(id)
	if !ok {
		t.Fatalf("no %s", id)
	}
	return found
}

// told are what the keys of a queue's events are, with what happened to each.
func (r *region) told(t *testing.T, queue string) (all []string) {
	t.Helper()
	bodies, err := r.Messages(r.resource(t, queue).ARN)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range bodies {
		var event struct {
			Type   string `json:"detail-type"`
			Detail struct {
				Bucket struct{ Name string }
				Object struct {
					Key     string
					Size    int64
					Version string `json:"version-id"`
				}
				Reason   string
				Deletion string `json:"deletion-type"`
			}
		}
		if err := json.Unmarshal([]byte(body), &event); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		d := event.Detail
		version := "no version"
		if d.Object.Version != "" {
			version = "a version"
		}
		all = append(all, strings.TrimSpace(fmt.Sprint(event.Type, " ", d.Object.Key, " ", d.Object.Size, " ", version, " ", d.Reason, " ", d.Deletion)))
	}
	return all
}

// heard are the function's lines.
func (r *region) heard(t *testing.T) (lines []string) {
	t.Helper()
	all, _ := r.logs.Events(r.resource(t, "Logs").Ref)
	for _, e := range all {
		lines = append(lines, e.Message)
	}
	return lines
}

// until waits for what becomes true in other goroutines.
func until(t *testing.T, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not become true")
		}
	}
}

func TestChangesReachTheFunction(t *testing.T) {
	r := start(t, permissions{})
	for _, o := range []change.Object{
		{Bucket: "originals", Key: "good.jpg", Reason: "PutObject"},
		{Bucket: "originals", Key: "bad.jpg", Reason: "DeleteObject", Deleted: change.ForGood},
		{Bucket: "another", Key: "strange.jpg", Reason: "PutObject"},
	} {
		r.Tell(o)
	}
	if n := len(r.heard(t)); n > 0 {
		t.Errorf("the function is told before the window of a batch is over")
	}
	r.clock.Advance(5 * time.Second)
	until(t, func() bool { return slices.Equal(r.heard(t), []string{"bad.jpg 1, good.jpg 1"}) })
	until(t, func() bool {
		return slices.Equal(r.told(t, "Queue"), []string{"Object Deleted bad.jpg 0 no version DeleteObject Permanently Deleted"})
	})

	r.clock.Advance(65 * time.Second) // visible again; a window of its own
	until(t, func() bool { return slices.Contains(r.heard(t), "bad.jpg 2") })
	r.clock.Advance(65 * time.Second)
	until(t, func() bool { return len(r.told(t, "Dead")) == 1 })
	if left := r.told(t, "Queue"); len(left) > 0 {
		t.Errorf("left in the queue: %q", left)
	}
	r.clock.Advance(5 * 24 * time.Hour)
	client := r.client(t)
	out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: new(r.resource(t, "Dead").Ref)})
	if err != nil || len(out.Messages) > 0 {
		t.Errorf("after five days, a dead letter is %v, %v", out, err)
	}
}

// Mistakes in a template, and where an event ends because of them.
func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		permissions permissions
		changes     []string
		queue, dead int
	}{
		"none":                         {permissions{}, nil, 0, 0},
		"rule disabled":                {permissions{}, []string{`"Targets": [`, `"State": "DISABLED", "Targets": [`}, 0, 0},
		"rule of another bucket":       {permissions{}, []string{`"originals"`, `"variants"`}, 0, 0},
		"pattern misspelt":             {permissions{}, []string{`"Object Created", "Object Deleted"`, `"ObjectCreated"`}, 0, 0},
		"policy for another rule":      {permissions{}, []string{`"aws:SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}`, `"aws:SourceArn": "arn:aws:events:eu-central-1:111122223333:rule/other"`}, 0, 1},
		"policy of another queue":      {permissions{}, []string{`"Queues": [{"Ref": "Queue"}]`, `"Queues": [{"Ref": "Dead"}]`}, 0, 1},
		"no right to send anywhere":    {permissions{}, []string{`"sqs:SendMessage"`, `"sqs:DeleteMessage"`, `"sqs:SendMessage"`, `"sqs:DeleteMessage"`}, 0, 0},
		"target that is not there":     {permissions{}, []string{`"Id": "Queue", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}`, `"Id": "Queue", "Arn": "arn:aws:sqs:eu-central-1:111122223333:other"`}, 0, 1},
		"function may not receive":     {permissions{"sqs:ReceiveMessage"}, nil, 1, 0},
		"function may not delete":      {permissions{"sqs:DeleteMessage"}, nil, 1, 0},
		"mapping disabled":             {permissions{}, []string{`"BatchSize": 100`, `"BatchSize": 100, "Enabled": false`}, 1, 0},
		"no report of single failures": {permissions{}, []string{`"FunctionResponseTypes": ["ReportBatchItemFailures"], `, ""}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, test.permissions, test.changes...)
			r.Tell(change.Object{Bucket: "originals", Key: "bad.jpg", Reason: "PutObject"})
			if n := len(r.told(t, "Dead")); n != test.dead {
				t.Errorf("%d dead letters, want %d", n, test.dead)
			}
			r.clock.Advance(5 * time.Second)
			switch name {
			case "none": // it fails, and stays for another attempt
				until(t, func() bool { return len(r.heard(t)) == 1 && len(r.told(t, "Queue")) == 1 })
			case "no report of single failures": // it is taken for done
				until(t, func() bool { return len(r.heard(t)) == 1 && len(r.told(t, "Queue")) == 0 })
			default:
				if n := len(r.told(t, "Queue")); n != test.queue || len(r.heard(t)) > 0 {
					t.Errorf("%d messages in the queue, want %d; heard %q", n, test.queue, r.heard(t))
				}
			}
		})
	}
}

// What isn't understood, or AWS would not make, is an error that names it.
func TestRefusedTemplates(t *testing.T) {
	for _, test := range []struct{ replace, by, want string }{
		{`"VisibilityTimeout": 60`, `"VisibilityTimeout": 20`, "visibility timeout"},
		{`"VisibilityTimeout": 60`, `"FifoQueue": true`, "FifoQueue"},
		{`"maxReceiveCount": 2`, `"maxReceiveCount": 0`, "redrive"},
		{`"MaximumBatchingWindowInSeconds": 5`, `"MaximumBatchingWindowInSeconds": 0`, "window"},
		{`"MaximumConcurrency": 2`, `"MaximumConcurrency": 1`, "MaximumConcurrency"},
		{`"BatchSize": 100`, `"FilterCriteria": {}`, "FilterCriteria"},
		{`["ReportBatchItemFailures"]`, `["Other"]`, "Other"},
		{`["originals"]`, `[{"numeric": [">", 0]}]`, "numeric"},
		{`, "detail": {"bucket": {"name": ["originals"]}}`, ``, "whatever bucket"},
		{`["originals"]`, `"originals"`, "neither an object nor a list"},
		{`"Id": "Queue"`, `"Id": "Queue", "InputPath": "$.detail"`, "InputPath"},
		{`"Queues": [{"Ref": "Queue"}]`, `"Queues": ["https://other"]`, "https://other"},
		{`"BatchSize": 100, "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}`, `"BatchSize": 100, "EventSourceArn": "arn:other"`, "arn:other"},
	} {
		if _, err := newRegion(t, permissions{}, test.replace, test.by); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error that names %s", test.by, err, test.want)
		}
	}
}

// client is one of SQS, of whom the chain takes for a user.
func (r *region) client(t *testing.T) *sqs.Client {
	t.Helper()
	api := r.API()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, asked *http.Request) {
		api.ServeHTTP(w, awsapi.By("arn:aws:iam::111122223333:user/user", asked))
	}))
	t.Cleanup(server.Close)
	return sqs.New(sqs.Options{
		BaseEndpoint: &server.URL, Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("AKIATEST", "secret", ""),
		Retryer: aws.NopRetryer{},
	})
}

func TestSQS(t *testing.T) {
	r := start(t, permissions{"sqs:DeleteMessage"}, `"BatchSize": 100`, `"BatchSize": 100, "Enabled": false`)
	client := r.client(t)
	named, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: new(r.resource(t, "Queue").Attributes["QueueName"])})
	if err != nil || *named.QueueUrl != r.resource(t, "Queue").Ref {
		t.Fatalf("the queue is at %v, %v", named, err)
	}
	sent, err := client.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: named.QueueUrl, Entries: []sqstypes.SendMessageBatchRequestEntry{
		{Id: new("a"), MessageBody: new("now")}, {Id: new("b"), MessageBody: new("later"), DelaySeconds: 95}, {Id: new("c"), MessageBody: new("never"), DelaySeconds: 901},
	}})
	if err != nil || len(sent.Successful) != 2 || len(sent.Failed) != 1 || *sent.Failed[0].Id != "c" {
		t.Fatalf("sent: %+v, %v", sent, err)
	}
	for _, want := range [][]string{{"now"}, nil, {"now", "later"}} {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: named.QueueUrl, MaxNumberOfMessages: 10})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range out.Messages {
			got = append(got, *m.Body)
		}
		if !slices.Equal(got, want) {
			t.Errorf("received %q, want %q", got, want)
		}
		if len(got) == 0 {
			r.clock.Advance(95 * time.Second)
		}
	}
	for want, err := range map[string]error{
		"AccessDenied":      second(client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: named.QueueUrl, ReceiptHandle: new("x")})),
		"QueueDoesNotExist": second(client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: new("https://other"), MessageBody: new("x")})),
		"EmptyBatchRequest": second(client.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: named.QueueUrl, Entries: []sqstypes.SendMessageBatchRequestEntry{}})),
	} {
		if fault, ok := errors.AsType[smithy.APIError](err); !ok || !strings.Contains(fault.ErrorCode(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// What a real S3 server is asked to change, the rule's queue is told of.
func TestObserve(t *testing.T) {
	bucket := s3test.VersionedBucket(t)
	plain := s3test.Bucket(t)
	r := start(t, permissions{}, `["originals"]`, `["`+bucket+`", "`+plain+`"]`, `"BatchSize": 100`, `"BatchSize": 100, "Enabled": false`)
	server, err := url.Parse(s3test.Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:        func(p *httputil.ProxyRequest) { p.SetURL(server); p.Out.Host = p.In.Host },
		ModifyResponse: r.Observe,
	})
	defer front.Close()
	client := s3.New(s3.Options{BaseEndpoint: &front.URL, UsePathStyle: true, Region: s3test.Region,
		Credentials: credentials.NewStaticCredentialsProvider(s3test.AccessKey, s3test.SecretKey, "")})
	ctx, key := t.Context(), new("a b+é.jpg")

	put, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: key, Body: strings.NewReader("four")})
	must(t, err)
	must(t, second(client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: &bucket, Key: key, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: new("a"), Value: new("b")}}}})))
	must(t, second(client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: key})))
	upload, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: new("parts")})
	must(t, err)
	part, err := client.UploadPart(ctx, &s3.UploadPartInput{Bucket: &bucket, Key: new("parts"), UploadId: upload.UploadId, PartNumber: new(int32(1)), Body: strings.NewReader("part")})
	must(t, err)
	must(t, second(client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &bucket, Key: new("parts"), UploadId: upload.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{ETag: part.ETag, PartNumber: new(int32(1))}}}})))
	must(t, second(client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &bucket, Key: new("copy"), CopySource: new(bucket + "/parts")})))
	must(t, second(client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: key})))
	must(t, second(client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: key, VersionId: put.VersionId})))
	must(t, second(client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: new("copy")}}}})))
	must(t, second(client.PutObject(ctx, &s3.PutObjectInput{Bucket: &plain, Key: key, Body: strings.NewReader("four")})))
	must(t, second(client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &plain, Key: key})))

	want := []string{
		"Object Created a b+é.jpg 4 a version PutObject",
		"Object Created parts 0 a version CompleteMultipartUpload",
		"Object Created copy 0 a version CopyObject",
		"Object Deleted a b+é.jpg 0 a version DeleteObject Delete Marker Created",
		"Object Deleted a b+é.jpg 0 a version DeleteObject Permanently Deleted",
		"Object Deleted copy 0 a version DeleteObject Delete Marker Created",
		"Object Created a b+é.jpg 4 no version PutObject",
		"Object Deleted a b+é.jpg 0 no version DeleteObject Permanently Deleted",
	}
	got := r.told(t, "Queue")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// functions have one role, and a timeout that the queue allows.
type functions struct{}

func (functions) Invoke(context.Context, string, []byte) (function.Result, error) {
	return function.Result{}, errors.New("nothing is here")
}

func (functions) Role(string) (role string, timeout time.Duration, err error) {
	return "arn:aws:iam::111111111111:role/role", 2 * time.Minute, nil
}

// The repository's own templates are understood.
func TestStages(t *testing.T) {
	for _, stage := range []string{"dev", "prod", "full"} {
		stack, err := template.Read("../../../../infra/stacks/testdata", "primrose-"+stage+"-eu-central-1")
		if err != nil {
			t.Errorf("%s: %v", stage, err)
			continue
		}
		chain, err := change.New(stack, change.Config{Functions: functions{}, Permissions: permissions{}, Clock: &network.Clock{}})
		if err != nil {
			t.Errorf("%s: %v", stage, err)
			continue
		}
		chain.Close()
	}
}
