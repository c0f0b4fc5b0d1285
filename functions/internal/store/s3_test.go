package store

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/s3test"
)

func TestS3Refuses(t *testing.T) {
	s3test.Setenv(t)
	name := s3test.Bucket(t)
	for what, prepare := range map[string]func(t *testing.T) (bucket string){
		"a wrong secret": func(t *testing.T) string { t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong"); return name },
		"a wrong user":   func(t *testing.T) string { t.Setenv("AWS_ACCESS_KEY_ID", "wrong"); return name },
		"no such bucket": func(t *testing.T) string { return "no-such-bucket" },
		"nobody there":   func(t *testing.T) string { t.Setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9"); return name },
	} {
		t.Run(what, func(t *testing.T) {
			s := NewS3(nil, prepare(t))
			s.client = newClient(t)
			_, getErr := s.Get(t.Context(), "rose.jpg")
			_, tagErr := s.ETag(t.Context(), "rose.jpg")
			_, keysErr := s.Keys(t.Context(), "", 1)
			putErr := s.Put(t.Context(), "rose.jpg", Meta{}, nil)
			for call, err := range map[string]error{"Get": getErr, "Keys": keysErr, "Put": putErr} {
				if problem.Of(err).Code != problem.StoreUnavailable || errors.Is(err, ErrNotExist) {
					t.Errorf("%s = %v, want StoreUnavailable", call, err)
				}
			}
			if tagErr == nil {
				t.Error("ETag succeeds")
			}
		})
	}
}

// TestS3WithoutListBucket: what AWS answers to a role that may not list is
// the one thing that the server of these tests does not do.
func TestS3WithoutListBucket(t *testing.T) {
	s := canned(t, deny)
	if _, err := s.Get(t.Context(), "rose.jpg"); !errors.Is(err, ErrNotExist) {
		t.Errorf("Get = %v, want ErrNotExist", err)
	}
}

func deny(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
}

// TestS3MayNotRead: an object that is there, but under a key that the role
// may not use, is no missing one.
func TestS3MayNotRead(t *testing.T) {
	real := bucket(t)
	for _, key := range []string{"a", "rose.jpg", "rose.jpg.bak"} {
		if err := real.Put(t.Context(), key, Meta{}, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	s := refusing(t, real)
	if _, err := s.Get(t.Context(), "rose.jpg"); problem.Of(err).Code != problem.StoreUnavailable || !strings.Contains(err.Error(), "kms:Decrypt") {
		t.Errorf("Get of what may not be read = %v", err)
	}
	for _, key := range []string{"rose", "rose.jpg.bak2", "zebra"} {
		if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrNotExist) {
			t.Errorf("Get(%s) = %v, want ErrNotExist", key, err)
		}
	}
}

// refusing is a bucket whose list may be read, and no object in it.
func refusing(t *testing.T, real *S3) *S3 {
	t.Helper()
	endpoint, err := url.Parse(s3test.Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	pass := httputil.NewSingleHostReverseProxy(endpoint)
	s := canned(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("list-type") == "2" {
			pass.ServeHTTP(w, r)
			return
		}
		deny(w, r)
	})
	s.bucket = real.bucket
	return s
}

func TestS3BreaksOff(t *testing.T) {
	s := canned(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, "only this")
	})
	object, err := s.Get(t.Context(), "rose.jpg")
	if err != nil {
		t.Fatal(err)
	}
	defer object.Body.Close()
	if body, err := io.ReadAll(object.Body); err == nil {
		t.Errorf("a broken download reads as %q without an error", body)
	}
}

func TestS3PutHasChecksum(t *testing.T) {
	s := bucket(t)
	if err := s.Put(t.Context(), "rose.jpg", Meta{}, []byte("rose")); err != nil {
		t.Fatal(err)
	}
	out, err := s.client.HeadObject(t.Context(), &s3.HeadObjectInput{
		Bucket: &s.bucket, Key: new("rose.jpg"), ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil || out.ChecksumCRC32 == nil {
		t.Errorf("checksum is %v, %v", out.ChecksumCRC32, err)
	}
}

// canned is a bucket that always answers as AWS is documented to.
func canned(t *testing.T, answer http.HandlerFunc) *S3 {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_S3", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", s3test.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3test.SecretKey)
	t.Setenv("AWS_REGION", s3test.Region)
	return NewS3(newClient(t), "originals")
}

func newClient(t *testing.T) *s3.Client {
	t.Helper()
	client, err := NewClient(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return client
}
