// Package keystest answers like Secrets Manager and a CloudFront
// KeyValueStore, as far as their documentation says how: nothing that answers
// like them can be installed.
//
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Operations_Amazon_CloudFront_KeyValueStore.html
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
package keystest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

const (
	account = "123456789012"

	// StoreARN is the one KeyValueStore.
	StoreARN = "arn:aws:cloudfront::" + account + ":key-value-store/4a1b2c3d-0000-1111-2222-333344445555"

	// endpoint is a name that only the server itself resolves, as a proxy:
	// the store's client puts the account before it.
	endpoint = "http://aws.test"
)

// SecretARN is the ARN of a secret's name.
func SecretARN(name string) string {
	return "arn:aws:secretsmanager:eu-central-1:" + account + ":secret:" + name + "-AbCdEf"
}

// Server answers. Its fields may be changed before it is asked.
type Server struct {
	Secrets map[string]string // by ARN
	Held    map[string]string // what the store holds
	Updates int               // how often the store was updated, by anybody

	// Meanwhile is called after the store was read, before the answer: what
	// others do at that time.
	Meanwhile func()

	mu   sync.Mutex
	http *httptest.Server
}

// Start starts a server for the time of the test.
func Start(t *testing.T) *Server {
	s := &Server{Secrets: map[string]string{}, Held: map[string]string{}, Meanwhile: func() {}}
	s.http = httptest.NewServer(s)
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
		BaseEndpoint: new(endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.Proxy = http.ProxyURL(proxy)
		}),
	}
}

// Environ leads another process to the server.
func (s *Server) Environ() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + endpoint, "HTTP_PROXY=" + s.http.URL, "NO_PROXY=",
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=", "AWS_DEFAULT_REGION=",
	}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	authorization := r.Header.Get("Authorization")
	switch {
	case r.Header.Get("X-Amz-Target") == "secretsmanager.GetSecretValue":
		if !strings.HasPrefix(authorization, "AWS4-HMAC-SHA256 ") || !strings.Contains(authorization, "/eu-central-1/secretsmanager/") {
			refuse(w, http.StatusBadRequest, "InvalidSignatureException")
			return
		}
		s.secret(w, r)
	case r.URL.Hostname() == account+".aws.test":
		if !strings.HasPrefix(authorization, "AWS4-ECDSA-P256-SHA256 ") || r.Header.Get("X-Amz-Region-Set") != "*" {
			refuse(w, http.StatusForbidden, "AccessDeniedException")
			return
		}
		s.store(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) secret(w http.ResponseWriter, r *http.Request) {
	var asked struct{ SecretID string }
	if json.NewDecoder(r.Body).Decode(&asked) != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequestException")
		return
	}
	secret, ok := s.Secrets[asked.SecretID]
	if !ok {
		refuse(w, http.StatusBadRequest, "ResourceNotFoundException")
		return
	}
	answer(w, map[string]any{"ARN": asked.SecretID, "SecretString": secret, "VersionStages": []string{"AWSCURRENT"}})
}

func (s *Server) store(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", s.version())
	switch operation, found := strings.CutPrefix(r.URL.Path, "/key-value-stores/"+StoreARN); {
	case !found:
		refuse(w, http.StatusNotFound, "ResourceNotFoundException")
	case r.Method == http.MethodGet && operation == "":
		answer(w, map[string]any{"KvsARN": StoreARN, "ItemCount": len(s.Held), "TotalSizeInBytes": 0, "Created": 0, "Status": "READY"})
	case r.Method == http.MethodGet && operation == "/keys":
		s.list(w, r)
	case r.Method == http.MethodPost && operation == "/keys":
		s.update(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) version() string { return fmt.Sprintf("KV%d", s.Updates) }

// Others changes the store, as another client would.
func (s *Server) Others(key, value string) {
	s.Held[key] = value
	s.Updates++
}

// list answers pages of two, which no client should rely on.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	from, _ := strconv.Atoi(r.URL.Query().Get("NextToken"))
	if most, err := strconv.Atoi(r.URL.Query().Get("MaxResults")); err != nil || most > 50 {
		refuse(w, http.StatusBadRequest, "ValidationException")
		return
	}
	keys := slices.Sorted(maps.Keys(s.Held))
	to := min(from+2, len(keys))
	var items []map[string]string
	for _, key := range keys[from:to] {
		items = append(items, map[string]string{"Key": key, "Value": s.Held[key]})
	}
	page := map[string]any{"Items": items}
	if to < len(keys) {
		page["NextToken"] = strconv.Itoa(to)
	} else {
		s.Meanwhile()
	}
	answer(w, page)
}

func (s *Server) update(w http.ResponseWriter, r *http.Request) {
	var change struct {
		Puts    []struct{ Key, Value string }
		Deletes []struct{ Key string }
	}
	if json.NewDecoder(r.Body).Decode(&change) != nil || len(change.Puts)+len(change.Deletes) == 0 ||
		len(change.Puts)+len(change.Deletes) > 50 {
		refuse(w, http.StatusBadRequest, "ValidationException")
		return
	}
	if r.Header.Get("If-Match") != s.version() {
		refuse(w, http.StatusConflict, "ConflictException")
		return
	}
	for _, put := range change.Puts {
		s.Held[put.Key] = put.Value
	}
	for _, d := range change.Deletes {
		delete(s.Held, d.Key)
	}
	s.Updates++
	w.Header().Set("ETag", s.version())
	answer(w, map[string]any{"ItemCount": len(s.Held), "TotalSizeInBytes": 0})
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Amzn-ErrorType", code)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"__type": code, "Message": code})
}
