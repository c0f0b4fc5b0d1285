package signature

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/problem"
)

var (
	key   = Key{"2026a", "Vn3kQ7pLx0uRj5wTzY8bHc2mGd6fSe1aXoWiNqBtKrU"}
	other = Key{"2026b", "pD4sZ9hQw2mXc7vJt1nRb6yLk8fGg3aEu0oIiSxTqYl"}
	now   = time.Unix(1_790_000_000, 0)
)

// What is signed here is what the shell signs, as the package's comment shows.
func TestSignLikeOpenSSL(t *testing.T) {
	const script = `printf %s "$1" | openssl dgst -sha256 -hmac "$2" -binary | openssl base64 -A | tr +/ -_ | tr -d =`
	for _, test := range []struct{ target, covered string }{
		{"/rose.jpg", "/rose.jpg?kid=2026a&expires=1790000060"},
		{"/rose.jpg?", "/rose.jpg?kid=2026a&expires=1790000060"},
		{"/rose.jpg?w=300", "/rose.jpg?w=300&kid=2026a&expires=1790000060"},
		{"/a%20b+c.jpg?w=300&ar=16%3A9", "/a%20b+c.jpg?w=300&ar=16%3A9&kid=2026a&expires=1790000060"},
		{"/장 \"'.jpg?x={é}", "/%EC%9E%A5%20%22%27.jpg?x=%7B%C3%A9%7D&kid=2026a&expires=1790000060"},
		{"/a.jpg?w=1?2", "/a.jpg?w=1?2&kid=2026a&expires=1790000060"},
	} {
		got, err := key.Sign(test.target, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		mac, err := exec.Command("sh", "-c", script, "sh", test.covered, key.Secret).Output()
		if want := test.covered + "&s=" + string(mac); err != nil || got != want || len(mac) != 43 {
			t.Errorf("Sign(%q) = %q, want %q, %v", test.target, got, want, err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	for _, query := range []string{"kid=2026a", "w=1&expires=", "s=x&w=1"} {
		if got, err := key.Sign("/rose.jpg?"+query, time.Time{}); err == nil {
			t.Errorf("signed twice: %s", got)
		}
	}
	for seconds, ok := range map[int64]bool{-1: false, 0: true, maxTime: true, maxTime + 1: false} {
		if got, err := key.Sign("/rose.jpg", time.Unix(seconds, 0)); (err == nil) != ok {
			t.Errorf("expiring at %d: %s, %v", seconds, got, err)
		}
	}
}

// The edge function's own cases are in its tests, which run them through
// Verify, too.
func TestVerify(t *testing.T) {
	target, err := key.Sign("/rose.jpg?w=300", now)
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(target, "?")
	for _, test := range []struct {
		name string
		keys []Key
		now  time.Time
		want problem.Code
	}{
		{"just in time", []Key{key}, now.Add(-1), ""},
		{"just too late", []Key{key}, now, problem.Expired},
		{"while keys are rotated", []Key{other, key}, now.Add(-1), ""},
		{"by a key that is no longer valid", []Key{other}, now.Add(-1), problem.BadSignature},
		{"by a key without a secret", []Key{{ID: key.ID}}, now.Add(-1), problem.BadSignature},
		{"without keys", nil, now.Add(-1), problem.BadSignature},
		{"by another key of that name", []Key{{key.ID, other.Secret}}, now.Add(-1), problem.BadSignature},
	} {
		err := Verify(path, query, test.keys, test.now)
		if test.want == "" && err != nil || test.want != "" && (err == nil || problem.Of(err).Code != test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// Whatever is signed verifies, and nothing that is changed.
func FuzzSign(f *testing.F) {
	f.Add("/rose.jpg?w=300", 3)
	f.Add("/장 미.jpg?&&s=", 40)
	f.Add("?kid", 0)
	f.Fuzz(func(t *testing.T, target string, at int) {
		for _, k := range []Key{key, token} {
			signed, err := k.Sign(target, time.Time{})
			if err != nil {
				return
			}
			path, query, _ := strings.Cut(signed, "?")
			if err := Verify(path, query, []Key{other, key, token}, now); err != nil {
				t.Fatalf("%q: %v", signed, err)
			}
			if again, err := k.Sign(encode(target), time.Time{}); err != nil || again != signed {
				t.Errorf("%q is signed as %q, encoded as %q, %v", target, signed, again, err)
			}
			changed := []byte(signed)
			changed[uint(at)%uint(len(changed))] ^= 1
			path, query, _ = strings.Cut(string(changed), "?")
			if err := Verify(path, query, []Key{other, key, token}, now); err == nil {
				t.Errorf("%q verifies, as does %q", changed, signed)
			}
		}
	})
}

// FuzzVerify: nothing verifies that was not signed, and nothing is a defect of
// ours.
func FuzzVerify(f *testing.F) {
	f.Add("/rose.jpg", "w=300&kid=2026a&expires=1790000060&s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("/rose.jpg", "kid=2026a&s=")
	f.Add("", "s=&kid=&s=%zz&expires=99999999999999999999")
	f.Add("//장\x00", "&&=&kid=2026b&expires=-1&s")
	f.Add("/rose.jpg", "s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("/rose.jpg", "w=300&expires=1790000060&s=")
	f.Fuzz(func(t *testing.T, path, query string) {
		err := Verify(path, query, []Key{key, other, token}, now)
		if err == nil || problem.Of(err).Code == problem.Internal {
			t.Errorf("%q?%q: %v", path, query, err)
		}
	})
}
