package stacks_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"primrose/infra/config"
)

func TestTheFrontIsMadeOfWhatIsOn(t *testing.T) {
	for _, test := range []struct {
		stage config.Stage
		want  []string
	}{
		{full(), []string{"AWS::CertificateManager::Certificate", "AWS::WAFv2::WebACL"}},
		{certified(), []string{"AWS::WAFv2::WebACL"}},
		{eastern(), []string{"AWS::CertificateManager::Certificate"}},
	} {
		var kinds []string
		for _, r := range front(t, test.stage).Resources {
			kinds = append(kinds, r.Type) // and no function of CDK's that asks for the certificate
		}
		same(t, test.stage.Name, kinds, test.want)
	}
}

func TestTheCertificateIsForAllNames(t *testing.T) {
	made := front(t, full()).one("AWS::CertificateManager::Certificate")
	var validated []string
	for _, o := range made.objects("DomainValidationOptions") {
		validated = append(validated, fmt.Sprintf("%s in %s", o["DomainName"], o["HostedZoneId"]))
	}
	same(t, "validated", validated, []string{"images.example.com in Z0123456789ABCDEFGHIJ", "pictures.example.com in Z0123456789ABCDEFGHIJ"})
	if made["DomainName"] != "images.example.com" || made["ValidationMethod"] != "DNS" {
		t.Errorf("a certificate for %v by %v", made["DomainName"], made["ValidationMethod"])
	}
	same(t, "other names", texts(made["SubjectAlternativeNames"]), []string{"pictures.example.com"})
}

func TestTheFirewallRefusesFloodsAndKnownAttackers(t *testing.T) {
	for _, stage := range []config.Stage{full(), certified()} {
		acl := front(t, stage).one("AWS::WAFv2::WebACL")
		if acl["Scope"] != "CLOUDFRONT" || acl.get("DefaultAction", "Allow") == nil {
			t.Errorf("%s: scope %v, by default %v", stage.Name, acl["Scope"], acl["DefaultAction"])
		}
		rules := map[string]object{}
		for _, rule := range acl.objects("Rules") {
			rules[text(rule["Name"])] = rule
			if rule.get("VisibilityConfig", "CloudWatchMetricsEnabled") != true {
				t.Errorf("%s: the rule %v is not measured", stage.Name, rule["Name"])
			}
		}
		rate, reputation := rules["Rate"], rules["Reputation"]
		if got := rate.get("Statement", "RateBasedStatement", "Limit"); got != float64(stage.Firewall.Rate) || rate.get("Action", "Block") == nil {
			t.Errorf("%s: more than %v lead to %v, want %v to be blocked", stage.Name, got, rate["Action"], stage.Firewall.Rate)
		}
		if got := reputation.get("Statement", "ManagedRuleGroupStatement", "Name"); got != "AWSManagedRulesAmazonIpReputationList" || reputation.get("OverrideAction", "None") == nil {
			t.Errorf("%s: the list is %v, overridden by %v", stage.Name, got, reputation["OverrideAction"])
		}
	}
}

// The stack that refers to another is deployed after it.
func TestTheServiceWaitsForItsFront(t *testing.T) {
	synth(t)
	var manifest struct {
		Artifacts map[string]struct{ Dependencies []string }
	}
	readJSON(filepath.Join(out, "manifest.json"), &manifest)
	for _, stage := range []config.Stage{full(), certified(), eastern()} {
		name := stage.StackName()
		if waits := manifest.Artifacts[name].Dependencies; !slices.Contains(waits, name+"-front") {
			t.Errorf("%s waits for %q, want its front among them", name, waits)
		}
	}
}
