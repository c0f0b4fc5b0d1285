package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"primrose/functions/internal/faulttest"
	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/purge"
	"primrose/functions/internal/purgetest"
	"primrose/functions/internal/s3test"
	"primrose/functions/internal/variant"
)

// These tests run what is deployed: the bootstrap, in a box like Lambda's,
// under a host that speaks its Runtime API, over a real S3 server.

func TestMain(m *testing.M) { os.Exit(lambdatest.Main(m)) }

// bundle builds the function's asset for this machine.
var bundle = sync.OnceValues(func() (string, error) { return lambdatest.Build(".") })

// deployment is the function with its buckets, CloudFront and SQS.
type deployment struct {
	*lambdatest.Host
	aws                 *purgetest.Server
	client              *s3.Client
	originals, variants string
	log                 *lines
}

// lines are what the function writes.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line + "\n")
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func deploy(t *testing.T, extra map[string]string) *deployment {
	t.Helper()
	bootstrap, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	d := &deployment{
		aws: purgetest.Start(t), client: s3test.Client(t),
		originals: s3test.VersionedBucket(t), variants: s3test.Bucket(t), log: new(lines),
	}
	env := map[string]string{
		originalsName: d.originals, variantsName: d.variants, queueName: purgetest.Queue, settleName: "40",
		distributionName: purgetest.Distribution, serviceName: "primrose-test",
	}
	maps.Copy(env, s3test.Env(t))
	maps.Copy(env, d.aws.Env())
	maps.Copy(env, extra)
	d.originals, d.variants = env[originalsName], env[variantsName]
	d.Host, err = lambdatest.New(lambdatest.Config{Name: t.Name(), Bootstrap: bootstrap, Env: env, Timeout: 30 * time.Second, Log: d.log.add})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Stop()
		if files := d.Usage().Files; len(files) > 0 {
			t.Errorf("the function left %q in /tmp", files)
		}
	})
	return d
}

// put stores an object and returns its version.
func (d *deployment) put(t *testing.T, bucket, key string) string {
	t.Helper()
	out, err := d.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	if out.VersionId == nil {
		return ""
	}
	return *out.VersionId
}

// deliver invokes the function as SQS does, and returns what it says of the
// messages.
func (d *deployment) deliver(t *testing.T, messages ...purge.Message) (failed []string) {
	t.Helper()
	result, err := d.Invoke(t.Context(), purgetest.Batch(messages))
	if err != nil {
		t.Fatal(err)
	}
	if result.Error != nil {
		t.Fatalf("%v\n%s", result.Error, d.log)
	}
	var response events.SQSEventResponse
	if err := json.Unmarshal(result.Body, &response); err != nil || response.BatchItemFailures == nil {
		t.Fatalf("the response is %s: %v", result.Body, err)
	}
	for _, failure := range response.BatchItemFailures {
		failed = append(failed, failure.ItemIdentifier)
	}
	return failed
}

func (d *deployment) left(t *testing.T) (keys []string) {
	t.Helper()
	out, err := d.client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &d.variants})
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range out.Contents {
		keys = append(keys, *object.Key)
	}
	return keys
}

