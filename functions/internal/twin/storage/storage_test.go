package storage_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/storage"
	"primrose/functions/internal/twin/template"
)

const (
	goldens = "../../../../infra/stacks/testdata"
	stage   = "primrose-prod-eu-central-1"
	lambda  = "lambda.amazonaws.com"
	edge    = "cloudfront.amazonaws.com"
)

// region is a stack's S3 with its principals, at two addresses.
type region struct {
	stack         *template.Stack
	directory     *identity.Directory
	storage       *storage.Storage
	seen          []string // what EventBridge would learn of
	plain, secure *httptest.Server
}

// open makes the buckets of the production stage's template, with something
// in it replaced.
func open(t *testing.T, replacements ...string) (*region, error) {
	t.Helper()
	text, err := os.ReadFile(goldens + "/" + stage + ".template.json")
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(replacements...).Replace(compact.String())
	if len(replacements) > 0 && changed == compact.String() {
		t.Fatalf("the template has no %s", replacements[0])
	}
	stack, err := template.Parse([]byte(changed), goldens, stage)
	if err != nil {
		t.Fatal(err)
	}
	server, err := storage.Server(stack.Region)
	if err != nil {
		t.Fatal(err)
	}
	r := &region{stack: stack}
	if r.directory, err = identity.New(stack, server); err != nil {
		t.Fatal(err)
	}
	r.storage, err = storage.New(stack, r.directory, func(answer *http.Response) error {
		r.seen = append(r.seen, answer.Request.Method+" "+answer.Request.URL.EscapedPath())
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { r.storage.Close() })
	r.plain, r.secure = httptest.NewServer(r.storage), httptest.NewTLSServer(r.storage)
	t.Cleanup(r.plain.Close)
	t.Cleanup(r.secure.Close)
	return r, nil
}

func mustOpen(t *testing.T, replacements ...string) *region {
	t.Helper()
	r, err := open(t, replacements...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// http is a client that finds S3's hosts here.
func (r *region) http(t *testing.T) *http.Client {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		at := r.plain.Listener.Addr().String()
		if strings.HasSuffix(address, ":443") {
			at = r.secure.Listener.Addr().String()
		}
		return (&net.Dialer{}).DialContext(ctx, network, at)
	}
	transport := &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // of httptest's certificate
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// client asks the region by its own name, as who has a key.
func (r *region) client(t *testing.T, scheme string, key s3server.Key, options ...func(*s3.Options)) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: new(scheme + "://s3.eu-central-1.amazonaws.com"),
		Region:       "eu-central-1",
		HTTPClient:   r.http(t),
		Credentials:  credentials.NewStaticCredentialsProvider(key.AccessKey, key.SecretKey, ""),
	}, options...)
}

// role is a client as a function has it.
func (r *region) role(t *testing.T, id string) *s3.Client {
	t.Helper()
	role, ok := r.stack.Resource(id)
	if !ok {
		t.Fatalf("no role has the id %s", id)
	}
	key, err := r.directory.Assume(role.ARN, lambda, identity.Context{"aws:SourceAccount": r.stack.Account})
	if err != nil {
		t.Fatal(err)
	}
	return r.client(t, "https", key)
}

const (
	imageRole = "PrimroseProcessorImageRoleE2E174EF"
	purgeRole = "PrimrosePurgeRole196BD18C"
)

func status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return answer.HTTPStatusCode()
	}
	return 0
}

func put(t *testing.T, client *s3.Client, bucket, key string) error {
	t.Helper()
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("a rose")})
	return err
}

func get(t *testing.T, client *s3.Client, bucket, key string) error {
	t.Helper()
	answer, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err == nil {
		defer answer.Body.Close()
		if text, err := io.ReadAll(answer.Body); string(text) != "a rose" {
			t.Errorf("%s is %q (%v)", key, text, err)
		}
	}
	return err
}

