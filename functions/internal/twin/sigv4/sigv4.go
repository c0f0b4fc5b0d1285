// Package sigv4 tells who signed a request to AWS: Signature Version 4, and 4A, whose signatures are
// for several regions. It verifies what stands in the header Authorization; not what S3 is asked,
// which spells paths in a way of its own and has its own server here.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
package sigv4

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"primrose/functions/internal/twin/awsapi"
)

// The two ways to sign, by their names in the header.
const (
	symmetric  = "AWS4-HMAC-SHA256"
	asymmetric = "AWS4-ECDSA-P256-SHA256"
)

// Caller is who signed, and for what.
type Caller struct {
	AccessKey string
	Principal string // whose key it is; "" before that has been verified
	Region    string // what X-Amz-Region-Set says of a 4A signature
	Service   string // by its name in signatures, such as lambda
}

// The codes of what is said to whom a request is not taken for its caller's: those that all services
// share. All mean the status 403.
//
// https://docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html
const (
	Missing    = "MissingAuthenticationToken"
	Incomplete = "IncompleteSignature"
	Unknown    = "UnrecognizedClientException" // of whom nobody knows the secret
	Mismatch   = "InvalidSignatureException"   // by another secret, of another request, or of another time
)

// skew is how far a signature's time may be from now.
const skew = 5 * time.Minute

const timeFormat = "20060102T150405Z"

// Verified hands a request on to the service for its caller, to which [awsapi.Principal] says who that
// is. What isn't signed by anybody is refused.
func Verified(keys Keys, service func(Caller) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			awsapi.RefuseJSON(w, awsapi.RPC11, awsapi.NewFault(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", err.Error()))
			return
		}
		caller, err := Verify(r, body, keys)
		if err != nil {
			awsapi.RefuseJSON(w, awsapi.RPC11, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		service(caller).ServeHTTP(w, awsapi.By(caller.Principal, r))
	})
}

// maxBody is more than any service takes: API Gateway's 10 MB are the most.
const maxBody = 16 << 20

// Keys finds an access key's secret, and whose it is.
type Keys func(accessKey string) (secret, principal string, known bool)

// Verify returns who signed the request with this body. Its error is an [awsapi.Fault].
func Verify(r *http.Request, body []byte, keys Keys) (Caller, error) {
	s, err := parse(r.Header)
	if err != nil {
		return Caller{}, err
	}
	secret, principal, known := keys(s.caller.AccessKey)
	if !known {
		return Caller{}, refused(Unknown, "The security token included in the request is invalid.")
	}
	if age := time.Since(s.at); age.Abs() > skew {
		return Caller{}, refused(Mismatch, "Signature expired: it is %s old", age.Round(time.Second))
	}
	if hash := r.Header.Get("X-Amz-Content-Sha256"); hash != "" && hash != digest(body) {
		return Caller{}, refused(Mismatch, "X-Amz-Content-Sha256 is not the body's")
	}
	if !s.matches(secret, canonical(r, s.headers, digest(body))) {
		return Caller{}, refused(Mismatch, "The request signature we calculated does not match the signature you provided.")
	}
	s.caller.Principal = principal
	return s.caller, nil
}

// Claimed is who the request says has signed it, in the header or, as S3 takes it, in the query: for what
// is to be chosen before it is verified.
func Claimed(r *http.Request) (Caller, error) {
	header := r.Header
	if query := r.URL.Query(); query.Has("X-Amz-Signature") {
		header = http.Header{"X-Amz-Date": query["X-Amz-Date"], "Authorization": {fmt.Sprintf("%s Credential=%s, SignedHeaders=%s, Signature=%s",
			query.Get("X-Amz-Algorithm"), query.Get("X-Amz-Credential"), query.Get("X-Amz-SignedHeaders"), query.Get("X-Amz-Signature"))}}
	}
	s, err := parse(header)
	return s.caller, err
}

// signature is what the header says.
type signature struct {
	caller    Caller
	algorithm string
	at        time.Time
	scope     string
	headers   []string // that are signed
	value     []byte
}

func parse(header http.Header) (s signature, err error) {
	text := header.Get("Authorization")
	if text == "" {
		return s, refused(Missing, "Missing Authentication Token")
	}
	algorithm, rest, _ := strings.Cut(text, " ")
	fields := map[string]string{}
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	s.algorithm = algorithm
	s.headers = strings.Split(fields["SignedHeaders"], ";")
	s.value, err = hex.DecodeString(fields["Signature"])
	if err != nil || len(s.value) == 0 || !slices.Contains(s.headers, "host") {
		return s, incomplete("Authorization needs Credential, Signature, and SignedHeaders with host")
	}
	if s.at, err = time.Parse(timeFormat, header.Get("X-Amz-Date")); err != nil {
		return s, incomplete("X-Amz-Date is %q", header.Get("X-Amz-Date"))
	}
	return s, s.parseCredential(fields["Credential"], header)
}

// parseCredential takes the access key and its scope apart: day, region, service and the word
// aws4_request, of which 4A leaves the region to a header.
func (s *signature) parseCredential(text string, header http.Header) error {
	parts := strings.Split(text, "/")
	switch {
	case s.algorithm == symmetric && len(parts) == 5:
		s.caller.Region = parts[2]
	case s.algorithm == asymmetric && len(parts) == 4:
		s.caller.Region = header.Get("X-Amz-Region-Set")
	default:
		return incomplete("the credential %q is none of %s", text, s.algorithm)
	}
	last := len(parts) - 1
	if parts[last] != "aws4_request" || parts[1] != s.at.Format("20060102") {
		return incomplete("the credential %q is not for requests of %s", text, s.at.Format(time.DateOnly))
	}
	s.caller.AccessKey, s.caller.Service = parts[0], parts[last-1]
	s.scope = strings.Join(parts[1:], "/")
	return nil
}

// matches reports whether the secret made the signature of the canonical request.
func (s *signature) matches(secret, request string) bool {
	signed := strings.Join([]string{s.algorithm, s.at.Format(timeFormat), s.scope, digest([]byte(request))}, "\n")
	if s.algorithm == asymmetric {
		return verifies(s.caller.AccessKey, secret, signed, s.value)
	}
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(s.scope, "/") {
		key = mac(key, part)
	}
	return hmac.Equal(mac(key, signed), s.value)
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func incomplete(format string, args ...any) error { return refused(Incomplete, format, args...) }

func refused(code, format string, args ...any) error {
	return awsapi.NewFault(http.StatusForbidden, code, fmt.Sprintf(format, args...))
}
