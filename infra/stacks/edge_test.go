package stacks_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"primrose/infra/config"
)

func TestTheBucketIsAskedBeforeTheAPI(t *testing.T) {
	each(t, func(t *testing.T, stage config.Stage, made template) {
		distribution := made.one("AWS::CloudFront::Distribution").object("DistributionConfig")
		origins := map[string]string{}
		for _, o := range distribution.objects("Origins") {
			origins[text(o["Id"])] = text(o["DomainName"])
		}
		group := distribution.objects("OriginGroups", "Items")[0]
		var asked []string
		for _, member := range group.objects("Members", "Items") {
			asked = append(asked, origins[text(member["OriginId"])])
		}
		want := []string{
			"${PrimroseStorageVariantsD6D974F1.RegionalDomainName}",
			"${PrimroseApiRest7E8533B8}.execute-api." + stage.Region + ".${AWS::URLSuffix}",
		}
		if fmt.Sprint(asked) != fmt.Sprint(want) {
			t.Errorf("asked in turn: %s, want %s", asked, want)
		}
		if codes := fmt.Sprint(group.get("FailoverCriteria", "StatusCodes", "Items")); codes != "[403 404]" {
			t.Errorf("the API is asked on %s", codes)
		}
		behavior := distribution.object("DefaultCacheBehavior")
		if behavior["TargetOriginId"] != group["Id"] {
			t.Errorf("viewers are sent to %v, want the group %v", behavior["TargetOriginId"], group["Id"])
		}
		// CloudFront refuses any other verb where origins are a group.
		same(t, "verbs", texts(behavior["AllowedMethods"]), []string{"GET", "HEAD"})
	})
}

func TestThePathIsTheCacheKey(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		key := made.one("AWS::CloudFront::CachePolicy").get("CachePolicyConfig", "ParametersInCacheKeyAndForwardedToOrigin")
		want := map[string]any{
			"CookiesConfig":              map[string]any{"CookieBehavior": "none"},
			"HeadersConfig":              map[string]any{"HeaderBehavior": "none"},
			"QueryStringsConfig":         map[string]any{"QueryStringBehavior": "none"},
			"EnableAcceptEncodingGzip":   false,
			"EnableAcceptEncodingBrotli": false,
		}
		if fmt.Sprint(key) != fmt.Sprint(want) {
			t.Errorf("cache key: %v, want %v", key, want)
		}
		forwarded := made.one("AWS::CloudFront::OriginRequestPolicy").get("OriginRequestPolicyConfig", "HeadersConfig", "Headers")
		same(t, "forwarded headers", texts(forwarded), []string{"x-primrose-variant"})
	})
}

// What viewers are told besides what the origins say, and what is kept from them.
func TestResponseHeaders(t *testing.T) {
	each(t, func(t *testing.T, stage config.Stage, made template) {
		policy := made.one("AWS::CloudFront::ResponseHeadersPolicy").object("ResponseHeadersPolicyConfig")
		var said, removed []string
		for _, h := range policy.objects("CustomHeadersConfig", "Items") {
			said = append(said, fmt.Sprintf("%s: %s, instead of the origin's: %v", h["Header"], h["Value"], h["Override"]))
		}
		same(t, "said", said, []string{
			"Vary: Accept, instead of the origin's: true",
			"Cross-Origin-Resource-Policy: cross-origin, instead of the origin's: true",
			"Timing-Allow-Origin: *, instead of the origin's: true",
		})
		for _, h := range policy.objects("RemoveHeadersConfig", "Items") {
			removed = append(removed, text(h["Header"]))
		}
		same(t, "removed", removed, []string{"x-amz-meta-cache-tag", "x-amz-meta-etag", "x-amz-meta-source-etag", "x-amz-server-side-encryption"})
		if policy["CorsConfig"] != nil {
			t.Error("CloudFront is to answer for CORS, and drops Vary by that")
		}
		security := policy.object("SecurityHeadersConfig")
		if csp := fmt.Sprint(security["ContentSecurityPolicy"]); csp != "map[ContentSecurityPolicy:default-src 'none'; sandbox Override:true]" {
			t.Errorf("what is opened by itself may do as %s says", csp)
		}
		if got := fmt.Sprint(security["ContentTypeOptions"]); got != "map[Override:true]" {
			t.Errorf("browsers may guess what an answer is: %s", got)
		}
		if promise := policy.get("SecurityHeadersConfig", "StrictTransportSecurity"); promise != nil && len(stage.Domain.Names) == 0 {
			t.Errorf("HTTPS is promised for a name that is not ours: %v", promise)
		}
	})
}

// Nobody reads along, or changes anything on its way: neither between viewer and edge nor behind it.
func TestEveryConnectionIsEncrypted(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		if got := distribution(made).get("DefaultCacheBehavior", "ViewerProtocolPolicy"); got != "redirect-to-https" {
			t.Errorf("viewers who ask by plain HTTP: %v", got)
		}
		for _, o := range distribution(made).objects("Origins") {
			if policy := o.get("CustomOriginConfig", "OriginProtocolPolicy"); o["S3OriginConfig"] == nil && policy != "https-only" {
				t.Errorf("%s is asked by %v", text(o["DomainName"]), policy)
			}
		}
		for _, kind := range []string{"AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"} {
			for _, id := range made.of(kind) {
				if !slices.ContainsFunc(made.Resources[id].Properties.objects("PolicyDocument", "Statement"), deniesPlain) {
					t.Errorf("%s lets in who comes without TLS", id)
				}
			}
		}
	})
}

