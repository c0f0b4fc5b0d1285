package clients

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	_ "golang.org/x/image/webp"

	"primrose/functions/internal/format"
	"primrose/functions/internal/tooltest"
)

// host is the name that the clients know the service by. They take no port.
const host = "images.localhost"

// service is `primrose serve` over the sample originals.
type service struct {
	address string
	client  *http.Client
}

// serve starts the program with further flags.
func serve(t *testing.T, flags ...string) service {
	t.Helper()
	address := tooltest.Primrose(t, flags...)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return service{address, &http.Client{Transport: &http.Transport{DialContext: dial}, Timeout: time.Minute}}
}

// asked is a URL that a client made, and what shall be answered.
type asked struct {
	Client, URL   string
	Width, Height int
	Format        format.Format
}

// token is what imgix calls the secret that its clients sign with.
const token = "FOO123bar"

// Clients ask, and get the size and the format that they ask for; also where
// nothing is served that they haven't signed.
func TestClients(t *testing.T) {
	t.Run("open", func(t *testing.T) { try(t, serve(t)) })
	t.Run("signed", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		try(t, serve(t, "--sign-key", "imgix="+file), token)
	})
}

// try has the clients ask, with a token or without.
func try(t *testing.T, s service, token ...string) {
	t.Helper()
	var all []asked
	tooltest.Node(t, "testdata/urls.mjs", nil, &all, append([]string{host}, token...)...)
	if len(all) < 30 {
		t.Errorf("the clients made %d URLs", len(all))
	}
	for _, a := range all {
		body := s.get(t, a.URL)
		if got := format.Sniff(body); got != a.Format {
			t.Errorf("%s: %s is %s, want %s", a.Client, a.URL, got, a.Format)
		}
		if got, want := size(t, body), fmt.Sprintf("%dx%d", a.Width, a.Height); got != want {
			t.Errorf("%s: %s is %s, want %s", a.Client, a.URL, got, want)
		}
	}
}

func (s service) get(t *testing.T, url string) []byte {
	t.Helper()
	r, err := s.client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v\n%s", url, r.Status, err, body)
	}
	return body
}

// size is what an image's header says.
func size(t *testing.T, body []byte) string {
	t.Helper()
	config, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%dx%d", config.Width, config.Height)
}

// shown is an image in a browser's page.
type shown struct {
	ID            string
	URL           string
	Width, Height int
	Density       int
	Type          string
}

// A browser shows what react-imgix renders, in the best format that it reads, and
// what a page offers by itself.
func TestBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is not on the PATH; install Debian's package chromium (apt-get install chromium)")
	}
	s := serve(t)
	var all []shown
	tooltest.Node(t, "testdata/page.mjs", nil, &all, host, s.address, chromium)
	type key struct {
		id      string
		density int
	}
	type picture struct {
		width, height int // 0 stands for any
		contentType   string
	}
	want := map[key]picture{
		{"fluid", 1}:   {0, 0, "image/avif"},
		{"fluid", 2}:   {0, 0, "image/avif"},
		{"fixed", 1}:   {300, 200, "image/avif"},
		{"fixed", 2}:   {600, 400, "image/avif"},
		{"upright", 1}: {200, 300, "image/webp"},
		{"upright", 2}: {400, 601, "image/webp"},
		{"picture", 1}: {120, 120, "image/avif"},
		{"picture", 2}: {240, 240, "image/avif"},
		{"typed", 1}:   {100, 66, "image/avif"},
		{"typed", 2}:   {200, 131, "image/avif"},
		{"lazy", 1}:    {150, 100, "image/avif"},
		{"lazy", 2}:    {300, 200, "image/avif"},
	}
	for _, got := range all {
		w, ok := want[key{got.ID, got.Density}]
		delete(want, key{got.ID, got.Density})
		if !ok || got.Type != w.contentType || w.width != 0 && (got.Width != w.width || got.Height != w.height) {
			t.Errorf("%+v, want %+v", got, w)
		}
		if got.ID == "fluid" && (got.Width < 400*got.Density || got.Width > 470*got.Density) { // the srcset's next step
			t.Errorf("of 400 px at density %d, the browser took %d px", got.Density, got.Width)
		}
	}
	for missing := range want {
		t.Errorf("the page has no image %+v", missing)
	}
}
