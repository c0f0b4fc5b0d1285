package store

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
)

// What S3 says of credentials that are no use any more is told apart from what
// it says of everything else. The tests' server knows no temporary ones.
func TestOnLostCredentials(t *testing.T) {
	code := ""
	s := canned(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `<Error><Code>%s</Code><Message>no</Message></Error>`, code)
	})
	var told error
	client, err := NewClient(t.Context(), OnLostCredentials(func(cause error) { told = cause }))
	if err != nil {
		t.Fatal(err)
	}
	s.client = client
	for _, test := range []struct {
		code string
		lost bool
	}{
		{"ExpiredToken", true}, {"InvalidToken", true}, {"InvalidAccessKeyId", true}, {"TokenRefreshRequired", true},
		{"NoSuchKey", false}, {"AccessDenied", false}, {"SignatureDoesNotMatch", false}, {"InvalidRequest", false},
	} {
		code = test.code
		for call, run := range map[string]func() error{
			"Get": func() error { _, err := s.Get(t.Context(), "rose.jpg"); return err },
			"Put": func() error { return s.Put(t.Context(), "rose.jpg", Meta{}, nil) },
		} {
			told = nil
			if err := run(); err == nil || (told != nil) != test.lost || told != nil && !errors.Is(err, told) {
				t.Errorf("%s of %s: told of %v, and the error is %v", test.code, call, told, err)
			}
		}
	}
}
