package edge

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/variant"
)

// sample is a request and what the function must make of it, as a line of
// cases.json has it and as driver.js prints it.
type sample struct {
	Method      string            `json:"method,omitempty"`
	URI         string            `json:"uri"`
	Query       string            `json:"query,omitempty"`
	Accept      string            `json:"accept,omitempty"`
	QueryString json.RawMessage   `json:"querystring,omitempty"` // a test event's
	Now         int64             `json:"now,omitempty"`         // in seconds; the real time if absent
	Store       map[string]string `json:"store"`                 // what the KeyValueStore holds; the suite's
	answer
}

type answer struct {
	Path   string       `json:"path,omitempty"`
	Status int          `json:"status,omitempty"`
	Code   problem.Code `json:"code,omitempty"`
	Detail string       `json:"detail,omitempty"`
}

// outline leaves out the detail, which the cases don't give.
func (a answer) outline() answer {
	a.Detail = ""
	return a
}

// suite is a stage with cases for it.
type suite struct {
	Keys     []string
	Imgix    bool
	Optional bool
	Widths   options.Ladder
	Store    map[string]string // what the KeyValueStore holds
	Cases    []sample
}

func (u suite) stage() Stage {
	stage := Stage{Keys: u.Keys, Imgix: u.Imgix, Optional: u.Optional, Widths: u.Widths}
	if u.Store != nil {
		stage.Store = func(key string) (string, bool) { value, ok := u.Store[key]; return value, ok }
	}
	return stage
}

// suites are those in testdata: the open stage, one with a ladder, one with
// signatures.
func suites(t testing.TB) []suite {
	t.Helper()
	open := suite{}
	var others []suite
	for file, into := range map[string]any{"cases.json": &open.Cases, "stages.json": &others} {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return append([]suite{open}, others...)
}

func TestCases(t *testing.T) {
	for _, u := range suites(t) {
		for i, got := range u.compare(t, u.Cases) {
			if want := u.Cases[i].answer; got.outline() != want {
				t.Errorf("%s: got %+v, want %+v", u.Cases[i], got, want)
			}
		}
	}
}

// TestGenerated compares njs, QuickJS and Go on requests that nobody thought of.
func TestGenerated(t *testing.T) {
	for i, u := range suites(t) {
		g := generator{rand.New(rand.NewPCG(1, uint64(i)))}
		samples := make([]sample, 500)
		for i := range samples {
			samples[i] = g.sample(u)
		}
		good := 0
		for _, answer := range u.compare(t, samples) {
			if answer.Path != "" {
				good++
			}
		}
		if good < len(samples)/4 || good > len(samples)*3/4 {
			t.Errorf("suite %d: %d of %d requests are good: the generator tests one side only", i, good, len(samples))
		}
	}
}

// FuzzHandle compares QuickJS and Go on requests to each of the stages, as they
// come and signed well.
func FuzzHandle(f *testing.F) {
	f.Add(uint(0), false, "/a%20b+c.jpg", "w=300&h=0200&crop=left,top", "image/webp")
	f.Add(uint(1), false, "/장미/-/🌹%2F(1)'.jpg", "auto=format,compress&auto=format&fm=png&border=3,red&dpr=2", "image/avif;q=0.5,image/webp")
	f.Add(uint(1), false, "/x/-/w=1", "ar=16%3A9&bg=Fff&dpr=2.625&lossless=TRUE&rect=1,0.2,full,4&h=9", "*/*;q=0.1,image/avif;q=0.10")
	f.Add(uint(2), false, "/rose.jpg", "w=1&kid=2026a&expires=9999999999&s=", "")
	f.Add(uint(2), true, "/rose.jpg", "txt=%EC%9E%A5%0A&mark=/a%2Bb.png&blend=Navy&mask=ellipse", "")
	f.Add(uint(3), false, "/rose.jpg", "preset=thumb&txt64=66Ol66-4&mark64=L2EucG5n&w64=MzAw", "")
	f.Add(uint(5), true, "/rose.jpg", "corner-radius=1,2,3,4&duotone=000080,Fed&max-bytes=1e5", "")
	f.Add(uint(6), true, "/rose.jpg", "", "")
	all := suites(f)
	functions := make([]*Function, len(all))
	for i, u := range all {
		functions[i] = newFunction(f, u.stage())
	}
	f.Fuzz(func(t *testing.T, i uint, sign bool, uri, query, accept string) {
		i %= uint(len(all))
		u := all[i]
		s := sample{URI: strings.ToValidUTF8(uri, "?"), Query: strings.ToValidUTF8(query, "?"), Accept: strings.ToValidUTF8(accept, "?")}
		switch covered, _, _ := strings.Cut(s.Query, "&s="); {
		case sign && u.Imgix:
			s.Query = signedByImgix(s.URI, covered, u.Store["key.imgix"])
		case sign:
			s.Query = signed(s.URI, covered+"&kid=2026a", u.Store["key.2026a"])
		}
		u.agree(t, s, runQuickJS(t, functions[i], s))
	})
}

// FuzzGrammar compares QuickJS and Go on requests of the whole grammar, which
// the fuzzer's bytes seldom are.
func FuzzGrammar(f *testing.F) {
	f.Add(uint64(0))
	all := suites(f)
	functions := make([]*Function, len(all))
	for i, u := range all {
		functions[i] = newFunction(f, u.stage())
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		for i, u := range all {
			g := generator{rand.New(rand.NewPCG(seed, uint64(i)))}
			for range 5 {
				s := g.sample(u)
				u.agree(t, s, runQuickJS(t, functions[i], s))
			}
		}
	})
}

