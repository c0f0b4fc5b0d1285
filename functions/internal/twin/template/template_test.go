package template

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// goldens are the templates that the infrastructure's tests record.
const goldens = "../../../../infra/stacks/testdata"

// nowhere is a folder that is no cloud assembly.
const nowhere = "."

// Every template of the repository is understood, and no reference is left in
// any property.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(goldens, "*.template.json"))
	if err != nil || len(files) < 7 {
		t.Fatalf("%d goldens (%v)", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".template.json")
		t.Run(name, func(t *testing.T) {
			s, err := Read(goldens, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range s.Unclaimed() {
				text, err := json.Marshal(r.properties)
				if err != nil {
					t.Fatal(err)
				}
				for _, left := range []string{`"Ref":`, `"Fn::`, "{{resolve:", "${AWS::"} {
					if strings.Contains(string(text), left) {
						t.Errorf("%s still has %s: %s", r, left, text)
					}
				}
			}
		})
	}
}

// What refers to one another in the repository's template meets.
func TestReferencesMeet(t *testing.T) {
	s, err := Read(goldens, "primrose-full-eu-central-1")
	if err != nil {
		t.Fatal(err)
	}
	buckets, err := All[map[string]any](s, "AWS::S3::Bucket")
	if err != nil || !slices.ContainsFunc(buckets, func(b Typed[map[string]any]) bool { return b.Ref == s.Outputs["Originals"] }) {
		t.Errorf("no bucket is the output Originals, %s (%v)", s.Outputs["Originals"], err)
	}
	key, err := One[struct {
		Enabled bool
		Value   string
	}](s, "AWS::ApiGateway::ApiKey")
	if err != nil || len(key.Properties.Value) != 40 {
		t.Errorf("the API key %q isn't the secret (%v)", key.Properties.Value, err)
	}
	if before := s.Before("PrimroseProcessorLiveC2D580BF"); !slices.Contains(before, "PrimroseProcessorImageRoleDefaultPolicy4BADE6B0") {
		t.Errorf("only %s are there before the alias, and not the role's policy", before)
	}
	distribution, err := One[map[string]any](s, "AWS::CloudFront::Distribution")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(distribution.Properties)
	if want := "arn:aws:acm:us-east-1:"; !strings.Contains(string(text), want) {
		t.Errorf("the certificate isn't the other stack's: no %s in %s", want, text)
	}
}

// parse reads a template of resources that are written as JSON members.
func parse(resources string) (*Stack, error) {
	return Parse([]byte(`{"Mappings": {"Map": {"eu-central-1": {"k": "mapped"}}}, "Resources": {`+resources+`}}`), nowhere, "test")
}

func TestIntrinsics(t *testing.T) {
	const others = `
		"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}},
		"Key": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {"PasswordLength": 4, "ExcludeCharacters": "abcdef", "ExcludeUppercase": true, "ExcludePunctuation": true, "ExcludeNumbers": true}}}`
	for written, want := range map[string]string{
		`{"Ref": "Queue"}`:                      `"https://sqs.eu-central-1.amazonaws.com/111111111111/q"`,
		`{"Ref": "AWS::Region"}`:                `"eu-central-1"`,
		`{"Fn::GetAtt": ["Queue", "Arn"]}`:      `"arn:aws:sqs:eu-central-1:111111111111:q"`,
		`{"Fn::GetAtt": "Queue.QueueName"}`:     `"q"`,
		`{"Fn::Join": ["-", ["a", 1, true]]}`:   `"a-1-true"`,
		`{"Fn::Split": [",", "a,b"]}`:           `["a","b"]`,
		`{"Fn::Select": ["1", ["a", "b"]]}`:     `"b"`,
		`{"Fn::Sub": "${Queue.Arn} ${!Queue}"}`: `"arn:aws:sqs:eu-central-1:111111111111:q ${Queue}"`,
		`{"Fn::Sub": ["${a}-${AWS::Partition}", {"a": {"Fn::Select": [0, {"Fn::Split": ["/", "x/y"]}]}}]}`: `"x-aws"`,
		`{"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "k"]}`:                                          `"mapped"`,
		`[1, {"Ref": "AWS::NoValue"}, {"a": {"Ref": "AWS::NoValue"}, "b": 2.50}]`:                          `[1,{"b":2.50}]`,
	} {
		s, err := parse(others + `, "Used": {"Type": "Test", "Properties": {"P": ` + written + `}}`)
		if err != nil {
			t.Errorf("%s: %v", written, err)
			continue
		}
		used, err := One[struct{ P json.RawMessage }](s, "Test")
		if string(used.Properties.P) != want || err != nil {
			t.Errorf("%s is %s, want %s (%v)", written, used.Properties.P, want, err)
		}
	}
}

