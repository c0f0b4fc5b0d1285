package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// name is a physical name that no other service has: it says the stack, the construct's path, what
// is named, and the region. CloudFront's policies and the API want one, because theirs are shared
// by the whole account, or by all APIs of a region, and CDK's defaults leave out the region or even
// the stack. At most 64 characters, of which what has 8.
func name(scope constructs.Construct, what string) *string {
	unique := awscdk.Names_UniqueResourceName(scope, &awscdk.UniqueResourceNameOptions{
		MaxLength: new(40.0),
		Separator: new("-"),
	})
	return new(*unique + "-" + what + "-" + *awscdk.Stack_Of(scope).Region())
}

// serviceName tells services of a region apart, as the dimension of the metrics that the functions
// write: the stack's name and the construct's path in it.
func serviceName(service constructs.Construct) *string {
	return awscdk.Names_UniqueResourceName(service, &awscdk.UniqueResourceNameOptions{
		AllowedSpecialCharacters: new("-"),
		Separator:                new("-"),
	})
}
