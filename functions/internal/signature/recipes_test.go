package signature

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRecipes runs what the documentation shows of how programs sign, in the
// languages that this machine has.
func TestRecipes(t *testing.T) {
	text, err := os.ReadFile("../../../docs/sign.md")
	if err != nil {
		t.Fatal(err)
	}
	const covered = "/photos/rose.jpg?w=640&auto=format&kid=2026a&expires=1790000000"
	key := Key{"2026a", "Vn3kQ7pLx0uRj5wTzY8bHc2mGd6fSe1aXoWiNqBtKr01"}
	want := covered + "&s=" + key.mac(covered)
	if mac := want[len(covered):]; !strings.Contains(mac, "-") || !strings.Contains(mac, "_") {
		t.Fatalf("%s is spelled alike in both alphabets of base64: take another key", mac)
	}
	for _, language := range []struct{ name, file, run string }{
		{"sh", "sign.sh", "sh"},
		{"js", "sign.js", "node"},
		{"python", "sign.py", "python3"},
		{"php", "sign.php", "php"},
		{"ruby", "sign.rb", "ruby"},
		{"go", "sign.go", "go run"},
	} {
		t.Run(language.name, func(t *testing.T) {
			t.Parallel()
			command := strings.Fields(language.run)
			if _, err := exec.LookPath(command[0]); err != nil {
				t.Skipf("%s is not on this machine", command[0])
			}
			file := filepath.Join(t.TempDir(), language.file)
			if err := os.WriteFile(file, []byte(recipe(t, string(text), language.name)), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), command[0], append(command[1:], file)...)
			cmd.Env = append(os.Environ(), "PRIMROSE_KEY="+key.Secret)
			var mistakes strings.Builder
			cmd.Stderr = &mistakes
			if got, err := cmd.Output(); err != nil || strings.TrimSuffix(string(got), "\n") != want {
				t.Errorf("prints %q, %v, want %q\n%s", got, err, want, mistakes.String())
			}
		})
	}
}

// recipe is the one example in a language that prints a signed URL.
func recipe(t *testing.T, text, language string) string {
	t.Helper()
	var found []string
	for _, block := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(text, -1) {
		if strings.Contains(block[1], "/photos/rose.jpg?w=640&auto=format&kid=2026a&expires=1790000000") {
			found = append(found, block[1])
		}
	}
	if len(found) != 1 {
		t.Fatalf("the documentation has %d examples in %s, want 1", len(found), language)
	}
	return found[0]
}
