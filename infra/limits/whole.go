package limits

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var whole = about("", "AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
	rule{name: "template-size", check: templateFits},
	rule{name: "template-names", check: namesFit},
	rule{name: "template-references", check: referencesExist},
	rule{name: "template-cycle", check: noCycle},
	rule{name: "template-helpers", check: noHelpers},
)

func templateFits(t Template, _ Resource) []string {
	return slices.Concat(
		problem(t.Bytes <= 1_000_000, "the template has %d bytes: CloudFormation takes 1,000,000", t.Bytes),
		problem(len(t.Resources) <= 500, "it has %d resources: CloudFormation takes 500", len(t.Resources)),
		problem(len(t.Outputs) <= 200, "it has %d outputs: CloudFormation takes 200", len(t.Outputs)),
		problem(len(t.Parameters) <= 200, "it has %d parameters: CloudFormation takes 200", len(t.Parameters)),
		problem(len(t.Description) <= 1_024, "its description has %d bytes: CloudFormation takes 1,024", len(t.Description)))
}

var pseudo = []string{"AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix"}

var inText = regexp.MustCompile(`\$\{([A-Za-z0-9:]+)(?:\.[A-Za-z0-9.]+)?\}`)

// references are the ids that v refers to, each with where it does.
func references(path string, v any) map[string][]string {
	refs := map[string][]string{}
	add := func(id, path string) { refs[id] = append(refs[id], path) }
	walk(path, v, func(path string, v any) {
		m, _ := v.(map[string]any)
		if id, ok := m["Ref"].(string); ok {
			add(id, path)
		}
		if get, ok := m["Fn::GetAtt"].([]any); ok {
			add(text(get[0]), path)
		}
		if sub, ok := m["Fn::Sub"].(string); ok {
			for _, found := range inText.FindAllStringSubmatch(sub, -1) {
				add(found[1], path)
			}
		}
	})
	return refs
}

// needs are the ids that a resource refers to, in its properties or otherwise.
func (r Resource) needs() map[string][]string {
	refs := references(r.ID, r.Properties)
	maps.Copy(refs, references(r.ID+".UpdatePolicy", r.UpdatePolicy))
	for _, id := range texts(r.DependsOn, "") {
		if r.DependsOn != nil {
			refs[id] = append(refs[id], r.ID+".DependsOn")
		}
	}
	return refs
}

func referencesExist(t Template, _ Resource) (found []string) {
	refs := references("Outputs", any(t.Outputs))
	for _, r := range t.Resources {
		for id, paths := range r.needs() {
			refs[id] = append(refs[id], paths...)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(refs)) {
		known := t.Resources[id].Type != "" || t.Parameters[id] != nil || slices.Contains(pseudo, id)
		found = append(found, problem(known, "%s refers to %s, which does not exist", strings.Join(refs[id], ", "), id)...)
	}
	return found
}

// noCycle: CloudFormation makes what others need first. UpdatePolicy does not count: it is read
// when all is there.
func noCycle(t Template, _ Resource) []string {
	const visiting, done = 1, 2
	state := map[string]int{}
	var visit func(id string, path []string) []string
	visit = func(id string, path []string) []string {
		r, ok := t.Resources[id]
		if !ok || state[id] == done {
			return nil
		}
		path = append(path, id)
		if state[id] == visiting {
			return []string{"these need each other: " + strings.Join(path[slices.Index(path, id):], " → ")}
		}
		state[id] = visiting
		for _, next := range slices.Sorted(maps.Keys(r.needs())) {
			if found := visit(next, path); found != nil {
				return found
			}
		}
		state[id] = done
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if found := visit(id, nil); found != nil {
			return found
		}
	}
	return nil
}

// noHelpers: CDK likes to add functions of its own, with roles of their own, and a setting of the
// whole account.
func noHelpers(t Template, _ Resource) (found []string) {
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		kind := t.Resources[id].Type
		helper := strings.HasPrefix(kind, "Custom::") || strings.HasPrefix(kind, "AWS::CloudFormation::") || kind == "AWS::ApiGateway::Account"
		found = append(found, problem(!helper, "%s is a %s: use a native property", id, kind)...)
	}
	return found
}

