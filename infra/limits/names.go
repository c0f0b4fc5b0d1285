package limits

import "fmt"

// The rules about names that resources give themselves.
const (
	NameTooLong = "name-length"
	NameTaken   = "name-taken"
)

// A physicalName is where a type of resource says a name, how many characters that may have, and
// whether names are shared by all regions of an account.
type physicalName struct {
	kind, path string
	most       int
	global     bool
}

var physicalNames = []physicalName{
	{"AWS::ApiGateway::ApiKey", "Name", 1024, false},
	{"AWS::ApiGateway::RestApi", "Name", 1024, false}, // not unique to API Gateway, but its metrics go by it
	{"AWS::ApiGateway::UsagePlan", "UsagePlanName", 1024, false},
	{"AWS::Budgets::Budget", "Budget.BudgetName", 100, true},
	{"AWS::CloudFront::CachePolicy", "CachePolicyConfig.Name", 128, true},
	{"AWS::CloudFront::Function", "Name", 64, true},
	{"AWS::CloudFront::KeyValueStore", "Name", 64, true},
	{"AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig.Name", 64, true},
	{"AWS::CloudFront::OriginRequestPolicy", "OriginRequestPolicyConfig.Name", 128, true},
	{"AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig.Name", 128, true},
	{"AWS::CloudWatch::Alarm", "AlarmName", 255, false},
	{"AWS::CloudWatch::CompositeAlarm", "AlarmName", 255, false},
	{"AWS::CloudWatch::Dashboard", "DashboardName", 255, true},
	{"AWS::CodeDeploy::Application", "ApplicationName", 100, false},
	{"AWS::EventSchemas::Registry", "RegistryName", 64, false},
	{"AWS::EventSchemas::Schema", "SchemaName", 385, false},
	{"AWS::Events::Rule", "Name", 64, false},
	{"AWS::IAM::Role", "RoleName", 64, true},
	{"AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", 64, false},
	{"AWS::Lambda::Function", "FunctionName", 64, false},
	{"AWS::Logs::DeliveryDestination", "Name", 60, false},
	{"AWS::Logs::DeliverySource", "Name", 60, false},
	{"AWS::Logs::LogGroup", "LogGroupName", 512, false},
	{"AWS::Logs::QueryDefinition", "Name", 255, false},
	{"AWS::S3::Bucket", "BucketName", 63, true},
	{"AWS::SNS::Topic", "TopicName", 256, false},
	{"AWS::SQS::Queue", "QueueName", 80, false},
	{"AWS::SecretsManager::Secret", "Name", 512, false},
	{"AWS::WAFv2::WebACL", "Name", 128, false},
	{"AWS::WAFv2::WebACL", "VisibilityConfig.MetricName", 255, false}, // by which its metrics go
}

func namesFit(t Template, _ Resource) (found problems) {
	for _, p := range physicalNames {
		for _, r := range t.all(p.kind) {
			name := value(r.Properties, p.path)
			n := len(text(name))
			found.unless(!literal(name) || n <= p.most,
				"%s is named %v, which has %d characters: at most %d are allowed", r.ID, name, n, p.most)
		}
	}
	return found
}

// duplicates are names that two resources give themselves which live in one account. A name with a
// part that only CloudFormation knows is compared within its template, where that part is the same.
func duplicates(templates []Template) (found []Finding) {
	owner := map[string]string{}
	for _, t := range templates {
		for _, p := range physicalNames {
			for _, r := range t.all(p.kind) {
				name := value(r.Properties, p.path)
				if name == nil {
					continue
				}
				key := p.kind + " " + text(name)
				switch {
				case !literal(name):
					key += " of " + t.Name
				case !p.global:
					key += " in " + t.Region
				}
				if first, taken := owner[key]; taken {
					found = append(found, Finding{Rule: NameTaken, Template: t.Name, Resource: r.ID,
						Problem: fmt.Sprintf("it is named %s, as is %s: no two may be", text(name), first),
						Source:  "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html"})
				}
				owner[key] = t.Name + " " + r.ID
			}
		}
	}
	return found
}
