package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// cacheTagHeader names the original that a variant was made of, so that the edge can be told to forget
// all that was made of one. The image function sends it; S3 makes it of a stored variant's metadata.
const cacheTagHeader = "x-amz-meta-cache-tag"

// newResponseHeaders says of everything, stored or fresh, that it is an image for any site to show,
// and no document to run scripts in.
func newResponseHeaders(scope constructs.Construct, p Props) awscloudfront.ResponseHeadersPolicy {
	return awscloudfront.NewResponseHeadersPolicy(scope, new("Headers"), &awscloudfront.ResponseHeadersPolicyProps{
		ResponseHeadersPolicyName: name(scope, "headers"),
		Comment:                   new("Primrose: images are for every site and never documents"),
		CustomHeadersBehavior: &awscloudfront.ResponseCustomHeadersBehavior{
			CustomHeaders: &[]*awscloudfront.ResponseCustomHeader{
				always("Vary", "Accept"),
				always("Cross-Origin-Resource-Policy", "cross-origin"), // for pages that isolate themselves
				always("Timing-Allow-Origin", "*"),                     // for pages that measure how their images load
			},
		},
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: new(true)},
			ContentSecurityPolicy: &awscloudfront.ResponseHeadersContentSecurityPolicy{
				ContentSecurityPolicy: new("default-src 'none'; sandbox"),
				Override:              new(true),
			},
			StrictTransportSecurity: transportSecurity(p.Domains),
		},
		RemoveHeaders: internal(),
	})
}

func always(header, value string) *awscloudfront.ResponseCustomHeader {
	return &awscloudfront.ResponseCustomHeader{Header: new(header), Value: new(value), Override: new(true)}
}

// transportSecurity has browsers ask by HTTPS alone, for a year, where the name is ours to promise it
// for; but not for the names below it.
func transportSecurity(domains []string) *awscloudfront.ResponseHeadersStrictTransportSecurity {
	if len(domains) == 0 {
		return nil
	}
	return &awscloudfront.ResponseHeadersStrictTransportSecurity{
		AccessControlMaxAge: days(365 * config.Day),
		Override:            new(true),
	}
}

// internal are headers that mean something to us only: what the function notes of a variant when it
// stores it, and what S3 says of how. They are taken off what viewers get; the cache has read the tag
// when the answer came from its origin.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/modifying-response-headers.html
func internal() *[]*string {
	return &[]*string{
		new(cacheTagHeader),
		new("x-amz-meta-etag"),
		new("x-amz-meta-source-etag"),
		new("x-amz-server-side-encryption"),
	}
}
