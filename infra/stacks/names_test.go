package stacks_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"primrose/infra/config"
	"primrose/infra/limits"
	"primrose/infra/service"
	"primrose/infra/stacks"
)

// One account holds two stages, one of them once more in another region, and a stack of somebody
// else's with two services in it. Whatever has a name of ours has one of its own, which is not too
// long.
func TestNamesDoNotClash(t *testing.T) {
	here, there := t.TempDir(), t.TempDir()

	app := newApp(here)
	stacks.NewHome(app, config.Dev(), stacks.Front{}, named())
	guarded := config.Prod()
	guarded.Firewall.On = true
	guarded.Watch.Logs = 30 * config.Day
	stacks.NewWatch(app, guarded, stacks.NewHome(app, guarded, stacks.NewFront(app, guarded), named()))
	foreign := awscdk.NewStack(app, new("a-stack-of-another-app-whose-name-is-as-long-as-people-make-them"), nil)
	service.New(foreign, "Photos", named())
	service.New(foreign, "Drawings", named())
	app.Synth(nil)

	away := guarded
	away.Region = "ap-northeast-2" // as long as they come
	app = newApp(there)
	stacks.NewWatch(app, away, stacks.NewHome(app, away, stacks.NewFront(app, away), named()))
	app.Synth(nil)

	all := slices.Concat(assembly(t, here), assembly(t, there))
	if len(all) != 8 {
		t.Fatalf("%d templates, want eight", len(all))
	}
	for _, f := range limits.Check(all...) {
		if f.Rule == limits.NameTaken || f.Rule == limits.NameTooLong {
			t.Error(f)
		}
	}
}

// assembly are the templates in a folder that was synthesised into.
func assembly(t *testing.T, dir string) []limits.Template {
	t.Helper()
	all, err := limits.ReadAssembly(dir)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// named is a service with as many names as there are.
func named() service.Props {
	p := props()
	p.API.Logs = config.Firehose
	p.Edge.Signing = config.Prod().Service.Edge.Signing
	return p
}
