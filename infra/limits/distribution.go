package limits

import (
	"slices"
	"strings"

	"primrose/infra/config"
)

const distributionValues = "AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html"

var distributions = slices.Concat(
	about("AWS::CloudFront::Distribution", "AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html",
		rule{name: "edge-failover-codes", check: oneOf("DistributionConfig.OriginGroups.Items.FailoverCriteria.StatusCodes.Items",
			"400", "403", "404", "416", "500", "502", "503", "504")},
		rule{name: "edge-quantity", check: quantitiesCount},
		rule{name: "edge-group-members", check: each("DistributionConfig.OriginGroups.Items", twoMembers)},
		rule{name: "edge-group-verbs", check: groupsAreRead},
	),
	about("AWS::CloudFront::Distribution", distributionValues,
		rule{name: "edge-target", check: targetsExist},
		rule{name: "edge-read-timeout", check: between("DistributionConfig.Origins.CustomOriginConfig.OriginReadTimeout", 1, 60, "seconds, or have the quota raised")},
		rule{name: "edge-keepalive", check: between("DistributionConfig.Origins.CustomOriginConfig.OriginKeepaliveTimeout", 1, 60, "seconds, or have the quota raised")},
		rule{name: "edge-connection", check: all(
			between("DistributionConfig.Origins.ConnectionAttempts", 1, 3, "attempts"),
			between("DistributionConfig.Origins.ConnectionTimeout", 1, 10, "seconds"))},
		rule{name: "edge-origin-tls", check: all(
			oneOf("DistributionConfig.Origins.CustomOriginConfig.OriginProtocolPolicy", "https-only"),
			oneOf("DistributionConfig.Origins.CustomOriginConfig.OriginSSLProtocols", "TLSv1.2"))},
		rule{name: "edge-access", check: each("DistributionConfig.Origins", oneAccess)},
		rule{name: "edge-origin-count", check: atMost(100, "DistributionConfig.Origins.Id")},
		rule{name: "edge-origin-ids", check: distinct("DistributionConfig.Origins.Id")},
	),
	about("AWS::CloudFront::Distribution", "AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html",
		rule{name: "edge-behaviors", check: atMost(24, "DistributionConfig.CacheBehaviors.PathPattern")}, // and the default one
	),
	about("AWS::CloudFront::Distribution", "AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html",
		rule{name: "edge-origin-headers", check: headersAllowed("DistributionConfig.Origins.OriginCustomHeaders.HeaderName", originHeaders)},
	),
	about("AWS::CloudFront::Distribution", "AmazonCloudFront/latest/DeveloperGuide/origin-shield.html",
		rule{name: "edge-shield", check: each("DistributionConfig.Origins.OriginShield", shieldExists)},
	),
	about("AWS::CloudFront::Distribution", "AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html",
		rule{name: "edge-error-codes", check: all(distinct("DistributionConfig.CustomErrorResponses.ErrorCode"),
			oneOf("DistributionConfig.CustomErrorResponses.ErrorCode", "400", "403", "404", "405", "414", "416", "500", "501", "502", "503", "504"))},
		rule{name: "edge-error-ttl", check: between("DistributionConfig.CustomErrorResponses.ErrorCachingMinTTL", 0, 31_536_000, "seconds")},
		rule{name: "edge-error-page", check: each("DistributionConfig.CustomErrorResponses", pageHasCode)},
	),
	about("AWS::CloudFront::Distribution", "AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html",
		rule{name: "edge-verbs", check: verbsAreASet},
		rule{name: "edge-cache-settings", check: policyOrSettings},
		rule{name: "edge-viewer-tls", check: all(
			each("DistributionConfig.DefaultCacheBehavior", redirectsToTLS),
			each("DistributionConfig.CacheBehaviors", redirectsToTLS))},
		rule{name: "edge-paths", check: all(
			like("DistributionConfig.CacheBehaviors.PathPattern", `[A-Za-z0-9_.*?$/~"'@:+&-]{1,255}`),
			distinct("DistributionConfig.CacheBehaviors.PathPattern"))},
		rule{name: "edge-function-count", check: oneFunctionAnEvent},
	),
	about("AWS::CloudFront::Distribution", "AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html",
		rule{name: "edge-certificate", check: namesHaveCertificate},
		rule{name: "edge-certificate-region", check: certificateIsInVirginia},
		rule{name: "edge-minimum-tls", check: oneOf("DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
			"TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")},
	),
	about("AWS::CloudFront::Distribution", "AmazonCloudFront/latest/DeveloperGuide/georestrictions.html",
		rule{name: "edge-countries", check: countriesFit},
	),
	about("AWS::CloudFront::Distribution", "AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesGeneral.html",
		rule{name: "edge-price-class", check: oneOf("DistributionConfig.PriceClass", "PriceClass_100", "PriceClass_200", "PriceClass_All")},
		rule{name: "edge-http", check: oneOf("DistributionConfig.HttpVersion", "http1.1", "http2", "http3", "http2and3")},
		rule{name: "edge-comment", check: long("DistributionConfig.Comment", 0, 128)},
		rule{name: "edge-web-acl", check: like("DistributionConfig.WebACLId", `arn:aws:wafv2:us-east-1:[0-9]{12}:global/webacl/.+`)},
	),
)

