package stage

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"primrose/functions/edge"
	"primrose/functions/internal/options"
	"primrose/functions/internal/variant"
)

// goldens are the templates beside the infrastructure's tests.
const goldens = "../../../infra/stacks/testdata"

// The edge function as it is deployed, minified, runs here, and is what Go says
// that it is.
func TestRead(t *testing.T) {
	for _, test := range []struct {
		stage  string
		keys   []string
		refuse bool // what is not signed
		svg    bool
	}{
		{"dev", nil, false, false},
		{"prod", []string{"2026a"}, true, false},
		{"full", []string{"2026a", "2026b", "imgix"}, true, true},
	} {
		s, err := Read(goldens, test.stage)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Keys, test.keys) || s.Environment["PRIMROSE_DEADLINE"] != "25" || strings.Contains(s.Environment["PRIMROSE_DECODERS"], "svg") != test.svg {
			t.Errorf("%s: keys %v, environment %v", test.stage, s.Keys, s.Environment)
		}
		function, err := edge.Start(s.Edge, func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		defer function.Close()
		const query = "h=0300&w=320&fm=WEBP&utm_source=x&txt=%EC%9E%A5%EB%AF%B8"
		result, err := function.Handle(edge.Request{Method: http.MethodGet, URI: "/a%20b.jpg", RawQuery: query})
		if err != nil {
			t.Fatal(err)
		}
		if refused := result.Response != nil && result.Response.Status == http.StatusForbidden; refused != test.refuse {
			t.Errorf("%s: of what is not signed it makes %+v", test.stage, result)
		}
		if test.refuse {
			continue
		}
		o, err := options.FromQuery(query, "")
		if err != nil {
			t.Fatal(err)
		}
		if want, err := variant.New("a b.jpg", o); err != nil || result.URI != want.Path() {
			t.Errorf("%s: it makes %q, %v, want %q", test.stage, result.URI, err, want.Path())
		}
	}
}

func TestReadMistakes(t *testing.T) {
	empty, several, broken := t.TempDir(), t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		filepath.Join(several, "primrose-dev-eu-west-1.template.json"):          "{}",
		filepath.Join(several, "primrose-dev-us-gov-east-1.template.json"):      "{}",
		filepath.Join(several, "primrose-dev-eu-west-1-watch.template.json"):    "{}",
		filepath.Join(broken, "primrose-dev-eu-central-1.template.json"):        `{"Resources": {}}`,
		filepath.Join(broken, "primrose-prod-eu-central-1.template.json"):       "{",
		filepath.Join(broken, "primrose-prod-eu-central-1-watch.template.json"): "{}",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ dir, stage, says string }{
		{empty, "dev", "make synth"},
		{filepath.Join(empty, "none"), "dev", "make synth"},
		{goldens, "staging", "no stage staging, but dev, full, prod"},
		{several, "dev", "several regions"},
		{broken, "dev", "AWS::CloudFront::Function"},
		{broken, "prod", "primrose-prod-eu-central-1.template.json"},
	} {
		if _, err := Read(test.dir, test.stage); err == nil || !strings.Contains(fmt.Sprint(err), test.says) {
			t.Errorf("%s of %s: %v, want it to say %q", test.stage, test.dir, err, test.says)
		}
	}
}
