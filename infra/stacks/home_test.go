package stacks_test

import (
	"fmt"
	"testing"

	"primrose/infra/config"
)

func TestTheDistributionHasItsNames(t *testing.T) {
	for _, test := range []struct {
		stage               config.Stage
		certificate, webACL string
	}{
		{full(), "${primrose-full-eu-central-1-front in us-east-1}", "${primrose-full-eu-central-1-front in us-east-1}"},
		{certified(), certified().Domain.Certificate, "${primrose-certified-ap-northeast-2-front in us-east-1}"},
		{eastern(), "${primrose-eastern-us-east-1-front in us-east-1}", "<nil>"},
	} {
		name, hosts := test.stage.Name, test.stage.Domain.Names
		made := home(t, test.stage)
		d := distribution(made)
		same(t, name, texts(d["Aliases"]), hosts)
		if got := text(d.get("ViewerCertificate", "AcmCertificateArn")); got != test.certificate {
			t.Errorf("%s: certificate %s, want %s", name, got, test.certificate)
		}
		if got := text(d.get("ViewerCertificate", "MinimumProtocolVersion")); got != "TLSv1.2_2025" {
			t.Errorf("%s: viewers may come by %s", name, got)
		}
		if got := text(d["WebACLId"]); got != test.webACL {
			t.Errorf("%s: web ACL %s, want %s", name, got, test.webACL)
		}
		if got := text(made.Outputs.get("Url", "Value")); got != "https://"+hosts[0] {
			t.Errorf("%s: people are told of %s", name, got)
		}
		security := made.one("AWS::CloudFront::ResponseHeadersPolicy", "EdgeHeaders").object("ResponseHeadersPolicyConfig", "SecurityHeadersConfig")
		if got := security.get("StrictTransportSecurity", "AccessControlMaxAgeSec"); got != 31536000.0 {
			t.Errorf("%s: HTTPS is promised for %v s, want a year", name, got)
		}
	}
}

func TestNamesInTheZoneLeadToTheDistribution(t *testing.T) {
	for _, test := range []struct {
		stage config.Stage
		want  []string
	}{
		{full(), []string{"images.example.com. A", "images.example.com. AAAA", "pictures.example.com. A", "pictures.example.com. AAAA"}},
		{certified(), nil}, // whose DNS is the operator's
		{eastern(), []string{"images.example.org. A", "images.example.org. AAAA"}},
	} {
		made := home(t, test.stage)
		var got []string
		for _, id := range made.of("AWS::Route53::RecordSet") {
			r := made.Resources[id].Properties
			got = append(got, fmt.Sprintf("%s %s", r["Name"], r["Type"]))
			if to := text(r.get("AliasTarget", "DNSName")); to != "${PrimroseEdgeDistributionEF8B1AA2.DomainName}" {
				t.Errorf("%s leads to %s", r["Name"], to)
			}
		}
		same(t, test.stage.Name, got, test.want)
	}
}
