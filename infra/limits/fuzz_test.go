package limits

import (
	"encoding/json"
	"testing"
)

// A template of any shape is judged, or refused: never a reason to panic.
func FuzzCheck(f *testing.F) {
	for _, made := range goldens(f) {
		for _, r := range made.Resources { // each by itself, which is soon mutated
			text, err := json.Marshal(Template{Resources: map[string]Resource{"A": r}})
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	for _, seed := range []string{
		``, `[]`, `{"Resources":{"A":null}}`,
		`{"Resources":{"A":{"Type":"AWS::SQS::Queue","Properties":{"RedrivePolicy":{"deadLetterTargetArn":{"Fn::GetAtt":[]}}}}}}`,
		`{"Resources":{"A":{"Type":"AWS::SQS::Queue","Properties":{"RedrivePolicy":{"deadLetterTargetArn":{"Fn::GetAtt":"A.Arn"}}}}}}`,
		`{"Resources":{"A":{"Type":"AWS::Lambda::Function","Properties":{"Description":{"Fn::Sub":["${B}",{}]},"Timeout":{"Fn::Sub":[]}}}}}`,
		`{"Resources":{"A":{"Type":"AWS::CloudFront::Distribution","Properties":{"DistributionConfig":{"Origins":[[]],"DefaultCacheBehavior":1}}}}}`,
		`{"Resources":{"A":{"Type":"AWS::Lambda::Alias","DependsOn":["A"],"Properties":{"FunctionName":{"Ref":"A"}}}}}`,
		`{"Outputs":{"A":{"Fn::Join":[{},[{"Ref":1}]]}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		template, err := Parse("fuzzed", "eu-central-1", text)
		if err != nil {
			return
		}
		for _, found := range append(Check(template), iamActions{}.check(template)...) {
			if found.Rule == "" || found.Problem == "" || found.Source == "" {
				t.Errorf("a finding that says nothing: %+v", found)
			}
		}
	})
}
