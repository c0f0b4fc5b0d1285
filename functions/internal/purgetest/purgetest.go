// Package purgetest answers for CloudFront and SQS, of which nothing runs on a
// developer's machine: the one request to each that a purge makes, checked and
// answered as AWS documents it.
package purgetest

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What the server serves.
const (
	Distribution = "E2QWRUHAPOMQZL"
	Queue        = "https://sqs.us-east-1.amazonaws.com/111122223333/purge"
)

// Message is one that SQS was sent.
type Message struct {
	Body  string
	Delay int // seconds
}

// Server is CloudFront and SQS at once.
type Server struct {
	url string

	mu            sync.Mutex
	references    map[string][]string
	invalidations [][]string
	messages      []Message
	busy          bool // CloudFront
	refusing      int  // how many messages SQS refuses yet
}

// Start starts a server that stops with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{references: map[string][]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2020-05-31/distribution/{id}/invalidation", s.invalidate)
	mux.HandleFunc("POST /{$}", s.send)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// Env returns the environment that leads AWS clients to the server.
func (s *Server) Env() map[string]string {
	return map[string]string{"AWS_ENDPOINT_URL_CLOUDFRONT": s.url, "AWS_ENDPOINT_URL_SQS": s.url}
}

// Setenv gives the test's own process that environment.
func (s *Server) Setenv(t testing.TB) {
	t.Helper()
	for name, value := range s.Env() {
		t.Setenv(name, value)
	}
}

// Busy says whether CloudFront has too many invalidations under way.
func (s *Server) Busy(busy bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = busy
}

// Refuse has SQS refuse the next n messages.
func (s *Server) Refuse(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusing = n
}

// Take returns what has been asked for since it was last called: the items of
// each new invalidation, and the messages.
func (s *Server) Take() (invalidations [][]string, messages []Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	invalidations, messages = s.invalidations, s.messages
	s.invalidations, s.messages = nil, nil
	return invalidations, messages
}

// batch is CloudFront's InvalidationBatch.
type batch struct {
	Reference string   `xml:"CallerReference"`
	Items     []string `xml:"Paths>Items>Path"`
	Quantity  int      `xml:"Paths>Quantity"`
}

// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html
func (s *Server) invalidate(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, _ := io.ReadAll(r.Body)
	var b batch
	err := xml.Unmarshal(text, &b)
	known, again := s.references[b.Reference]
	switch {
	case !signed(r, "us-east-1/cloudfront"):
		refuseXML(w, http.StatusForbidden, "AccessDenied")
	case r.PathValue("id") != Distribution:
		refuseXML(w, http.StatusNotFound, "NoSuchDistribution")
	case err != nil || b.Reference == "" || len(b.Items) == 0 || b.Quantity != len(b.Items) || slices.ContainsFunc(b.Items, badTag):
		refuseXML(w, http.StatusBadRequest, "InvalidArgument")
	case s.busy:
		refuseXML(w, http.StatusBadRequest, "TooManyInvalidationsInProgress")
	case again && !slices.Equal(known, b.Items):
		refuseXML(w, http.StatusBadRequest, "InvalidationBatchAlreadyExists")
	default:
		if !again {
			s.references[b.Reference] = b.Items
			s.invalidations = append(s.invalidations, b.Items)
		}
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `<Invalidation><Id>I%d</Id><Status>InProgress</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime>%s</Invalidation>`, len(s.references), text)
	}
}

// badTag tells what is no tag: it begins with #, and has visible ASCII but no
// comma, 256 characters at most.
func badTag(item string) bool {
	tag, ok := strings.CutPrefix(item, "#")
	return !ok || tag == "" || len(tag) > 256 || strings.ContainsFunc(tag, func(r rune) bool { return r < 33 || r > 126 || r == ',' })
}

func refuseXML(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>%s</Code><Message>%[1]s</Message></Error></ErrorResponse>`, code)
}

// request is SQS's SendMessageBatch.
type request struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []struct {
		ID    string `json:"Id"`
		Body  string `json:"MessageBody"`
		Delay int    `json:"DelaySeconds"`
	}
}

type sent struct {
	ID  string `json:"Id"`
	Key string `json:"MessageId"`
	MD5 string `json:"MD5OfMessageBody"`
}

type unsent struct {
	ID          string `json:"Id"`
	Code        string
	SenderFault bool
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	text, _ := io.ReadAll(r.Body)
	var q request
	if err := json.Unmarshal(text, &q); err != nil || !signed(r, "us-east-1/sqs") || r.Header.Get("X-Amz-Target") != "AmazonSQS.SendMessageBatch" || q.QueueURL != Queue {
		refuseJSON(w, "AWS.SimpleQueueService.NonExistentQueue")
		return
	}
	if code := q.fault(len(text)); code != "" {
		refuseJSON(w, code)
		return
	}
	answer := struct {
		Successful []sent
		Failed     []unsent
	}{}
	for _, e := range q.Entries {
		if s.refusing > 0 {
			s.refusing--
			answer.Failed = append(answer.Failed, unsent{e.ID, "InternalError", false})
			continue
		}
		s.messages = append(s.messages, Message{e.Body, e.Delay})
		sum := md5.Sum([]byte(e.Body))
		answer.Successful = append(answer.Successful, sent{e.ID, e.ID, hex.EncodeToString(sum[:])})
	}
	json.NewEncoder(w).Encode(answer)
}

// fault is what SQS would say of the request: 10 messages at most, 1 MiB
// together, held back for 900 s at most, each with an id of its own.
func (q request) fault(size int) string {
	ids := map[string]bool{}
	for _, e := range q.Entries {
		ids[e.ID] = true
		if e.Body == "" || e.Delay < 0 || e.Delay > 900 {
			return "InvalidParameterValue"
		}
	}
	switch {
	case len(q.Entries) == 0:
		return "AWS.SimpleQueueService.EmptyBatchRequest"
	case len(q.Entries) > 10:
		return "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"
	case len(ids) < len(q.Entries):
		return "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"
	case size > 1<<20:
		return "AWS.SimpleQueueService.BatchRequestTooLong"
	}
	return ""
}

func refuseJSON(w http.ResponseWriter, code string) {
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, `{"__type":"com.amazonaws.sqs#%s","message":%[1]q}`, code)
}

// signed reports whether the request carries a signature for the scope.
func signed(r *http.Request, scope string) bool {
	return strings.Contains(r.Header.Get("Authorization"), scope+"/aws4_request")
}
