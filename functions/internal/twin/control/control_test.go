package control_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/control"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/logs"
	"primrose/functions/internal/twin/storage"
	"primrose/functions/internal/twin/template"
)

// small is a stack with something to ask every API about, but for functions.
const small = `{
	"Resources": {
		"Key": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {"PasswordLength": 32, "ExcludePunctuation": true}}},
		"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {}},
		"Queue": {"Type": "AWS::SQS::Queue", "Properties": {}},
		"Late": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "late", "Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage",
			"Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}], "EvaluationPeriods": 1, "Threshold": 1}},
		"Blind": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "blind", "Namespace": "AWS/SQS", "MetricName": "Age",
			"EvaluationPeriods": 1, "Threshold": 1}}
	},
	"Outputs": {"Queue": {"Value": {"Ref": "Queue"}}}
}`

// scene is the APIs of the small stack, and who may ask them.
type scene struct {
	*control.Control
	stack    *template.Stack
	operator s3server.Key
	reader   s3server.Key // who may read logs
}

func newScene(t *testing.T) scene {
	t.Helper()
	stack, err := template.Parse([]byte(small), t.TempDir(), "small")
	if err != nil {
		t.Fatal(err)
	}
	server, err := storage.Server(stack.Region)
	if err != nil {
		t.Fatal(err)
	}
	directory, err := identity.New(stack, server)
	if err != nil {
		t.Fatal(err)
	}
	reads, err := template.Decode[identity.Document]([]byte(
		`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": "*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	reader, err := directory.User("reader", reads)
	if err != nil {
		t.Fatal(err)
	}
	written, err := logs.New(stack)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range []string{"first rose", "second tulip", "third rose"} {
		written.Put(written.Groups()[0], logs.Event{Time: time.Unix(int64(i), 0), Stream: "stream", Message: line})
	}
	apis, err := control.New(control.Config{Stack: stack, Identity: directory, Logs: written, Started: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return scene{apis, stack, directory.Operator(), reader}
}

// ask makes a signed request of an API: an action of its own protocol, if it has a target, or a form.
func (s scene) ask(t *testing.T, by s3server.Key, service, target, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "https://"+service+".example/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if target != "" {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", target)
	}
	hash := sha256.Sum256([]byte(body))
	signer := aws.Credentials{AccessKeyID: by.AccessKey, SecretAccessKey: by.SecretKey}
	if err := v4.NewSigner().SignHTTP(t.Context(), signer, r, hex.EncodeToString(hash[:]), service, s.stack.Region, time.Now()); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(text)
}

func TestAPIs(t *testing.T) {
	s := newScene(t)
	secret, _ := s.stack.Resource("Key")
	value, _ := s.stack.Secret(secret.Ref)
	queue := s.stack.Outputs["Queue"]
	words, _ := s.stack.Resource("Logs")
	group := words.Ref
	const events = "Logs_20140328.FilterLogEvents"
	for name, c := range map[string]struct {
		by                    s3server.Key
		service, target, body string
		status                int
		says                  string // all of these, with | between
	}{
		"who one is": {s.reader, "sts", "", "Action=GetCallerIdentity&Version=2011-06-15", 200, "<Arn>arn:aws:iam::111111111111:user/"},
		"a secret":   {s.operator, "secretsmanager", "secretsmanager.GetSecretValue", `{"SecretId": "` + secret.Ref + `"}`, 200, `"SecretString":"` + value + `"`},
		"another's secret": {s.reader, "secretsmanager", "secretsmanager.GetSecretValue", `{"SecretId": "` + secret.Ref + `"}`, 403,
			"AccessDeniedException|is not authorized to perform: secretsmanager:GetSecretValue"},
		"a secret that there is not": {s.operator, "secretsmanager", "secretsmanager.GetSecretValue", `{"SecretId": "none"}`, 400, "ResourceNotFoundException"},
		"a stack":                    {s.operator, "cloudformation", "", "Action=DescribeStacks&StackName=small", 200, "CREATE_COMPLETE|<OutputValue>" + queue},
		"another stack":              {s.operator, "cloudformation", "", "Action=DescribeStacks&StackName=large", 400, "ValidationError|does not exist"},
		"a resource": {s.operator, "cloudformation", "", "Action=DescribeStackResource&StackName=small&LogicalResourceId=Queue", 200,
			"<PhysicalResourceId>" + queue},
		"alarms": {s.operator, "monitoring", "", "Action=DescribeAlarms", 200,
			"<AlarmName>late</AlarmName>|<StateValue>OK</StateValue>|<AlarmName>blind</AlarmName>|nothing in the stack sends AWS/SQS Age"},
		"lines of a log":         {s.reader, "logs", events, `{"logGroupName": "` + group + `", "filterPattern": "rose", "startTime": 1000}`, 200, `"message":"third rose"`},
		"a page of them":         {s.reader, "logs", events, `{"logGroupName": "` + group + `", "limit": 1}`, 200, `"message":"first rose"|"nextToken"`},
		"its last line":          {s.operator, "logs", "Logs_20140328.GetLogEvents", `{"logGroupName": "` + group + `", "logStreamName": "stream", "limit": 1}`, 200, `"message":"third rose"|"nextBackwardToken":"b/2"`},
		"what is before it":      {s.operator, "logs", "Logs_20140328.GetLogEvents", `{"logGroupName": "` + group + `", "logStreamName": "stream", "limit": 1, "nextToken": "b/2"}`, 200, `"message":"second tulip"|"nextForwardToken":"f/2"`},
		"the first alarm":        {s.operator, "monitoring", "", "Action=DescribeAlarms&MaxRecords=1&AlarmNames.member.1=none&AlarmNames.member.2=late", 200, "<AlarmName>late</AlarmName>"},
		"alarms of alarms":       {s.operator, "monitoring", "", "Action=DescribeAlarms&AlarmTypes.member.1=CompositeAlarm", 200, "<MetricAlarms></MetricAlarms>"},
		"of no log":              {s.reader, "logs", events, `{"logGroupName": "none"}`, 400, "ResourceNotFoundException"},
		"what only others may":   {s.reader, "logs", "Logs_20140328.DescribeLogGroups", `{}`, 403, "logs:DescribeLogGroups"},
		"what is not understood": {s.reader, "logs", events, `{"logGroupName": "` + group + `", "unmask": true}`, 400, "ValidationException|unmask"},
		"a pattern of JSON":      {s.reader, "logs", events, `{"logGroupName": "` + group + `", "filterPattern": "{ $.a = 1 }"}`, 400, "InvalidParameterException"},
		"an unknown action":      {s.operator, "logs", "Logs_20140328.DeleteLogGroup", `{}`, 400, "UnknownOperationException"},
		"an unknown service":     {s.operator, "dynamodb", "DynamoDB.ListTables", `{}`, 501, "UnknownOperationException"},
		"nobody":                 {s3server.Key{AccessKey: "nobody", SecretKey: "guess"}, "sts", "", "Action=GetCallerIdentity", 403, "UnrecognizedClientException"},
	} {
		t.Run(name, func(t *testing.T) {
			status, text := s.ask(t, c.by, c.service, c.target, c.body)
			if status != c.status {
				t.Errorf("the status is %d, want %d", status, c.status)
			}
			for says := range strings.SplitSeq(c.says, "|") {
				if !strings.Contains(text, says) {
					t.Errorf("the answer has no %s: %s", says, text)
				}
			}
		})
	}
}

func TestUnsignedIsNobody(t *testing.T) {
	w := httptest.NewRecorder()
	newScene(t).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "https://sts.example/", strings.NewReader("Action=GetCallerIdentity")))
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "MissingAuthenticationToken") {
		t.Errorf("an unsigned request is answered by %d %s", w.Code, w.Body)
	}
}
