package bundle

import (
	"path/filepath"
	"strings"
	"testing"

	"primrose/infra/config"
)

func contains(err error, text string) bool { return strings.Contains(err.Error(), text) }

func TestMinify(t *testing.T) {
	code, err := minify("const greeting = 'hello';\nfunction handler(event) { return greeting + event; }\n")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(code, "var handler=") || strings.Contains(code, "export") || strings.Contains(code, "greeting") {
		t.Errorf("minified: %s", code)
	}
}

func TestMinifyRefuses(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{"no handler", "function handle(event) {}", "handler"},
		{"a syntax error", "function handler(event) {", "Unexpected"},
		{"an await that ends up among arguments", "async function handler(event) { const x = await event.f(); return [x]; }", "waits within"},
		{"another export", "export function other() {}\nfunction handler(event) {}", "exports"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if code, err := minify(test.script); err == nil || !contains(err, test.want) {
				t.Errorf("got %q, %v, want an error with %q", code, err, test.want)
			}
		})
	}
}

func TestPacked(t *testing.T) {
	const table = "# Comment\n\nw value 1..8192\n#> rose.jpg?w=1\npx value 0..100 0\ncrop list top|left top\nq value 0..100\nsides list top|left\n"
	const want = "1..8192&w=\n0..100&px=0&q=\nlist top|left&crop=top&sides=\n"
	if got := packed(table); got != want {
		t.Errorf("packed as %q, want %q", got, want)
	}
}

// One byte too many is refused here, not by CloudFront in the middle of a deploy.
func TestEdgeLimit(t *testing.T) {
	script := func(n int) string {
		return tableLine + stageLine + "\nconst text = '" + strings.Repeat("x", n) + "';\nfunction handler(event) { return table + stage + text; }"
	}
	code, err := Edge(repository(t, script(1000)), config.Edge{})
	if err != nil {
		t.Fatal(err)
	}
	base := len(code) - 1000
	for _, test := range []struct {
		size int
		ok   bool
	}{{EdgeLimit, true}, {EdgeLimit + 1, false}} {
		code, err := Edge(repository(t, script(test.size-base)), config.Edge{})
		if test.ok != (err == nil) || test.ok && len(code) != test.size {
			t.Errorf("%d bytes: got %d bytes and %v", test.size, len(code), err)
		}
	}
}

// A stage like many is so far within the limit that a fix fits in, too; the stage with the most to say
// is within it.
func TestEdgeFits(t *testing.T) {
	for _, test := range []struct {
		widths, id int
		imgix      bool
		limit      int
	}{{8, 5, false, EdgeLimit - 400}, {40, 16, true, EdgeLimit}} {
		e := config.Edge{Signing: config.Signing{Mode: config.SigningRequired,
			Keys: []string{strings.Repeat("a", test.id), strings.Repeat("b", test.id)}, Imgix: test.imgix}}
		for width := 8192; len(e.Widths) < test.widths; width-- {
			e.Widths = append([]int{width}, e.Widths...)
		}
		code, err := Edge(root, e)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d bytes", len(code))
		if len(code) > test.limit || !strings.Contains(code, e.Signing.Keys[1]) || !strings.Contains(code, "8192]") {
			t.Errorf("the edge function has %d bytes, want %d at most; or it lacks its settings", len(code), test.limit)
		}
	}
}

// A script that has no place for the table would run without any option, one that has none for the
// settings without any signature, and silently.
func TestEdgeWithoutPlace(t *testing.T) {
	for script, missing := range map[string]string{stageLine: tableLine, tableLine: stageLine, tableLine + stageLine + stageLine: stageLine} {
		if _, err := Edge(repository(t, script+"function handler(event) {}"), config.Edge{}); err == nil || !contains(err, missing) {
			t.Errorf("%s: got %v, want an error that names %s", script, err, missing)
		}
	}
}

// repository is a repository with that edge function and a small table.
func repository(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"functions/edge/viewer_request.js":       script,
		"functions/internal/options/options.txt": "# Comment\n\nw value 1..8192\n",
	} {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	return dir
}
