package sigv4_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	kvs "github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/sigv4"
)

func keys(accessKey string) (secret, principal string, known bool) {
	return "secret", "owner", accessKey == "key"
}

// verifier answers every request, and remembers who signed the last.
type verifier struct {
	caller sigv4.Caller
	err    error
}

func (v *verifier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v.caller, v.err = sigv4.Verify(r, body, keys)
	io.WriteString(w, "{}")
}

func config(t *testing.T, v *verifier, accessKey, secret string) aws.Config {
	server := httptest.NewServer(v)
	t.Cleanup(server.Close)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", server.Listener.Addr().String())
	}
	return aws.Config{
		Region:       "eu-central-1",
		BaseEndpoint: new("http://aws.example"), // before which a store's account is put
		HTTPClient:   &http.Client{Transport: &http.Transport{DialContext: dial}},
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, secret, ""),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// What AWS's own clients sign is theirs, in both ways.
func TestClients(t *testing.T) {
	for _, call := range []struct {
		service, region string
		do              func(context.Context, aws.Config) error
	}{
		{"secretsmanager", "eu-central-1", func(ctx context.Context, c aws.Config) error {
			_, err := secretsmanager.NewFromConfig(c).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: new("a b")})
			return err
		}},
		{"cloudfront-keyvaluestore", "*", func(ctx context.Context, c aws.Config) error {
			_, err := kvs.NewFromConfig(c).GetKey(ctx, &kvs.GetKeyInput{KvsARN: new("arn:aws:cloudfront::123456789012:key-value-store/1"), Key: new("preset é/+")})
			return err
		}},
	} {
		t.Run(call.service, func(t *testing.T) {
			var v verifier
			if err := call.do(t.Context(), config(t, &v, "key", "secret")); err != nil {
				t.Fatal(err)
			}
			if want := (sigv4.Caller{AccessKey: "key", Principal: "owner", Region: call.region, Service: call.service}); v.err != nil || v.caller != want {
				t.Errorf("the caller is %+v, %v; want %+v", v.caller, v.err, want)
			}
			if call.do(t.Context(), config(t, &v, "key", "guess")); code(v.err) != sigv4.Mismatch {
				t.Errorf("by another secret: %v", v.err)
			}
			if call.do(t.Context(), config(t, &v, "nobody", "secret")); code(v.err) != sigv4.Unknown {
				t.Errorf("by an unknown key: %v", v.err)
			}
		})
	}
}

func code(err error) string {
	fault, _ := errors.AsType[*awsapi.Fault](err)
	if fault == nil {
		return ""
	}
	return fault.Code
}

// signed is a request by the SDK's signer, at a time.
func signed(t *testing.T, at time.Time) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "https://api.example/live/a%20b?y=2&x=1%2B1", bytes.NewReader([]byte("{}")))
	const hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" // of {}
	if err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, r, hash, "execute-api", "eu-central-1", at); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVerify(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		at     time.Time
		change func(*http.Request)
		body   string
		want   string
	}{
		"as it was signed":      {now, func(*http.Request) {}, "{}", ""},
		"another body":          {now, func(*http.Request) {}, "[]", sigv4.Mismatch},
		"another path":          {now, func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/live/a", "" }, "{}", sigv4.Mismatch},
		"another query":         {now, func(r *http.Request) { r.URL.RawQuery = "y=2&x=1%202" }, "{}", sigv4.Mismatch},
		"another method":        {now, func(r *http.Request) { r.Method = http.MethodPut }, "{}", sigv4.Mismatch},
		"another host":          {now, func(r *http.Request) { r.Host = "other.example" }, "{}", sigv4.Mismatch},
		"of an hour ago":        {now.Add(-time.Hour), func(*http.Request) {}, "{}", sigv4.Mismatch},
		"not signed":            {now, func(r *http.Request) { r.Header.Del("Authorization") }, "{}", sigv4.Missing},
		"half an Authorization": {now, func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key") }, "{}", sigv4.Incomplete},
		"without a date":        {now, func(r *http.Request) { r.Header.Del("X-Amz-Date") }, "{}", sigv4.Incomplete},
		"a header added":        {now, func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.1") }, "{}", ""},
		"of other ways":         {now, func(r *http.Request) { r.Header.Set("Authorization", "Bearer abc") }, "{}", sigv4.Incomplete},
	} {
		t.Run(name, func(t *testing.T) {
			r := signed(t, c.at)
			c.change(r)
			caller, err := sigv4.Verify(r, []byte(c.body), keys)
			if code(err) != c.want || (err == nil) != (caller.Service == "execute-api") {
				t.Errorf("%+v, %v; want %q", caller, err, c.want)
			}
		})
	}
}

// S3 takes signatures in the query as well.
func TestClaimed(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "https://bucket.example/rose.jpg", nil)
	presigned, _, err := v4.NewSigner().PresignHTTP(t.Context(), aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, r, "UNSIGNED-PAYLOAD", "s3", "eu-central-1", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	caller, err := sigv4.Claimed(httptest.NewRequest(http.MethodGet, presigned, nil))
	if want := (sigv4.Caller{AccessKey: "key", Region: "eu-central-1", Service: "s3"}); err != nil || caller != want {
		t.Errorf("a presigned URL is %+v's, %v; want %+v", caller, err, want)
	}
}

// Whatever a header says, there is an answer.
func FuzzVerify(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=key/20260101/eu-central-1/lambda/aws4_request, SignedHeaders=host, Signature=00", "20260101T000000Z", "/a?b")
	f.Add("AWS4-ECDSA-P256-SHA256 Credential=key/20260101/lambda/aws4_request, SignedHeaders=host;, Signature=3006", "20260101T000000Z", "/")
	f.Fuzz(func(t *testing.T, authorization, date, path string) {
		r, err := http.NewRequest(http.MethodGet, "http://host/"+path, nil)
		if err != nil {
			t.Skip()
		}
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Amz-Date", date)
		if caller, err := sigv4.Verify(r, nil, keys); err == nil {
			t.Errorf("%q is %+v's", authorization, caller)
		}
	})
}
