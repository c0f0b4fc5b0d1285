package edge

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"primrose/functions/internal/options"
	"primrose/functions/internal/signature"
)

const accept = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8" // Chrome's

// TestCompute counts the instructions that a call costs njs, which is as old as
// CloudFront's engine: time would tell of this machine. CloudFront publishes no
// limit in either, but it takes functions that verify tokens, of which AWS
// publishes one: testdata/jwt.js is the measure.
//
// Memory is counted too, as njs counts it, in steps of a few kB: CloudFront allows
// 2 MB, and who knows what belongs to it.
func TestCompute(t *testing.T) {
	valgrind, err := exec.LookPath("valgrind")
	if err != nil {
		if runtime.GOOS != "linux" {
			t.Skip("valgrind is for Linux")
		}
		t.Fatal("valgrind is not on the PATH; install Debian's package valgrind (apt-get install valgrind)")
	}
	const secret = "Vn3kQ7pLx0uRj5wTzY8bHc2mGd6fSe1aXoWiNqBtKrU"
	stage := Stage{Keys: []string{"2026a"}, Optional: true, Widths: options.Ladder{320, 640, 960, 1280, 1600, 1920, 2560, 3840}}
	store := map[string]string{"jwt.secret": secret, signature.StoreKey("2026a"): secret}
	function := newCounter(t, valgrind, stage.Source())
	jwt, err := os.ReadFile("testdata/jwt.js")
	if err != nil {
		t.Fatal(err)
	}
	token, _ := newCounter(t, valgrind, string(jwt)).count(sample{URI: "/rose.jpg", QueryString: tokenOf(secret), Store: store})
	t.Logf("%-16s %8d instructions", "a token", token)
	for _, test := range []struct {
		name, query string
		most        float64 // tokens
	}{
		{"four options", "w=300&h=200&fit=crop&auto=format", 4},
		{"these, signed", signed("/photos/rose.jpg", "w=300&h=200&fit=crop&auto=format&kid=2026a&expires=9999999999", secret), 6.5},
		{"forty options", strings.Join(fortyOptions, "&"), 30},
		{"forty others", "utm=1" + strings.Repeat("&utm_campaign="+strings.Repeat("x", 80), 39), 22},
	} {
		n, memory := function.count(sample{URI: "/photos/rose.jpg", Query: test.query, Accept: accept, Store: store})
		t.Logf("%-16s %8d instructions, %4.1f tokens, %4d kB and %3d kB of them for the call", test.name, n, float64(n)/float64(token),
			memory.after>>10, (memory.after-memory.before)>>10)
		if float64(n) > test.most*float64(token) {
			t.Errorf("%s: %.1f tokens, want %g at most", test.name, float64(n)/float64(token), test.most)
		}
		if memory.after > 7<<20/4 {
			t.Errorf("%s: %d bytes of memory", test.name, memory.after)
		}
	}
}

// fortyOptions are options of all kinds, as many as a URL may have.
var fortyOptions = strings.Fields(`
	w=640 h=480 fit=crop crop=entropy,top ar=4:3 auto=format,compress q=60 dpr=2 bg=fff sharp=5
	blur=1 rot=90 flip=h orient=6 rect=1,2,300,400 lossless=0 bri=5 con=5 sat=-20 pad=10
	txt=Rose txt-font=sans-serif,bold txt-color=FFFFFF txt-size=24.5 txt-align=bottom,center txt64=66Ol66-4 txt-clip=ellipsis mark=/logo.png
	mark-align=top,left mark-w=0.25 mark-alpha=50 blend-mode=softlight blend=ff8800 blend-x=-10 border=3,red border-radius=1,2,3,4
	fill-gradient-radial-radius=0.5,200 duotone=000080,ffe4b5 fm=thumbhash max-bytes=100000`)

// tokenOf is the parsed query of a request with a token.
func tokenOf(secret string) json.RawMessage {
	part := base64.RawURLEncoding.EncodeToString
	unsigned := part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part([]byte(`{"sub":"1234567890","name":"John Doe","nbf":1516239022,"exp":9999999999}`))
	return fmt.Appendf(nil, `{"jwt":{"value":"%s.%s"}}`, unsigned, mac(unsigned, secret))
}

// counter counts what calls of a function cost.
type counter struct {
	*testing.T
	valgrind, script string
	load             int // instructions before the first call
}

type memory struct{ before, after int } // bytes, of a call

func newCounter(t *testing.T, valgrind, source string) *counter {
	t.Helper()
	caller, err := os.ReadFile("testdata/count.js")
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{T: t, valgrind: valgrind, script: filepath.Join(t.TempDir(), "script.js")}
	if err := os.WriteFile(c.script, append([]byte(source), caller...), 0o600); err != nil {
		t.Fatal(err)
	}
	c.load, _ = c.run(sample{}, 0)
	return c
}

// count returns the instructions that one call costs, and its memory.
func (c *counter) count(s sample) (int, memory) {
	c.Helper()
	const calls = 4
	n, m := c.run(s, calls)
	return (n - c.load) / calls, m
}

var refs = regexp.MustCompile(`I +refs: +([0-9,]+)`)

func (c *counter) run(s sample, calls int) (int, memory) {
	c.Helper()
	request, err := json.Marshal(s)
	if err != nil {
		c.Fatal(err)
	}
	file := filepath.Join(c.TempDir(), "request.json")
	if err := os.WriteFile(file, request, 0o600); err != nil {
		c.Fatal(err)
	}
	cmd := exec.Command(c.valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
		"njs", "-u", "-p", "testdata", c.script, file, strconv.Itoa(calls))
	var output, report bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &report
	err = cmd.Run()
	found := refs.FindStringSubmatch(report.String())
	if err != nil || found == nil {
		c.Fatalf("valgrind: %v\n%s%s", err, output.String(), report.String())
	}
	n, _ := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
	var m memory
	fmt.Sscan(output.String(), &m.before, &m.after)
	return n, m
}
