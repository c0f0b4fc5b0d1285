package link

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"primrose/functions/internal/gateway"
	"primrose/functions/internal/options"
)

func TestForms(t *testing.T) {
	sign := func(target string) (string, error) { return target + "&s=1", nil }
	for _, test := range []struct {
		form, args string
		link       Link
		want       string
	}{
		{"url", "", Link{}, "/a%20b.jpg"},
		{"url", "w=300 txt=a&b=c,d, ar=1:2", Link{Base: "https://x"}, "https://x/a%20b.jpg?w=300&txt=a%26b%3Dc,d%2C&ar=1:2"},
		{"url", "w=400 h=300 q=5", Link{Widths: []int{2, 320}}, "/a%20b.jpg?w=2&h=2&q=5 2w,\n/a%20b.jpg?w=320&h=240&q=5 320w"},
		{"img", "w=300 h=20", Link{Alt: `"<&`, Sign: sign}, `<img src="/a%20b.jpg?w=300&amp;h=20&amp;s=1" alt="&#34;&lt;&amp;">`},
		{"img", "auto=format", Link{Widths: []int{320, 640}, Sizes: "(min-width: 60em) 50vw, 100vw"},
			`<img src="/a%20b.jpg?auto=format" srcset="/a%20b.jpg?auto=format&amp;w=320 320w, /a%20b.jpg?auto=format&amp;w=640 640w" sizes="(min-width: 60em) 50vw, 100vw" alt="">`},
		{"picture", "fm=png auto=format auto=compress,format w=3 w=4", Link{}, `<picture>
  <source type="image/avif" srcset="/a%20b.jpg?auto=compress&amp;w=3&amp;w=4&amp;fm=avif">
  <source type="image/webp" srcset="/a%20b.jpg?auto=compress&amp;w=3&amp;w=4&amp;fm=webp">
  <img src="/a%20b.jpg?auto=compress&amp;w=3&amp;w=4" alt="">
</picture>`},
		{"markdown", "w=3", Link{Alt: `[a]\`}, `![\[a\]\\](/a%20b.jpg?w=3)`},
		{"curl", "fm=webp", Link{Base: "http://x"}, `curl --fail-with-body -o './a b.webp' 'http://x/a%20b.jpg?fm=webp'`},
		{"curl", "auto=format", Link{}, `curl --fail-with-body -H 'Accept: image/avif,image/webp,*/*' -o './a b.avif' '/a%20b.jpg?auto=format'`},
		{"event", "preset=p w=0300", Link{Rules: options.Rules{Presets: map[string]string{"p": "h=2&w=4"}}}, `{"headers":{},"httpMethod":"GET","path":"/a%20b.jpg/-/h=2,w=300"}`},
	} {
		query, err := ParseQuery(strings.Fields(test.args))
		if err != nil {
			t.Fatal(err)
		}
		test.link.Key, test.link.Query = "a b.jpg", query
		if err := test.link.Check(); err != nil {
			t.Errorf("%s of %s: %v", test.form, test.args, err)
		}
		if got, err := Forms[test.form](test.link); err != nil || got != test.want {
			t.Errorf("%s of %s:\n%s, %v; want\n%s", test.form, test.args, got, err, test.want)
		}
	}
}

func TestQuote(t *testing.T) {
	if got, want := quote("it's $HOME"), `'it'\''s $HOME'`; got != want {
		t.Errorf("a shell is told %s, want %s", got, want)
	}
}

func TestMistakes(t *testing.T) {
	for _, args := range []string{"w", "wdth=3", "=3", "utm_source=x", "s=x"} {
		if q, err := ParseQuery([]string{args}); err == nil {
			t.Errorf("%s passes as %v", args, q)
		}
	}
	for name, l := range map[string]Link{
		"a bad value":            {Key: "a.jpg", Query: Query{{"w", "0"}}},
		"a bad key":              {Key: "a//b.jpg"},
		"a bad width":            {Key: "a.jpg", Query: Query{{"w", "1"}, {"h", "8192"}}, Widths: []int{2}},
		"pixels of another size": {Key: "a.jpg", Query: Query{{"dpr", "2"}}, Widths: []int{2}},
		"a preset that is none":  {Key: "a.jpg", Query: Query{{"preset", "p"}}, Rules: options.Rules{Presets: map[string]string{}}},
	} {
		if err := l.Check(); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	for _, form := range []string{"markdown", "curl", "event"} {
		if text, err := Forms[form](Link{Key: "a.jpg", Widths: []int{2}}); err == nil {
			t.Errorf("%s of several widths is %s", form, text)
		}
	}
	if text, err := Forms["event"](Link{Key: "a.jpg", Query: Query{{"preset", "p"}}}); err == nil {
		t.Errorf("a preset that is not known becomes %s", text)
	}
}

// The function takes the event for a request of the variant.
func TestEventIsAGateways(t *testing.T) {
	text, err := Forms["event"](Link{Key: "장미 (1).jpg", Query: Query{{"w", "300"}}})
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 1)
	g := &gateway.Gateway{Images: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.RequestURI
		w.WriteHeader(http.StatusOK)
	})}
	if _, err := g.Invoke(t.Context(), json.RawMessage(text)); err != nil {
		t.Fatal(err)
	}
	if got, want := <-asked, "GET /%EC%9E%A5%EB%AF%B8%20%281%29.jpg/-/w=300"; got != want {
		t.Errorf("the function is asked %s, want %s", got, want)
	}
}

// FuzzParseQuery: a value arrives as it was written, whatever stands around it.
func FuzzParseQuery(f *testing.F) {
	f.Add("Hello, 세계")
	f.Add("a&b=c+d%20#?,")
	f.Fuzz(func(t *testing.T, value string) {
		query, err := ParseQuery([]string{"txt=" + value, "w=3"})
		if err != nil {
			t.Fatal(err)
		}
		target, err := Target("a.jpg", query.String())
		if err != nil {
			t.Fatal(err)
		}
		read, err := url.Parse(target)
		if err != nil || read.Query().Get("txt") != value || read.Query().Get("w") != "3" || read.Fragment != "" {
			t.Errorf("%q becomes %s, %v", value, target, err)
		}
		if strings.ContainsAny(target, " \t\n\"'()<>") || strings.HasSuffix(query[0].Value, ",") {
			t.Errorf("%q becomes what HTML, Markdown or a srcset would cut: %s", value, target)
		}
	})
}
