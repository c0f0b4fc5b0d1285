package service

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
)

// api is the one way into the image function: variants stream to the edge, which alone holds the
// key; operations are for whoever IAM lets in.
//
// It is a REST API because only that streams, and so has neither the limit of 6 MB an answer nor
// that of 29 s.
type api struct {
	rest awsapigateway.RestApi
	plan awsapigateway.UsagePlan
	key  *string // a reference that CloudFormation resolves, never the secret itself
}

func newAPI(scope constructs.Construct, p Props, f processor) api {
	c := constructs.NewConstruct(scope, new("Api"))
	logs, line := newAPILogs(c, p)
	rest := awsapigateway.NewRestApi(c, new("Rest"), &awsapigateway.RestApiProps{
		RestApiName:    name(c, "api"), // its metrics go by this name
		Description:    new("Primrose: variants for the edge, operations for IAM principals."),
		EndpointTypes:  &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		CloudWatchRole: new(false),
		DeployOptions: &awsapigateway.StageOptions{
			StageName:            new("live"),
			MetricsEnabled:       new(true),
			TracingEnabled:       new(true),
			AccessLogDestination: logs,
			AccessLogFormat:      line,
			ThrottlingRateLimit:  new(float64(p.API.Rate)),
			ThrottlingBurstLimit: new(float64(p.API.Burst)),
		},
	})
	addVariants(rest, p, f)
	addOperations(rest, f)
	addRefusals(rest)
	key, plan := newKey(c, p.API.KeyVersion, rest)

	accept(rest, "AwsSolutions-APIG2",
		"The function parses paths and operations itself, strictly, and answers with what is wrong.")
	if logs == nil {
		accept(rest.DeploymentStage(), "AwsSolutions-APIG1",
			"The function logs every request that reaches it, and CloudFront every one that a viewer makes.")
	}
	accept(rest.DeploymentStage(), "AwsSolutions-APIG3",
		"A web ACL belongs before the cache, at CloudFront; without the edge's key nothing gets past this stage.")
	accept(rest.DeploymentStage(), "AwsSolutions-APIG6",
		"Execution logs need a role that is set for a whole account; the function logs every request that reaches it.")
	return api{rest, plan, key}
}

// addVariants adds GET and HEAD of every variant path. They stream, and want the edge's key.
func addVariants(rest awsapigateway.RestApi, p Props, f processor) {
	stream := awsapigateway.NewLambdaIntegration(f.live, &awsapigateway.LambdaIntegrationOptions{
		ResponseTransferMode: awsapigateway.ResponseTransferMode_STREAM,
		Timeout:              seconds(p.Image.Timeout()),
		AllowTestInvoke:      new(false),
	})
	keyed := &awsapigateway.MethodOptions{ApiKeyRequired: new(true)}
	variant := rest.Root().AddResource(new("{proxy+}"), nil)
	for _, verb := range []string{"GET", "HEAD"} {
		method := variant.AddMethod(new(verb), stream, keyed)
		accept(method, "AwsSolutions-APIG4",
			"Variants are public; the API key lets in the edge, which any viewer may ask.")
		accept(method, "AwsSolutions-COG4", "Viewers have no accounts, so there is no user pool to ask.")
	}
}

// addOperations adds POST /, whose answers are small enough to be buffered.
func addOperations(rest awsapigateway.RestApi, f processor) {
	buffered := awsapigateway.NewLambdaIntegration(f.live, &awsapigateway.LambdaIntegrationOptions{
		AllowTestInvoke: new(false),
	})
	method := rest.Root().AddMethod(new("POST"), buffered, &awsapigateway.MethodOptions{
		AuthorizationType: awsapigateway.AuthorizationType_IAM,
	})
	accept(method, "AwsSolutions-COG4",
		"Operations are for programs with IAM credentials, not for people with passwords.")
}

// newKey generates the key that lets the edge in. Its version is part of the ids, so that a higher
// one makes a new secret and a new key before the old ones go: CloudFormation does not notice when
// only a secret's value changes.
func newKey(scope constructs.Construct, version int, rest awsapigateway.RestApi) (*string, awsapigateway.UsagePlan) {
	secret := awssecretsmanager.NewSecret(scope, new(fmt.Sprintf("Secret%d", version)), &awssecretsmanager.SecretProps{
		Description: new("Primrose: the API key by which the edge is let in."),
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
			PasswordLength:     new(40.0), // an API key has 20 to 128 letters and digits
			ExcludePunctuation: new(true),
		},
	})
	accept(secret, "AwsSolutions-SMG4",
		"A rotation has to reach the API key and the edge together, which a deploy with a higher KeyVersion does.")

	value := secret.SecretValue().UnsafeUnwrap() // unwraps to a reference for CloudFormation
	key := awsapigateway.NewApiKey(scope, new(fmt.Sprintf("Key%d", version)), &awsapigateway.ApiKeyProps{Value: value})
	plan := rest.AddUsagePlan(new("Plan"), &awsapigateway.UsagePlanProps{
		ApiStages: &[]*awsapigateway.UsagePlanPerApiStage{{Api: rest, Stage: rest.DeploymentStage()}},
	})
	plan.AddApiKey(key, nil)
	return value, plan
}
