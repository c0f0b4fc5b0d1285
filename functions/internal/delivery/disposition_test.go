package delivery

import (
	"mime"
	"strings"
	"testing"
	"unicode"

	"primrose/functions/internal/problem"
)

func TestDisposition(t *testing.T) {
	for name, want := range map[string]string{
		"":                   "",
		" ":                  "",
		"rose.jpg":           `attachment; filename="rose.jpg"`,
		"two words;a=b.jpg":  `attachment; filename="two words;a=b.jpg"`,
		"100% \"rose\".jpg":  `attachment; filename="100_ _rose_.jpg"; filename*=UTF-8''100%25%20%22rose%22.jpg`,
		"장미.jpg":             `attachment; filename="__.jpg"; filename*=UTF-8''%EC%9E%A5%EB%AF%B8.jpg`,
		"../../etc/passwd":   `attachment; filename=".._.._etc_passwd"`,
		`..\boot.ini`:        `attachment; filename=".._boot.ini"`,
		"a\r\nX-Evil: 1.jpg": `attachment; filename="a__X-Evil: 1.jpg"`,
		"a\x00b\u2028c":      `attachment; filename="a_b_c"; filename*=UTF-8''a_b%E2%80%A8c`,
		"\u202egpj.exe":      `attachment; filename="_gpj.exe"`,
	} {
		if got := disposition(name); got != want {
			t.Errorf("disposition(%q) = %s, want %s", name, got, want)
		}
	}
}

// Who is to save a variant is told so whoever answers: the store's object says
// it, too.
func TestDownload(t *testing.T) {
	s := start(t, realWorker(t), nil)
	const path = "/rose.jpg/-/dl=cm9zZS5qcGc,fm=png,w=8" // rose.jpg
	const want = `attachment; filename="rose.jpg"`
	if response, _ := s.ask(t, "GET", path); response.Header.Get("Content-Disposition") != want {
		t.Errorf("%s: %v", response.Status, response.Header)
	}
	if object, _ := s.stored(t, path[1:]); object.Disposition != want {
		t.Errorf("stored as %+v", object.Meta)
	}
	missing, body := s.ask(t, "GET", "/none.jpg/-/dl=cm9zZS5qcGc")
	refused(t, missing, body, problem.NotFound)
	if got := missing.Header.Get("Content-Disposition"); got != "" {
		t.Errorf("a problem is to be saved: %s", got)
	}
}

// Whatever the name, the header is one line of ASCII that says attachment and
// one file's name.
func FuzzDisposition(f *testing.F) {
	for _, name := range []string{"rose.jpg", `"; filename="evil.exe`, "\\\"", "장미\r\n", "%0d%0a", "a\xff", "/"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		header := disposition(name)
		if header == "" {
			return
		}
		if strings.ContainsFunc(header, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("disposition(%q) = %q", name, header)
		}
		kind, parameters, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" || len(parameters) != 1 {
			t.Fatalf("disposition(%q) = %q, parsed as %s %v, %v", name, header, kind, parameters, err)
		}
		if strings.ContainsFunc(parameters["filename"], func(r rune) bool { return r == '/' || r == '\\' || unicode.IsControl(r) }) {
			t.Fatalf("disposition(%q) names the file %q", name, parameters["filename"])
		}
	})
}