// compare runs the samples through njs, QuickJS and Go, and returns what all
// of them give.
func (u suite) compare(t *testing.T, samples []sample) []answer {
	t.Helper()
	function := newFunction(t, u.stage())
	samples = slices.Clone(samples)
	for i := range samples {
		samples[i].Store = u.Store
	}
	answers := runNJS(t, u.stage(), samples)
	for i, s := range samples {
		if s.QueryString == nil && s.Now == 0 { // neither in a test console nor at another time
			if got := runQuickJS(t, function, s); got != answers[i] {
				t.Errorf("%s: QuickJS gives %+v, njs %+v", s, got, answers[i])
			}
		}
		if s.QueryString == nil {
			u.agree(t, s, answers[i])
		}
	}
	return answers
}

// agree checks that Go makes of a request what the edge made of it.
func (u suite) agree(t *testing.T, s sample, edge answer) {
	t.Helper()
	v, err := u.inGo(s)
	if err == nil {
		if edge.Path != v.Path() {
			t.Errorf("%s: Go gives %q, the edge %+v", s, v.Path(), edge)
		}
		if again, err := variant.Parse(v.Path()); err != nil || again.Path() != v.Path() {
			t.Errorf("%s: variant.Parse(%q): %v", s, v.Path(), err)
		}
		return
	}
	p := problem.Of(err)
	if strings.Contains(p.Detail, "[f80, red]") && edge.Code == problem.TooLong { // only Go knows colour names, and so asks no further
		return
	}
	if edge.Path != "" { // the edge lets them pass
		_, err := variant.Parse(edge.Path)
		if err == nil || problem.Of(err).Code != p.Code || !strings.Contains(p.Detail, "[f80, red]") {
			t.Errorf("%s: Go gives %v, the edge %q", s, p, edge.Path)
		}
		return
	}
	if edge.Code != p.Code || edge.Status != p.Status() {
		t.Errorf("%s: Go gives %v, the edge %+v", s, p, edge)
	}
	if p.Detail != "" && edge.Detail != p.Detail && p.Code != problem.TooLong {
		t.Errorf("%s: Go says %q, the edge %q", s, p.Detail, edge.Detail)
	}
}

// inGo does what the edge function does, by the image function's packages.
func (u suite) inGo(s sample) (variant.Variant, error) {
	if s.Method != "" && s.Method != http.MethodGet && s.Method != http.MethodHead {
		return variant.Variant{}, problem.New(problem.MethodNotAllowed, "")
	}
	if max(len(utf16.Encode([]rune(s.URI))), len(utf16.Encode([]rune(s.Query)))) > options.MaxQuery ||
		strings.Count(s.Query, "&") >= options.MaxParameters {
		return variant.Variant{}, problem.New(problem.TooLong, "")
	}
	if err := u.verify(s); err != nil {
		return variant.Variant{}, err
	}
	key, err := variant.DecodeKey(s.URI)
	if err != nil {
		return variant.Variant{}, err
	}
	o, err := u.rules().FromQuery(s.Query, s.Accept)
	if err != nil {
		return variant.Variant{}, err
	}
	return variant.New(key, o)
}

