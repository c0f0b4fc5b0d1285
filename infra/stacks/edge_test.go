package stacks_test

import (
	"fmt"
	"testing"

	"primrose/infra/bundle"
	"primrose/infra/config"
)

func TestTheBucketIsAskedBeforeTheAPI(t *testing.T) {
	each(t, func(t *testing.T, stage config.Stage, made template) {
		distribution := object(made.one("AWS::CloudFront::Distribution")["DistributionConfig"].(map[string]any))
		origins := map[string]string{}
		for _, one := range list(distribution["Origins"]) {
			o := one.(map[string]any)
			origins[text(o["Id"])] = text(o["DomainName"])
		}
		group := object(list(distribution.get("OriginGroups", "Items"))[0].(map[string]any))
		var asked []string
		for _, member := range list(group.get("Members", "Items")) {
			asked = append(asked, origins[text(member.(map[string]any)["OriginId"])])
		}
		want := []string{
			"${PrimroseStorageVariantsD6D974F1.RegionalDomainName}",
			"${PrimroseApiRest7E8533B8}.execute-api." + stage.Region + ".${AWS::URLSuffix}",
		}
		if fmt.Sprint(asked) != fmt.Sprint(want) {
			t.Errorf("asked in turn: %s, want %s", asked, want)
		}
		if codes := list(group.get("FailoverCriteria", "StatusCodes", "Items")); fmt.Sprint(codes) != "[403 404]" ||
			group.get("FailoverCriteria", "StatusCodes", "Quantity") != float64(len(codes)) {
			t.Errorf("the API is asked on %v of %v", group["FailoverCriteria"], codes)
		}
		behavior := object(distribution.get("DefaultCacheBehavior").(map[string]any))
		if behavior["TargetOriginId"] != group["Id"] {
			t.Errorf("viewers are sent to %v, want the group %v", behavior["TargetOriginId"], group["Id"])
		}
		// CloudFront refuses any other verb where origins are a group.
		same(t, "verbs", texts(behavior["AllowedMethods"]), []string{"GET", "HEAD"})
	})
}

func TestThePathIsTheCacheKey(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		key := object(made.one("AWS::CloudFront::CachePolicy")).get("CachePolicyConfig", "ParametersInCacheKeyAndForwardedToOrigin")
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

func TestErrorsAreSoonForgotten(t *testing.T) {
	// What CloudFront may cache of errors, all of which it would keep for ten seconds.
	cached := []string{"400", "403", "404", "405", "414", "500", "501", "502", "503", "504"}
	each(t, func(t *testing.T, _ config.Stage, made template) {
		var codes []string
		for _, one := range list(made.one("AWS::CloudFront::Distribution").get("DistributionConfig", "CustomErrorResponses")) {
			e := one.(map[string]any)
			codes = append(codes, text(e["ErrorCode"]))
			if ttl := e["ErrorCachingMinTTL"].(float64); ttl > 5 {
				t.Errorf("%v is cached for %v s, want at most 5", e["ErrorCode"], ttl)
			}
		}
		same(t, "errors", codes, cached)
	})
}

func TestEdgeFunctionFitsAndIsCalled(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		function := made.one("AWS::CloudFront::Function")
		if code := text(function["FunctionCode"]); len(code) > bundle.EdgeLimit || code == "" {
			t.Errorf("the edge function has %d bytes, CloudFront takes 1 to %d", len(code), bundle.EdgeLimit)
		}
		if runtime := function.get("FunctionConfig", "Runtime"); runtime != "cloudfront-js-2.0" {
			t.Errorf("the edge function runs in %v", runtime)
		}
		called := made.one("AWS::CloudFront::Distribution").get("DistributionConfig", "DefaultCacheBehavior", "FunctionAssociations")
		if len(list(called)) != 1 || list(called)[0].(map[string]any)["EventType"] != "viewer-request" {
			t.Errorf("called: %v, want it once, on viewer requests", called)
		}
	})
}
