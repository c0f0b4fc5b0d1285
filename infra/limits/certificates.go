package limits

import (
	"slices"
	"strings"
)

var certificates = slices.Concat(
	about("AWS::CertificateManager::Certificate", "acm/latest/userguide/acm-certificate-characteristics.html",
		rule{name: "certificate-name", check: all(long("DomainName", 1, 64), atMost(9, "SubjectAlternativeNames"))},
		rule{name: "certificate-dns", check: is("ValidationMethod", "DNS")}, // else a deploy waits for somebody to read a mail
	),
	about("AWS::Route53::RecordSet", "AWSCloudFormation/latest/UserGuide/aws-properties-route53-aliastarget.html",
		rule{name: "record-zone", check: aliasZone},
	),
)

// aliasZone: an alias of a distribution is in CloudFront's own zone, wherever the record is.
func aliasZone(_ Template, r Resource) problems {
	name, zone := text(value(r.Properties, "AliasTarget.DNSName")), value(r.Properties, "AliasTarget.HostedZoneId")
	edge := strings.HasSuffix(name, ".DomainName}") || strings.HasSuffix(name, ".cloudfront.net")
	return unless(!edge || !literal(zone) || zone == "Z2FDTNDATAQYW2",
		"HostedZoneId is %v: a distribution's is Z2FDTNDATAQYW2", zone)
}
