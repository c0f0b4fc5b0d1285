// Package review tests what reviews changes of the infrastructure: the scripts infra/diff and
// infra/compare, and the workflows that call them.
package review

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// resources are a stack's, by logical id.
type resources map[string]any

func bucket(name string) map[string]any {
	return map[string]any{"Type": "AWS::S3::Bucket", "Properties": map[string]any{"BucketName": name}}
}

func function(memory float64) map[string]any {
	return map[string]any{"Type": "AWS::Lambda::Function", "Properties": map[string]any{
		"Code": map[string]any{"ZipFile": "x"}, "Role": "arn:aws:iam::111111111111:role/r", "MemorySize": memory}}
}

func policy(action string) map[string]any {
	return map[string]any{"Type": "AWS::IAM::Policy", "Properties": map[string]any{"PolicyName": "p", "Roles": []any{"r"},
		"PolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{
			map[string]any{"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::b/*"}}}}}
}

// What passes, what is refused, and what whoever reviews is shown.
func TestCompare(t *testing.T) {
	tests := []struct {
		name       string
		base, head map[string]resources // by stack
		allow      string
		passes     bool
		says       []string
	}{
		{"a new stack", nil, stack(bucket("a")), "", true, []string{"=== s", "[+] AWS::S3::Bucket"}},
		{"a setting and a wider permission", stack(function(128), policy("s3:GetObject")), stack(function(256), policy("s3:*")), "", true,
			[]string{"MemorySize", "256", "IAM Statement Changes", "s3:*"}},
		{"a replaced bucket", stack(bucket("a")), stack(bucket("b")), "", false, []string{"requires replacement"}},
		{"a deletion that is allowed", stack(bucket("a"), function(128)), stack(nil, function(128)), "# the old one\n\n: AWS::S3::Bucket .* will be", true,
			[]string{"[-] AWS::S3::Bucket", "allowed by allow"}},
		{"two deletions, one of them allowed", stack(bucket("a"), function(128)), stack(nil, nil, bucket("c")), ": AWS::S3::Bucket .* will be", false,
			[]string{"[-] AWS::S3::Bucket", "[-] AWS::Lambda::Function"}},
		{"a stack that is gone", stack(bucket("a")), nil, "", false, []string{"the whole stack is gone"}},
		{"a stack that may go", stack(bucket("a")), nil, `^  s: the whole stack is gone`, true, []string{"allowed by allow"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			assembly(t, filepath.Join(dir, "base"), test.base)
			assembly(t, filepath.Join(dir, "head"), test.head)
			write(t, filepath.Join(dir, "allow"), []byte(test.allow))
			said, err := compare(t, dir)
			if (err == nil) != test.passes {
				t.Errorf("%v, want it to pass: %v\n%s", err, test.passes, said)
			}
			for _, want := range test.says {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
		})
	}
}

// An error of the CLI's is never taken for a list of what would go, whatever is allowed.
func TestCompareFailsIfTheCLIDoes(t *testing.T) {
	dir := t.TempDir()
	assembly(t, filepath.Join(dir, "base"), stack(bucket("a")))
	assembly(t, filepath.Join(dir, "head"), stack(bucket("a")))
	write(t, filepath.Join(dir, "head", "manifest.json"), []byte("{"))
	write(t, filepath.Join(dir, "allow"), []byte("."))
	if said, err := compare(t, dir); err == nil {
		t.Errorf("it passed:\n%s", said)
	}
}

// compare runs the script on the folders base and head, with the file allow.
func compare(t *testing.T, dir string) (string, error) {
	t.Helper()
	bin, err := filepath.Abs("../../node_modules/.bin") // the CDK CLI and its Node
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("../compare", filepath.Join(dir, "base"), filepath.Join(dir, "head"), filepath.Join(dir, "allow"))
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// stack is one stack, s, of some resources; nil leaves an id without any.
func stack(of ...map[string]any) map[string]resources {
	made := resources{}
	for i, r := range of {
		if r != nil {
			made["R"+string(rune('0'+i))] = r
		}
	}
	return map[string]resources{"s": made}
}

// assembly writes a folder as `cdk synth` does.
func assembly(t *testing.T, dir string, stacks map[string]resources) {
	t.Helper()
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	artifacts := map[string]any{}
	for name, made := range stacks {
		file := name + ".template.json"
		artifacts[name] = map[string]any{"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-central-1",
			"properties": map[string]any{"templateFile": file}}
		write(t, filepath.Join(dir, file), marshal(t, map[string]any{"Resources": made}))
	}
	write(t, filepath.Join(dir, "manifest.json"), marshal(t, map[string]any{"version": "48.0.0", "artifacts": artifacts}))
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
