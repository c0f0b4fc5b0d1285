package roletest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"primrose/functions/internal/s3test"
	"primrose/functions/internal/twin/identity"
)

const stack = `{"Resources": {
	"Originals": {"Type": "AWS::S3::Bucket"},
	"Image": {"Type": "AWS::Lambda::Function", "Properties": {
		"Role": {"Fn::GetAtt": ["Role", "Arn"]},
		"Environment": {"Variables": {"BUCKET": {"Ref": "Originals"}, "LIMIT": "1"}}}},
	"Purge": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"BUCKET": {"Ref": "Originals"}}}}},
	"Role": {"Type": "AWS::IAM::Role", "Properties": {}},
	"OtherRole": {"Type": "AWS::IAM::Role", "Properties": {}},
	"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "logs"}},
	"Others": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "OtherRole"}],
		"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}}},
	"Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Role"}],
		"PolicyDocument": {"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["Originals", "Arn"]}, "/*"]]}},
			{"Effect": "Allow", "Action": ["logs:A", "logs:B"], "Resource": {"Fn::GetAtt": ["Logs", "Arn"]}},
			{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::", {"Ref": "Originals"}]]}}
		]}}}
}}`

func read(t *testing.T, text string) (Policy, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "template.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(file, "LIMIT", map[string]string{"BUCKET": "test"})
}

func TestRead(t *testing.T) {
	got, err := read(t, stack)
	const want = `{"Version":"2012-10-17","Statement":[` +
		`{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::test/*"]},` +
		`{"Effect":"Allow","Action":["logs:A","logs:B"],"Resource":["arn:aws:logs:eu-central-1:111111111111:log-group:logs:*"]},` +
		`{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::test"]}]}`
	if err != nil || got.String() != want {
		t.Fatalf("policy is %s, %v; want %s", got, err, want)
	}
	reduced := strings.Replace(want, `"logs:A",`, "", 1)
	if got := got.Without("logs:A"); got.String() != reduced {
		t.Errorf("less one action it is %s, want %s", got, reduced)
	}
	if got := strings.Join(got.Without("s3:GetObject").Actions(), " "); got != "logs:A logs:B s3:ListBucket" {
		t.Errorf("less another, the actions are %s", got)
	}
}

// Rights that the test wouldn't see are no rights to be silent about.
func TestReadRefuses(t *testing.T) {
	for _, mistake := range []struct{ old, new string }{
		{`"LIMIT": "1"`, `"OTHER": "1"`},
		{`{"Ref": "Originals"}, "LIMIT"`, `"originals", "LIMIT"`},
		{`"AWS::IAM::Role", "Properties": {`, `"AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]`},
		{`"AWS::IAM::Role", "Properties": {`, `"AWS::IAM::Role", "Properties": {"Policies": [{}]`},
		{`["Role", "Arn"]`, `["Elsewhere", "Arn"]`},
		{`[{"Ref": "Role"}]`, `[]`},
		{`"Action": "s3:ListBucket"`, `"NotAction": "s3:ListBucket"`},
	} {
		if got, err := read(t, strings.Replace(stack, mistake.old, mistake.new, 1)); err == nil {
			t.Errorf("%s → %s passes as %s", mistake.old, mistake.new, got)
		}
	}
}

// Who may do anything is forbidden nothing: the calls are well formed, and what
// forbids them to others is their policy.
func TestCalls(t *testing.T) {
	all := Policy{identity.Document{Version: "2012-10-17"}}.And(identity.Statement{Effect: "Allow", Action: []string{"s3:*"}, Resource: []string{"*"}})
	user := all.client(t)
	for name, call := range calls {
		bucket := s3test.Bucket(t)
		if err := call(t.Context(), user, &bucket); forbidden(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