// The roles may do what their policies say, in the hosts and in the paths of
// S3, and nothing else.
func TestRoles(t *testing.T) {
	r := mustOpen(t)
	originals, variants := r.stack.Outputs["Originals"], r.stack.Outputs["Variants"]
	operator := r.client(t, "https", r.directory.Operator())
	const odd = "a b/ü+ß&=,%2F~(1)*'.jpg"
	if err := put(t, operator, originals, odd); err != nil {
		t.Fatal(err)
	}
	image, purge := r.role(t, imageRole), r.role(t, purgeRole)
	for name, c := range map[string]struct{ got, want int }{
		"image reads an original":    {status(get(t, image, originals, odd)), 200},
		"image misses an original":   {status(get(t, image, originals, "none")), 404},
		"image writes an original":   {status(put(t, image, originals, "b")), 403},
		"image writes a variant":     {status(put(t, image, variants, odd+"/-/w=1")), 200},
		"image reads a variant":      {status(get(t, image, variants, odd+"/-/w=1")), 403},
		"purge reads an original":    {status(get(t, purge, originals, odd)), 403},
		"purge reads what isn't":     {status(get(t, purge, originals, "none")), 403},
		"operator reads the variant": {status(get(t, operator, variants, odd+"/-/w=1")), 200},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
	listed, err := purge.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &variants})
	if err != nil || len(listed.Contents) != 1 || *listed.Contents[0].Key != odd+"/-/w=1" {
		t.Errorf("purge lists %v (%v)", listed, err)
	}
	if _, err := purge.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &variants, Key: new(odd + "/-/w=1")}); err != nil {
		t.Errorf("purge can't delete: %v", err)
	}
	versions, err := purge.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &originals})
	if err != nil || len(versions.Versions) != 1 {
		t.Errorf("purge lists versions %v (%v)", versions, err)
	}
	if got := status(put(t, r.client(t, "https", s3server.Key{AccessKey: "unknown", SecretKey: "x"}), originals, "c")); got != 403 {
		t.Errorf("an unknown key gets %d", got)
	}
}

