package signature

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/problem"
)

// token is that of imgix's own examples.
var token = Key{Imgix, "FOO123bar"}

// What imgix signs verifies. The first two signatures are in its description
// of how to sign, the others are what @imgix/js-core 3.8.0 printed.
// https://github.com/imgix/imgix-blueprint#securing-urls
func TestImgixSigned(t *testing.T) {
	for _, url := range []string{
		"/users/1.png?s=6797c24146142d5b40bde3141fd3600c",
		"/users/1.png?w=400&h=300&s=c7b86f666a832434dd38577e38cf86d1",
		"/photos/ros%C3%A9%20&%20%22two%22%2B1.jpg?ixlib=js-3.8.0&w=300&txt=it's%205%20o'clock%3F%20%26%20more%2F%C3%A9&ar=16%3A9&s=9c85d1a5d23a16e2dd41bdc7a7d7d1dc",
		"/a%20b/%EC%9E%A5%EB%AF%B8.jpg?ixlib=js-3.8.0&txt64=SSBjYW5uw7h0IGJlbMOuw6l24oiRIGl0IHdvcnMhIPCfmLE&auto=format%2Ccompress&expires=4102444800&s=59ca2761e78c457b930af9be359207e3",
		"/rose.jpg?ixlib=js-3.8.0&s=c3fb2a783609a81b023f14de1214f6e7",
		"/rose.jpg?ixlib=js-3.8.0&w=100&dpr=2&q=50&s=96bbd02d6e537064ab199e750bf54384",
	} {
		path, query, _ := strings.Cut(url, "?")
		if err := Verify(path, query, []Key{key, token}, now); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// The stage decides what verifies, by its keys: nothing that one key signed
// verifies by the other's rule.
func TestImgixRefused(t *testing.T) {
	const good = "w=400&h=300&s=c7b86f666a832434dd38577e38cf86d1"
	hashed := func(k Key, covered string) string { return covered[len("/users/1.png?"):] + "&s=" + k.md5(covered) }
	for _, test := range []struct {
		name, query string
		keys        []Key
		want        problem.Code
	}{
		{"as it should be", good, []Key{token}, ""},
		{"where the stage does not want it", good, []Key{key, other}, problem.BadSignature},
		{"by another token", good, []Key{{Imgix, "FOO123baz"}}, problem.BadSignature},
		{"without a token in the store", good, []Key{{Imgix, ""}}, problem.BadSignature},
		{"with a kid added", "kid=imgix&" + good, []Key{token}, problem.BadSignature},
		{"with a kid signed", hashed(token, "/users/1.png?kid=imgix&w=400"), []Key{token}, problem.BadSignature},
		{"by a key that signs by HMAC", hashed(key, "/users/1.png?w=400"), []Key{key, token}, problem.BadSignature},
		{"by such a key, which it names", hashed(key, "/users/1.png?w=400&kid=2026a"), []Key{key, token}, problem.BadSignature},
		{"in capitals", strings.ToUpper(good), []Key{token}, problem.BadSignature},
		{"with more behind", good + "&w=401", []Key{token}, problem.BadSignature},
		{"with an empty parameter", "&" + good, []Key{token}, problem.BadSignature},
		{"not signed", "w=400&h=300", []Key{token}, problem.BadSignature},
		{"with s first", "s=c7b86f666a832434dd38577e38cf86d1&w=400&h=300", []Key{token}, problem.BadSignature},
		{"just in time", hashed(token, "/users/1.png?expires=1790000001"), []Key{token}, ""},
		{"just too late", hashed(token, "/users/1.png?expires=1790000000"), []Key{token}, problem.Expired},
	} {
		err := Verify("/users/1.png", test.query, test.keys, now)
		if test.want == "" && err != nil || test.want != "" && (err == nil || problem.Of(err).Code != test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// What is signed here is what the shell hashes.
func TestSignLikeImgix(t *testing.T) {
	const script = `printf %s "$2$1" | openssl dgst -md5 -r | cut -c 1-32 | tr -d '\n'`
	for _, test := range []struct {
		target, covered, separator string
		expires                    time.Time
	}{
		{"/rose.jpg", "/rose.jpg", "?", time.Time{}},
		{"/rose.jpg?", "/rose.jpg", "?", time.Time{}},
		{"/장.jpg?w=300&ar=16%3A9", "/%EC%9E%A5.jpg?w=300&ar=16%3A9", "&", time.Time{}},
		{"/rose.jpg", "/rose.jpg?expires=1790000000", "&", now},
		{"/rose.jpg?w=1", "/rose.jpg?w=1&expires=1790000000", "&", now},
	} {
		got, err := token.Sign(test.target, test.expires)
		if err != nil {
			t.Fatal(err)
		}
		mac, err := exec.Command("sh", "-c", script, "sh", test.covered, token.Secret).Output()
		if want := test.covered + test.separator + "s=" + string(mac); err != nil || got != want || len(mac) != 32 {
			t.Errorf("Sign(%q) = %q, want %q, %v", test.target, got, want, err)
		}
	}
}

func TestSigned(t *testing.T) {
	for query, want := range map[string]bool{
		"": false, "w=1&kid=a&expires=1": false, "S=x": false, "%73=x": false, "sat=3&s": false,
		"s=": true, "s=x&w=1": true, "w=1&s=x": true,
	} {
		if Signed(query) != want {
			t.Errorf("Signed(%q) is %v", query, !want)
		}
	}
}

// imgix makes its tokens as long as it likes.
func TestCheckToken(t *testing.T) {
	for secret, ok := range map[string]bool{"FOO123b": false, "FOO123ba": true, "FOO 123bar": false} {
		if err := (Key{Imgix, secret}).Check(); (err == nil) != ok {
			t.Errorf("%q: %v", secret, err)
		}
	}
	if err := (Key{"2026a", token.Secret}).Check(); err == nil {
		t.Error("a key for HMAC may be as short as imgix's")
	}
}
