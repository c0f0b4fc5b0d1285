package stacks_test

import (
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"primrose/infra/config"
	"primrose/infra/stacks"
)

// variation is the template of the default service with some of its settings turned. Whatever an
// operator turns, nothing may be found in it.
func variation(t *testing.T, turn func(*config.Service)) template {
	t.Helper()
	stage := config.Prod()
	turn(&stage.Service)
	if err := stage.Validate(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: new(dir), Context: flags()})
	if err := stacks.AddStages(app, []config.Stage{stage}, code()); err != nil {
		t.Fatal(err)
	}
	app.Synth(nil)
	for _, finding := range findings(dir) {
		t.Error(finding)
	}
	var made template
	readJSON(filepath.Join(dir, templateFile(stage)), &made)
	return made
}
