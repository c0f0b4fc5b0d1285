package stacks_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"primrose/infra/config"
	"primrose/infra/service"
	"primrose/infra/stacks"
)

// root is the repository.
const root = "../.."

// out is where the tests' one synth writes. Whatever is asserted is read from there, as the CLI would.
var out string

// TestMain ends jsii's process, which otherwise leaves its files behind. These tests share it, and
// it takes one call at a time: none of them may be parallel.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		defer jsii.Close()
		dir, err := os.MkdirTemp("", "primrose-synth-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		out = dir
		return m.Run()
	}())
}

// synth writes the templates of all stages, once.
func synth(t *testing.T) {
	t.Helper()
	if err := synthOnce(); err != nil {
		t.Fatal(err)
	}
}

var synthOnce = sync.OnceValue(func() error { return synthTo(out, stages()...) })

// home, front and watch are the templates of a stage's stacks.
func home(t *testing.T, s config.Stage) template  { return synthesised(t, s.StackName()) }
func front(t *testing.T, s config.Stage) template { return synthesised(t, s.StackName()+"-front") }
func watch(t *testing.T, s config.Stage) template { return synthesised(t, s.StackName()+"-watch") }

func synthesised(t *testing.T, stack string) template {
	t.Helper()
	synth(t)
	return templateIn(out, stack)
}

// templateIn is the template of a stack in a folder that was synthesised into.
func templateIn(dir, stack string) template {
	var made template
	readJSON(filepath.Join(dir, stack+".template.json"), &made)
	return made
}

// each runs a test on the service of every stage that is deployed.
func each(t *testing.T, test func(*testing.T, config.Stage, template)) {
	for _, stage := range config.Stages() {
		t.Run(stage.Name, func(t *testing.T) { test(t, stage, home(t, stage)) })
	}
}

// synthTo does as cdk synth does, feature flags included, but for the functions' code: a stub stands
// for it, so that its hash never changes and the tests need not build it.
func synthTo(dir string, stages ...config.Stage) (err error) {
	defer func() { // CDK throws what it finds wrong
		if thrown := recover(); thrown != nil {
			report, _ := os.ReadFile(filepath.Join(dir, "validation-report.json"))
			err = fmt.Errorf("%v\n%s", thrown, report)
		}
	}()
	if err := config.Validate(stages); err != nil {
		return err
	}
	app := newApp(dir)
	if err := stacks.AddStages(app, stages, stubbed); err != nil {
		return err
	}
	app.Synth(nil)
	return nil
}

func newApp(dir string) awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{Outdir: new(dir), Context: flags()})
}

// stubbed are the props of a service whose functions are never run.
func stubbed(c config.Service) (service.Props, error) {
	props, err := service.FromSource(root, c)
	props.ImageCode, props.PurgeCode = stub, stub
	return props, err
}

func stub() awslambda.Code { return awslambda.Code_FromAsset(new("testdata/stub"), nil) }

// flags are what the CLI hands to the app from cdk.json. Without them CDK makes another template.
func flags() *map[string]any {
	var settings struct {
		Context map[string]any
	}
	readJSON(filepath.Join(root, "cdk.json"), &settings)
	return &settings.Context
}

// readJSON panics where a test cannot go on.
func readJSON(file string, v any) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		panic(fmt.Errorf("%s: %w", file, err))
	}
}
