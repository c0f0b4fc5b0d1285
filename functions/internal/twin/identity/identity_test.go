package identity

import (
	"encoding/json"
	"strings"
	"testing"

	"primrose/functions/internal/s3test"
	"primrose/functions/internal/twin/template"
)

// policy is a document of one statement, written without its braces.
func policy(t *testing.T, statement string) Document {
	t.Helper()
	var d Document
	if err := json.Unmarshal([]byte(`{"Version": "2012-10-17", "Statement": {`+statement+`}}`), &d); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return d
}

const (
	caller = "arn:aws:iam::111111111111:role/r"
	events = "events.amazonaws.com"
	queue  = "arn:aws:sqs:eu-central-1:111111111111:q"
)

func TestDecide(t *testing.T) {
	const send = `"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "` + queue + `"`
	for _, c := range []struct {
		statement, principal, action, resource string
		context                                Context
		want                                   Decision
	}{
		{send, caller, "sqs:SendMessage", queue, nil, Allow},
		{send, caller, "SQS:sendmessage", queue, nil, Allow},
		{send, caller, "sqs:ReceiveMessage", queue, nil, NoMatch},
		{send, caller, "sqs:SendMessage", queue + "2", nil, NoMatch},
		{strings.Replace(send, ":q", ":Q", 1), caller, "sqs:SendMessage", queue, nil, NoMatch},
		{strings.Replace(send, "Allow", "Deny", 1), caller, "sqs:SendMessage", queue, nil, Deny},
		{`"Effect": "Allow", "Action": ["sqs:*Message"], "Resource": "arn:aws:sqs:*:q"`, caller, "sqs:DeleteMessage", queue, nil, Allow},
		{`"Effect": "Allow", "Action": "sqs:?endMessage", "Resource": "*"`, caller, "sqs:SendMessage", queue, nil, Allow},
		{`"Effect": "Allow", "Action": "sqs:?endMessage", "Resource": "*"`, caller, "sqs:endMessage", queue, nil, NoMatch},
		{`"Effect": "Allow", "NotAction": "sqs:Send*", "Resource": "*"`, caller, "sqs:SendMessage", queue, nil, NoMatch},
		{`"Effect": "Allow", "NotAction": "sqs:Send*", "Resource": "*"`, caller, "s3:GetObject", queue, nil, Allow},
		{`"Effect": "Deny", "Action": "*", "NotResource": ["` + queue + `"]`, caller, "s3:GetObject", "arn:aws:s3:::b/k", nil, Deny},
		{`"Effect": "Deny", "Action": "*", "NotResource": ["` + queue + `"]`, caller, "s3:GetObject", queue, nil, NoMatch},

		{send + `, "Principal": "*"`, events, "sqs:SendMessage", queue, nil, Allow},
		{send + `, "Principal": {"AWS": ["*"]}`, caller, "sqs:SendMessage", queue, nil, Allow},
		{send + `, "Principal": {"AWS": "` + caller + `"}`, caller, "sqs:SendMessage", queue, nil, Allow},
		{send + `, "Principal": {"Service": "events.amazonaws.com"}`, events, "sqs:SendMessage", queue, nil, Allow},
		{send + `, "Principal": {"Service": "events.amazonaws.com"}`, caller, "sqs:SendMessage", queue, nil, NoMatch},

		{send + `, "Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2"]}}`, caller, "sqs:SendMessage", queue, Context{"AWS:sourceaccount": "2"}, Allow},
		{send + `, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}`, caller, "sqs:SendMessage", queue, Context{"aws:SourceAccount": "2"}, NoMatch},
		{send + `, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}`, caller, "sqs:SendMessage", queue, nil, NoMatch},
		{send + `, "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "1"}}`, caller, "sqs:SendMessage", queue, nil, Allow},
		{send + `, "Condition": {"StringNotEquals": {"aws:SourceAccount": "1"}}`, caller, "sqs:SendMessage", queue, nil, Allow},
		{send + `, "Condition": {"StringNotEquals": {"aws:SourceAccount": ["1", "2"]}}`, caller, "sqs:SendMessage", queue, Context{"aws:SourceAccount": "2"}, NoMatch},
		{send + `, "Condition": {"StringEqualsIgnoreCase": {"k": "Ab"}}`, caller, "sqs:SendMessage", queue, Context{"k": "aB"}, Allow},
		{send + `, "Condition": {"StringEquals": {"k": "a*"}}`, caller, "sqs:SendMessage", queue, Context{"k": "ab"}, NoMatch},
		{send + `, "Condition": {"StringLike": {"k": "a*c"}}`, caller, "sqs:SendMessage", queue, Context{"k": "abbc"}, Allow},
		{send + `, "Condition": {"StringNotLike": {"k": "a*c"}}`, caller, "sqs:SendMessage", queue, Context{"k": "abbc"}, NoMatch},
		{send + `, "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:events:*:*:rule/r"}}`, caller, "sqs:SendMessage", queue, Context{"aws:SourceArn": "arn:aws:events:eu-central-1:1:rule/r"}, Allow},
		{send + `, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:*:rule/r"}}`, caller, "sqs:SendMessage", queue, Context{"aws:SourceArn": "arn:aws:events:eu-central-1:1:rule/r"}, NoMatch},
		{send + `, "Condition": {"ArnNotEquals": {"aws:SourceArn": "arn:aws:events:*:*:rule/r"}}`, caller, "sqs:SendMessage", queue, Context{"aws:SourceArn": "arn:aws:events:eu-central-1:1:rule/s"}, Allow},
		{send + `, "Condition": {"Bool": {"aws:SecureTransport": false}}`, caller, "sqs:SendMessage", queue, Context{"aws:SecureTransport": "false"}, Allow},
		{send + `, "Condition": {"Bool": {"aws:SecureTransport": "false"}}`, caller, "sqs:SendMessage", queue, Context{"aws:SecureTransport": "true"}, NoMatch},
		{send + `, "Condition": {"Null": {"k": true}}`, caller, "sqs:SendMessage", queue, nil, Allow},
		{send + `, "Condition": {"Null": {"k": "false"}}`, caller, "sqs:SendMessage", queue, nil, NoMatch},
		{send + `, "Condition": {"Bool": {"a": "true"}, "StringEquals": {"k": "x"}}`, caller, "sqs:SendMessage", queue, Context{"a": "true", "k": "y"}, NoMatch},
	} {
		if got := policy(t, c.statement).Decide(c.principal, c.action, c.resource, c.context); got != c.want {
			t.Errorf("{%s} says %d of %s by %s with %v, want %d", c.statement, got, c.action, c.principal, c.context, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	const good = `"Effect": "Allow", "Action": "a:b", "Resource": "*"`
	for statement, want := range map[string]string{
		`"Effect": "allow", "Action": "a:b", "Resource": "*"`:                           `Effect is "allow"`,
		`"Effect": "Allow", "Resource": "*"`:                                            "Action and NotAction",
		`"Effect": "Allow", "Action": [], "Resource": "*"`:                              "empty",
		`"Effect": "Allow", "action": "a:b", "Resource": "*"`:                           "action is not understood",
		good + `, "NotPrincipal": "*"`:                                                  "NotPrincipal is not understood",
		good + `, "Principal": {"Federated": "x"}`:                                      "Federated is not understood",
		good + `, "Principal": {"AWS": "111111111111"}`:                                 "111111111111",
		good + `, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`:           "IpAddress",
		good + `, "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "x"}}`:      "ForAnyValue",
		`"Effect": "Allow", "Action": "a:b", "Resource": "arn:aws:s3:::${aws:userid}"`:  "variable",
		`"Effect": "Allow", "Action": {"a": "b"}, "Resource": "*"`:                      "a text",
		`"Effect": "Allow", "Action": "a:b", "Resource": "*", "NotResource": "arn:x:y"`: "NotResource",
	} {
		var d Document
		err := json.Unmarshal([]byte(`{"Version": "2012-10-17", "Statement": [{`+statement+`}]}`), &d)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("{%s} gives %v, want %q", statement, err, want)
		}
	}
}

// What is written out again says the same: the S3 server reads it.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"}, "NotAction": ["s3:*"], "Resource": "arn:aws:s3:::b/*", "Condition": {"Bool": {"k": [false, "x"]}}}]}`), "s3:GetObject", "arn:aws:s3:::b/k", "false")
	f.Fuzz(func(t *testing.T, text []byte, action, resource, value string) {
		var d, again Document
		if json.Unmarshal(text, &d) != nil {
			return
		}
		written, err := json.Marshal(d)
		if err == nil {
			err = json.Unmarshal(written, &again)
		}
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		context := Context{"k": value}
		if one, two := d.Decide(caller, action, resource, context), again.Decide(caller, action, resource, context); one != two {
			t.Errorf("%s says %d, and written again %d", text, one, two)
		}
	})
}

// The roles of the template may be assumed by their services, in their
// account, and do what their policies say.
func TestDirectory(t *testing.T) {
	s, err := template.Read("../../../../infra/stacks/testdata", "primrose-prod-eu-central-1")
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(s, s3test.Server(t))
	if err != nil {
		t.Fatal(err)
	}
	image, ok := s.Resource("PrimroseProcessorImageRoleE2E174EF")
	if !ok {
		t.Fatal("the image function's role has another id")
	}
	here := Context{"aws:SourceAccount": s.Account}
	key, err := d.Assume(image.ARN, "lambda.amazonaws.com", here)
	if err != nil {
		t.Fatal(err)
	}
	if secret, principal, ok := d.Secret(key.AccessKey); !ok || secret != key.SecretKey || principal != image.ARN {
		t.Errorf("the key belongs to %s", principal)
	}
	if again, err := d.Assume(image.ARN, "lambda.amazonaws.com", here); again != key || err != nil {
		t.Errorf("the role has another key the second time (%v)", err)
	}
	for _, mistaken := range []struct {
		service string
		context Context
	}{{"lambda.amazonaws.com", nil}, {"lambda.amazonaws.com", Context{"aws:SourceAccount": "999999999999"}}, {"ec2.amazonaws.com", here}} {
		if _, err := d.Assume(image.ARN, mistaken.service, mistaken.context); err == nil {
			t.Errorf("%s with %v may assume the role", mistaken.service, mistaken.context)
		}
	}
	originals := "arn:aws:s3:::" + s.Outputs["Originals"]
	for action, want := range map[string]bool{"s3:ListBucket": true, "s3:GetObject": false, "s3:DeleteBucket": false} {
		if got := d.Allows(image.ARN, action, originals, nil); got != want {
			t.Errorf("%s on the bucket: %v", action, got)
		}
	}
	if deny := policy(t, `"Effect": "Deny", "Action": "s3:*", "Principal": "*", "Resource": "*"`); d.Allows(image.ARN, "s3:ListBucket", originals, nil, deny) {
		t.Error("a policy of the resource can't deny what the role's allows")
	}
	if operator := d.Operator(); !allows(d, operator.AccessKey, "s3:DeleteBucket", originals) {
		t.Error("the operator may not do anything")
	}
	guest, err := d.User("guest", policy(t, `"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"`))
	if err != nil || !allows(d, guest.AccessKey, "lambda:InvokeFunction", "arn:x") || allows(d, guest.AccessKey, "s3:GetObject", "arn:x") {
		t.Errorf("a person's rights aren't those of its policy (%v)", err)
	}
}

func allows(d *Directory, accessKey, action, resource string) bool {
	_, principal, ok := d.Secret(accessKey)
	return ok && d.Allows(principal, action, resource, nil)
}
