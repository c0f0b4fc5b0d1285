package service

import (
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"

	"primrose/infra/bundle"
	"primrose/infra/config"
)

// FromSource are the props of a service as it is configured, with the code of the repository at root.
// Code is bundled when CDK needs it, the edge function's at once: it may turn out too large.
func FromSource(root string, s config.Service) (Props, error) {
	edge, err := bundle.Edge(root, s.Edge)
	if err != nil {
		return Props{}, err
	}
	events, err := bundle.Events(root)
	if err != nil {
		return Props{}, err
	}
	return Props{
		Service:   s,
		ImageCode: func() awslambda.Code { return Code(bundle.Image(root, s.Image.Architecture)) },
		PurgeCode: func() awslambda.Code { return Code(bundle.Purge(root, s.Image.Architecture)) },
		EdgeCode:  edge,
		Events:    events,
	}, nil
}

// Code is a function's code, bundled when CDK needs it: not for `cdk ls`, nor for another stack.
func Code(function bundle.Function) awslambda.Code {
	return awslambda.Code_FromAsset(new(function.Folder()), &awss3assets.AssetOptions{
		AssetHashType: awscdk.AssetHashType_OUTPUT,
		Bundling: &awscdk.BundlingOptions{
			Local:      &bundler{function},
			OutputType: awscdk.BundlingOutput_ARCHIVED,

			// Nothing below is run. CDK demands an image, and tells by the environment whether two
			// bundles are the same.
			Image:       awscdk.DockerImage_FromRegistry(new("unused")),
			Environment: &map[string]*string{"FUNCTION": new(function.String())},
		},
	})
}

// bundler lets CDK call our bundler.
type bundler struct{ function bundle.Function }

// TryBundle writes the bundle into dir. It panics if it fails: by returning false it would ask for
// Docker.
func (b *bundler) TryBundle(dir *string, _ *awscdk.BundlingOptions) *bool {
	if err := b.function.Zip(filepath.Join(*dir, "function.zip")); err != nil {
		panic(err)
	}
	return new(true)
}