func (u suite) rules() options.Rules {
	presets := map[string]string{}
	for key, query := range u.Store {
		if name, ok := strings.CutPrefix(key, "preset."); ok {
			presets[name] = query
		}
	}
	return options.Rules{Ladder: u.Widths, Presets: presets}
}

func (u suite) verify(s sample) error {
	if u.Keys == nil && !u.Imgix || u.Optional && !signature.Signed(s.Query) {
		return nil
	}
	var keys []signature.Key
	for _, id := range u.Keys {
		keys = append(keys, signature.Key{ID: id, Secret: u.Store[signature.StoreKey(id)]})
	}
	if u.Imgix {
		keys = append(keys, signature.Key{ID: signature.Imgix, Secret: u.Store[signature.StoreKey(signature.Imgix)]})
	}
	now := time.Now()
	if s.Now != 0 {
		now = time.Unix(s.Now, 0)
	}
	return signature.Verify(s.URI, s.Query, keys, now)
}

func newFunction(t testing.TB, stage Stage) *Function {
	function, err := New(stage)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { function.Close() })
	return function
}

func runQuickJS(t *testing.T, function *Function, s sample) answer {
	t.Helper()
	request := Request{Method: http.MethodGet, URI: s.URI, RawQuery: s.Query, Header: http.Header{"Accept": {s.Accept}}}
	if s.Method != "" {
		request.Method = s.Method
	}
	result, err := function.Handle(request)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	if result.Response == nil {
		if header := result.Header.Get("X-Primrose-Variant"); header != result.URI {
			t.Errorf("%s: header %q, uri %q", s, header, result.URI)
		}
		return answer{Path: result.URI}
	}
	var a answer
	if err := json.Unmarshal([]byte(result.Response.Body), &a); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return a
}

func (s sample) String() string {
	return fmt.Sprintf("%s %q ? %q accept %q", s.Method, s.URI, s.Query, s.Accept)
}

func TestProblemResponse(t *testing.T) {
	function := newFunction(t, Stage{})
	result, err := function.Handle(Request{Method: http.MethodPost, URI: "/rose.jpg"})
	if err != nil {
		t.Fatal(err)
	}
	response := result.Response
	if response == nil || response.Status != http.StatusMethodNotAllowed {
		t.Fatalf("got %+v", result)
	}
	for name, want := range map[string]string{
		"Content-Type":           problem.ContentType,
		"Cache-Control":          "public, max-age=5",
		"X-Content-Type-Options": "nosniff",
		"Allow":                  "GET, HEAD",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	inGo, err := json.Marshal(problem.New(problem.MethodNotAllowed, "images are read by GET and HEAD"))
	if err != nil || response.Body != string(inGo) {
		t.Errorf("body %s, want %s, %v", response.Body, inGo, err)
	}
}

// What a viewer sends as if the edge function had decided it counts for nothing: neither the header nor a
// variant's own path, which names an original that is not there.
func TestViewersDecideNothing(t *testing.T) {
	function := newFunction(t, Stage{})
	result, err := function.Handle(Request{Method: http.MethodGet, URI: "/rose.jpg/-/w=300", RawQuery: "",
		Header: http.Header{"X-Primrose-Variant": {"/rose.jpg/-/w=8192"}}})
	if err != nil {
		t.Fatal(err)
	}
	const want = "/rose.jpg/-/w%3D300/-/original"
	if got := result.Header.Values("X-Primrose-Variant"); result.URI != want || !slices.Equal(got, []string{want}) {
		t.Errorf("asks for %s, and says %q", result.URI, got)
	}
}

func TestHandleKeepsHeaders(t *testing.T) {
	function := newFunction(t, Stage{})
	result, err := function.Handle(Request{Method: http.MethodGet, URI: "/rose.jpg", RawQuery: "auto=format",
		Header: http.Header{"Accept": {"text/html", "image/webp"}, "If-None-Match": {`"x"`}}})
	if err != nil {
		t.Fatal(err)
	}
	if result.URI != "/rose.jpg/-/auto=webp" || result.Header.Get("If-None-Match") != `"x"` || len(result.Header["Accept"]) != 2 {
		t.Errorf("got %+v", result)
	}
}

func TestHandleConcurrently(t *testing.T) {
	function := newFunction(t, Stage{})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 50 {
				query := fmt.Sprintf("w=%d", 1+50*i+j)
				result, err := function.Handle(Request{Method: http.MethodGet, URI: "/rose.jpg", RawQuery: query})
				if err != nil || result.URI != "/rose.jpg/-/"+query {
					t.Errorf("%s: got %+v, %v", query, result, err)
				}
			}
		})
	}
	group.Wait()
}

