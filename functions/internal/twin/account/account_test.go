package account

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/template"
)

// The CDK CLI finds in the account what it would find in AWS, from the first bootstrap to the end of a
// stack. testdata/assembly is what `cdk synth` writes of a bucket, a role and an asset.
func TestCLI(t *testing.T) {
	var launched *photos
	refused := errors.New("Photos (AWS::S3::Bucket): Colour is not understood")
	cdk := client(t, func(dir, name string) (Deployed, error) {
		if err := refused; err != nil {
			refused = nil
			return nil, err
		}
		read, err := template.Read(dir, name)
		if err != nil {
			return nil, err
		}
		code, err := read.Asset("cdk-hnb659fds-assets-111111111111-eu-central-1", "2a6cb36a8524ffc31bed5a93dc9d5f538959f737deb6ca77871af9a6948f37cf.zip")
		launched = &photos{stack: read, code: code}
		return launched, err
	})
	for _, step := range []struct {
		command string
		fails   bool
		says    string
	}{
		{"deploy photos", true, "bootstrap"},
		{"bootstrap aws://111111111111/eu-central-1", false, "bootstrapped"},
		{"deploy photos --require-approval never", true, "Colour is not understood"},
		{"deploy photos --require-approval never", false, "photos.Bucket = photos-photos-"},
		{"destroy photos --force", false, "photos: destroyed"},
	} {
		out, err := cdk(step.command)
		if (err != nil) != step.fails || !strings.Contains(out, step.says) {
			t.Fatalf("cdk %s: %v, wanted to hear %q:\n%s", step.command, err, step.says, out)
		}
	}
	if !launched.closed {
		t.Error("a stack that was destroyed runs on")
	}
	want, err := os.ReadFile("testdata/assembly/code.zip")
	if err != nil {
		t.Fatal(err)
	}
	if code, err := os.ReadFile(launched.code); string(code) != string(want) {
		t.Errorf("the stack was launched with the code %q, %v, want %q", code, err, want)
	}
}

// No name leads out of the account's folder.
func TestNames(t *testing.T) {
	a := New(Config{ID: "111111111111", Dir: t.TempDir()})
	for _, c := range []struct{ region, name string }{{"eu-central-1", "../photos"}, {"eu-central-1", ""}, {"..", "photos"}, {"../../x", "CDKToolkit"}} {
		_, err := a.createChangeSet(c.region, parameters{StackName: c.name, ChangeSetName: "x", TemplateBody: "{}"})
		if err == nil || len(a.stacks) > 0 {
			t.Errorf("%q in %q: %v", c.name, c.region, err)
		}
	}
}

// photos is a stack that runs as far as it has to here.
type photos struct {
	http.Handler
	stack  *template.Stack
	code   string
	closed bool
}

func (p *photos) Outputs() map[string]string { return p.stack.Outputs }

func (p *photos) Close() error { p.closed = true; return nil }

// client is the CDK CLI in a new account.
func client(t *testing.T, launch Launch) func(command string) (string, error) {
	t.Helper()
	a := New(Config{ID: "111111111111", Dir: t.TempDir(), Launch: launch})
	t.Cleanup(a.Close)
	n, err := network.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	n.Otherwise(a)
	modules, err := filepath.Abs("../../../../node_modules/.bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(modules); err != nil {
		t.Fatalf("%v: run make node", err)
	}
	assembly, err := filepath.Abs("testdata/assembly")
	if err != nil {
		t.Fatal(err)
	}
	return func(command string) (string, error) {
		cmd := exec.CommandContext(t.Context(), filepath.Join(modules, "cdk"), strings.Fields(command)...)
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "PATH="+modules+":"+os.Getenv("PATH"), "AWS_ENDPOINT_URL=http://"+n.Address(), "CDK_APP="+assembly,
			"AWS_ACCESS_KEY_ID=testkey", "AWS_SECRET_ACCESS_KEY=testsecret", "AWS_SESSION_TOKEN=", "AWS_REGION=eu-central-1", "AWS_EC2_METADATA_DISABLED=true")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}
