package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/constructs-go/constructs/v10"
)

// Both origins accept a connection within milliseconds, or not at all: CloudFront's own patience of
// three times ten seconds is meant for servers that are further away.
const (
	connectionAttempts = 2.0
	connectionTimeout  = 3.0 // seconds
)

// newOrigins asks the bucket first. It says 403 of what it does not have, because the edge may not
// list it.
func newOrigins(scope constructs.Construct, p Props, s storage, api awscloudfront.IOrigin) awscloudfront.IOrigin {
	return awscloudfrontorigins.NewOriginGroup(&awscloudfrontorigins.OriginGroupProps{
		PrimaryOrigin:       newVariantsOrigin(scope, p, s),
		FallbackOrigin:      api,
		FallbackStatusCodes: &[]*float64{new(403.0), new(404.0)},
	})
}

// newVariantsOrigin sends the header by which S3 says of each variant that any site's script may read
// it, whoever asked first; see [readableByScripts].
func newVariantsOrigin(scope constructs.Construct, p Props, s storage) awscloudfront.IOrigin {
	access := awscloudfront.NewS3OriginAccessControl(scope, new("Access"), &awscloudfront.S3OriginAccessControlProps{
		OriginAccessControlName: name(scope, "access"),
	})
	return awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(s.variants, &awscloudfrontorigins.S3BucketOriginWithOACProps{
		OriginAccessControl: access,
		CustomHeaders:       &map[string]*string{"origin": new("https://any.invalid")},
		ConnectionAttempts:  new(connectionAttempts),
		ConnectionTimeout:   awscdk.Duration_Seconds(new(connectionTimeout)),
		OriginShieldRegion:  nonempty(p.Edge.Shield),
	})
}

func newAPIOrigin(p Props, a api) awscloudfront.IOrigin {
	return awscloudfrontorigins.NewRestApiOrigin(a.rest, &awscloudfrontorigins.RestApiOriginProps{
		CustomHeaders:      &map[string]*string{"x-api-key": a.key},
		ReadTimeout:        seconds(p.Image.FirstByte()),
		ConnectionAttempts: new(connectionAttempts),
		ConnectionTimeout:  awscdk.Duration_Seconds(new(connectionTimeout)),
		OriginShieldRegion: nonempty(p.Edge.Shield),
	})
}

// nonempty leaves a property out if there is nothing to say.
func nonempty(s string) *string {
	if s == "" {
		return nil
	}
	return new(s)
}
