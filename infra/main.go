// Command infra is the CDK app: it synthesises every stage of Primrose. The CDK CLI runs it, from
// the top of the repository.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"primrose/infra/bundle"
	"primrose/infra/config"
	"primrose/infra/limits"
	"primrose/infra/service"
	"primrose/infra/stacks"
)

func main() {
	defer jsii.Close()
	if err := synth("."); err != nil {
		fmt.Fprintln(os.Stderr, "primrose:", err)
		jsii.Close()
		os.Exit(1)
	}
}

// synth writes the templates of all stages, from the repository at root.
func synth(root string) error {
	stages := config.Stages()
	if err := config.Validate(stages); err != nil {
		return err
	}
	events, err := bundle.Events(root)
	if err != nil {
		return err
	}
	app := awscdk.NewApp(nil)
	err = stacks.AddStages(app, stages, stacks.Code{
		Image: func(a config.Architecture) awslambda.Code {
			return service.Code(bundle.Image(root, a))
		},
		Purge: func(a config.Architecture) awslambda.Code {
			return service.Code(bundle.Purge(root, a))
		},
		Edge:   func(e config.Edge) (string, error) { return bundle.Edge(root, e) },
		Events: events,
	})
	if err != nil {
		return err
	}
	return limits.CheckAssembly(*app.Synth(nil).Directory())
}
