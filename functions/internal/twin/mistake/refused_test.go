package mistake

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"primrose/functions/internal/twin"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/template"
)

const (
	assembly = "../../../../build/twin"
	stack    = "primrose-dev-eu-central-1"
)

// What the twin does not understand it refuses, by name: it would say that all is well without having looked.
var refused = []struct {
	name, says string
	change     func(d *document)
}{
	{"a type", "AWS::DynamoDB::Table", func(d *document) {
		d.resources["Table"] = map[string]any{"Type": "AWS::DynamoDB::Table", "Properties": map[string]any{}}
	}},
	{"a property of a function", "EphemeralStorage", func(d *document) {
		d.of("Lambda::Function", "ProcessorImage").set("EphemeralStorage", map[string]any{"Size": 512})
	}},
	{"a property of a bucket", "ReplicationConfiguration", func(d *document) {
		d.of("S3::Bucket", "Variants").set("ReplicationConfiguration", map[string]any{})
	}},
	{"a property of the distribution", "Staging", func(d *document) { d.distribution().set("Staging", true) }},
	{"a property of a method", "RequestParameters", func(d *document) {
		d.of("ApiGateway::Method", method("GET")).set("RequestParameters", map[string]any{"method.request.path.proxy": true})
	}},
	{"a property of the queue", "FifoQueue", func(d *document) { d.of("SQS::Queue", "PurgeQueue").set("FifoQueue", true) }},
	{"a property of an alarm", "Dimension", func(d *document) { d.of("CloudWatch::Alarm", "PurgeDead").set("Dimension", []any{}) }},
	{"a property of a role", "PermissionsBoundary", func(d *document) {
		d.of("IAM::Role", "ImageRole").set("PermissionsBoundary", "arn:aws:iam::aws:policy/ReadOnlyAccess")
	}},
	{"a resource's attribute", "CreationPolicy", func(d *document) {
		d.resources[d.id("Lambda::Function", "ProcessorImage")].(map[string]any)["CreationPolicy"] = map[string]any{}
	}},
	{"an intrinsic function", "Fn::If", func(d *document) {
		d.of("Lambda::Function", "ProcessorImage").set("Timeout", map[string]any{"Fn::If": []any{"Large", 10, 20}})
	}},
	{"a section", "Conditions", func(d *document) { d.template["Conditions"] = map[string]any{} }},
	{"a reference to nothing", "Nothing", func(d *document) {
		d.of("Lambda::Function", "ProcessorImage").in("Environment.Variables").set("PRIMROSE_ORIGINALS", map[string]any{"Ref": "Nothing"})
	}},
	{"a runtime", "nodejs24.x", func(d *document) { d.of("Lambda::Function", "ProcessorImage").set("Runtime", "nodejs24.x") }},
	{"an architecture that is not this machine's", "riscv64", func(d *document) {
		d.of("Lambda::Function", "ProcessorImage").set("Architectures", []any{"riscv64"})
	}},
	{"code that is nowhere", "0000.zip", func(d *document) { d.of("Lambda::Function", "ProcessorImage").in("Code").set("S3Key", "0000.zip") }},
	{"a way to let callers in", "COGNITO_USER_POOLS", func(d *document) {
		d.of("ApiGateway::Method", "RestPOST").set("AuthorizationType", "COGNITO_USER_POOLS")
	}},
	{"an integration", "HTTP_PROXY", func(d *document) { d.integration("GET").set("Type", "HTTP_PROXY") }},
	{"a patience that API Gateway doesn't have", "TimeoutInMillis", func(d *document) {
		d.of("ApiGateway::Method", "RestPOST").in("Integration").set("TimeoutInMillis", 60000)
	}},
	{"which cookies count", "allMost", func(d *document) { d.key().set("CookiesConfig", map[string]any{"CookieBehavior": "allMost"}) }},
	{"a function at another event", "viewer-response", func(d *document) {
		d.behavior().in("FunctionAssociations.0").set("EventType", "viewer-response")
	}},
	{"a web ACL", "WebACLId", func(d *document) {
		d.distribution().set("WebACLId", "arn:aws:wafv2:us-east-1:111111111111:global/webacl/a/b")
	}},
	{"a distribution that is switched off", "not enabled", func(d *document) { d.distribution().set("Enabled", false) }},
	{"an origin that is none of the distribution's", "another", func(d *document) { d.behavior().set("TargetOriginId", "another") }},
	{"a condition's operator", "IpAddress", func(d *document) {
		d.of("IAM::Role", "ImageRole").in("AssumeRolePolicyDocument.Statement.0").set("Condition", map[string]any{
			"IpAddress": map[string]any{"aws:SourceIp": "192.0.2.0/24"},
		})
	}},
	{"a pattern of events", "numeric", func(d *document) {
		d.rule().in("EventPattern.detail").set("object", map[string]any{"size": []any{map[string]any{"numeric": []any{">", 0}}}})
	}},
	{"an alarm that watches nothing", "watches no metric", func(d *document) {
		alarm := d.of("CloudWatch::Alarm", "PurgeDead")
		alarm.remove("MetricName")
		alarm.remove("Namespace")
	}},
	{"a permission that lets anybody's API in", "say SourceArn", func(d *document) {
		d.of("Lambda::Permission", permission("GET")).remove("SourceArn")
	}},
	{"a queue's policy that lets anybody's rule in", "say aws:SourceArn", func(d *document) {
		d.guard("SQS::QueuePolicy", "PurgeQueuePolicy", "events.amazonaws.com").remove("Condition")
	}},
	{"a bucket's policy that lets anybody's distribution in", "say aws:SourceArn", func(d *document) {
		d.guard("S3::BucketPolicy", "Variants", "cloudfront.amazonaws.com").remove("Condition")
	}},
	{"a queue's policy that is about nobody", "has principals", func(d *document) {
		d.guard("SQS::QueuePolicy", "PurgeQueuePolicy", "events.amazonaws.com").remove("Principal")
	}},
	{"a rule that hears of all buckets", "whatever bucket", func(d *document) { d.rule().in("EventPattern").remove("detail") }},
	{"a secret without a value", "no value", func(d *document) { d.of("SecretsManager::Secret", "Api").remove("GenerateSecretString") }},
	{"a refusal of nothing", "no ResponseType", func(d *document) {
		d.of("ApiGateway::GatewayResponse", "THROTTLED").remove("ResponseType")
	}},
	{"a policy that lets anybody in", "lets anybody in", func(d *document) {
		d.of("S3::BucketPolicy", "Variants").in("PolicyDocument").set("Statement", []any{map[string]any{
			"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
			"Resource": map[string]any{"Fn::Join": []any{"", []any{d.arn("S3::Bucket", "Variants"), "/*"}}},
		}})
	}},
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(assembly, stack+".template.json"))
	if err != nil {
		t.Fatalf("%v: run `make twin`", err)
	}
	for _, c := range refused {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wrong, err := edit(text, c.change)
			if err != nil {
				t.Fatal(err)
			}
			if err := run(wrong); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the twin says %v, want it to name %s", err, c.says)
			}
		})
	}
}

// run tries to start a template.
func run(text []byte) error {
	parsed, err := template.Parse(text, assembly, stack)
	if err != nil {
		return err
	}
	n, err := network.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer n.Close()
	running, err := twin.New(parsed, n)
	if err != nil {
		return err
	}
	return running.Close()
}
