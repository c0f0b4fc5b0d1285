// Package keystest answers as Secrets Manager and a CloudFront KeyValueStore do:
// the twin's store, and whatever secrets a test has.
package keystest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/keyvaluestore"
	"primrose/functions/internal/twin/sigv4"
)

const (
	account = "123456789012"
	region  = "eu-central-1"

	// StoreARN is the one KeyValueStore.
	StoreARN = "arn:aws:cloudfront::" + account + ":key-value-store/4a1b2c3d-0000-1111-2222-333344445555"

	// host is a name that only the server itself resolves, as a proxy: the
	// store's client puts the account before it.
	host = "aws.test"

	// The one client has the key that it has for S3.
	accessKey, secretKey = s3server.AccessKey, s3server.SecretKey
)

// SecretARN is the ARN of a secret's name.
func SecretARN(name string) string {
	return "arn:aws:secretsmanager:" + region + ":" + account + ":secret:" + name + "-AbCdEf"
}

// Server answers. Its fields may be changed before it is asked.
type Server struct {
	Secrets map[string]string // by ARN
	Store   *keyvaluestore.Store
	Updates int // how often clients have updated the store

	// Meanwhile is called after the store was read, before the answer: what
	// others do at that time.
	Meanwhile func()

	mu   sync.Mutex
	http *httptest.Server
}

// Start starts a server for the time of the test.
func Start(t *testing.T) *Server {
	s := &Server{Secrets: map[string]string{}, Store: keyvaluestore.New(StoreARN, time.Now()), Meanwhile: func() {}}
	keys := func(key string) (secret, principal string, known bool) { return secretKey, "test", key == accessKey }
	s.http = httptest.NewServer(sigv4.Verified(keys, s.service))
	t.Cleanup(s.http.Close)
	return s
}

// Config leads clients to the server.
func (s *Server) Config() aws.Config {
	proxy, err := url.Parse(s.http.URL)
	if err != nil {
		panic(err) // it is httptest's
	}
	return aws.Config{
		BaseEndpoint: new("http://" + host),
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.Proxy = http.ProxyURL(proxy)
		}),
	}
}

// Environ leads another process to the server.
func (s *Server) Environ() []string {
	return []string{
		"AWS_ENDPOINT_URL=http://" + host, "HTTP_PROXY=" + s.http.URL, "NO_PROXY=",
		"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_REGION=", "AWS_DEFAULT_REGION=",
	}
}

// service is what a request has been signed for.
func (s *Server) service(caller sigv4.Caller) http.Handler {
	switch caller.Service + " " + caller.Region {
	case "secretsmanager " + region:
		return awsapi.JSON(awsapi.RPC11, "secretsmanager.", map[string]awsapi.Action{"GetSecretValue": s.secret})
	case "cloudfront-keyvaluestore *":
		return http.HandlerFunc(s.store)
	}
	return http.NotFoundHandler()
}

// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (s *Server) secret(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct{ SecretId string }](in)
	if err != nil {
		return nil, err
	}
	secret, ok := s.Secrets[asked.SecretId]
	if !ok {
		return nil, awsapi.NewFault(http.StatusBadRequest, "ResourceNotFoundException", "there is no such secret")
	}
	return map[string]any{"ARN": asked.SecretId, "SecretString": secret, "VersionStages": []string{"AWSCURRENT"}}, nil
}

// store is the store's API, by the name that its client makes of the account. It
// lists pages of two, which no client should rely on.
func (s *Server) store(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Host != account+"."+host {
		http.NotFound(w, r)
		return
	}
	query := r.URL.Query()
	if most, err := strconv.Atoi(query.Get("MaxResults")); err == nil && most <= 50 {
		query.Set("MaxResults", "2")
		r.URL.RawQuery = query.Encode()
	}
	answer := httptest.NewRecorder()
	anybody := func(_, _, _ string) error { return nil }
	keyvaluestore.API(map[string]*keyvaluestore.Store{StoreARN: s.Store}, anybody).ServeHTTP(answer, r)
	switch {
	case answer.Code != http.StatusOK || !strings.HasSuffix(r.URL.Path, "/keys"):
	case r.Method == http.MethodPost:
		s.Updates++
	case !strings.Contains(answer.Body.String(), "NextToken"):
		s.Meanwhile()
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	w.Write(answer.Body.Bytes())
}
