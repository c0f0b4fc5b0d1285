package stacks_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"

	"primrose/infra/config"
	"primrose/infra/service"
)

// certified has a certificate and topics already, a stricter firewall, and a key that is not demanded
// yet.
func certified() config.Stage {
	s := config.Default()
	s.Edge.Countries.Deny = []string{"AQ"}
	s.Edge.Signing.Keys = []string{"next"}
	s.Removal = config.Destroy
	s.Alarms = config.Alarms{
		Topic:     "arn:aws:sns:ap-northeast-2:123456789012:operators",
		EdgeTopic: "arn:aws:sns:us-east-1:123456789012:operators",
	}
	return config.Stage{
		Name: "certified", Account: "123456789012", Region: "ap-northeast-2", Service: s,
		Watch:    config.Watch{Budget: 50},
		Firewall: config.Firewall{On: true, Rate: 100},
		Domain: config.Domain{
			Names:       []string{"img.example.net"},
			Certificate: "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
		},
	}
}

// eastern is at home where its front is, relies on what the account has already, and pays for little.
func eastern() config.Stage {
	s := config.Default()
	s.Originals = config.Originals{Bucket: "photos.example.org"}
	s.Image.Rollout = config.AllAtOnce
	s.API.Logs = config.AccountRole
	s.Purge.Edge = false
	s.TestEvents = config.Schemas
	return config.Stage{
		Name: "eastern", Region: config.EdgeRegion, Service: s,
		Watch: config.Watch{Logs: 7 * config.Day},
		Domain: config.Domain{
			Names: []string{"images.example.org"},
			Zone:  config.Zone{ID: "Z0123456789ABCDEFGHIJ", Name: "example.org"},
		},
	}
}

// synthOptions writes the templates of three stages, once, and says where. Between them they have what
// the deployed stages leave out.
var synthOptions = sync.OnceValues(func() (dir string, err error) {
	dir = filepath.Join(out, "options")
	stages := []config.Stage{full(), certified(), eastern()}
	return dir, errors.Join(config.Validate(stages), synthTo(dir, stages))
})

// option is the template of one of the three stages' stacks.
func option(t *testing.T, stack string) template {
	t.Helper()
	dir, err := synthOptions()
	if err != nil {
		t.Fatal(err)
	}
	var made template
	readJSON(filepath.Join(dir, stack+".template.json"), &made)
	return made
}

func distribution(made template) object {
	return object(made.one("AWS::CloudFront::Distribution")["DistributionConfig"].(map[string]any))
}

// Whatever is switched on, nothing is found in it.
func TestOptionsHaveNoFindings(t *testing.T) {
	dir, err := synthOptions()
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range findings(dir) {
		t.Error(finding)
	}
}

func TestTheFrontIsMadeOfWhatIsOn(t *testing.T) {
	for stack, want := range map[string][]string{
		"primrose-full-eu-central-1-front":        {"AWS::CertificateManager::Certificate", "AWS::WAFv2::WebACL"},
		"primrose-certified-ap-northeast-2-front": {"AWS::WAFv2::WebACL"},
		"primrose-eastern-us-east-1-front":        {"AWS::CertificateManager::Certificate"},
	} {
		var kinds []string
		for _, r := range option(t, stack).Resources {
			kinds = append(kinds, r.Type) // and no function of CDK's that asks for the certificate
		}
		same(t, stack, kinds, want)
	}
}

func TestTheCertificateIsForAllNames(t *testing.T) {
	made := option(t, "primrose-full-eu-central-1-front").one("AWS::CertificateManager::Certificate")
	var validated []string
	for _, one := range list(made["DomainValidationOptions"]) {
		o := object(one.(map[string]any))
		validated = append(validated, fmt.Sprintf("%s in %s", o["DomainName"], o["HostedZoneId"]))
	}
	same(t, "validated", validated, []string{"images.example.com in Z0123456789ABCDEFGHIJ", "pictures.example.com in Z0123456789ABCDEFGHIJ"})
	if made["DomainName"] != "images.example.com" || made["ValidationMethod"] != "DNS" {
		t.Errorf("a certificate for %v by %v", made["DomainName"], made["ValidationMethod"])
	}
	same(t, "other names", texts(made["SubjectAlternativeNames"]), []string{"pictures.example.com"})
}

