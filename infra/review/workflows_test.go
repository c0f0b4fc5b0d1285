package review

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// A workflow is what the tests look at of one.
type workflow struct {
	On          any
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Steps       []struct {
			Uses, Run string
			With      map[string]any
		}
	}
}

var (
	pinned = regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40}$`)
	calls  = regexp.MustCompile(`(?m)^\s*make ([a-z]+)`)
)

// Workflows may do what they have to, run the actions that were looked at, and call what runs
// anywhere.
func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) != 3 {
		t.Fatalf("workflows: %q (%v), want three", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text := read(t, file)
			var w workflow
			if err := yaml.Unmarshal([]byte(text), &w); err != nil {
				t.Fatal(err)
			}
			if w.On == nil || w.Permissions == nil || len(w.Jobs) == 0 {
				t.Errorf("it says nothing of when, what it may, or what to do: %+v", w)
			}
			for _, not := range []string{"secrets.", "id-token", "aws-actions", "AWS_", "pull_request_target"} {
				if strings.Contains(text, not) {
					t.Errorf("it has %s: no workflow needs credentials", not)
				}
			}
			for name, job := range w.Jobs {
				for _, step := range job.Steps {
					if step.Uses != "" && !pinned.MatchString(step.Uses) {
						t.Errorf("%s uses %s: pin it by its commit", name, step.Uses)
					}
					if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
						t.Errorf("%s leaves its token to what it runs: set persist-credentials to false", name)
					}
					if writes(w.Permissions) || writes(job.Permissions) && step.Uses != "" {
						t.Errorf("%s may write and uses %s", name, step.Uses)
					}
					checkScript(t, step.Run)
				}
			}
		})
	}
}

// What ships is looked up in the databases of vulnerabilities at each change, and regularly without one,
// by a tool whose version is pinned; and the bill of what ships is kept.
func TestVulnerabilitiesAreLookedUp(t *testing.T) {
	var w workflow
	if err := yaml.Unmarshal([]byte(read(t, "../../.github/workflows/supply.yml")), &w); err != nil {
		t.Fatal(err)
	}
	when, _ := w.On.(map[string]any)
	for _, event := range []string{"push", "pull_request", "schedule"} {
		if _, ok := when[event]; !ok {
			t.Errorf("the workflow doesn't run on %s", event)
		}
	}
	runs := map[string]bool{}
	for _, job := range w.Jobs {
		for _, step := range job.Steps {
			runs[step.Run] = true
			if path, ok := step.With["path"]; ok {
				runs[path.(string)] = true
			}
		}
	}
	for _, want := range []string{"make vulncheck", "make sbom", "build/primrose.cdx.json"} {
		if !runs[want] {
			t.Errorf("no step has %s", want)
		}
	}
	makefile := read(t, "../../Makefile")
	if !regexp.MustCompile(`(?m)^GOVULNCHECK := v[0-9]+\.[0-9]+\.[0-9]+$`).MatchString(makefile) {
		t.Error("the Makefile doesn't pin govulncheck")
	}
}

// npm's packages are pinned by hash, and run nothing of theirs when they are installed.
func TestPackagesArePinnedAndRunNothing(t *testing.T) {
	for _, file := range []string{"../../package-lock.json", "../../functions/package-lock.json", "../../functions/fonts/package-lock.json"} {
		var lock struct {
			Packages map[string]struct {
				Integrity        string
				HasInstallScript bool
			}
		}
		if err := json.Unmarshal([]byte(read(t, file)), &lock); err != nil || len(lock.Packages) < 2 {
			t.Fatalf("%s: %v", file, err)
		}
		for path, p := range lock.Packages {
			if path != "" && !strings.HasPrefix(p.Integrity, "sha512-") {
				t.Errorf("%s: %s is not pinned by a hash", file, path)
			}
			if p.HasInstallScript {
				t.Errorf("%s: %s wants to run when it is installed, which nothing needs", file, path)
			}
		}
	}
	for file, want := range map[string]string{
		"../../.npmrc":                  "\nignore-scripts=true\n",
		"../../Makefile":                "--ignore-scripts",
		"../bundle/codecs.go":           `"--ignore-scripts"`,
		"../../functions/fonts/main.go": `"--ignore-scripts"`,
	} {
		if !strings.Contains(read(t, file), want) {
			t.Errorf("%s lets packages run scripts", file)
		}
	}
}

func writes(permissions map[string]string) bool {
	for _, may := range permissions {
		if may == "write" {
			return true
		}
	}
	return false
}

// checkScript has the shell parse a step, and looks for what it makes.
func checkScript(t *testing.T, script string) {
	t.Helper()
	cmd := exec.Command("bash", "-n")
	cmd.Stdin = strings.NewReader(script)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, said, script)
	}
	makefile := read(t, "../../Makefile")
	for _, made := range calls.FindAllStringSubmatch(script, -1) {
		if !strings.Contains(makefile, "\n"+made[1]+": ") {
			t.Errorf("the Makefile makes no %s", made[1])
		}
	}
}

// The scripts parse, and may be run.
func TestScripts(t *testing.T) {
	for _, file := range []string{"../diff", "../compare"} {
		if said, err := exec.Command("sh", "-n", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", file, err, said)
		}
		if info, err := os.Stat(file); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("%s is not executable (%v)", file, err)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
