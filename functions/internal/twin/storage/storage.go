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
	events    bool // EventBridge learns of changes
	exposes   bool // a CORS rule names headers that scripts may read
	lifecycle []lifecycleRule
	policy    identity.Document
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
	attached, err := byBucket(policies)
	if err != nil {
		return nil, err
	}
	for _, b := range buckets {
		if err := s.create(b.Ref, b.Properties, attached[b.Ref]); err != nil {
			return nil, fmt.Errorf("%s: %w", b, err)
		}
		delete(attached, b.Ref)
	}
	for name := range attached {
		return nil, fmt.Errorf("a policy is for the bucket %s, which the template doesn't have", name)
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

// byBucket are the buckets' policies, of which each has one at most.
func byBucket(policies []template.Typed[bucketPolicy]) (map[string]identity.Document, error) {
	attached := map[string]identity.Document{}
	for _, p := range policies {
		if _, twice := attached[p.Properties.Bucket]; twice {
			return nil, fmt.Errorf("%s is a second policy of its bucket", p)
		}
		if err := p.Properties.PolicyDocument.OfResource(); err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		attached[p.Properties.Bucket] = p.Properties.PolicyDocument
	}
	return attached, nil
}

// create makes a bucket as its owner.
func (s *Storage) create(name string, b bucket, policy identity.Document) error {
	if err := errors.Join(b.check(), b.permits(policy)); err != nil {
		return err
	}
	s.buckets[name] = &held{b.NotificationConfiguration.eventBridge(), exposes(b.CorsConfiguration.CorsRules), b.LifecycleConfiguration.Rules, policy}
	owner, ctx := s.owner(), context.Background()
	_, err := owner.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name, ObjectOwnership: types.ObjectOwnershipBucketOwnerEnforced})
	if err == nil && b.VersioningConfiguration.Status != "" {
		_, err = owner.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket:                  &name,
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		})
	}
	if rules := b.CorsConfiguration.CorsRules; err == nil && len(rules) > 0 {
		_, err = owner.PutBucketCors(ctx, &s3.PutBucketCorsInput{
			Bucket:            &name,
			CORSConfiguration: &types.CORSConfiguration{CORSRules: corsRules(rules)},
		})
	}
	// What is said of services the server doesn't know, and Sign sees to.
	if users := policy.ToUsers(); err == nil && len(users.Statement) > 0 {
		var text []byte
		if text, err = json.Marshal(users); err == nil {
			_, err = owner.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &name, Policy: new(string(text))})
		}
	}
	return err
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

// owner is a client of the buckets' owner.
func (s *Storage) owner() *s3.Client {
	operator := s.directory.Operator()
	return s3.New(s3.Options{
		BaseEndpoint: new("http://" + s.server.Address),
		UsePathStyle: true,
		Region:       s.server.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(operator.AccessKey, operator.SecretKey, ""),
	})
}
