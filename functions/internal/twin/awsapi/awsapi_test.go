package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

type tag struct{ Key, Value string }

// echo answers with the parameters that it has understood.
func echo(in Call) (any, error) {
	asked, err := Parameters[struct {
		Name  string
		Names []string
		Tags  []tag
	}](in)
	return struct{ Understood string }{fmt.Sprintf("%s: %s %v %v", in.Principal, asked.Name, asked.Names, asked.Tags)}, err
}

func fail(Call) (any, error) { return nil, errors.New("broken") }

var service = Query("https://service.example/", map[string]Action{"Echo": echo, "Fail": fail})

func ask(form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	service.ServeHTTP(w, By("somebody", r))
	return w
}

func TestQuery(t *testing.T) {
	for _, c := range []struct {
		form   string
		status int
		says   string
	}{
		{"Action=Echo&Version=1&Name=a", 200, "<EchoResult><Understood>somebody: a [] []</Understood></EchoResult>"},
		{"Action=Echo&Names.member.2=b&Names.member.10=j&Names.member.1=a&Names.member.3=&Names=", 200, "[a b"},
		{"Action=Echo&Tags.member.1.Key=a&Tags.member.1.Value=b&Names=", 200, "[{a b}]"},
		{"Action=Echo&Name.member.1=a", 400, "<Code>ValidationException</Code>"},
		{"Action=Echo&Other=a", 400, "Other"},
		{"Action=Else", 400, "<Code>InvalidAction</Code>"},
		{"Action=Fail", 500, "<Code>InternalFailure</Code><Message>broken</Message>"},
	} {
		if w := ask(c.form); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s, want %d and %s", c.form, w.Code, w.Body, c.status, c.says)
		}
	}
}

// Whatever a form says, there is an answer.
func FuzzQuery(f *testing.F) {
	f.Add("Action=Echo&Names.member.1=a&Tags.member.1.Key=b")
	f.Add("Action=Echo&Names.member=a&Names.member.1=b&.=&member.1=")
	f.Fuzz(func(t *testing.T, form string) {
		if w := ask(form); w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("%q: %d %s", form, w.Code, w.Body)
		}
	})
}
