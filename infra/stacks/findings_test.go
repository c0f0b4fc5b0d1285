package stacks_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"primrose/infra/limits"
)

// CDK checks templates against CloudFormation's schemas, and some of what deploys badly is but a
// warning to it. Neither it nor cdk-nag nor our own package limits has anything to say, of any stage.
//
// So these see to what any template should be like: that nothing is public or in the clear, that no
// action is a wildcard, that nothing waits for itself. The other tests are about what is only ours.
func TestNoFindings(t *testing.T) {
	synth(t)
	noFindings(t, out)
	if flags := *flags(); flags["@aws-cdk/core:validateAgainstDefaultRules"] != true {
		t.Error("cdk.json does not have the validator's rules fail a synth")
	}
}

// noFindings reports whatever was found in the stacks that were synthesised into dir.
func noFindings(t *testing.T, dir string) {
	t.Helper()
	for _, finding := range findings(dir) {
		t.Error(finding)
	}
}

// findings are all that was found in the stacks that were synthesised into dir.
func findings(dir string) []string {
	var found []string
	var report struct{ PluginReports []any }
	readJSON(filepath.Join(dir, "validation-report.json"), &report)
	for _, finding := range report.PluginReports {
		found = append(found, fmt.Sprint(finding))
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.metadata.json"))
	for _, file := range files {
		var metadata map[string][]struct {
			Type string
			Data any
		}
		readJSON(file, &metadata)
		for path, entries := range metadata {
			for _, e := range entries {
				if e.Type == "aws:cdk:warning" || e.Type == "aws:cdk:error" {
					found = append(found, fmt.Sprintf("%s: %v", path, e.Data))
				}
			}
		}
	}
	if err := limits.CheckAssembly(dir); err != nil {
		found = append(found, err.Error())
	}
	return found
}

// Whatever cdk-nag finds is answered beside the resource; and whatever is answered, cdk-nag finds.
func TestFindingsAndAnswersAgree(t *testing.T) {
	synth(t)
	for _, file := range templates(t, out, "") {
		name := strings.TrimSuffix(filepath.Base(file), ".template.json")
		t.Run(name, func(t *testing.T) {
			same(t, "answers that cdk-nag used", used(t, out, name), answers(file))
		})
	}
}

// answers are all of a template's to cdk-nag.
func answers(file string) []string {
	var made struct {
		Resources map[string]struct {
			Metadata struct {
				Nag struct {
					Rules []struct{ ID, Reason string } `json:"rules_to_suppress"`
				} `json:"cdk_nag"`
			}
		}
	}
	readJSON(file, &made)
	var all []string
	for _, r := range made.Resources {
		for _, rule := range r.Metadata.Nag.Rules {
			all = append(all, rule.ID+": "+rule.Reason)
		}
	}
	return all
}

// used reads cdk-nag's report on a stack: what was found and answered.
func used(t *testing.T, dir, name string) []string {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, fmt.Sprintf("AwsSolutions--%s-NagReport.csv", name)))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var answers []string
	seen := map[[3]string]bool{} // one answer may be for several findings of one rule
	for _, row := range rows[1:] {
		rule, resource, state, reason := row[0], row[1], row[2], row[3]
		if strings.HasPrefix(reason, "[") { // the finding, where a rule has several
			reason = reason[strings.Index(reason, "] ")+2:]
		}
		if state != "Suppressed" || seen[[3]string{rule, resource, reason}] {
			continue
		}
		seen[[3]string{rule, resource, reason}] = true
		answers = append(answers, rule+": "+reason)
	}
	return answers
}