func TestFunction(t *testing.T) {
	d := deploy(t, nil)
	const key = "a b/rose #1+2.jpg"
	d.put(t, d.originals, key)
	replaced := d.put(t, d.originals, key)
	fresh := d.put(t, d.originals, "new.jpg")
	for _, variant := range []string{key + "/-/w=1", key + "/-/fm=webp,w=2", "new.jpg/-/w=1"} {
		d.put(t, d.variants, variant)
	}

	failed := d.deliver(t,
		purge.Message{ID: "replaced", Body: purgetest.Event(purgetest.Created, d.originals, key, replaced)},
		purge.Message{ID: "new", Body: purgetest.Event(purgetest.Created, d.originals, "new.jpg", fresh)},
		purge.Message{ID: "malformed", Body: "{"},
	)
	if !slices.Equal(failed, []string{"malformed"}) {
		t.Errorf("failed: %q\n%s", failed, d.log)
	}
	if left := d.left(t); !slices.Equal(left, []string{"new.jpg/-/w=1"}) {
		t.Errorf("left: %q", left)
	}
	invalidations, postponed := d.aws.Take()
	tags := []string{"#" + variant.Tag(key), "#" + variant.Tag("a b/rose #1 2.jpg")} // were it encoded
	slices.Sort(tags)
	if len(invalidations) != 1 || !slices.Equal(invalidations[0], tags) {
		t.Errorf("invalidated %q", invalidations)
	}
	if len(postponed) != 2 || postponed[0] != (purgetest.Message{Body: `{"sweep":"a b/rose #1+2.jpg"}`, Delay: 40}) {
		t.Errorf("postponed %+v", postponed)
	}

	d.put(t, d.variants, key+"/-/w=1")
	if failed := d.deliver(t, purge.Message{ID: "second", Body: postponed[0].Body}); len(failed) > 0 || len(d.left(t)) != 1 {
		t.Errorf("failed: %q, left: %q\n%s", failed, d.left(t), d.log)
	}
	invalidations, postponed = d.aws.Take()
	if len(invalidations) != 1 || len(postponed) > 0 {
		t.Errorf("the second sweep invalidates %q, and postpones %+v", invalidations, postponed)
	}
	d.Stop()
	for _, want := range []string{`"PurgedVariants":2`, `"PurgedVariants":1`, `"Invalidations":2`, `"requestId":`} {
		if !strings.Contains(d.log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, d.log)
		}
	}
}

// TestCredentialsLost: a function that can't read any more ends. The queue
// delivers its messages again, to a fresh one.
func TestCredentialsLost(t *testing.T) {
	gate := faulttest.NewGate(t, s3test.Endpoint(t))
	d := deploy(t, map[string]string{"AWS_ENDPOINT_URL_S3": gate.URL})
	d.put(t, d.variants, "rose.jpg/-/w=1")
	event := purge.Message{ID: "m", Body: purgetest.Event(purgetest.Deleted, d.originals, "rose.jpg", "v1")}
	gate.Break(faulttest.Refuse(http.StatusBadRequest, "ExpiredToken"))
	result, err := d.Invoke(t.Context(), purgetest.Batch([]purge.Message{event}))
	if err != nil || result.Error == nil || result.Error.Type != "Runtime.ExitError" {
		t.Errorf("the function should have ended: %s, %v", result.Body, err)
	}
	gate.Mend()
	if failed := d.deliver(t, event); len(failed) > 0 || len(d.left(t)) > 0 {
		t.Errorf("afterwards failed: %q, left: %q\n%s", failed, d.left(t), d.log)
	}
}

var many = flag.Int("many", 0, "sweep this `number` of variants, and print time and memory")

// TestMany is for measuring by hand: go test ./purge -run Many -v -many 100000
func TestMany(t *testing.T) {
	if *many == 0 {
		t.Skip("-many says of how many variants")
	}
	d := deploy(t, nil)
	var filling sync.WaitGroup
	for part := range 8 {
		filling.Go(func() {
			for i := part; i < *many; i += 8 {
				name := fmt.Sprintf("rose.jpg/-/fm=webp,h=%d,q=%d,w=%d", i+1, i%100, i+2)
				if _, err := d.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &d.variants, Key: &name}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	filling.Wait()
	event := purge.Message{ID: "m", Body: purgetest.Event(purgetest.Deleted, d.originals, "rose.jpg", "v1")}
	begin := time.Now()
	for len(d.deliver(t, event)) > 0 {
		t.Logf("after %v some are left for the next delivery", time.Since(begin))
	}
	took := time.Since(begin)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.Pid()))
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	peak, _, _ = strings.Cut(peak, "\n")
	if left := d.left(t); len(left) > 0 {
		t.Errorf("%d are left", len(left))
	}
	t.Logf("%d variants in %v; the function's memory was at most %s", *many, took, strings.TrimSpace(peak))
}

// TestStarts: what is missing is told, all of it, before the first event.
func TestStarts(t *testing.T) {
	d := deploy(t, map[string]string{queueName: "", settleName: "901"})
	result, err := d.Invoke(t.Context(), purgetest.Batch(nil))
	if err != nil || result.Error == nil {
		t.Fatalf("it starts: %s, %v", result.Body, err)
	}
	for _, name := range []string{queueName, settleName} {
		if !strings.Contains(d.log.String(), name) {
			t.Errorf("the log doesn't name %s:\n%s", name, d.log)
		}
	}
}