// Buckets let nobody in by plain HTTP, whoever it is.
func TestSecureTransport(t *testing.T) {
	r := mustOpen(t)
	originals := r.stack.Outputs["Originals"]
	guest, err := r.directory.User("guest", anyS3(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := status(put(t, r.client(t, "https", guest), originals, "a")); got != 200 {
		t.Errorf("by HTTPS: %d", got)
	}
	if got := status(get(t, r.client(t, "http", guest), originals, "a")); got != 403 {
		t.Errorf("by HTTP: %d", got)
	}
	lax := mustOpen(t, `"aws:SecureTransport":"false"`, `"aws:SecureTransport":"never"`)
	if guest, err = lax.directory.User("guest", anyS3(t)); err != nil {
		t.Fatal(err)
	}
	if got := status(put(t, lax.client(t, "http", guest), lax.stack.Outputs["Originals"], "a")); got != 200 {
		t.Errorf("by HTTP, where the policy doesn't deny it: %d", got)
	}
}

func anyS3(t *testing.T) (policy identity.Document) {
	t.Helper()
	if err := policy.UnmarshalJSON([]byte(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}`)); err != nil {
		t.Fatal(err)
	}
	return policy
}

// fetch asks for a variant as CloudFront does on behalf of a distribution, or
// unsigned if there is none.
func (r *region) fetch(t *testing.T, method, key, distribution string) *http.Response {
	t.Helper()
	asked, err := http.NewRequestWithContext(t.Context(), method, "https://"+r.stack.Outputs["Variants"]+".s3.eu-central-1.amazonaws.com/"+key, nil)
	if err != nil {
		t.Fatal(err)
	}
	if distribution != "" {
		if err := r.storage.Sign(asked, edge, distribution); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := r.http(t).Do(asked)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// The distribution of the template reads variants, and nobody else does.
func TestServiceReadsForItsSource(t *testing.T) {
	r := mustOpen(t)
	variants := r.stack.Outputs["Variants"]
	own := "arn:aws:cloudfront::" + r.stack.Account + ":distribution/" + r.stack.Outputs["Distribution"]
	for _, key := range []string{"rose.jpg/-/auto=webp,w=300", "ü b+c/-/original"} {
		if err := put(t, r.client(t, "https", r.directory.Operator()), variants, key); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		method, key, distribution string
		want                      int
	}{
		{"GET", "rose.jpg/-/auto=webp,w=300", own, 200},
		{"HEAD", "rose.jpg/-/auto=webp,w=300", own, 200},
		{"GET", "%C3%BC%20b%2Bc/-/original", own, 200},
		{"GET", "rose.jpg/-/auto=webp,w=300", own + "X", 403},
		{"GET", "rose.jpg/-/auto=webp,w=300", "", 403},
		{"GET", "none", own, 403}, // it may not list
		{"HEAD", "none", own, 403},
		{"PUT", "rose.jpg/-/auto=webp,w=300", own, 403},
	} {
		if got := r.fetch(t, c.method, c.key, c.distribution); got.StatusCode != c.want {
			text, _ := io.ReadAll(got.Body)
			t.Errorf("%s %s for %q: %s\n%s", c.method, c.key, c.distribution, got.Status, text)
		}
	}
	got := r.fetch(t, "GET", "none", own)
	if text, _ := io.ReadAll(got.Body); !bytes.Contains(text, []byte("<Code>AccessDenied</Code>")) || got.Header.Get("Content-Type") != "application/xml" {
		t.Errorf("a missing variant gives %s", text)
	}
}

// EventBridge learns of changes to originals, and not to variants.
func TestEvents(t *testing.T) {
	r := mustOpen(t)
	operator := r.client(t, "https", r.directory.Operator())
	inPath := r.client(t, "https", r.directory.Operator(), func(o *s3.Options) { o.UsePathStyle = true })
	originals := r.stack.Outputs["Originals"]
	for _, client := range []*s3.Client{operator, inPath} {
		if err := errors.Join(put(t, client, originals, "a b"), put(t, client, r.stack.Outputs["Variants"], "v")); err != nil {
			t.Fatal(err)
		}
	}
	want := "PUT /" + originals + "/a%20b"
	if !slices.Equal(r.seen, []string{want, want}) {
		t.Errorf("EventBridge sees %q, want twice %s", r.seen, want)
	}
	off := mustOpen(t, `"EventBridgeEnabled":true`, `"EventBridgeEnabled":false`)
	if err := put(t, off.client(t, "https", off.directory.Operator()), off.stack.Outputs["Originals"], "a"); err != nil || len(off.seen) > 0 {
		t.Errorf("with EventBridge off, it sees %q (%v)", off.seen, err)
	}
}

// The headers of objects and of answers to scripts are S3's.
func TestHeaders(t *testing.T) {
	r := mustOpen(t)
	variants := r.stack.Outputs["Variants"]
	guest, err := r.directory.User("guest", anyS3(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := put(t, r.client(t, "https", guest), variants, "a"); err != nil {
		t.Fatal(err)
	}
	url, err := s3.NewPresignClient(r.client(t, "https", guest)).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: &variants, Key: new("a")})
	if err != nil {
		t.Fatal(err)
	}
	for method, want := range map[string]map[string]string{
		"GET":     {"X-Amz-Server-Side-Encryption": "AES256", "Access-Control-Allow-Origin": "*"},
		"OPTIONS": {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Origin": "*"},
	} {
		asked, err := http.NewRequestWithContext(t.Context(), method, url.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		asked.Header.Set("Origin", "https://example.com")
		asked.Header.Set("Access-Control-Request-Method", "GET")
		answer, err := r.http(t).Do(asked)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		for name, value := range want {
			if got := answer.Header.Values(name); !slices.Equal(got, []string{value}) {
				t.Errorf("%s: %s: %q, want %s", method, name, got, value)
			}
		}
		for _, name := range []string{"X-Amz-Storage-Class", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"} {
			if got := answer.Header.Values(name); got != nil {
				t.Errorf("%s: %s: %q", method, name, got)
			}
		}
		if got := answer.Header.Values("X-Amz-Request-Id"); len(got) != 1 {
			t.Errorf("%s: the request's ids are %q", method, got)
		}
	}
}

// The server obeys the template's versioning.
func TestVersioning(t *testing.T) {
	r := mustOpen(t)
	operator := r.client(t, "https", r.directory.Operator())
	versioning, err := operator.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: new(r.stack.Outputs["Originals"])})
	if err != nil || versioning.Status != "Enabled" {
		t.Errorf("the versioning of originals is %v (%v)", versioning, err)
	}
}

// After the days of the template's rules, variants are gone, and of originals
// what has been replaced or deleted; not a day before.
func TestAge(t *testing.T) {
	r := mustOpen(t)
	operator := r.client(t, "https", r.directory.Operator())
	originals, variants := r.stack.Outputs["Originals"], r.stack.Outputs["Variants"]
	for _, object := range [][2]string{{variants, "v"}, {originals, "kept"}, {originals, "twice"}, {originals, "twice"}, {originals, "deleted"}} {
		if err := put(t, operator, object[0], object[1]); err != nil {
			t.Fatal(err)
		}
	}
	_, err := operator.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &originals, Key: new("deleted")})
	if err == nil {
		_, err = operator.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &variants, Key: new("begun")})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		days int
		want string // variants, uploads, versions of originals, markers
	}{{1, "1 1 4 1"}, {9, "1 0 4 1"}, {90, "1 0 4 1"}, {92, "0 0 2 1"}, {92, "0 0 2 0"}} {
		if err := r.storage.Age(t.Context(), time.Now().AddDate(0, 0, c.days)); err != nil {
			t.Fatal(err)
		}
		listed, err := operator.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &variants})
		uploads, again := operator.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &variants})
		versions, last := operator.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &originals})
		if err := errors.Join(err, again, last); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(len(listed.Contents), len(uploads.Uploads), len(versions.Versions), len(versions.DeleteMarkers)); got != c.want {
			t.Errorf("after %d days there are %s, want %s", c.days, got, c.want)
		}
	}
	if err := get(t, operator, originals, "kept"); err != nil {
		t.Errorf("an original is gone: %v", err)
	}
}

// All stages' buckets can be made, and are there by their outputs' names.
func TestStages(t *testing.T) {
	for _, stage := range []string{"dev", "prod", "full"} {
		stack, err := template.Read(goldens, "primrose-"+stage+"-eu-central-1")
		if err != nil {
			t.Fatal(err)
		}
		server, err := storage.Server(stack.Region)
		if err != nil {
			t.Fatal(err)
		}
		directory, err := identity.New(stack, server)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := storage.New(stack, directory, nil); err != nil {
			t.Fatalf("%s: %v", stage, err)
		}
		for _, r := range stack.Unclaimed() {
			if strings.HasPrefix(r.Type, "AWS::S3::") || strings.HasPrefix(r.Type, "AWS::IAM::") || strings.HasPrefix(r.Type, "AWS::SecretsManager::") {
				t.Errorf("%s: nobody has understood %s", stage, r)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	const variants = `"Bucket":{"Ref":"PrimroseStorageVariantsD6D974F1"}`
	for old, replacement := range map[string]string{
		variants:                                               strings.Replace(variants, "VariantsD6D974F1", "OriginalsFA39B013", 1), // which has a policy
		`"ExpirationInDays":90`:                                `"ExpirationInDays":90,"Prefix":"a/"`,
		`"NoncurrentDays":90`:                                  `"NoncurrentDays":0`,
		`"ExpiredObjectDeleteMarker":true`:                     `"ExpiredObjectDeleteMarker":true,"ExpirationInDays":9`,
		`"SSEAlgorithm":"AES256"`:                              `"SSEAlgorithm":"aws:kms"`,
		`"ObjectOwnership":"BucketOwnerEnforced"`:              `"ObjectOwnership":"ObjectWriter"`,
		`"VersioningConfiguration":{"Status":"Enabled"}`:       `"VersioningConfiguration":{"Status":"Suspended"}`,
		`"EventBridgeConfiguration"`:                           `"QueueConfigurations"`,
		`"Principal":{"Service":"cloudfront.amazonaws.com"}`:   `"Principal":"*"`,
		`"CorsRules":[{"AllowedMethods"`:                       `"CorsRules":[{"Methods"`,
		`"StringEquals":{"AWS:SourceArn"`:                      `"StringEqual":{"AWS:SourceArn"`,
		`"Bool":{"aws:SecureTransport":"false"}},"Effect":"De`: `"Bool":{"s3:TlsVersion":"false"}},"Effect":"De`,
	} {
		if _, err := open(t, old, replacement); err == nil {
			t.Errorf("%s is not refused", replacement)
		}
	}
}