// What isn't understood is refused by a sentence that names it.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ resources, want string }{
		{`"A": {"Type": "Test", "Properties": {"P": {"Fn::Base64": "x"}}}`, "A (Test): P: Fn::Base64 is not understood"},
		{`"A": {"Type": "Test", "Properties": {"P": [{"Q": {"Fn::If": [1, 2, 3], "x": 1}}]}}`, "P[0].Q: Fn::If"},
		{`"A": {"Type": "Test", "Properties": {"P": {"Ref": "B"}}}`, "has no resource B"},
		{`"A": {"Type": "Test", "Properties": {"P": {"Ref": "B"}}}, "B": {"Type": "Other"}`, "a Ref to B (Other) gives is not known"},
		{`"A": {"Type": "Test", "Properties": {"P": {"Fn::GetAtt": ["B", "Size"]}}}, "B": {"Type": "AWS::S3::Bucket"}`, "attribute Size of B"},
		{`"A": {"Type": "Test", "Properties": {"P": null}}`, "P is null"},
		{`"A": {"Type": "Test", "Condition": "B"}`, "Resources.A.Condition is not understood"},
		{`"A": {"type": "Test"}`, "Resources.A.type is not understood"},
		{`"A": {}`, "has no Type"},
		{`"A": {"Type": "Test", "DependsOn": "B"}`, "depends on B"},
		{`"A": {"Type": "Test", "DeletionPolicy": "Keep"}`, `DeletionPolicy is "Keep"`},
		{`"A": {"Type": "Test", "UpdatePolicy": {}}`, "UpdatePolicy"},
		{`"A": {"Type": "Test", "DependsOn": ["B"]}, "B": {"Type": "Test", "DependsOn": "A"}`, "need one another: A"},
		{`"A": {"Type": "Test", "Properties": {"P": "{{resolve:ssm:x}}"}}`, "{{resolve:ssm:x}} is not understood"},
		{`"A": {"Type": "Test", "Properties": {"P": "{{resolve:secretsmanager:arn:aws:x:SecretString:::}}"}}`, "no secret arn:aws:x"},
		{`"A": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {"GenerateStringKey": "k"}}}`, "GenerateStringKey is not understood"},
		{`"A": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {"PasswordLength": 3}}}`, "the 4 kinds"},
		{`"A": {"Type": "AWS::Lambda::Alias", "Properties": {"Name": "live", "FunctionName": {"Ref": "A"}}}`, "A"},
		{`"A": {"Type": "Test", "Properties": {"P": {"Fn::GetStackOutput": {"StackName": "test", "OutputName": "O"}}}}`, "test"},
	} {
		if _, err := parse(c.resources); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s gives %v, want %q", c.resources, err, c.want)
		}
	}
	if _, err := Parse([]byte(`{"Resources": {}, "Transform": "AWS::Serverless-2016-10-31"}`), nowhere, "test"); err == nil || !strings.Contains(err.Error(), "Transform") {
		t.Errorf("a transform gives %v", err)
	}
}