func TestTheFirewallRefusesFloodsAndKnownAttackers(t *testing.T) {
	for stack, limit := range map[string]float64{
		"primrose-full-eu-central-1-front":        5000,
		"primrose-certified-ap-northeast-2-front": 100,
	} {
		acl := option(t, stack).one("AWS::WAFv2::WebACL")
		if acl["Scope"] != "CLOUDFRONT" || acl.get("DefaultAction", "Allow") == nil {
			t.Errorf("%s: scope %v, by default %v", stack, acl["Scope"], acl["DefaultAction"])
		}
		rules := map[string]object{}
		for _, one := range list(acl["Rules"]) {
			rule := object(one.(map[string]any))
			rules[text(rule["Name"])] = rule
			if rule.get("VisibilityConfig", "CloudWatchMetricsEnabled") != true {
				t.Errorf("%s: the rule %v is not measured", stack, rule["Name"])
			}
		}
		rate, reputation := rules["Rate"], rules["Reputation"]
		if got := rate.get("Statement", "RateBasedStatement", "Limit"); got != limit || rate.get("Action", "Block") == nil {
			t.Errorf("%s: more than %v lead to %v, want %v to be blocked", stack, got, rate["Action"], limit)
		}
		if got := reputation.get("Statement", "ManagedRuleGroupStatement", "Name"); got != "AWSManagedRulesAmazonIpReputationList" || reputation.get("OverrideAction", "None") == nil {
			t.Errorf("%s: the list is %v, overridden by %v", stack, got, reputation["OverrideAction"])
		}
	}
}

func TestTheDistributionHasItsNames(t *testing.T) {
	for _, test := range []struct {
		stack               string
		names               []string
		certificate, webACL string
	}{
		{"primrose-full-eu-central-1", []string{"images.example.com", "pictures.example.com"},
			"${primrose-full-eu-central-1-front in us-east-1}", "${primrose-full-eu-central-1-front in us-east-1}"},
		{"primrose-certified-ap-northeast-2", []string{"img.example.net"},
			certified().Domain.Certificate, "${primrose-certified-ap-northeast-2-front in us-east-1}"},
		{"primrose-eastern-us-east-1", []string{"images.example.org"},
			"${primrose-eastern-us-east-1-front in us-east-1}", "<nil>"},
	} {
		made := option(t, test.stack)
		d := distribution(made)
		same(t, test.stack, texts(d["Aliases"]), test.names)
		if got := text(d.get("ViewerCertificate", "AcmCertificateArn")); got != test.certificate {
			t.Errorf("%s: certificate %s, want %s", test.stack, got, test.certificate)
		}
		if got := text(d.get("ViewerCertificate", "MinimumProtocolVersion")); got != "TLSv1.2_2025" {
			t.Errorf("%s: viewers may come by %s", test.stack, got)
		}
		if got := text(d["WebACLId"]); got != test.webACL {
			t.Errorf("%s: web ACL %s, want %s", test.stack, got, test.webACL)
		}
		if got := text(made.Outputs["Url"].(map[string]any)["Value"]); got != "https://"+test.names[0] {
			t.Errorf("%s: people are told of %s", test.stack, got)
		}
		security := object(made.one("AWS::CloudFront::ResponseHeadersPolicy").get("ResponseHeadersPolicyConfig", "SecurityHeadersConfig").(map[string]any))
		if got := security.get("StrictTransportSecurity", "AccessControlMaxAgeSec"); got != 31536000.0 {
			t.Errorf("%s: HTTPS is promised for %v s, want a year", test.stack, got)
		}
	}
}

