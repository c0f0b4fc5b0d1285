package serve

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// TestGate: one viewer more than may wait is turned away, and whoever is being
// answered leaves his place to the next.
func TestGate(t *testing.T) {
	g := make(gate, 2)
	entered, begin, finish := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var viewers sync.WaitGroup
	view := func() *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		viewers.Go(func() {
			g.admit(recorder, httptest.NewRequest("GET", "/rose.jpg", nil), func(w http.ResponseWriter, _ *http.Request) {
				entered <- struct{}{}
				<-begin
				w.WriteHeader(http.StatusOK)
				entered <- struct{}{}
				<-finish
			})
		})
		<-entered
		return recorder
	}
	turnedAway := func() {
		t.Helper()
		recorder := httptest.NewRecorder()
		g.admit(recorder, httptest.NewRequest("GET", "/rose.jpg", nil), func(http.ResponseWriter, *http.Request) {
			t.Error("too many are let in")
		})
		if recorder.Code != http.StatusServiceUnavailable || recorder.Header().Get("Retry-After") != "1" {
			t.Errorf("turned away by %d %v", recorder.Code, recorder.Header())
		}
	}
	answers := []*httptest.ResponseRecorder{view(), view()}
	turnedAway()
	begin <- struct{}{}
	<-entered
	answers = append(answers, view())
	turnedAway()
	begin <- struct{}{}
	<-entered
	begin <- struct{}{}
	<-entered
	close(finish)
	viewers.Wait()
	for i, answer := range answers {
		if answer.Code != http.StatusOK {
			t.Errorf("viewer %d gets %d", i, answer.Code)
		}
	}
	if len(g) != 0 {
		t.Errorf("%d places are taken when all are gone", len(g))
	}
}