// quantitiesCount: CloudFront has the length said beside each list, and refuses another.
func quantitiesCount(_ Template, r Resource) (found problems) {
	walk("DistributionConfig", r.Properties["DistributionConfig"], func(path string, v any) {
		m, _ := v.(map[string]any)
		if items, ok := m["Items"].([]any); ok && m["Quantity"] != nil {
			n, _ := number(m["Quantity"])
			found.unless(n == float64(len(items)), "%s.Quantity is %v: it has %d items", path, n, len(items))
		}
	})
	return found
}

func twoMembers(_ Template, group map[string]any) problems {
	ids := texts(group, "Members.Items.OriginId")
	return unless(len(ids) == 2 && ids[0] != ids[1],
		"the members of %v are %q: a group has two origins, to be asked in turn", group["Id"], ids)
}

func groups(r Resource) []string {
	return texts(r.Properties, "DistributionConfig.OriginGroups.Items.Id")
}

func behaviors(r Resource) []map[string]any {
	return append(objects(r.Properties, "DistributionConfig.DefaultCacheBehavior"), objects(r.Properties, "DistributionConfig.CacheBehaviors")...)
}

// groupsAreRead: CloudFront does not send a changing request to a second origin.
func groupsAreRead(_ Template, r Resource) (found problems) {
	for _, b := range behaviors(r) {
		if !slices.Contains(groups(r), text(b["TargetOriginId"])) {
			continue
		}
		for _, verb := range texts(b, "AllowedMethods") {
			found.unless(verb == "GET" || verb == "HEAD" || verb == "OPTIONS",
				"AllowedMethods has %s: a group of origins takes GET, HEAD and OPTIONS", verb)
		}
	}
	return found
}

func targetsExist(_ Template, r Resource) (found problems) {
	origins := texts(r.Properties, "DistributionConfig.Origins.Id")
	for _, id := range texts(r.Properties, "DistributionConfig.OriginGroups.Items.Members.Items.OriginId") {
		found.unless(slices.Contains(origins, id), "a group's member is %s: no origin has this id", id)
	}
	for _, b := range behaviors(r) {
		id := text(b["TargetOriginId"])
		found.unless(slices.Contains(append(origins, groups(r)...), id), "TargetOriginId is %s: no origin and no group has this id", id)
	}
	return found
}

// oneAccess: a bucket is opened by an origin access control, never by its forerunner as well.
func oneAccess(_ Template, origin map[string]any) problems {
	s3, ok := origin["S3OriginConfig"].(map[string]any)
	if !ok {
		return nil
	}
	identity := s3["OriginAccessIdentity"]
	return unless(origin["OriginAccessControlId"] != nil && (identity == nil || identity == ""),
		"the origin has OriginAccessControlId %v and OriginAccessIdentity %v: a bucket wants the first, and the second empty",
		text(origin["OriginAccessControlId"]), identity)
}

