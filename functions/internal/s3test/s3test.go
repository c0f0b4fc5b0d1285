// Package s3test gives tests a real S3 server with a real IAM: versitygw, on
// 127.0.0.1, one for a test binary.
package s3test

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"primrose/functions/internal/s3server"
)

// What the server's owner is called, who may do anything, and where the
// server pretends to be.
const (
	AccessKey = s3server.AccessKey
	SecretKey = s3server.SecretKey
	Region    = "us-east-1"
)

// Endpoint starts the server, unless it runs, and returns its URL. The
// server stops when the test binary does, even by SIGKILL.
func Endpoint(t testing.TB) string {
	t.Helper()
	return "http://" + Server(t).Address
}

// Server starts the server, unless it runs.
func Server(t testing.TB) *s3server.Server {
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

var start = sync.OnceValues(func() (*s3server.Server, error) {
	return s3server.Start(s3server.Options{Region: Region})
})