// The stack that refers to another is deployed after it.
func TestTheServiceWaitsForItsFront(t *testing.T) {
	dir, err := synthOptions()
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Artifacts map[string]struct{ Dependencies []string }
	}
	readJSON(filepath.Join(dir, "manifest.json"), &manifest)
	for _, home := range []string{"primrose-full-eu-central-1", "primrose-certified-ap-northeast-2", "primrose-eastern-us-east-1"} {
		if waits := manifest.Artifacts[home].Dependencies; !slices.Contains(waits, home+"-front") {
			t.Errorf("%s waits for %q, want its front among them", home, waits)
		}
	}
}

func TestNamesInTheZoneLeadToTheDistribution(t *testing.T) {
	for stack, want := range map[string][]string{
		"primrose-full-eu-central-1": {
			"images.example.com. A", "images.example.com. AAAA", "pictures.example.com. A", "pictures.example.com. AAAA",
		},
		"primrose-certified-ap-northeast-2": nil, // whose DNS is the operator's
		"primrose-eastern-us-east-1":        {"images.example.org. A", "images.example.org. AAAA"},
	} {
		made := option(t, stack)
		var got []string
		for _, id := range made.of("AWS::Route53::RecordSet") {
			r := made.Resources[id].Properties
			got = append(got, fmt.Sprintf("%s %s", r["Name"], r["Type"]))
			if to := text(r.get("AliasTarget", "DNSName")); to != "${PrimroseEdgeDistributionEF8B1AA2.DomainName}" {
				t.Errorf("%s leads to %s", r["Name"], to)
			}
		}
		same(t, stack, got, want)
	}
}

func TestWhoIsServed(t *testing.T) {
	for stack, want := range map[string]string{
		"primrose-full-eu-central-1":        "map[Locations:[AT CH DE] RestrictionType:whitelist]",
		"primrose-certified-ap-northeast-2": "map[Locations:[AQ] RestrictionType:blacklist]",
		"primrose-eastern-us-east-1":        "<nil>",
	} {
		if got := fmt.Sprint(distribution(option(t, stack)).get("Restrictions", "GeoRestriction")); got != want {
			t.Errorf("%s: %s, want %s", stack, got, want)
		}
	}
}

func TestOneCacheAsksBothOrigins(t *testing.T) {
	var shields []string
	for _, one := range list(distribution(option(t, "primrose-full-eu-central-1"))["Origins"]) {
		shields = append(shields, text(object(one.(map[string]any)).get("OriginShield", "OriginShieldRegion")))
	}
	same(t, "shields", shields, []string{"eu-central-1", "eu-central-1"})
}

// A key is generated, outlives the stack where that is wanted, and is told about by its ARN alone.
func TestSigningKeys(t *testing.T) {
	for _, test := range []struct{ stack, policy, push string }{
		{"primrose-full-eu-central-1", retained, "primrose keys push --store ${PrimroseEdgeKeysStore6BBAB608.Arn}" +
			" --secret 2026a=${PrimroseEdgeKeysKey2026a4D5F5D10} --secret 2026b=${PrimroseEdgeKeysKey2026b2C2B159E}"},
		{"primrose-certified-ap-northeast-2", "Delete", "primrose keys push --store ${PrimroseEdgeKeysStore6BBAB608.Arn}" +
			" --secret next=${PrimroseEdgeKeysKeynextDEA745D8}"},
	} {
		made := option(t, test.stack)
		if got := text(made.Outputs["PushKeys"].(map[string]any)["Value"]); got != test.push {
			t.Errorf("%s: the command is\n\t%s\nwant\n\t%s", test.stack, got, test.push)
		}
		for _, id := range made.of("AWS::SecretsManager::Secret") {
			if !strings.HasPrefix(id, "PrimroseEdgeKeysKey") {
				continue
			}
			key := made.Resources[id]
			generated := object(key.Properties["GenerateSecretString"].(map[string]any))
			if generated["PasswordLength"].(float64) < 40 || generated["ExcludePunctuation"] != true || key.Properties["SecretString"] != nil {
				t.Errorf("%s: %s is made of %v", test.stack, id, key.Properties)
			}
			if key.DeletionPolicy != test.policy {
				t.Errorf("%s: %s: deletion policy %s, want %s", test.stack, id, key.DeletionPolicy, test.policy)
			}
		}
	}
	same(t, "references to secrets", references(option(t, "primrose-full-eu-central-1")), []string{
		"PrimroseApiKey1C0C10D25.Value.Fn::Join",
		"PrimroseEdgeDistributionEF8B1AA2.DistributionConfig.Origins.OriginCustomHeaders.HeaderValue.Fn::Join",
	})
	if made := option(t, "primrose-eastern-us-east-1"); made.Outputs["PushKeys"] != nil {
		t.Error("there is a command to push keys, and there are none")
	}
}

