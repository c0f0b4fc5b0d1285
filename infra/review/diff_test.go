package review

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A clone whose app copies what it writes from a folder: the last commit is compared with what the
// working tree would synthesise, and so are the goldens.
func TestDiff(t *testing.T) {
	t.Parallel()
	clone := t.TempDir()
	inClone := func(path string) string { return filepath.Join(clone, filepath.FromSlash(path)) }
	for _, dir := range []string{"infra/stacks/testdata", "functions"} {
		if err := os.MkdirAll(inClone(dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"infra/diff", "infra/compare", "infra/diff.allow"} {
		if err := os.WriteFile(inClone(file), []byte(read(t, "../../"+file)), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write(t, inClone("cdk.json"), []byte(`{"app": "cp -r written/. $CDK_OUTDIR/"}`))
	write(t, inClone(".gitignore"), []byte("node_modules\nbuild\n"))
	write(t, inClone("package-lock.json"), []byte("{}"))
	write(t, inClone("functions/package-lock.json"), []byte("{}"))
	modules, err := filepath.Abs("../../node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, inClone("node_modules")); err != nil {
		t.Fatal(err)
	}
	synthesises := func(made map[string]resources) {
		if err := os.RemoveAll(inClone("written")); err != nil {
			t.Fatal(err)
		}
		assembly(t, inClone("written"), made)
		write(t, inClone("infra/stacks/testdata/s.template.json"), append(marshal(t, made["s"]), '\n'))
	}

	synthesises(stack(bucket("before"), function(128)))
	git(t, clone, "init", "-q")
	git(t, clone, "add", ".")
	git(t, clone, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "before")
	synthesises(stack(bucket("after"), function(256)))

	said, err := exec.Command(inClone("infra/diff")).CombinedOutput()
	if err == nil {
		t.Error("a bucket that is replaced passed")
	}
	for _, want := range []string{
		"From HEAD to the working tree:", "=== s\n", "MemorySize", "requires replacement", "failed for s",
		"=== infra/stacks/testdata", "1 file changed", `+{"R0":{"Properties":{"BucketName":"after"}`,
	} {
		if !strings.Contains(string(said), want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, said)
	}
}
