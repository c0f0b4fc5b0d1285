// Package functiontest makes stacks for tests whose functions are the test
// binary itself.
package functiontest

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/function"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/logs"
	"primrose/functions/internal/twin/template"
)

// Main runs a package's tests, or if this process is one of their functions,
// that: handler is what [lambda.Start] takes. Its result is for [os.Exit].
func Main(m *testing.M, handler any) int {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		lambda.Start(handler) // does not return
	}
	return lambdatest.Main(m)
}

const (
	name = "test"
	key  = "test-binary.zip"
)

// asset is the test binary as a function's zip, in a folder that is removed by
// whoever removes the system's temporary files, as those of `go test` are.
var asset = sync.OnceValues(func() (file string, err error) {
	binary, err := os.Executable()
	if err != nil {
		return "", err
	}
	return Zip(filepath.Join(filepath.Dir(binary), key), binary, 0o755)
})

// Zip writes a zip that has a file as its bootstrap, with these rights.
func Zip(name, bootstrap string, mode os.FileMode) (string, error) {
	in, err := os.Open(bootstrap)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.Create(name)
	if err != nil {
		return "", err
	}
	z := zip.NewWriter(out)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Store}
	header.SetMode(mode)
	w, err := z.CreateHeader(header)
	if err == nil {
		_, err = io.Copy(w, in)
	}
	return name, errors.Join(err, z.Close(), out.Close())
}

// Stack reads a stack of these resources, a JSON object as it stands in a
// template. In it, CODE is the Code of a function that is the test binary, and
// ARCHITECTURE this machine's.
func Stack(t testing.TB, resources string) *template.Stack {
	t.Helper()
	binary, err := asset()
	if err != nil {
		t.Fatal(err)
	}
	return StackOf(t, resources, binary)
}

// StackOf is [Stack] with another zip.
func StackOf(t testing.TB, resources, archive string) *template.Stack {
	t.Helper()
	stack, err := Parse(t, resources, archive)
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// Parse is [StackOf] that may fail.
func Parse(t testing.TB, resources, archive string) (*template.Stack, error) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "manifest.json", map[string]any{"artifacts": map[string]any{
		name:             map[string]any{"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-central-1", "properties": map[string]any{"templateFile": "test.template.json"}},
		name + ".assets": map[string]any{"type": "cdk:asset-manifest", "properties": map[string]any{"file": "test.assets.json"}},
	}})
	write(t, dir, "test.assets.json", map[string]any{"files": map[string]any{"code": map[string]any{
		"source":       map[string]any{"path": relative(t, dir, archive), "packaging": "file"},
		"destinations": map[string]any{"here": map[string]any{"bucketName": "assets", "objectKey": key}},
	}}})
	text := strings.NewReplacer("CODE", `{"S3Bucket":"assets","S3Key":"`+key+`"}`, "ARCHITECTURE", function.Architecture()).Replace(resources)
	return template.Parse([]byte(`{"Resources":`+text+`}`), dir, name)
}

func relative(t testing.TB, dir, file string) string {
	t.Helper()
	path, err := filepath.Rel(dir, file)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func write(t testing.TB, dir, name string, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Roles let every service take on every role, but for what is refused them.
type Roles struct {
	Refuse string // an action, or the service that no role trusts
}

// Assume implements [function.Roles].
func (r Roles) Assume(_, service string, _ identity.Context) (s3server.Key, error) {
	if service == r.Refuse {
		return s3server.Key{}, errors.New("not trusted")
	}
	return s3server.Key{AccessKey: "AKIATEST", SecretKey: "secret"}, nil
}

// Allows implements [function.Roles].
func (r Roles) Allows(_, action, _ string, _ identity.Context, _ ...identity.Document) bool {
	return action != r.Refuse
}

// Functions makes the stack's functions, to be stopped with the test.
func Functions(t testing.TB, stack *template.Stack, roles function.Roles) (*function.Functions, *logs.Logs) {
	t.Helper()
	l, err := logs.New(stack)
	if err != nil {
		t.Fatal(err)
	}
	f, err := function.New(stack, function.Config{Roles: roles, Logs: l})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f, l
}
