package faulttest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"primrose/functions/internal/tooltest"
)

// Link is the network before a server: a proxy of toxiproxy's.
type Link struct {
	URL  string
	name string
}

// The two directions of a link, as toxiproxy calls them.
const (
	Up   = "upstream"   // to the server
	Down = "downstream" // to its client
)

// Toxic is a fault of a link: its kind, direction and measures.
// https://github.com/Shopify/toxiproxy/tree/v2.12.0#toxics
type Toxic struct {
	Type       string         `json:"type"`
	Stream     string         `json:"stream"`
	Attributes map[string]int `json:"attributes"`
}

// NewLink opens a link to the server at a URL. It is closed with the test.
func NewLink(t testing.TB, server string) *Link {
	t.Helper()
	l := &Link{name: rand.Text()}
	var made struct{ Listen string }
	call(t, http.MethodPost, "/proxies", map[string]any{
		"name": l.name, "listen": "127.0.0.1:0", "upstream": strings.TrimPrefix(server, "http://"), "enabled": true,
	}, &made)
	l.URL = "http://" + made.Listen
	t.Cleanup(func() { call(t, http.MethodDelete, l.path(), nil, nil) })
	return l
}

func (l *Link) path(parts ...string) string {
	return "/proxies/" + strings.Join(append([]string{l.name}, parts...), "/")
}

// Poison gives the link a fault, and returns what ends it. Connections that
// are open have it too.
func (l *Link) Poison(t testing.TB, toxic Toxic) (cure func()) {
	t.Helper()
	var made struct{ Name string }
	call(t, http.MethodPost, l.path("toxics"), toxic, &made)
	return func() {
		t.Helper()
		call(t, http.MethodDelete, l.path("toxics", made.Name), nil, nil)
	}
}

// Cut closes all connections and refuses new ones, until it is mended.
func (l *Link) Cut(t testing.TB) { l.enable(t, false) }

// Mend ends a cut.
func (l *Link) Mend(t testing.TB) { l.enable(t, true) }

func (l *Link) enable(t testing.TB, enabled bool) {
	t.Helper()
	call(t, http.MethodPost, l.path(), map[string]any{"enabled": enabled}, nil)
}

// api is toxiproxy's, which runs once for a test binary.
type api struct {
	address string
	life    io.Closer // must not be collected
}

var start = sync.OnceValues(func() (*api, error) {
	program, err := tooltest.Find("toxiproxy")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "faulttest")
	if err != nil {
		return nil, err
	}
	address, life, err := tooltest.Serve(dir, func(address string) []string {
		host, port, _ := net.SplitHostPort(address)
		return []string{"env", "LOG_LEVEL=error", program, "-host", host, "-port", port}
	}, answers)
	return &api{address, life}, err
})

func answers(address string) bool {
	response, err := http.Get("http://" + address + "/version")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// call calls toxiproxy's API and reads its answer.
func call(t testing.TB, method, path string, question, answer any) {
	t.Helper()
	toxiproxy, err := start()
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(method, "http://"+toxiproxy.address+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	if err == nil && answer != nil {
		err = json.Unmarshal(text, answer)
	}
	if err != nil {
		t.Fatalf("toxiproxy: %s %s: %v", method, path, err)
	}
}
