// Package s3test gives tests a real S3 server with a real IAM: versitygw, on
// 127.0.0.1, one for a test binary.
package s3test

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"primrose/functions/internal/tooltest"
)

// What the server's owner is called, who may do anything, and where the
// server pretends to be.
const (
	AccessKey = "testkey"
	SecretKey = "testsecret"
	Region    = "us-east-1"
)

// Endpoint starts the server, unless it runs, and returns its URL. The
// server stops when the test binary does, even by SIGKILL.
func Endpoint(t testing.TB) string {
	t.Helper()
	return "http://" + running(t).address
}

func running(t testing.TB) *server {
	t.Helper()
	server, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// Env returns the environment that leads an AWS client to the server, as its
// owner.
func Env(t testing.TB) map[string]string {
	t.Helper()
	return environment(t, AccessKey, SecretKey)
}

func environment(t testing.TB, accessKey, secretKey string) map[string]string {
	t.Helper()
	return map[string]string{
		"AWS_ENDPOINT_URL_S3":   Endpoint(t),
		"AWS_ACCESS_KEY_ID":     accessKey,
		"AWS_SECRET_ACCESS_KEY": secretKey,
		"AWS_REGION":            Region,
		"AWS_SESSION_TOKEN":     "",
	}
}

// Setenv gives the test's own process that environment.
func Setenv(t testing.TB) {
	t.Helper()
	for name, value := range Env(t) {
		t.Setenv(name, value)
	}
}

// Bucket makes a new bucket and returns its name.
func Bucket(t testing.TB) string {
	t.Helper()
	name := "test-" + strings.ToLower(rand.Text())
	if _, err := Client(t).CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: aws.String(name)}); err != nil {
		t.Fatal(err)
	}
	return name
}

// VersionedBucket makes a new bucket that keeps versions, and returns its
// name.
func VersionedBucket(t testing.TB) string {
	t.Helper()
	name := Bucket(t)
	_, err := Client(t).PutBucketVersioning(context.Background(), &s3.PutBucketVersioningInput{
		Bucket:                  aws.String(name),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// Client returns a client of the server's owner.
func Client(t testing.TB) *s3.Client {
	t.Helper()
	return s3.New(s3.Options{
		BaseEndpoint: new(Endpoint(t)),
		UsePathStyle: true,
		Region:       Region,
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
	})
}

// server is the running server. It lives as long as nobody closes the pipes
// of life, which the garbage collector would do.
type server struct {
	address string // of S3
	iam     string // of IAM
	life    []io.Closer
}

var start = sync.OnceValues(func() (*server, error) {
	program, err := tooltest.Find("versitygw")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "s3test")
	if err != nil {
		return nil, err
	}
	s, err := run(program, dir)
	if err != nil { // another process may have taken a free port
		s, err = run(program, dir)
	}
	return s, err
})

// run starts S3 and the IAM that it asks for users and their rights.
func run(program, dir string) (*server, error) {
	data, iam, versions, socket := filepath.Join(dir, "data"), filepath.Join(dir, "iam"), filepath.Join(dir, "versions"), filepath.Join(dir, "iam.sock")
	for _, folder := range []string{data, iam, versions} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	s := &server{}
	err := s.serve(&s.iam, dir, program, "iam", "--quiet", "--dir", iam, "--private-ports", socket)
	if err == nil {
		err = s.serve(&s.address, dir, program, "--quiet", "--iam-standalone-endpoint", socket, "--iam-cache-disable",
			"posix", "--versioning-dir", versions, data)
	}
	if err != nil {
		for _, life := range s.life {
			life.Close()
		}
		return nil, err
	}
	return s, nil
}

// serve runs a command of the program at an address, which becomes known.
func (s *server) serve(address *string, dir, program string, command ...string) error {
	at, life, err := tooltest.Serve(dir, func(address string) []string {
		return append([]string{program, "--port", address, "--access", AccessKey, "--secret", SecretKey, "--region", Region}, command...)
	}, answers)
	if err != nil {
		return err
	}
	*address, s.life = at, append(s.life, life)
	return nil
}

// answers reports whether what listens at address is the program.
func answers(address string) bool {
	request, err := http.NewRequest(http.MethodGet, "http://"+address, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultTransport.RoundTrip(request) // IAM redirects to its makers' site
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.Header.Get("Server") == "VERSITYGW"
}
