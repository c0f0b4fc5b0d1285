// Package storage is a stack's S3: the template's buckets in a real S3 server,
// versitygw, whose own IAM enforces their policies and those of the roles, and
// before it a proxy that answers as AWS documents where the server differs.
package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// Storage serves the buckets of a stack, at the hosts of S3.
type Storage struct {
	server    *s3server.Server
	directory *identity.Directory
	account   string
	buckets   map[string]*held // by name
	observe   func(*http.Response) error
	transport *http.Transport // to the server
	proxy     *httputil.ReverseProxy
}

// held is a bucket that there is.
type held struct {
	events  bool // EventBridge learns of changes
	exposes bool // a CORS rule names headers that scripts may read
	policy  identity.Document
}

// Domain is what the hosts of a region's buckets end in.
func Domain(region string) string { return "s3." + region + ".amazonaws.com" }

var servers sync.Map // of func() (*s3server.Server, error), by region

// Server is the process's S3 server for a region, which all stacks there
// share: their buckets have different names.
func Server(region string) (*s3server.Server, error) {
	start, _ := servers.LoadOrStore(region, sync.OnceValues(func() (*s3server.Server, error) {
		return s3server.Start(s3server.Options{Region: region, Domain: Domain(region), TLS: true})
	}))
	return start.(func() (*s3server.Server, error))()
}

// New makes the buckets of a stack, in the server whose users directory's
// principals are. Observe sees the server's answers for buckets that tell
// EventBridge of changes, to requests whose path begins with the bucket's
// name.
func New(stack *template.Stack, directory *identity.Directory, observe func(*http.Response) error) (*Storage, error) {
	buckets, err := template.All[bucket](stack, "AWS::S3::Bucket")
	if err != nil {
		return nil, err
	}
	policies, err := template.All[bucketPolicy](stack, "AWS::S3::BucketPolicy")
	if err != nil {
		return nil, err
	}
	s := &Storage{server: directory.Server(), directory: directory, account: stack.Account, buckets: map[string]*held{}, observe: observe}
	s.transport = s.server.Transport()
	for _, b := range buckets {
		if err := s.create(b.Ref, b.Properties, policyOf(policies, b.Ref)); err != nil {
			return nil, fmt.Errorf("%s: %w", b, err)
		}
	}
	for _, p := range policies {
		if s.buckets[p.Properties.Bucket] == nil {
			return nil, fmt.Errorf("%s: the template has no bucket %s", p, p.Properties.Bucket)
		}
	}
	s.proxy = s.newProxy()
	return s, nil
}

// Close ends the connections to the server, which keeps the buckets as long as
// the process runs.
func (s *Storage) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

func policyOf(policies []template.Typed[bucketPolicy], bucket string) (policy identity.Document) {
	for _, p := range policies {
		if p.Properties.Bucket == bucket {
			policy = p.Properties.PolicyDocument
		}
	}
	return policy
}

// create makes a bucket as its owner.
func (s *Storage) create(name string, b bucket, policy identity.Document) error {
	if err := errors.Join(b.check(), b.permits(policy)); err != nil {
		return err
	}
	s.buckets[name] = &held{events: b.NotificationConfiguration.eventBridge(), exposes: exposes(b.CorsConfiguration.CorsRules), policy: policy}
	client, ctx := s.client(), context.Background()
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{
		Bucket:          &name,
		ObjectOwnership: types.ObjectOwnershipBucketOwnerEnforced,
	}); err != nil {
		return err
	}
	if b.VersioningConfiguration.Status != "" {
		if _, err := client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket:                  &name,
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		}); err != nil {
			return err
		}
	}
	if rules := b.CorsConfiguration.CorsRules; len(rules) > 0 {
		if _, err := client.PutBucketCors(ctx, &s3.PutBucketCorsInput{
			Bucket:            &name,
			CORSConfiguration: &types.CORSConfiguration{CORSRules: corsRules(rules)},
		}); err != nil {
			return err
		}
	}
	return s.putPolicy(ctx, client, name, policy)
}

func exposes(rules []corsRule) bool {
	return slices.ContainsFunc(rules, func(r corsRule) bool { return len(r.ExposedHeaders) > 0 })
}

func corsRules(rules []corsRule) []types.CORSRule {
	var all []types.CORSRule
	for _, r := range rules {
		all = append(all, types.CORSRule{
			AllowedHeaders: r.AllowedHeaders, AllowedMethods: r.AllowedMethods, AllowedOrigins: r.AllowedOrigins,
			ExposeHeaders: r.ExposedHeaders, MaxAgeSeconds: r.MaxAge,
		})
	}
	return all
}

// putPolicy gives the server what it can evaluate of a policy. What is said of
// services isn't: [Storage.Sign] sees to that.
func (s *Storage) putPolicy(ctx context.Context, client *s3.Client, name string, policy identity.Document) error {
	own := policy.ToUsers()
	if len(own.Statement) == 0 {
		return nil
	}
	text, err := json.Marshal(own)
	if err == nil {
		_, err = client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &name, Policy: new(string(text))})
	}
	return err
}

// client is of the buckets' owner.
func (s *Storage) client() *s3.Client {
	operator := s.directory.Operator()
	return s3.New(s3.Options{
		BaseEndpoint: new("http://" + s.server.Address),
		UsePathStyle: true,
		Region:       s.server.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(operator.AccessKey, operator.SecretKey, ""),
	})
}
