package network_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/twin/network"
)

// newNetwork has services that say who they are, and how they were asked.
func newNetwork(t *testing.T, hosts ...string) *network.Network {
	t.Helper()
	n, err := network.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	for _, host := range hosts {
		n.Handle(host, says(host))
	}
	return n
}

func says(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s to %s, secure %t", name, r.Host, r.TLS != nil)
	})
}

func get(t *testing.T, n *network.Network, url string) string {
	t.Helper()
	response, err := n.Client().Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestNamesLeadToServices(t *testing.T) {
	n := newNetwork(t, "d1.cloudfront.net", "*.s3.example.com")
	n.Otherwise(says("otherwise"))
	for url, want := range map[string]string{
		"https://d1.cloudfront.net/a":     "d1.cloudfront.net to d1.cloudfront.net, secure true",
		"http://D1.cloudfront.net:80/":    "d1.cloudfront.net to D1.cloudfront.net:80, secure false",
		"https://bucket.s3.example.com/a": "*.s3.example.com to bucket.s3.example.com, secure true",
		"http://" + n.Address() + "/":     "otherwise to " + n.Address() + ", secure false",
		"https://" + n.Address() + "/":    "otherwise to " + n.Address() + ", secure true",
	} {
		if got := get(t, n, url); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}

// Who connects to one host may ask for another: it is the former that answers.
func TestTheNameIsTheConnections(t *testing.T) {
	n := newNetwork(t, "api.example", "edge.example")
	r, err := http.NewRequest(http.MethodGet, "https://api.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "edge.example"
	response, err := n.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if want := "api.example to edge.example, secure true"; err != nil || string(body) != want {
		t.Errorf("%s (%v), want %s", body, err, want)
	}
}

// What CloudFront is told of a name that nobody has.
func TestAnUnknownNameIsNotFound(t *testing.T) {
	_, err := newNetwork(t, "known").Client().Get("https://unknown/")
	if fault, ok := errors.AsType[*net.DNSError](err); !ok || !fault.IsNotFound {
		t.Errorf("an unknown name gives %v", err)
	}
}

// Who is no part of this program takes the network for its proxy, and trusts it.
func TestCurl(t *testing.T) {
	n := newNetwork(t, "d1.cloudfront.net")
	for url, want := range map[string]string{
		"https://d1.cloudfront.net/": "d1.cloudfront.net to d1.cloudfront.net, secure true",
		"http://d1.cloudfront.net/":  "d1.cloudfront.net to d1.cloudfront.net, secure false",
		"https://unknown/":           "502",
	} {
		out, err := exec.Command("curl", "-sS", "--proxy", "http://"+n.Address(), "--cacert", n.AuthorityFile(), url).CombinedOutput()
		if !strings.Contains(string(out), want) {
			t.Errorf("curl %s: %v\n%s", url, err, out)
		}
	}
}

func TestClockAdvances(t *testing.T) {
	var clock network.Clock
	then := clock.Now().Add(time.Hour)
	woken := make(chan error)
	go func() { woken <- clock.Wait(t.Context(), then) }()
	clock.Advance(time.Minute) // which is not enough
	select {
	case <-woken:
		t.Fatal("an hour has passed in a minute")
	default:
	}
	clock.Advance(time.Hour)
	if err := <-woken; err != nil || clock.Now().Before(then) {
		t.Errorf("after the hour it is %s, %v", clock.Now(), err)
	}
}
