package edge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/variant"
)

// sample is a request and what the function must make of it, as a line of
// cases.json has it and as driver.js prints it.
type sample struct {
	Method      string          `json:"method,omitempty"`
	URI         string          `json:"uri"`
	Query       string          `json:"query,omitempty"`
	Accept      string          `json:"accept,omitempty"`
	QueryString json.RawMessage `json:"querystring,omitempty"` // a test event's
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

func TestCases(t *testing.T) {
	data, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	if err := json.Unmarshal(data, &samples); err != nil {
		t.Fatal(err)
	}
	function := newFunction(t)
	underNJS := runNJS(t, samples)
	for i, s := range samples {
		want := s.answer
		if got := underNJS[i].outline(); got != want {
			t.Errorf("%s: njs: got %+v, want %+v", s, got, want)
		}
		if s.QueryString != nil {
			continue // no such events outside of test consoles
		}
		if got := runQuickJS(t, function, s); got != underNJS[i] {
			t.Errorf("%s: QuickJS: got %+v, want %+v", s, got, underNJS[i])
		}
		agree(t, s, underNJS[i])
	}
}

// TestGenerated compares njs, QuickJS and Go on requests that nobody thought of.
func TestGenerated(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	samples := make([]sample, 4000)
	for i := range samples {
		samples[i] = g.sample()
	}
	function := newFunction(t)
	good := 0
	for i, underNJS := range runNJS(t, samples) {
		if got := runQuickJS(t, function, samples[i]); got != underNJS {
			t.Errorf("%s: QuickJS gives %+v, njs %+v", samples[i], got, underNJS)
		}
		agree(t, samples[i], underNJS)
		if underNJS.Path != "" {
			good++
		}
	}
	if good < len(samples)/4 || good > len(samples)*3/4 {
		t.Errorf("%d of %d requests are good: the generator tests one side only", good, len(samples))
	}
}

func FuzzHandle(f *testing.F) {
	f.Add("/a%20b+c.jpg", "w=300&h=0200&crop=left,top", "image/webp")
	f.Add("/장미/-/🌹%2F(1)'.jpg", "auto=format,compress&auto=format&fm=png", "image/avif;q=0.5,image/webp")
	f.Add("/x/-/w=1", "ar=16%3A9&bg=Fff&dpr=2.625&lossless=TRUE&rect=1,2,3,4", "*/*;q=0.1,image/avif;q=0.10")
	function := newFunction(f)
	f.Fuzz(func(t *testing.T, uri, query, accept string) {
		s := sample{URI: strings.ToValidUTF8(uri, "?"), Query: strings.ToValidUTF8(query, "?"), Accept: strings.ToValidUTF8(accept, "?")}
		agree(t, s, runQuickJS(t, function, s))
	})
}

// agree checks that Go makes of a request what the edge made of it.
func agree(t *testing.T, s sample, edge answer) {
	t.Helper()
	v, err := inGo(s)
	if err == nil {
		if edge.Path != v.Path() {
			t.Errorf("%s: Go gives %q, the edge %+v", s, v.Path(), edge)
		}
		if again, err := variant.Parse(v.Path()); err != nil || again != v {
			t.Errorf("%s: variant.Parse(%q): %v", s, v.Path(), err)
		}
		return
	}
	p := problem.Of(err)
	if edge.Path != "" { // the edge lets pass what only Go knows: colour names
		_, err := variant.Parse(edge.Path)
		if err == nil || problem.Of(err).Code != p.Code || !strings.Contains(p.Detail, "takes a color") {
			t.Errorf("%s: Go gives %v, the edge %q", s, p, edge.Path)
		}
		return
	}
	if edge.Code != p.Code || edge.Status != p.Status() {
		t.Errorf("%s: Go gives %v, the edge %+v", s, p, edge)
	}
	if (p.Code == problem.BadOption || p.Code == problem.BadPath) && edge.Detail != p.Detail {
		t.Errorf("%s: Go says %q, the edge %q", s, p.Detail, edge.Detail)
	}
}

// inGo does what the edge function does, by the image function's packages.
func inGo(s sample) (variant.Variant, error) {
	if s.Method != "" && s.Method != http.MethodGet && s.Method != http.MethodHead {
		return variant.Variant{}, problem.New(problem.MethodNotAllowed, "")
	}
	if max(len(utf16.Encode([]rune(s.URI))), len(utf16.Encode([]rune(s.Query)))) > options.MaxQuery {
		return variant.Variant{}, problem.New(problem.TooLong, "")
	}
	key, err := variant.DecodeKey(s.URI)
	if err != nil {
		return variant.Variant{}, err
	}
	o, err := options.FromQuery(s.Query, s.Accept)
	if err != nil {
		return variant.Variant{}, err
	}
	return variant.New(key, o)
}

func newFunction(t testing.TB) *Function {
	function, err := New()
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

// runNJS runs the samples through one process of Debian's njs, which is as
// old as CloudFront's engine and as strict.
func runNJS(t *testing.T, samples []sample) []answer {
	t.Helper()
	njs, err := exec.LookPath("njs")
	if err != nil {
		t.Fatal("njs is not on the PATH; install Debian's package njs (apt-get install njs)")
	}
	driver, err := os.ReadFile("testdata/driver.js")
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "script.js")
	if err := os.WriteFile(script, append([]byte(Source()), driver...), 0o600); err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, s := range samples {
		if err := encoder.Encode(s); err != nil {
			t.Fatal(err)
		}
	}
	requests := filepath.Join(t.TempDir(), "requests.jsonl")
	if err := os.WriteFile(requests, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command(njs, "-u", script, requests).CombinedOutput()
	if err != nil {
		t.Fatalf("njs: %v\n%s", err, output)
	}
	decoder := json.NewDecoder(bytes.NewReader(output))
	answers := make([]answer, len(samples))
	for i := range answers {
		if err := decoder.Decode(&answers[i]); err != nil {
			t.Fatalf("njs stopped at %s: %v\n%s", samples[i], err, output)
		}
	}
	return answers
}

func (s sample) String() string {
	return fmt.Sprintf("%s %q ? %q accept %q", s.Method, s.URI, s.Query, s.Accept)
}

// generator makes requests of pieces that are likely to matter.
type generator struct{ *rand.Rand }

func (g generator) pick(words ...string) string { return words[g.IntN(len(words))] }

// some joins up to n pieces.
func (g generator) some(n int, separator string, piece func() string) string {
	pieces := make([]string, g.IntN(n+1))
	for i := range pieces {
		pieces[i] = piece()
	}
	return strings.Join(pieces, separator)
}

func (g generator) sample() sample {
	return sample{
		Method: g.pick("", "", "", "", "", "", "", "", "HEAD", "POST"),
		URI:    "/" + g.key(),
		Query:  g.some(5, "&", g.parameter),
		Accept: g.some(5, g.pick(",", ", "), g.mediaRange),
	}
}

func (g generator) key() string {
	key := g.pick("a", "장", "%EC") + g.some(5, "", func() string {
		return g.pick("a", "B", "7", ".", "-", "_", "~", " ", "+", "%20", "%2B", "%2b", "%25", "%252F", "(", ")", "'", "!", "*", "\"", "=", ",",
			"&", "%3F", "%23", "\\", "[", "|", "é", "e\u0301", "%C3%A9", "장미", "%EC%9E%A5", "🌹", "%F0%9F%8C%B9", "/b", "/-/c", "/-/w=1", "%2Fd",
			"/e", "/.f", "\u00a0", "\u2028", g.pick("/", "/../g", "%2e%2e", "%", "%F", "%FF", "%00", "%C2%85", "//h", "/-/"))
	})
	if g.IntN(20) == 0 {
		key += strings.Repeat(g.pick("x", "%20", "장", "/y"), 1010/3+g.IntN(700))
	}
	return key
}

func (g generator) parameter() string {
	names := strings.Fields("w h dpr fit crop ar rect bg fm q lossless auto rot flip orient blur sharp")
	name := g.pick(names...)
	switch g.IntN(20) {
	case 0:
		return g.pick("utm=1", "W=1", "%77=1", "=", "", "__proto__=1", "constructor", "ixlib=js-3.8.0", "ww=1", "w number=1")
	case 1:
		return name + "=" + g.some(4, "", g.scrap)
	}
	return name + "=" + g.value(name)
}

func (g generator) scrap() string {
	return g.pick("1", "0", ".", "-", ",", ":", "_", "|", "a", "F", "top", "clip", "format", "%2C", "%3A", "%7C", "+", "%20", "%0A", "%", "\u212a", "é", "=")
}

// value is usually a good one.
func (g generator) value(name string) string {
	switch name {
	case "fit":
		return g.pick("clip", "crop", "Clamp", "fill", "max", "min", "scale", "cut")
	case "crop":
		return g.pick("top", "left", "center") + g.some(2, "", func() string { return g.pick(",", "%2C") + g.pick("top", "ENTROPY", "attention", "right") })
	case "ar":
		return g.number() + g.pick(":", "%3A") + g.pick("1", "2.50", "0003")
	case "rect":
		return g.pick("0,0,1,1", "10%2C20,30,40", "1,2,3", "1,2,0,4", "0.5,01,100.99,7")
	case "bg":
		return g.pick("fff", "F0A8", "80ff0000", "ABCDEF", "red", "Rebeccapurple", "blurple", "12345")
	case "fm":
		return g.pick("jpg", "pjpg", "PNG", "webp", "avif", "gif", "json", "exe")
	case "lossless":
		return g.pick("0", "1", "true", "False", "yes")
	case "auto":
		return g.pick("format", "compress", "format,compress", "compress%2CFORMAT", "avif")
	case "flip":
		return g.pick("h", "v", "HV", "vh")
	}
	return g.number()
}

func (g generator) number() string {
	return g.pick("", "", "", "0", "00", "-") + g.pick("1", "7", "10", "90", "359", "8192", "0", "100") + g.pick("", "", "", "", ".5", ".0", ".999", ".0000001", "%30")
}

func (g generator) mediaRange() string {
	return g.pick("image/avif", "image/webp", "image/webp", "Image/AVIF", "image/png", "image/*", "*/*", "text/html", "image/", "\u0130mage/avif") +
		g.pick("", "", "", ";q=0.8", "; q=0.80", ";q=0", ";q=1.0", ";q=0.5", ";v=1;q=0.3", ";q=x", ";q=.5", ";q=0.0001")
}

func TestProblemResponse(t *testing.T) {
	function := newFunction(t)
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
	inGo, err := json.Marshal(problem.New(problem.MethodNotAllowed, "images are read by GET and HEAD only"))
	if err != nil || response.Body != string(inGo) {
		t.Errorf("body %s, want %s, %v", response.Body, inGo, err)
	}
}

func TestHandleKeepsHeaders(t *testing.T) {
	function := newFunction(t)
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
	function := newFunction(t)
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
	if strings.Contains(Source(), tableLine) || !strings.Contains(Source(), `\nh number 1..8192\n`) {
		t.Error("the table is not in the source")
	}
	code := regexp.MustCompile(`(?m)(^|[ ;])//.*$`).ReplaceAllString(source, "")
	for _, forbidden := range []string{
		`\b(setTimeout|setInterval|process|require|import|fs|eval|Function|console|globalThis|ngx|njs)\b`, // absent or restricted
		`\b(await|async|Promise)\b`,                                               // nothing waits yet; await among arguments passes CloudFront's check and then fails each request
		`\bfor\b[^;]*\bof\b|\bclass\b|\byield\b|\.\.\.`,                           // syntax that njs lacks
		`\?\.|\|\|=|&&=|\?\?=|catch\s*\{|/[su]\b[.,)]`,                            // likewise
		`\b(Map|Set|replaceAll|fromEntries|flatMap|URL|unescape)\b|\.(at|flat)\(`, // functions that njs lacks
	} {
		if found := regexp.MustCompile(forbidden).FindString(code); found != "" {
			t.Errorf("the source uses %q", found)
		}
	}
}