// TestSource holds the source to what CloudFront runs, as far as njs, which
// has a file system and timers, would not notice.
func TestSource(t *testing.T) {
	if strings.Count(source, tableLine) != 1 {
		t.Errorf("the source must have the line %q once", tableLine)
	}
	if text := (Stage{}).Source(); strings.Contains(text, tableLine) || !strings.Contains(text, `..0.9999\u0026w=`) {
		t.Error("the table is not in the source")
	}
	code := regexp.MustCompile(`(?m)(^|[ ;])//.*$`).ReplaceAllString(source, "")
	code = regexp.MustCompile(`(?m)^import (cf|crypto) from '(cloudfront|crypto)';$`).ReplaceAllString(code, "")
	code = regexp.MustCompile(`(?m)^ +const \w+ = await \w+\([\w, ]*\);$`).ReplaceAllString(code, "")
	code = strings.Replace(code, "\nasync function handler(event) {\n", "\n", 1)
	for _, forbidden := range []string{
		`\b(setTimeout|setInterval|process|require|import|fs|eval|Function|console|globalThis|ngx|njs)\b`, // absent or restricted
		`\b(await|async|Promise)\b`,                                                   // but for a statement of its own: await among arguments passes CloudFront's check and then fails each request
		`\bfor\b[^;]*\bof\b|\bclass\b|\byield\b|\.\.\.`,                               // syntax that njs lacks
		`\?\.|\|\|=|&&=|\?\?=|catch\s*\{|/[su]\b[.,)]`,                                // likewise
		`\b(Map|Set|replaceAll|fromEntries|flatMap|new URL|unescape)\b|\.(at|flat)\(`, // functions that njs lacks
	} {
		if found := regexp.MustCompile(forbidden).FindString(code); found != "" {
			t.Errorf("the source uses %q", found)
		}
	}
}

// The store is read once for a URL that names a valid key, and not at all for
// others: neither where nothing is signed nor where a viewer invents an id.
func TestStoreReads(t *testing.T) {
	for _, test := range []struct {
		keys  []string
		query string
		want  string
	}{
		{nil, "kid=a&s=x", ""},
		{[]string{"a", "b"}, "", ""},
		{[]string{"a", "b"}, "w=300", ""},
		{[]string{"a", "b"}, "kid=c&s=x", ""},
		{[]string{"a", "b"}, "kid=key.a&s=x", ""},
		{[]string{"a", "b"}, "kid=a&s=x", "key.a"},
		{[]string{"a", "b"}, "kid=a&kid=b&s=x", "key.b"},
		{[]string{"a", "b"}, strings.Repeat("kid=a&", options.MaxParameters), ""},
	} {
		var reads []string
		function := newFunction(t, Stage{Keys: test.keys, Store: func(key string) (string, bool) {
			reads = append(reads, key)
			return "", false
		}})
		runQuickJS(t, function, sample{URI: "/rose.jpg", Query: test.query})
		if got := strings.Join(reads, " "); got != test.want {
			t.Errorf("keys %q, query %q: the function reads %q, want %q", test.keys, test.query, got, test.want)
		}
	}
}

// The source may come from anybody's template. It has nothing of this machine,
// and whatever it does fails the one call, or the start.
func TestForeignSource(t *testing.T) {
	for _, does := range []string{
		"hmac()", "digest()", "digest(1, 2, 3)", "encoded()", "decoded({})", "stored()", "call()", "await import('os')", "await import('/etc/hostname')",
		"new ArrayBuffer(1e9)", "std.exit(0)", "await new Promise(() => {})",
	} {
		function, err := Start("async function handler(event) { "+does+"; throw new Error('it goes on'); }", nil)
		if err != nil {
			t.Fatalf("%s: %v", does, err)
		}
		_, err = function.Handle(Request{Method: "GET", URI: "/"})
		if err == nil || strings.Contains(err.Error(), "it goes on") != (does == "stored()") {
			t.Errorf("%s: %v", does, err)
		}
		function.Close()
	}
	if _, err := Start("hmac()", nil); err == nil {
		t.Error("a source that fails at once starts")
	}
}
