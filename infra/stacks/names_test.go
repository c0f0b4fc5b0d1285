package stacks_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"primrose/infra/config"
	"primrose/infra/service"
	"primrose/infra/stacks"
)

// One account holds two stages, one of them once more in another region, and a stack of somebody
// else's with two services in it. Whatever has a name of ours has one of its own.
func TestNamesDoNotClash(t *testing.T) {
	here, there := t.TempDir(), t.TempDir()

	app := awscdk.NewApp(&awscdk.AppProps{Outdir: new(here), Context: flags()})
	stacks.NewHome(app, config.Dev(), stacks.Front{}, named())
	guarded := config.Prod()
	guarded.Firewall.On = true
	guarded.Watch.Logs = 30 * config.Day
	stacks.NewWatch(app, guarded, stacks.NewHome(app, guarded, stacks.NewFront(app, guarded), named()))
	foreign := awscdk.NewStack(app, new("a-stack-of-another-app-whose-name-is-as-long-as-people-make-them"), nil)
	service.New(foreign, "Photos", named())
	service.New(foreign, "Drawings", named())
	app.Synth(nil)

	away := guarded
	away.Region = "ap-northeast-2" // as long as they come
	app = awscdk.NewApp(&awscdk.AppProps{Outdir: new(there), Context: flags()})
	stacks.NewWatch(app, away, stacks.NewHome(app, away, stacks.NewFront(app, away), named()))
	app.Synth(nil)

	files, _ := filepath.Glob(filepath.Join(here, "*.template.json"))
	more, _ := filepath.Glob(filepath.Join(there, "*.template.json"))
	if files = append(files, more...); len(files) != 8 {
		t.Fatalf("templates: %q, want eight", files)
	}
	owner := map[string]string{}
	for _, file := range files {
		var made template
		readJSON(file, &made)
		for id, r := range made.Resources {
			name := physicalName(r)
			if name == "" {
				continue
			}
			most := 64 // CloudFront's
			switch r.Type {
			case "AWS::Logs::QueryDefinition":
				most = 255
			case "AWS::Logs::DeliverySource", "AWS::Logs::DeliveryDestination":
				most = 60
			}
			if len(name) > most && !strings.Contains(name, "${") {
				t.Errorf("%s has %d characters, %s takes %d", name, len(name), r.Type, most)
			}
			if name = r.Type + " " + name; owner[name] != "" {
				t.Errorf("%s is the name of %s and of %s", name, owner[name], id)
			}
			owner[name] = file + " " + id
		}
	}
	// An API, its stream of logs, a function, a store of keys, an access control and three policies; a
	// dashboard; twelve queries. Two firewalls, and two times both ends of the edge's logs.
	if want := 5*(8+1+12) + 2 + 2*2; len(owner) != want {
		t.Errorf("%d names, want %d: somebody lost or won one", len(owner), want)
	}
}

// named is a service with as many names as there are.
func named() service.Props {
	p := props()
	p.API.Logs = config.Firehose
	return p
}

func props() service.Props {
	return service.Props{
		Service:   config.Default(),
		ImageCode: stub,
		PurgeCode: stub,
		EdgeCode:  "function handler(event){return event.request}",
	}
}

// physicalName is the name that a resource gives itself, if any.
func physicalName(r resource) string {
	paths := map[string][]string{
		"AWS::ApiGateway::RestApi":               {"Name"},
		"AWS::CloudFront::Function":              {"Name"},
		"AWS::CloudFront::OriginAccessControl":   {"OriginAccessControlConfig", "Name"},
		"AWS::CloudFront::CachePolicy":           {"CachePolicyConfig", "Name"},
		"AWS::CloudFront::OriginRequestPolicy":   {"OriginRequestPolicyConfig", "Name"},
		"AWS::CloudFront::ResponseHeadersPolicy": {"ResponseHeadersPolicyConfig", "Name"},
		"AWS::CloudFront::KeyValueStore":         {"Name"},
		"AWS::WAFv2::WebACL":                     {"VisibilityConfig", "MetricName"}, // CloudFormation names it, not its metrics
		"AWS::KinesisFirehose::DeliveryStream":   {"DeliveryStreamName"},
		"AWS::ApiGateway::UsagePlan":             {"UsagePlanName"},
		"AWS::ApiGateway::ApiKey":                {"Name"},
		"AWS::S3::Bucket":                        {"BucketName"},
		"AWS::Lambda::Function":                  {"FunctionName"},
		"AWS::Logs::LogGroup":                    {"LogGroupName"},
		"AWS::IAM::Role":                         {"RoleName"},
		"AWS::SecretsManager::Secret":            {"Name"},
		"AWS::CloudWatch::Dashboard":             {"DashboardName"},
		"AWS::Logs::QueryDefinition":             {"Name"},
		"AWS::Logs::DeliverySource":              {"Name"},
		"AWS::Logs::DeliveryDestination":         {"Name"},
	}
	path, ok := paths[r.Type]
	if !ok {
		return ""
	}
	if v := r.Properties.get(path...); v != nil {
		return text(v)
	}
	return ""
}
