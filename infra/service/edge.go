package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// edge is what viewers meet. The function turns a request into the path of one variant; the path
// alone is the cache's key; a miss asks the Variants bucket, and only if that has nothing the API.
//
// There is no KeyValueStore: nothing reads one until URLs are signed, and a function takes one
// later without being replaced.
type edge struct {
	distribution awscloudfront.Distribution
	function     awscloudfront.Function
}

func newEdge(scope constructs.Construct, p Props, s storage, a api) edge {
	c := constructs.NewConstruct(scope, new("Edge"))
	function := newViewerRequest(c, p.EdgeCode)
	distribution := awscloudfront.NewDistribution(c, new("Distribution"), &awscloudfront.DistributionProps{
		Comment:        new("Primrose in " + *awscdk.Stack_Of(c).StackName()),
		HttpVersion:    awscloudfront.HttpVersion_HTTP2_AND_3,
		PriceClass:     awscloudfront.PriceClass(p.Edge.PriceClass),
		ErrorResponses: shortErrors(),
		DefaultBehavior: &awscloudfront.BehaviorOptions{
			Origin:                newOrigins(c, p.Image, s, a),
			FunctionAssociations:  onViewerRequest(function),
			CachePolicy:           newCachePolicy(c),
			OriginRequestPolicy:   newOriginRequestPolicy(c),
			ResponseHeadersPolicy: newResponseHeaders(c),
			AllowedMethods:        awscloudfront.AllowedMethods_ALLOW_GET_HEAD(), // a group of origins allows no more
			ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
			Compress:              new(false), // images are compressed
		},
	})
	if p.Edge.Metrics {
		newMetrics(c, distribution)
	}
	distribution.Node().AddDependency(a.plan) // the key opens the API before the edge uses it

	accept(distribution, "AwsSolutions-CFR1",
		"Images are for everyone unless an operator says otherwise.")
	accept(distribution, "AwsSolutions-CFR2",
		"A web ACL costs by the request and lives in another region; the edge function refuses what is malformed.")
	accept(distribution, "AwsSolutions-CFR3",
		"These logs want a bucket with access lists; the image function logs every miss, and CloudFront's metrics count the hits.")
	accept(distribution, "AwsSolutions-CFR4",
		"Without a domain of its own, CloudFront's certificate is used and its security policy cannot be chosen.")
	return edge{distribution, function}
}

// newMetrics has CloudFront measure what it does not measure for nothing.
func newMetrics(scope constructs.Construct, d awscloudfront.Distribution) {
	awscloudfront.NewCfnMonitoringSubscription(scope, new("Metrics"), &awscloudfront.CfnMonitoringSubscriptionProps{
		DistributionId: d.DistributionId(),
		MonitoringSubscription: &awscloudfront.CfnMonitoringSubscription_MonitoringSubscriptionProperty{
			RealtimeMetricsSubscriptionConfig: &awscloudfront.CfnMonitoringSubscription_RealtimeMetricsSubscriptionConfigProperty{
				RealtimeMetricsSubscriptionStatus: new("Enabled"),
			},
		},
	})
}

// newOrigins asks the bucket first. It says 403 of what it does not have, because the edge may not
// list it.
func newOrigins(scope constructs.Construct, image config.Image, s storage, a api) awscloudfront.IOrigin {
	access := awscloudfront.NewS3OriginAccessControl(scope, new("Access"), &awscloudfront.S3OriginAccessControlProps{
		OriginAccessControlName: name(scope, "access"),
	})
	return awscloudfrontorigins.NewOriginGroup(&awscloudfrontorigins.OriginGroupProps{
		PrimaryOrigin: awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(s.variants, &awscloudfrontorigins.S3BucketOriginWithOACProps{
			OriginAccessControl: access,
		}),
		FallbackOrigin: awscloudfrontorigins.NewRestApiOrigin(a.rest, &awscloudfrontorigins.RestApiOriginProps{
			CustomHeaders: &map[string]*string{"x-api-key": a.key},
			ReadTimeout:   seconds(image.FirstByte()),
		}),
		FallbackStatusCodes: &[]*float64{new(403.0), new(404.0)},
	})
}

func newViewerRequest(scope constructs.Construct, code string) awscloudfront.Function {
	return awscloudfront.NewFunction(scope, new("Function"), &awscloudfront.FunctionProps{
		Comment: new("Primrose: one path for each distinct variant"),
		Code:    awscloudfront.FunctionCode_FromInline(new(code)),
		Runtime: awscloudfront.FunctionRuntime_JS_2_0(),
	})
}

func onViewerRequest(function awscloudfront.Function) *[]*awscloudfront.FunctionAssociation {
	return &[]*awscloudfront.FunctionAssociation{{
		Function:  function,
		EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST,
	}}
}

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

// newResponseHeaders says of everything, stored or fresh, that it is an image and no document to
// run scripts in.
func newResponseHeaders(scope constructs.Construct) awscloudfront.ResponseHeadersPolicy {
	return awscloudfront.NewResponseHeadersPolicy(scope, new("Headers"), &awscloudfront.ResponseHeadersPolicyProps{
		ResponseHeadersPolicyName: name(scope, "headers"),
		Comment:                   new("Primrose: images are never documents"),
		CustomHeadersBehavior: &awscloudfront.ResponseCustomHeadersBehavior{
			CustomHeaders: &[]*awscloudfront.ResponseCustomHeader{
				{Header: new("Vary"), Value: new("Accept"), Override: new(true)},
			},
		},
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: new(true)},
			ContentSecurityPolicy: &awscloudfront.ResponseHeadersContentSecurityPolicy{
				ContentSecurityPolicy: new("default-src 'none'; sandbox"),
				Override:              new(true),
			},
		},
	})
}

// shortErrors keeps every error that CloudFront would cache by itself, for ten seconds, to five:
// what is wrong now is retried soon. A 415 stays at ten, which CloudFront lets nobody change; and it
// never caches a 413, 416, 422 or 429.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
func shortErrors() *[]*awscloudfront.ErrorResponse {
	var errors []*awscloudfront.ErrorResponse
	for _, status := range []float64{400, 403, 404, 405, 414, 500, 501, 502, 503, 504} {
		errors = append(errors, &awscloudfront.ErrorResponse{
			HttpStatus: new(status),
			Ttl:        awscdk.Duration_Seconds(new(5.0)),
		})
	}
	return &errors
}