// A physicalName is where a type of resource says its name, how long that may be, and whether
// names are shared by all regions of an account.
type physicalName struct {
	path   string
	most   int
	global bool
}

var physicalNames = map[string]physicalName{
	"AWS::ApiGateway::ApiKey":                {"Name", 1024, false},
	"AWS::ApiGateway::RestApi":               {"Name", 1024, false}, // not unique to API Gateway, but its metrics go by it
	"AWS::ApiGateway::UsagePlan":             {"UsagePlanName", 1024, false},
	"AWS::Budgets::Budget":                   {"Budget.BudgetName", 100, true},
	"AWS::CloudFront::CachePolicy":           {"CachePolicyConfig.Name", 128, true},
	"AWS::CloudFront::Function":              {"Name", 64, true},
	"AWS::CloudFront::KeyValueStore":         {"Name", 64, true},
	"AWS::CloudFront::OriginAccessControl":   {"OriginAccessControlConfig.Name", 64, true},
	"AWS::CloudFront::OriginRequestPolicy":   {"OriginRequestPolicyConfig.Name", 128, true},
	"AWS::CloudFront::ResponseHeadersPolicy": {"ResponseHeadersPolicyConfig.Name", 128, true},
	"AWS::CloudWatch::Alarm":                 {"AlarmName", 255, false},
	"AWS::CloudWatch::CompositeAlarm":        {"AlarmName", 255, false},
	"AWS::CloudWatch::Dashboard":             {"DashboardName", 255, true},
	"AWS::CodeDeploy::Application":           {"ApplicationName", 100, false},
	"AWS::EventSchemas::Registry":            {"RegistryName", 64, false},
	"AWS::EventSchemas::Schema":              {"SchemaName", 385, false},
	"AWS::Events::Rule":                      {"Name", 64, false},
	"AWS::IAM::Role":                         {"RoleName", 64, true},
	"AWS::KinesisFirehose::DeliveryStream":   {"DeliveryStreamName", 64, false},
	"AWS::Lambda::Function":                  {"FunctionName", 64, false},
	"AWS::Logs::DeliveryDestination":         {"Name", 60, false},
	"AWS::Logs::DeliverySource":              {"Name", 60, false},
	"AWS::Logs::LogGroup":                    {"LogGroupName", 512, false},
	"AWS::Logs::QueryDefinition":             {"Name", 255, false},
	"AWS::S3::Bucket":                        {"BucketName", 63, true},
	"AWS::SNS::Topic":                        {"TopicName", 256, false},
	"AWS::SQS::Queue":                        {"QueueName", 80, false},
	"AWS::SecretsManager::Secret":            {"Name", 512, false},
	"AWS::WAFv2::WebACL":                     {"Name", 128, false},
}

func namesFit(t Template, _ Resource) (found []string) {
	for id, r := range t.Resources {
		if p, ok := physicalNames[r.Type]; ok {
			v := value(r.Properties, p.path)
			found = append(found, problem(!literal(v) || len(text(v)) <= p.most, "%s is named %v, %d characters: at most %d are allowed", id, v, len(fmt.Sprint(v)), p.most)...)
		}
	}
	return found
}

// duplicates are names that two resources give themselves which live in one account.
func duplicates(templates []Template) (found []Finding) {
	owner := map[string]string{}
	for _, t := range templates {
		for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
			p, ok := physicalNames[t.Resources[id].Type]
			name := value(t.Resources[id].Properties, p.path)
			if !ok || !literal(name) {
				continue
			}
			key := t.Resources[id].Type + " " + text(name)
			if !p.global {
				key += " in " + t.Region
			}
			if first, taken := owner[key]; taken {
				found = append(found, Finding{Rule: "name-taken", Template: t.Name, Resource: id, Problem: "it is named " + text(name) + ", as is " + first + ": no two may be",
					Source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html"})
			}
			owner[key] = t.Name + " " + id
		}
	}
	return found
}
