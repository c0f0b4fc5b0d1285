// Package s3test gives tests a real S3 server: versitygw, on 127.0.0.1, one
// for a test binary.
package s3test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// What the server's only user is called, and where it pretends to be.
const (
	AccessKey = "testkey"
	SecretKey = "testsecret"
	Region    = "us-east-1"
)

// Endpoint starts the server, unless it runs, and returns its URL. The
// server stops when the test binary does, even by SIGKILL.
func Endpoint(t testing.TB) string {
	t.Helper()
	server, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + server.address
}

// Env returns the environment that leads an AWS client to the server.
func Env(t testing.TB) []string {
	t.Helper()
	return []string{
		"AWS_ENDPOINT_URL_S3=" + Endpoint(t),
		"AWS_ACCESS_KEY_ID=" + AccessKey,
		"AWS_SECRET_ACCESS_KEY=" + SecretKey,
		"AWS_REGION=" + Region,
		"AWS_SESSION_TOKEN=",
	}
}

// Setenv gives the test's own process that environment.
func Setenv(t *testing.T) {
	t.Helper()
	for _, variable := range Env(t) {
		name, value, _ := strings.Cut(variable, "=")
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

// Client returns a client of the server's only user.
func Client(t testing.TB) *s3.Client {
	t.Helper()
	return s3.New(s3.Options{
		BaseEndpoint: new(Endpoint(t)),
		UsePathStyle: true,
		Region:       Region,
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
	})
}

// server is the running server. It lives as long as nobody closes life,
// which the garbage collector would do.
type server struct {
	address string
	life    io.Closer
}

var start = sync.OnceValues(func() (*server, error) {
	program, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "s3test")
	if err != nil {
		return nil, err
	}
	s, err := run(program, dir)
	if err != nil { // another process may have taken the free port
		s, err = run(program, dir)
	}
	return s, err
})

// leash runs "$@" until standard input ends, which happens when the process
// that holds its other end is gone, and then removes folder $0.
const leash = `"$@" & cat >/dev/null; kill $!; wait; rm -rf "$0"`

// run starts the server on a free port and waits until it answers.
func run(program, dir string) (*server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	iam := filepath.Join(dir, "iam")
	versions := filepath.Join(dir, "versions")
	for _, folder := range []string{data, iam, versions} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("sh", "-c", leash, dir, program,
		"--port", address, "--access", AccessKey, "--secret", SecretKey, "--region", Region,
		"--iam-dir", iam, "--quiet", "posix", "--versioning-dir", versions, data)
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if answers(address) {
			return &server{address: address, life: life}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s does not answer at %s", program, address), life.Close(), cmd.Wait())
}

// answers reports whether what listens at address is an S3 server.
func answers(address string) bool {
	response, err := http.Get("http://" + address)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.Header.Get("Server") == "VERSITYGW"
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// find looks for the program at PRIMROSE_VERSITYGW, then in build/bin of
// this and every parent folder, then in PATH.
func find() (string, error) {
	if program := os.Getenv("PRIMROSE_VERSITYGW"); program != "" {
		return program, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		program := filepath.Join(dir, "build", "bin", "versitygw")
		if _, err := os.Stat(program); !errors.Is(err, fs.ErrNotExist) {
			return program, err
		}
	}
	program, err := exec.LookPath("versitygw")
	if err != nil {
		return "", errors.New("these tests need the S3 server versitygw: run `make tools` in the repository's folder")
	}
	return program, nil
}
