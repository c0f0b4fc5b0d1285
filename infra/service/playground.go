package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// PlaygroundPath is where the page lies, below the distribution's name. The edge function takes it for an image's key, and so does all
// for it that it does for one: it verifies the signature, and drops what else is in the query.
const PlaygroundPath = "/playground.html"

// playground has the page asked for as images are, but from the API alone, and be a document: its own
// policy says what it may do.
func playground(scope constructs.Construct, p Props, images awscloudfront.BehaviorOptions, api awscloudfront.IOrigin) *awscloudfront.BehaviorOptions {
	images.Origin = api
	images.ResponseHeadersPolicy = awscloudfront.NewResponseHeadersPolicy(scope, new("PlaygroundHeaders"), &awscloudfront.ResponseHeadersPolicyProps{
		ResponseHeadersPolicyName: name(scope, "playground"),
		Comment:                   new("Primrose: a document that says itself what it may do"),
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			ContentTypeOptions:      &awscloudfront.ResponseHeadersContentTypeOptions{Override: new(true)},
			StrictTransportSecurity: transportSecurity(p.Domains),
		},
		RemoveHeaders: internal(),
	})
	return &images
}

// playgroundFor is what the image function is told of the page: nothing where there is none, else
// whether it has to sign what it asks for.
func playgroundFor(e config.Edge) *string {
	switch {
	case !e.Playground:
		return new("")
	case e.Signing.Mode == config.SigningRequired:
		return new("signed")
	}
	return new("open")
}
