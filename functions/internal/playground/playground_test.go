package playground

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/options"
)

// most is how many bytes the page may have: it is there at once.
const most = 100_000

func get(t *testing.T, s Settings) (http.Header, string) {
	t.Helper()
	w := httptest.NewRecorder()
	New(s).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatal(w.Code, err)
	}
	return w.Result().Header, string(body)
}

// element returns what is between an opening tag and the next end of its kind.
func element(t *testing.T, page, open, end string) string {
	t.Helper()
	_, after, found := strings.Cut(page, open)
	inside, _, ended := strings.Cut(after, end)
	if !found || !ended {
		t.Fatalf("the page has no %s", open)
	}
	return inside
}

// The page's policy names its own script and style by their very bytes, and it
// asks nobody else for anything.
func TestSelfContained(t *testing.T) {
	header, page := get(t, Settings{Place: "/home/me"})
	policy := header.Get("Content-Security-Policy")
	for _, text := range []string{element(t, page, `<script type="module">`, "</script>"), element(t, page, "<style>", "</style>")} {
		if !strings.Contains(policy, "'"+hash(text)+"'") {
			t.Errorf("%s doesn't name what begins with %.60s", policy, text)
		}
	}
	if found := regexp.MustCompile(`(src|href)="[^"#d$]`).FindString(page); found != "" {
		t.Errorf("the page asks for %s", found)
	}
	if found := regexp.MustCompile(`@import|url\(`).FindString(file("style.css")); found != "" {
		t.Errorf("the style holds %s", found)
	}
	if strings.Contains(policy, "unsafe") || regexp.MustCompile(`<[a-z][^>]* (style|on[a-z]+)=`).MatchString(page) {
		t.Error("the page has styles or scripts that no policy can name")
	}
	if len(page) > most {
		t.Errorf("the page has %d bytes, more than %d", len(page), most)
	}
	t.Logf("%d bytes", len(page))
}

// Whatever a folder is called, it is told to the page as text.
func TestHostilePlace(t *testing.T) {
	_, page := get(t, Settings{Place: `</script><script>alert(1)</script><!--`})
	if settings := element(t, page, `id="settings">`, "</script>"); !strings.Contains(settings, `"place":"\u003c/script>`) || strings.Contains(settings, "<") {
		t.Errorf("the settings are %s", settings)
	}
}

// The page knows every option.
func TestOptions(t *testing.T) {
	var known []string
	for _, s := range reference() {
		for _, e := range s.Entries {
			for _, line := range strings.Split(e, "\n")[1:] {
				if line[0] != '>' {
					known = append(known, line)
				}
			}
		}
	}
	if want := strings.Split(strings.TrimSpace(options.Bare()), "\n"); !slices.Equal(known, want) {
		t.Errorf("the page knows %d options, the table %d", len(known), len(want))
	}
}

// All files of the folder are in the page, and each of them is what it says.
func TestScripts(t *testing.T) {
	found, err := fs.Glob(files, "*.js")
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(slices.Values(scripts)); !slices.Equal(got, found) {
		t.Errorf("the page has %q, the folder %q", got, found)
	}
	file := filepath.Join(t.TempDir(), "page.mjs")
	if err := os.WriteFile(file, []byte(uncommented(joined())), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("node", "--check", file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// Both places where the page is served tell caches how long it stays.
func TestCaches(t *testing.T) {
	for deployed, want := range map[bool]string{false: "no-cache", true: "public, max-age=300"} {
		if header, _ := get(t, Settings{Deployed: deployed}); header.Get("Cache-Control") != want {
			t.Errorf("deployed %v: %s", deployed, header.Get("Cache-Control"))
		}
	}
}
