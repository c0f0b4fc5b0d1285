// Command infra is the CDK app: it synthesises every stage of Primrose. The CDK CLI runs it, from
// the top of the repository.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"primrose/infra/config"
	"primrose/infra/limits"
	"primrose/infra/service"
	"primrose/infra/stacks"
)

// architecture is the CDK context that puts all stages onto one processor architecture, so that what
// they deploy can be run on this machine: cdk synth -c architecture=x86_64
const architecture = "architecture"

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
	app := awscdk.NewApp(nil)
	stages := config.Stages()
	if a, given := app.Node().TryGetContext(new(architecture)).(string); given {
		stages = config.On(config.Architecture(a), stages)
	}
	if err := config.Validate(stages); err != nil {
		return err
	}
	err := stacks.AddStages(app, stages, func(c config.Service) (service.Props, error) {
		return service.FromSource(root, c)
	})
	if err != nil {
		return err
	}
	return limits.CheckAssembly(*app.Synth(nil).Directory())
}