func shieldExists(_ Template, shield map[string]any) problems {
	if shield["Enabled"] != true {
		return nil
	}
	region := text(shield["OriginShieldRegion"])
	return unless(slices.Contains(config.Shields, region),
		"OriginShieldRegion is %s: use the nearest of %q", region, config.Shields)
}

func pageHasCode(_ Template, response map[string]any) problems {
	return unless((response["ResponseCode"] == nil) == (response["ResponsePagePath"] == nil),
		"error %v has ResponseCode or ResponsePagePath alone: set both or none", response["ErrorCode"])
}

var verbs = [][]string{{"GET", "HEAD"}, {"GET", "HEAD", "OPTIONS"}, {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}}

func verbsAreASet(_ Template, r Resource) (found problems) {
	for _, b := range behaviors(r) {
		got := slices.Sorted(slices.Values(texts(b, "AllowedMethods")))
		known := got == nil || slices.ContainsFunc(verbs, func(v []string) bool { return slices.Equal(v, got) })
		found.unless(known, "AllowedMethods is %q: CloudFront takes one of %q", got, verbs)
	}
	return found
}

// policyOrSettings: a cache policy takes the place of what a behaviour used to say itself.
func policyOrSettings(_ Template, r Resource) (found problems) {
	for _, b := range behaviors(r) {
		for _, old := range []string{"ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"} {
			found.unless(b["CachePolicyId"] == nil || b[old] == nil,
				"a behaviour has CachePolicyId and %s: leave the second to the policy", old)
		}
		found.unless(b["CachePolicyId"] != nil || b["ForwardedValues"] != nil, "a behaviour has no CachePolicyId")
	}
	return found
}

func redirectsToTLS(_ Template, behavior map[string]any) problems {
	policy := text(behavior["ViewerProtocolPolicy"])
	return unless(policy == "redirect-to-https" || policy == "https-only",
		"ViewerProtocolPolicy is %s: use redirect-to-https or https-only", policy)
}

func oneFunctionAnEvent(_ Template, r Resource) (found problems) {
	for _, b := range behaviors(r) {
		own := texts(b, "FunctionAssociations.EventType")
		events := slices.Sorted(slices.Values(append(own, texts(b, "LambdaFunctionAssociations.EventType")...)))
		found.unless(len(slices.Compact(slices.Clone(events))) == len(events),
			"functions are called on %q: CloudFront takes one an event", events)
		for _, e := range own {
			found.unless(strings.HasPrefix(e, "viewer-"),
				"a function is called on %s: CloudFront's functions are called on viewer-request and viewer-response", e)
		}
	}
	return found
}

func namesHaveCertificate(_ Template, r Resource) problems {
	names := texts(r.Properties, "DistributionConfig.Aliases")
	certificate := value(r.Properties, "DistributionConfig.ViewerCertificate")
	has := value(certificate, "AcmCertificateArn") != nil || value(certificate, "IamCertificateId") != nil
	return unless(len(names) == 0 || has, "%q have no certificate: add one of ACM's from us-east-1", names)
}

func certificateIsInVirginia(_ Template, r Resource) problems {
	arn := value(r.Properties, "DistributionConfig.ViewerCertificate.AcmCertificateArn")
	return unless(!literal(arn) || strings.HasPrefix(text(arn), "arn:aws:acm:us-east-1:"),
		"the certificate is %v: CloudFront takes certificates from us-east-1", arn)
}

func countriesFit(_ Template, r Resource) (found problems) {
	for _, geo := range objects(r.Properties, "DistributionConfig.Restrictions.GeoRestriction") {
		kind, codes := text(geo["RestrictionType"]), texts(geo, "Locations")
		known := slices.Contains([]string{"none", "whitelist", "blacklist"}, kind)
		found.unless(known && (kind == "none") == (len(codes) == 0),
			"RestrictionType is %s with %d countries: name them with whitelist or blacklist, and only then", kind, len(codes))
		for _, code := range codes {
			found.unless(len(code) == 2 && strings.ToUpper(code) == code, "country %q: use two capital letters, as ISO 3166-1 does", code)
		}
	}
	return found
}
