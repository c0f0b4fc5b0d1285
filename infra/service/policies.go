package service

import (
	"net/http"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/constructs-go/constructs/v10"
)

// newCachePolicy keys the cache by the path and nothing else.
func newCachePolicy(scope constructs.Construct) awscloudfront.CachePolicy {
	return awscloudfront.NewCachePolicy(scope, new("Cache"), &awscloudfront.CachePolicyProps{
		CachePolicyName:     name(scope, "cache"),
		Comment:             new("Primrose: the path is the key"),
		CookieBehavior:      awscloudfront.CacheCookieBehavior_None(),
		HeaderBehavior:      awscloudfront.CacheHeaderBehavior_None(),
		QueryStringBehavior: awscloudfront.CacheQueryStringBehavior_None(),
		MinTtl:              awscdk.Duration_Seconds(new(0.0)),
		DefaultTtl:          awscdk.Duration_Days(new(1.0)), // every answer of ours says its own
		MaxTtl:              awscdk.Duration_Days(new(365.0)),
	})
}

// newOriginRequestPolicy forwards the header by which the function tells the API the path once
// more, unchanged on its way.
func newOriginRequestPolicy(scope constructs.Construct) awscloudfront.OriginRequestPolicy {
	return awscloudfront.NewOriginRequestPolicy(scope, new("Request"), &awscloudfront.OriginRequestPolicyProps{
		OriginRequestPolicyName: name(scope, "request"),
		Comment:                 new("Primrose: the variant that the edge function chose"),
		CookieBehavior:          awscloudfront.OriginRequestCookieBehavior_None(),
		HeaderBehavior:          awscloudfront.OriginRequestHeaderBehavior_AllowList(new("x-primrose-variant")),
		QueryStringBehavior:     awscloudfront.OriginRequestQueryStringBehavior_None(),
	})
}

// shortErrors keeps every error that CloudFront would cache by itself, for ten seconds, to five:
// what is wrong now is retried soon. A 503 is kept to one, since it says itself by max-age how long it
// may last, if longer. A 415 stays at ten, which CloudFront lets nobody change; and it never caches a
// 413, 416, 422 or 429.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
func shortErrors() *[]*awscloudfront.ErrorResponse {
	var errors []*awscloudfront.ErrorResponse
	for _, status := range []float64{400, 403, 404, 405, 414, 500, 501, 502, 503, 504} {
		seconds := 5.0
		if status == http.StatusServiceUnavailable {
			seconds = 1
		}
		errors = append(errors, &awscloudfront.ErrorResponse{
			HttpStatus: new(status),
			Ttl:        awscdk.Duration_Seconds(new(seconds)),
		})
	}
	return &errors
}
