package storage

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"primrose/functions/internal/twin/sigv4"
)

// ServeHTTP answers what S3 is asked, with a bucket in the host or in the
// path. What came by HTTPS reaches the server by HTTPS, so that the condition
// aws:SecureTransport means what it says.
func (s *Storage) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.proxy.ServeHTTP(w, r) }

func (s *Storage) newProxy() *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.Host = p.In.Host // which is signed, as this may be, too
			p.Out.Header["X-Forwarded-For"] = p.In.Header["X-Forwarded-For"]
			p.Out.URL.RawQuery = p.In.URL.RawQuery
			p.Out.URL.Scheme, p.Out.URL.Host = "http", s.server.Address
			if p.In.TLS != nil {
				p.Out.URL.Scheme, p.Out.URL.Host = "https", s.server.Secure
			}
		},
		Transport:      s.transport,
		ModifyResponse: s.correct,
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
}

// correct makes an answer AWS's where the server's differs from it.
func (s *Storage) correct(answer *http.Response) error {
	asked := s.request(answer.Request)
	s.correctHeader(answer, asked)
	if s.hides(asked, answer) {
		return deny(answer, asked)
	}
	if b := s.buckets[asked.bucket]; b == nil || !b.events || s.observe == nil {
		return nil
	}
	sent := answer.Request
	defer func() { answer.Request = sent }()
	answer.Request = asked.inPath(sent)
	return s.observe(answer)
}

// correctHeader says what S3 says of an object, and no more: its encryption,
// which all buckets have by default, its storage class only where it isn't the
// standard one, and in answers to other origins what a rule of the bucket's
// has, of which credentials are never denied by name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func (s *Storage) correctHeader(answer *http.Response, asked request) {
	header := answer.Header
	header.Set("Server", "AmazonS3")
	for _, name := range []string{"X-Amz-Request-Id", "X-Amz-Id-2"} { // which come twice
		header.Set(name, header.Get(name))
	}
	if header.Get("X-Amz-Storage-Class") == "STANDARD" {
		header.Del("X-Amz-Storage-Class")
	}
	if header.Get("Access-Control-Allow-Credentials") == "false" {
		header.Del("Access-Control-Allow-Credentials")
	}
	if header.Get("Content-Encoding") == "aws-chunked" { // of how it was sent, by whoever came by TLS, and of nothing else
		header.Del("Content-Encoding")
	}
	if b := s.buckets[asked.bucket]; b != nil && !b.exposes {
		header.Del("Access-Control-Expose-Headers")
	}
	stored := []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost}
	if asked.key != "" && answer.StatusCode < 300 && slices.Contains(stored, answer.Request.Method) {
		header.Set("X-Amz-Server-Side-Encryption", "AES256")
	}
}

// request is what was asked of which bucket and key.
type request struct {
	bucket, key string
	inHost      bool   // the bucket
	accessKey   string // of who signed; the server has verified it
}

func (s *Storage) request(r *http.Request) request {
	caller, _ := sigv4.Claimed(r) // nobody, perhaps
	asked := request{accessKey: caller.AccessKey}
	asked.bucket, asked.inHost = strings.CutSuffix(hostname(r.Host), "."+Domain(s.server.Region))
	asked.key = strings.TrimPrefix(r.URL.Path, "/")
	if !asked.inHost {
		asked.bucket, asked.key, _ = strings.Cut(asked.key, "/")
	}
	return asked
}

func hostname(host string) string { return (&url.URL{Host: host}).Hostname() }

// inPath is the request with its bucket in the path.
func (asked request) inPath(r *http.Request) *http.Request {
	if !asked.inHost {
		return r
	}
	same := r.Clone(r.Context())
	same.URL.Path = "/" + asked.bucket + r.URL.Path
	if r.URL.RawPath != "" {
		same.URL.RawPath = "/" + asked.bucket + r.URL.RawPath
	}
	return same
}

// hides says whether who asked may not learn that there is no such object,
// since they may not list the bucket. The server would tell.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
func (s *Storage) hides(asked request, answer *http.Response) bool {
	read := answer.Request.Method == http.MethodGet || answer.Request.Method == http.MethodHead
	b := s.buckets[asked.bucket]
	if b == nil || asked.key == "" || !read || answer.StatusCode != http.StatusNotFound {
		return false
	}
	_, principal, _ := s.directory.Secret(asked.accessKey)
	context := map[string]string{"aws:SecureTransport": strconv.FormatBool(answer.Request.URL.Scheme == "https")}
	return !s.directory.Allows(principal, "s3:ListBucket", "arn:aws:s3:::"+asked.bucket, context, b.policy)
}

// deny turns an answer into a refusal.
func deny(answer *http.Response, asked request) error {
	if err := answer.Body.Close(); err != nil {
		return err
	}
	body := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>User is not authorized to perform: s3:ListBucket on resource: &#34;arn:aws:s3:::%s&#34;</Message><RequestId>%s</RequestId><HostId>%s</HostId></Error>",
		asked.bucket, answer.Header.Get("X-Amz-Request-Id"), answer.Header.Get("X-Amz-Id-2"))
	answer.StatusCode, answer.Status = http.StatusForbidden, "403 Forbidden"
	answer.Header.Del("X-Amz-Delete-Marker")
	answer.Header.Del("X-Amz-Version-Id")
	answer.Header.Set("Content-Type", "application/xml")
	answer.Header.Del("Content-Length") // S3 sends errors in chunks
	answer.ContentLength = -1
	if answer.Request.Method == http.MethodHead {
		body = ""
	}
	answer.Body = io.NopCloser(strings.NewReader(body))
	return nil
}
