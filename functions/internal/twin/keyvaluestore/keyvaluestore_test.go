package keyvaluestore_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore/types"
	"github.com/aws/smithy-go"

	"primrose/functions/internal/keyvalue"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/keyvaluestore"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/template"
)

const written = `{"Resources": {"Store": {"Type": "AWS::CloudFront::KeyValueStore", "Properties": {"Name": "store", "Comment": "for tests"}}}}`

// start serves a store at the name where AWS's clients look for it. What is denied are actions.
func start(t *testing.T, denied ...string) (*keyvaluestore.Store, aws.Config) {
	t.Helper()
	stack, err := template.Parse([]byte(written), t.TempDir(), "edge")
	if err != nil {
		t.Fatal(err)
	}
	stores, err := keyvaluestore.All(stack, time.Unix(1_800_000_000, 0))
	if err != nil || len(stores) != 1 {
		t.Fatalf("%d stores, %v", len(stores), err)
	}
	n, err := network.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	var store *keyvaluestore.Store
	for _, store = range stores {
	}
	n.Handle(stack.Account+".cloudfront-kvs.global.api.aws", keyvaluestore.API(stores, func(_, action, resource string) error {
		operation, ours := strings.CutPrefix(action, "cloudfront-keyvaluestore:")
		if !ours || slices.Contains(denied, operation) || resource != store.ARN {
			return awsapi.NewFault(http.StatusForbidden, "AccessDeniedException", "not authorized to perform: "+action)
		}
		return nil
	}))
	return store, aws.Config{HTTPClient: n.Client(), Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", "")}
}

// The command's own way to change a store works, however many pages and updates it takes.
func TestPush(t *testing.T) {
	store, conf := start(t)
	client, err := keyvalue.Open(conf, store.ARN)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 120, 3} {
		part := keyvalue.Part{Prefix: "key.", Values: map[string]string{}}
		want := map[string]string{}
		for i := range n {
			part.Values[fmt.Sprint(i)] = "secret"
			want[fmt.Sprint("key.", i)] = "secret"
		}
		if _, err := client.Set(t.Context(), part); err != nil {
			t.Fatal(err)
		}
		if held := store.Values(); !maps.Equal(held, want) {
			t.Errorf("holds %d values, want %d", len(held), n)
		}
	}
}

func TestKeys(t *testing.T) {
	store, conf := start(t)
	client := cloudfrontkeyvaluestore.NewFromConfig(conf)
	described, err := client.DescribeKeyValueStore(t.Context(), &cloudfrontkeyvaluestore.DescribeKeyValueStoreInput{KvsARN: &store.ARN})
	if err != nil || aws.ToString(described.Status) != "READY" || described.Created.Unix() != 1_800_000_000 {
		t.Fatalf("%+v, %v", described, err)
	}
	const key = "a key/of several"
	put, err := client.PutKey(t.Context(), &cloudfrontkeyvaluestore.PutKeyInput{KvsARN: &store.ARN, Key: new(key), Value: new("välue"), IfMatch: described.ETag})
	if err != nil || *put.ItemCount != 1 || *put.TotalSizeInBytes != int64(len(key)+len("välue")) {
		t.Fatalf("%+v, %v", put, err)
	}
	got, err := client.GetKey(t.Context(), &cloudfrontkeyvaluestore.GetKeyInput{KvsARN: &store.ARN, Key: new(key)})
	if err != nil || *got.Value != "välue" || *got.Key != key {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := client.DeleteKey(t.Context(), &cloudfrontkeyvaluestore.DeleteKeyInput{KvsARN: &store.ARN, Key: new(key), IfMatch: put.ETag}); err != nil {
		t.Error(err)
	}
	if _, err := client.GetKey(t.Context(), &cloudfrontkeyvaluestore.GetKeyInput{KvsARN: &store.ARN, Key: new(key)}); code(err) != "ResourceNotFoundException" {
		t.Errorf("a key that is deleted: %v", err)
	}
}

// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_kvs_UpdateKeys.html
func TestRefused(t *testing.T) {
	store, conf := start(t, "ListKeys")
	client := cloudfrontkeyvaluestore.NewFromConfig(conf)
	puts := func(n int, key, value string) (all []types.PutKeyRequestListItem) {
		for i := range n {
			all = append(all, types.PutKeyRequestListItem{Key: new(fmt.Sprint(key, i)), Value: &value})
		}
		return all
	}
	for _, test := range []struct {
		name, version string
		puts          []types.PutKeyRequestListItem
		want          string
	}{
		{"nothing", "KV0", nil, "ValidationException"},
		{"too many", "KV0", puts(51, "", ""), "ValidationException"},
		{"a long key", "KV0", puts(1, strings.Repeat("a", 512), ""), "ValidationException"},
		{"a long value", "KV0", puts(1, "", strings.Repeat("a", 1025)), "ValidationException"},
		{"twice the same", "KV0", append(puts(1, "", ""), puts(1, "", "")...), "ValidationException"},
		{"another version", "KV1", puts(1, "", ""), "ConflictException"},
		{"all that is taken", "KV0", puts(50, strings.Repeat("a", 500), strings.Repeat("a", 1024)), ""},
	} {
		_, err := client.UpdateKeys(t.Context(), &cloudfrontkeyvaluestore.UpdateKeysInput{KvsARN: &store.ARN, IfMatch: &test.version, Puts: test.puts})
		if code(err) != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if _, err := client.ListKeys(t.Context(), &cloudfrontkeyvaluestore.ListKeysInput{KvsARN: &store.ARN}); code(err) != "AccessDeniedException" {
		t.Errorf("by who may not: %v", err)
	}
	other := strings.Replace(store.ARN, "key-value-store/", "key-value-store/0", 1)
	if _, err := client.DescribeKeyValueStore(t.Context(), &cloudfrontkeyvaluestore.DescribeKeyValueStoreInput{KvsARN: &other}); code(err) != "ResourceNotFoundException" {
		t.Errorf("another store: %v", err)
	}
}

func code(err error) string {
	if fault, ok := errors.AsType[smithy.APIError](err); ok {
		return fault.ErrorCode()
	}
	return ""
}
