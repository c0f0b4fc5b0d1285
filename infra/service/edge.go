package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"primrose/infra/config"
)

// edge is what viewers meet. The function turns a request into the path of one variant; the path
// alone is the cache's key; a miss asks the Variants bucket, and only if that has nothing the API.
type edge struct {
	distribution awscloudfront.Distribution
	function     awscloudfront.Function
	keys         keys
}

func newEdge(scope constructs.Construct, p Props, s storage, a api) edge {
	c := constructs.NewConstruct(scope, new("Edge"))
	keys := newKeys(c, p)
	function := newViewerRequest(c, p.EdgeCode, keys)
	origin := newAPIOrigin(p, a)
	images := awscloudfront.BehaviorOptions{
		Origin:                newOrigins(c, p, s, origin),
		FunctionAssociations:  onViewerRequest(function),
		CachePolicy:           newCachePolicy(c),
		OriginRequestPolicy:   newOriginRequestPolicy(c),
		ResponseHeadersPolicy: newResponseHeaders(c, p),
		AllowedMethods:        awscloudfront.AllowedMethods_ALLOW_GET_HEAD(), // a group of origins allows no more
		ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		Compress:              new(false), // images are compressed
	}
	props := &awscloudfront.DistributionProps{
		Comment:         new("Primrose in " + *awscdk.Stack_Of(c).StackName()),
		HttpVersion:     awscloudfront.HttpVersion_HTTP2_AND_3,
		PriceClass:      awscloudfront.PriceClass(p.Edge.PriceClass),
		GeoRestriction:  geoRestriction(p.Edge.Countries),
		WebAclId:        p.WebACL,
		ErrorResponses:  shortErrors(),
		DefaultBehavior: &images,
	}
	if p.Edge.Playground {
		props.AdditionalBehaviors = &map[string]*awscloudfront.BehaviorOptions{
			PlaygroundPath: playground(c, p, images, origin),
		}
	}
	if p.Certificate != nil {
		props.Certificate = p.Certificate
		props.DomainNames = jsii.Strings(p.Domains...)
		props.MinimumProtocolVersion = awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2025
	}
	distribution := awscloudfront.NewDistribution(c, new("Distribution"), props)
	distribution.Node().AddDependency(a.plan) // the key opens the API before the edge uses it
	readTags(distribution)
	if p.Edge.Metrics {
		newMetrics(c, distribution)
	}
	acceptEdge(distribution, p)
	return edge{distribution, function, keys}
}

// acceptEdge answers for what is an operator's choice, where it was not chosen.
func acceptEdge(distribution awscloudfront.Distribution, p Props) {
	if geoRestriction(p.Edge.Countries) == nil {
		accept(distribution, "AwsSolutions-CFR1", "Images are for everyone unless an operator says otherwise.")
	}
	if p.WebACL == nil {
		accept(distribution, "AwsSolutions-CFR2",
			"A web ACL costs by the request, so it is an operator's choice; the edge function refuses what is malformed.")
	}
	accept(distribution, "AwsSolutions-CFR3",
		"The rule knows only logs that want a bucket with access lists; Watch.Logs switches on the kind that does not.")
	if p.Certificate == nil {
		accept(distribution, "AwsSolutions-CFR4",
			"Without a domain of its own, CloudFront's certificate is used and its security policy cannot be chosen.")
	}
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

// readTags has the cache note which original each variant was made of. The construct has no property
// for it yet.
func readTags(distribution awscloudfront.Distribution) {
	distribution.Node().DefaultChild().(awscloudfront.CfnDistribution).
		AddPropertyOverride(new("DistributionConfig.CacheTagConfig.HeaderName"), cacheTagHeader)
}

func geoRestriction(c config.Countries) awscloudfront.GeoRestriction {
	switch {
	case len(c.Allow) > 0:
		return awscloudfront.GeoRestriction_Allowlist(*jsii.Strings(c.Allow...)...)
	case len(c.Deny) > 0:
		return awscloudfront.GeoRestriction_Denylist(*jsii.Strings(c.Deny...)...)
	}
	return nil
}

// newViewerRequest has the function wait until the store is ready. For the ARN alone, CloudFormation
// waits no longer than until the store is configured, and CloudFront then refuses to associate it.
// https://aws.amazon.com/about-aws/whats-new/2024/03/aws-cloudformation-40-percent-faster-stack-creation/
func newViewerRequest(scope constructs.Construct, code string, k keys) awscloudfront.Function {
	function := awscloudfront.NewFunction(scope, new("Function"), &awscloudfront.FunctionProps{
		Comment:       new("Primrose: one path for each distinct variant"),
		Code:          awscloudfront.FunctionCode_FromInline(new(code)),
		Runtime:       awscloudfront.FunctionRuntime_JS_2_0(),
		KeyValueStore: k.store,
	})
	function.Node().AddDependency(k.store)
	return function
}

func onViewerRequest(function awscloudfront.Function) *[]*awscloudfront.FunctionAssociation {
	return &[]*awscloudfront.FunctionAssociation{{
		Function:  function,
		EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST,
	}}
}
