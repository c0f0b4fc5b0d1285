package limits

import "fmt"

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
	for _, r := range t.sorted() {
		if p, ok := physicalNames[r.Type]; ok {
			v := value(r.Properties, p.path)
			found = append(found, problem(!literal(v) || len(text(v)) <= p.most, "%s is named %v, which has %d characters: at most %d are allowed", r.ID, v, len(text(v)), p.most)...)
		}
	}
	return found
}

// duplicates are names that two resources give themselves which live in one account.
func duplicates(templates []Template) (found []Finding) {
	owner := map[string]string{}
	for _, t := range templates {
		for _, r := range t.sorted() {
			p, ok := physicalNames[r.Type]
			name := value(r.Properties, p.path)
			if !ok || !literal(name) {
				continue
			}
			key := r.Type + " " + text(name)
			if !p.global {
				key += " in " + t.Region
			}
			if first, taken := owner[key]; taken {
				found = append(found, Finding{Rule: "name-taken", Template: t.Name, Resource: r.ID,
					Problem: fmt.Sprintf("it is named %s, as is %s: no two may be", text(name), first),
					Source:  "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html"})
			}
			owner[key] = t.Name + " " + r.ID
		}
	}
	return found
}