// A type of ours has all members of a property, spelt as they are written.
func TestAllRefuses(t *testing.T) {
	type properties struct {
		Size  int
		Inner []struct{ Name string }
		Notes NoBearing
	}
	for written, want := range map[string]string{
		`{"Size": 1, "Inner": [{"Name": "a"}], "Notes": [{"any": "thing"}]}`: "",
		`{"size": 1}`: "size is not understood",
		`{"Inner": [{"Name": "a"}, {"Other": "b"}]}`: "Inner[1].Other is not understood",
		`{"Size": "1"}`: "Size is a string",
	} {
		s, err := parse(`"A": {"Type": "Test", "Properties": ` + written + `}`)
		if err != nil {
			t.Fatal(err)
		}
		_, err = All[properties](s, "Test")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v, want %q", written, err, want)
		}
		if rest := s.Unclaimed(); len(rest) != 0 {
			t.Errorf("%s is still unclaimed", rest)
		}
	}
}

// A circle of stacks is found, and an asset by where it goes.
func TestAssembly(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"artifacts": {
			"one": {"type": "aws:cloudformation:stack", "environment": "aws://222222222222/us-east-1", "properties": {"templateFile": "one.json"}},
			"two": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-west-1", "properties": {"templateFile": "two.json"}},
			"one.assets": {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}}}}`,
		"one.json": `{"Outputs": {"O": {"Value": {"Fn::GetStackOutput": {"StackName": "two", "OutputName": "O", "Region": "eu-west-1"}}}}}`,
		"two.json": `{"Outputs": {"O": {"Value": {"Fn::GetStackOutput": {"StackName": "one", "OutputName": "O", "Region": "us-east-1"}}}}}`,
		"assets.json": `{"files": {"x": {"source": {"path": "x.zip", "packaging": "file"},
			"destinations": {"d": {"bucketName": "assets-${AWS::AccountId}-us-east-1", "objectKey": "x.zip"}}}}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Read(dir, "one"); err == nil || !strings.Contains(err.Error(), "its own outputs") {
		t.Errorf("a circle of stacks gives %v", err)
	}
	if _, err := Read(dir, "three"); err == nil || !strings.Contains(err.Error(), "one, two") {
		t.Errorf("an unknown stack gives %v", err)
	}
	s, err := Parse([]byte(`{}`), dir, "one")
	if err != nil {
		t.Fatal(err)
	}
	if file, err := s.Asset("assets-222222222222-us-east-1", "x.zip"); file != filepath.Join(dir, "x.zip") || err != nil {
		t.Errorf("the asset is %s, %v", file, err)
	}
	if _, err := s.Asset("assets-222222222222-us-east-1", "y.zip"); err == nil {
		t.Error("an asset that isn't there is found")
	}
}

// Whatever a template says, reading it ends, and what is read has physical ids
// that differ from those of a second reading, as deployments' do.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`{"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"P": {"Fn::Sub": ["${x}", {"x": {"Ref": "AWS::Region"}}]}}}}}`,
		`{"Resources": {"A": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "A"}}}}}`,
		`{"Rules": {"R": {"Assertions": [{"Assert": {"Fn::Not": [{"Fn::Contains": [["1"], "2"]}]}}]}}}`,
		`{"Mappings": {"M": {"a": {"b": [1]}}}, "Outputs": {"O": {"Value": {"Fn::Select": [0, {"Fn::FindInMap": ["M", "a", "b"]}]}}}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		one, err := Parse(text, nowhere, "test")
		two, again := Parse(text, nowhere, "test")
		if (err == nil) != (again == nil) {
			t.Fatalf("first %v, then %v", err, again)
		}
		if err != nil {
			return
		}
		for _, r := range one.Unclaimed() {
			other, ok := two.Resource(r.ID)
			given := len(one.resources[r.ID].properties.(map[string]any)) > 0 // perhaps a name
			if !ok || !given && r.Ref != "" && r.Ref == other.Ref {
				t.Errorf("%s is %s twice", r, r.Ref)
			}
		}
	})
}
