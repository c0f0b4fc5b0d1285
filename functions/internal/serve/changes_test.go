package serve

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// deadline is the server's for whole requests and answers.
const deadline = 20 * time.Millisecond

// heard reads the messages until what has gone.
func heard(t *testing.T, server *httptest.Server, lastID string, tell func()) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/changes/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Last-Event-ID", lastID)
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var said []string
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		said = append(said, lines.Text())
		if lines.Text() == "id: 1" {
			tell()
		}
	}
	return strings.Join(said, "|")
}

func TestChanges(t *testing.T) {
	changes := &Changes{}
	server := httptest.NewUnstartedServer(changes.Around(http.NotFoundHandler()))
	server.Config.ReadTimeout, server.Config.WriteTimeout = deadline, deadline
	server.Start()
	defer server.Close()
	flood := func() {
		for range 2 * backlog {
			changes.Anything()
		}
	}
	// The first writes nothing meanwhile: what it has not taken, it comes back for.
	messages, leave := changes.listen()
	defer leave()
	flood()
	taken := 0
	for range messages {
		taken++
	}
	if taken != backlog {
		t.Errorf("a listener that is slow gets %d messages before it is let go, want %d", taken, backlog)
	}
	for _, test := range []struct {
		lastID string
		tell   func()
		want   string
	}{
		{"", func() {
			time.Sleep(3 * deadline) // a listener outlives the server's deadlines
			changes.Original("a b/\"장미\".jpg\nevent: x")
			changes.Close()
		}, `id: 1||data: {"key":"a b/\"장미\".jpg\nevent: x"}|`},
		{"1", func() {}, "id: 1||event: stage|data: {}|"}, // after the end, which it missed
	} {
		if got := heard(t, server, test.lastID, test.tell); got != test.want {
			t.Errorf("it hears %q, want %q", got, test.want)
		}
	}
	other, err := server.Client().Get(server.URL + "/changes/rose.jpg")
	if err != nil {
		t.Fatal(err)
	}
	other.Body.Close()
	if other.StatusCode != http.StatusNotFound {
		t.Errorf("another path is answered %s", other.Status)
	}
}

// Each listener holds a connection, so that there is room for so many.
func TestAudience(t *testing.T) {
	changes := &Changes{}
	_, leave := changes.listen()
	for range audience {
		changes.listen()
	}
	ask := func() *httptest.ResponseRecorder {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		answer := httptest.NewRecorder()
		changes.Around(http.NotFoundHandler()).ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodGet, "/changes/", nil))
		return answer
	}
	if got := ask().Code; got != http.StatusServiceUnavailable {
		t.Errorf("one too many is answered %d", got)
	}
	leave()
	if got := ask().Code; got != http.StatusOK {
		t.Errorf("once another has left, it is answered %d", got)
	}
}

// A browser does not ask again where nobody watches.
func TestNoChanges(t *testing.T) {
	answer := httptest.NewRecorder()
	(*Changes)(nil).Around(http.NotFoundHandler()).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/changes/", nil))
	if answer.Code != http.StatusNoContent {
		t.Errorf("it answers %d", answer.Code)
	}
}