// deniesPlain says whether a statement refuses everybody everything that is not asked for by TLS.
func deniesPlain(s object) bool {
	return s["Effect"] == "Deny" && fmt.Sprint(s["Principal"]) == "map[AWS:*]" && s.get("Condition", "Bool", "aws:SecureTransport") == "false"
}

// S3 allows scripts to read only what is asked for on behalf of a site: the edge always asks so, and
// the cache keeps one answer for all.
func TestScriptsOfAnySiteMayReadVariants(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		rules := list(made.Resources["PrimroseStorageVariantsD6D974F1"].Properties.get("CorsConfiguration", "CorsRules"))
		if got := fmt.Sprint(rules); got != "[map[AllowedMethods:[GET HEAD] AllowedOrigins:[*]]]" {
			t.Errorf("rules: %s", got)
		}
		sent := 0
		for _, o := range distribution(made).objects("Origins") {
			for _, header := range o.objects("OriginCustomHeaders") {
				if header["HeaderName"] == "origin" && o["S3OriginConfig"] != nil {
					sent++
				}
			}
		}
		if sent != 1 {
			t.Errorf("Origin is sent to %d buckets, want one", sent)
		}
	})
}

func TestTheCacheKnowsWhatVariantsWereMadeOf(t *testing.T) {
	// The metadata's name is the image function's; S3 puts x-amz-meta- before it.
	named := read(t, "functions/internal/delivery/delivery.go")
	name := regexp.MustCompile(`MetaCacheTag\s*= "(\S+)"`).FindStringSubmatch(named)
	if name == nil {
		t.Fatal("the image function names no tag")
	}
	each(t, func(t *testing.T, _ config.Stage, made template) {
		if got := distribution(made).get("CacheTagConfig", "HeaderName"); got != "x-amz-meta-"+name[1] {
			t.Errorf("the cache reads tags from %v, want x-amz-meta-%s", got, name[1])
		}
	})
}

// An origin that does not answer is given up within CloudFront's patience for a first byte.
func TestOriginsAreGivenUpSoon(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		for _, o := range distribution(made).objects("Origins") {
			attempts, _ := o["ConnectionAttempts"].(float64)
			timeout, _ := o["ConnectionTimeout"].(float64)
			if wait := attempts * timeout; wait < 1 || wait > 10 {
				t.Errorf("%s: %v attempts of %v s", text(o["DomainName"]), attempts, timeout)
			}
		}
	})
}

func TestTheFunctionReadsTheStoreOfKeys(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		const store = "PrimroseEdgeKeysStore6BBAB608"
		stores := made.one("AWS::CloudFront::Function").objects("FunctionConfig", "KeyValueStoreAssociations")
		if len(stores) != 1 || text(stores[0]["KeyValueStoreARN"]) != "${"+store+".Arn}" {
			t.Errorf("it reads %v", stores)
		}
		if waits := made.Resources["PrimroseEdgeFunction1CB9B4F5"].DependsOn; !slices.Contains(waits, store) {
			t.Errorf("it waits for %q: the store's ARN is there before the store is", waits)
		}
	})
}

func TestErrorsAreSoonForgotten(t *testing.T) {
	// What CloudFront may cache of errors, all of which it would keep for ten seconds.
	cached := []string{"400", "403", "404", "405", "414", "500", "501", "502", "503", "504"}
	each(t, func(t *testing.T, _ config.Stage, made template) {
		var codes []string
		for _, e := range made.one("AWS::CloudFront::Distribution").objects("DistributionConfig", "CustomErrorResponses") {
			codes = append(codes, text(e["ErrorCode"]))
			most := 5.0
			if text(e["ErrorCode"]) == "503" { // which tells when to try again
				most = 1
			}
			if ttl := e["ErrorCachingMinTTL"].(float64); ttl > most {
				t.Errorf("%v is cached for %v s, want at most %v", e["ErrorCode"], ttl, most)
			}
		}
		same(t, "errors", codes, cached)
	})
}

func TestTheFunctionIsCalledOnEachRequest(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		called := distribution(made).objects("DefaultCacheBehavior", "FunctionAssociations")
		if len(called) != 1 || called[0]["EventType"] != "viewer-request" {
			t.Errorf("called: %v, want it once, on viewer requests", called)
		}
	})
}

func TestWhoIsServed(t *testing.T) {
	for _, test := range []struct {
		stage config.Stage
		want  string
	}{
		{full(), "map[Locations:[AT CH DE] RestrictionType:whitelist]"},
		{certified(), "map[Locations:[AQ] RestrictionType:blacklist]"},
		{eastern(), "<nil>"},
	} {
		if got := fmt.Sprint(distribution(home(t, test.stage)).get("Restrictions", "GeoRestriction")); got != test.want {
			t.Errorf("%s: %s, want %s", test.stage.Name, got, test.want)
		}
	}
}

func TestOneCacheAsksBothOrigins(t *testing.T) {
	var shields []string
	for _, o := range distribution(home(t, full())).objects("Origins") {
		shields = append(shields, text(o.get("OriginShield", "OriginShieldRegion")))
	}
	same(t, "shields", shields, []string{"eu-central-1", "eu-central-1"})
}

func distribution(made template) object {
	return made.one("AWS::CloudFront::Distribution").object("DistributionConfig")
}
