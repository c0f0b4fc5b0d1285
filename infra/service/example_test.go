package service_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"primrose/infra/config"
	"primrose/infra/service"
)

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// A gallery has two services in a stack of its own: photos that it stores already, for everyone,
// and drawings, in a bucket that Primrose makes, by signed URLs only.
func ExampleNew() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, new("Gallery"), &awscdk.StackProps{
		Env: &awscdk.Environment{Region: new("eu-west-1")},
	})
	bucket := awss3.NewBucket(stack, new("Uploads"), &awss3.BucketProps{Versioned: new(true)})

	photos := must(service.FromSource("../..", config.Default())) // where Primrose's repository is
	photos.OriginalsBucket = bucket
	service.New(stack, "Photos", photos)

	signed := config.Default()
	signed.Edge.Signing = config.Signing{Mode: config.SigningRequired, Keys: []string{"2026a"}}
	signed.Image.Memory = 3008
	drawings := service.New(stack, "Drawings", must(service.FromSource("../..", signed)))
	awscdk.NewCfnOutput(stack, new("DrawingsHost"), &awscdk.CfnOutputProps{
		Value: drawings.Distribution.DistributionDomainName(),
	})

	made := resources(app, stack)
	for _, kind := range []string{"AWS::CloudFront::Distribution", "AWS::Lambda::Function", "AWS::S3::Bucket", "AWS::CloudFormation::CustomResource"} {
		fmt.Println(kind, made[kind])
	}
	// Output:
	// AWS::CloudFront::Distribution 2
	// AWS::Lambda::Function 4
	// AWS::S3::Bucket 4
	// AWS::CloudFormation::CustomResource 0
}

// resources counts a stack's, by their types.
func resources(app awscdk.App, stack awscdk.Stack) map[string]int {
	assembly := app.Synth(nil)
	var made struct {
		Resources map[string]struct{ Type string }
	}
	text := must(os.ReadFile(*assembly.GetStackArtifact(stack.ArtifactId()).TemplateFullPath()))
	if err := json.Unmarshal(text, &made); err != nil {
		panic(err)
	}
	count := map[string]int{}
	for _, r := range made.Resources {
		count[r.Type]++
	}
	return count
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
