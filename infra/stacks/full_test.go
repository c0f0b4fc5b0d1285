package stacks_test

import (
	"path/filepath"
	"testing"
	"time"

	"primrose/infra/config"
)

// full is a stage with everything turned on that the stages which are deployed leave off, so that
// it is seen by the goldens, and by whatever looks at those.
func full() config.Stage {
	s := config.Default()
	s.Image.Architecture = config.X86_64
	s.Image.Reserved, s.Image.Provisioned = 20, 2
	s.Image.Rollout = config.Linear
	s.Limits.Decoders = []config.Decoder{config.TIFF, config.SVG}
	s.API.Logs = config.Firehose
	s.Edge.Countries.Allow = []string{"AT", "CH", "DE"}
	s.Edge.Shield = "eu-central-1"
	s.Edge.Widths = []int{320, 640, 1280}
	s.Edge.Signing = config.Signing{Mode: config.SigningRequired, Keys: []string{"2026a", "2026b"}}
	s.Alarms.Email = "images@example.com"
	s.TestEvents = config.SchemasAndRegistry
	return config.Stage{
		Name: "full", Account: "111111111111", Region: "eu-central-1", Protected: true,
		Domain: config.Domain{
			Names: []string{"images.example.com", "pictures.example.com"},
			Zone:  config.Zone{ID: "Z0123456789ABCDEFGHIJ", Name: "example.com"},
		},
		Firewall: config.Firewall{On: true, Rate: 5000},
		Watch:    config.Watch{Budget: 100, Logs: 30 * 24 * time.Hour},
		Service:  s,
	}
}

// The templates of a stage with everything on, in full.
func TestGoldensOfEverything(t *testing.T) {
	dir, err := synthOptions()
	if err != nil {
		t.Fatal(err)
	}
	stacks := full().StackName() + "*.template.json"
	files, err := filepath.Glob(filepath.Join(dir, stacks))
	if err != nil || len(files) == 0 {
		t.Fatalf("templates: %q (%v)", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { compareGolden(t, file) })
	}
	if old, _ := filepath.Glob(filepath.Join("testdata", stacks)); len(old) != len(files) {
		t.Errorf("goldens: %q, want one for each of %q", old, files)
	}
}