// An existing bucket is read, and not made, not changed.
func TestAnExistingBucketIsOnlyRead(t *testing.T) {
	made := option(t, "primrose-eastern-us-east-1")
	same(t, "buckets", made.of("AWS::S3::Bucket"), []string{"PrimroseStorageVariantsD6D974F1"})
	same(t, "policies", made.of("AWS::S3::BucketPolicy"), []string{"PrimroseStorageVariantsPolicyC1AD947B"})
	var got []string
	for _, id := range made.of("AWS::IAM::Policy") {
		for _, permission := range allowed(id, made.Resources[id].Properties.get("PolicyDocument", "Statement")) {
			if strings.Contains(permission, "photos.example.org") {
				got = append(got, permission[strings.Index(permission, " ")+1:])
			}
		}
	}
	same(t, "allowed", got, []string{
		"s3:GetObject on arn:aws:s3:::photos.example.org/*",
		"s3:ListBucket on arn:aws:s3:::photos.example.org",
		"s3:ListBucketVersions on arn:aws:s3:::photos.example.org",
	})
}

// Another app's bucket is as good as ours, even one that is made in the same stack.
func TestAnotherAppsBucket(t *testing.T) {
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: new(dir), Context: flags()})
	stack := awscdk.NewStack(app, new("Shop"), nil)
	p := props()
	p.OriginalsBucket = awss3.NewBucket(stack, new("Photos"), nil)
	service.New(stack, "Images", p)
	app.Synth(nil)
	var made template
	readJSON(filepath.Join(dir, "Shop.template.json"), &made)
	buckets := made.of("AWS::S3::Bucket")
	if len(buckets) != 2 || !strings.HasPrefix(buckets[1], "Photos") {
		t.Fatalf("buckets: %q, want the variants' and the app's own", buckets)
	}
	for _, id := range made.of("AWS::Lambda::Function") {
		if got := text(made.Resources[id].Properties.get("Environment", "Variables", "PRIMROSE_ORIGINALS")); got != "${"+buckets[1]+"}" {
			t.Errorf("%s reads %s, want the app's bucket", id, got)
		}
	}
}

func TestPropsThatCannotBeMeant(t *testing.T) {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, new("Shop"), nil)
	p := props()
	p.Domains = []string{"images.example.com"}
	p.Image.Memory = 1
	p.Originals = config.Originals{Bucket: "photos"}
	p.OriginalsBucket = awss3.NewBucket(stack, new("Photos"), nil)
	defer func() {
		said := fmt.Sprint(recover())
		for _, want := range []string{"Domains and Certificate", "OriginalsBucket", "Image.Memory"} {
			if !strings.Contains(said, want) {
				t.Errorf("New said %q, want it to name %s", said, want)
			}
		}
	}()
	service.New(stack, "Images", p)
}
