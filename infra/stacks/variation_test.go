package stacks_test

import (
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"primrose/infra/config"
	"primrose/infra/stacks"
)

// variation is the template of the default service with some of its settings turned.
func variation(t *testing.T, turn func(*config.Service)) template {
	t.Helper()
	stage := config.Prod()
	turn(&stage.Service)
	return stack(synthesized(t, stage), stage.StackName())
}

// synthesized is the folder with the templates of stages. Whatever an operator turns, nothing may be
// found in them.
func synthesized(t *testing.T, all ...config.Stage) string {
	t.Helper()
	for _, stage := range all {
		if err := stage.Validate(); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: new(dir), Context: flags()})
	if err := stacks.AddStages(app, all, stubbed); err != nil {
		t.Fatal(err)
	}
	app.Synth(nil)
	for _, finding := range findings(dir) {
		t.Error(finding)
	}
	return dir
}

// stack is the template of one of the stacks in a folder.
func stack(dir, name string) template {
	var made template
	readJSON(filepath.Join(dir, name+".template.json"), &made)
	return made
}
