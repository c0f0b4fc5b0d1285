package limits

import (
	"regexp"
	"slices"
	"strings"
)

var edge = slices.Concat(
	about("AWS::CloudFront::Function", "AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html",
		rule{name: "function-size", check: functionFits},
		rule{name: "function-runtime", check: oneOf("FunctionConfig.Runtime", "cloudfront-js-2.0")}, // 1.0 cannot read a KeyValueStore
		rule{name: "function-name", check: like("Name", `[a-zA-Z0-9_-]{1,64}`)},
		rule{name: "function-stores", check: atMost(1, "FunctionConfig.KeyValueStoreAssociations")},
		rule{name: "function-published", check: is("AutoPublish", true)}, // or no distribution can call it
	),
	about("AWS::CloudFront::Function", "AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html",
		rule{name: "function-headers", check: setsNoHeader},
	),
	about("AWS::CloudFront::KeyValueStore", "AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-create.html",
		rule{name: "store-name", check: all(set("Name"), like("Name", `[a-zA-Z0-9_-]{1,64}`))},
	),
	about("AWS::CloudFront::CachePolicy", "cloudfront/latest/APIReference/API_CachePolicyConfig.html",
		rule{name: "cache-ttl", check: each("CachePolicyConfig", timesAscend)},
		rule{name: "cache-key", check: each("CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin", listsAreNamed)},
		rule{name: "cache-headers", check: atMost(10, "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.Headers")},
	),
	about("AWS::CloudFront::OriginRequestPolicy", "cloudfront/latest/APIReference/API_OriginRequestPolicyConfig.html",
		rule{name: "request-key", check: each("OriginRequestPolicyConfig", listsAreNamed)},
		rule{name: "request-headers", check: all(
			atMost(10, "OriginRequestPolicyConfig.HeadersConfig.Headers"),
			headersAllowed("OriginRequestPolicyConfig.HeadersConfig.Headers", requestHeaders))},
	),
	about("AWS::CloudFront::ResponseHeadersPolicy", "AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html",
		rule{name: "response-cors", check: each("ResponseHeadersPolicyConfig.CorsConfig", credentialsAreNamed)},
		rule{name: "response-headers", check: all(
			atMost(10, "ResponseHeadersPolicyConfig.CustomHeadersConfig.Items.Header"),
			distinct("ResponseHeadersPolicyConfig.CustomHeadersConfig.Items.Header"),
			headersAllowed("ResponseHeadersPolicyConfig.CustomHeadersConfig.Items.Header", responseHeaders+responseSettings))},
	),
	about("AWS::CloudFront::OriginAccessControl", "AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
		rule{name: "access-signs", check: oneOf("OriginAccessControlConfig.SigningBehavior", "always")},
		rule{name: "access-type", check: oneOf("OriginAccessControlConfig.OriginAccessControlOriginType", "s3")},
	),
)

// Headers that CloudFront keeps to itself, as patterns.
const (
	// requestHeaders are not forwarded because a policy names them.
	requestHeaders = `authorization accept-encoding connection content-length expect upgrade via`

	// originHeaders are not added to requests to an origin.
	originHeaders = `cache-control connection content-length cookie host if-.* max-forwards pragma proxy-.* range
		request-range te trailer transfer-encoding upgrade via x-amz-.* x-edge-.* x-real-ip`

	// functionHeaders fail each request for which a function sets one.
	functionHeaders = `connection content-length expect host keep-alive proxy-.* te trailer transfer-encoding upgrade via
		x-accel-.* x-amz-cf-.* x-edge-.* x-forwarded-proto`

	// responseHeaders are not sent to viewers because a policy adds them.
	responseHeaders = functionHeaders + ` content-encoding warning x-amzn-.* x-cache.* `

	// responseSettings are those that a policy has settings for, and takes in no other way.
	responseSettings = `access-control-.* content-security-policy strict-transport-security x-content-type-options
		x-frame-options referrer-policy x-xss-protection`
)

// anyOf is a pattern for one of some, which have blanks between them.
func anyOf(patterns string) string { return "(" + strings.Join(strings.Fields(patterns), "|") + ")" }

// headersAllowed wants no header at a path to be one of those that are refused.
func headersAllowed(path, refused string) check {
	pattern := regexp.MustCompile("^" + anyOf(refused) + "$")
	return func(_ Template, r Resource) (found problems) {
		for _, name := range texts(r.Properties, path) {
			found.unless(!pattern.MatchString(strings.ToLower(name)), "%s has %s: CloudFront keeps this header to itself", path, name)
		}
		return found
	}
}

func functionFits(_ Template, r Resource) problems {
	n := len(text(r.Properties["FunctionCode"]))
	return unless(0 < n && n <= 10_240, "the code has %d bytes: CloudFront takes 1 to 10,240", n)
}

// settings of headers in a function's code, by either way to name a member.
var settings = regexp.MustCompile(`headers(?:\.|\[["'` + "`" + `])` + strings.ReplaceAll(anyOf(functionHeaders), ".*", `[\w-]+`) + `["'` + "`" + `]?\]?\s*=[^=]`)

func setsNoHeader(_ Template, r Resource) (found problems) {
	for _, m := range settings.FindAllStringSubmatch(text(r.Properties["FunctionCode"]), -1) {
		found.unless(false, "the code sets the header %s: CloudFront then answers each request with an error", m[1])
	}
	return found
}

func timesAscend(_ Template, policy map[string]any) problems {
	least, usual, most := numberOr(policy["MinTTL"], 0), numberOr(policy["DefaultTTL"], 86_400), numberOr(policy["MaxTTL"], 31_536_000)
	return unless(0 <= least && least <= usual && usual <= most,
		"MinTTL, DefaultTTL and MaxTTL are %v, %v and %v: they have to ascend from 0", least, usual, most)
}

// listsAreNamed: what is listed is listed by name, and only where a list is meant.
func listsAreNamed(_ Template, policy map[string]any) (found problems) {
	for _, what := range []struct{ config, behavior, names string }{
		{"HeadersConfig", "HeaderBehavior", "Headers"},
		{"CookiesConfig", "CookieBehavior", "Cookies"},
		{"QueryStringsConfig", "QueryStringBehavior", "QueryStrings"},
	} {
		behavior := text(value(policy, what.config+"."+what.behavior))
		names := values(policy, what.config+"."+what.names)
		listed := strings.Contains(strings.ToLower(behavior), "whitelist") || behavior == "allExcept"
		found.unless(listed == (len(names) > 0),
			"%s is %s with %d %s: name them with whitelist, and only then", what.behavior, behavior, len(names), what.names)
	}
	return found
}

// credentialsAreNamed: browsers refuse credentials together with any wildcard, and so does
// CloudFront.
func credentialsAreNamed(_ Template, cors map[string]any) (found problems) {
	for _, list := range []string{"AccessControlAllowOrigins", "AccessControlAllowHeaders", "AccessControlAllowMethods"} {
		any := slices.ContainsFunc(texts(cors, list+".Items"), func(s string) bool { return s == "*" || s == "ALL" })
		found.unless(cors["AccessControlAllowCredentials"] != true || !any,
			"credentials are allowed with any value in %s: name the values", list)
	}
	return found
}
