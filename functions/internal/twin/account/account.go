// Package account is an AWS account in which nothing is yet, and what the CDK CLI does in one:
// bootstrap, deploy and destroy. It is what AWS's APIs say of stacks; what runs in a stack is others'.
//
//	AWS_ENDPOINT_URL=http://127.0.0.1:PORT npx cdk deploy
//
// A stack is deployed from what was uploaded, and from nothing else.
package account

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/sigv4"
)

// Deployed is a stack that runs.
type Deployed interface {
	http.Handler                // AWS's APIs of what is in it
	Outputs() map[string]string // the template's
	Close() error
}

// Launch runs a stack of the cloud assembly in a folder.
type Launch func(dir, stack string) (Deployed, error)

// Config is what an account needs.
type Config struct {
	ID     string // twelve digits
	Dir    string // an empty folder for what is deployed
	Launch Launch
}

// Account is an AWS account: a service for all of AWS's APIs at one address. Its one user is an
// administrator, who has the key of [s3server]'s owner.
type Account struct {
	Config

	mu         sync.Mutex
	bootstraps map[string]*bootstrap // by region
	stacks     []*stack              // in the order in which they were made; deleted ones, too
}

// New returns an account without any stacks.
func New(c Config) *Account {
	return &Account{Config: c, bootstraps: map[string]*bootstrap{}}
}

// Close ends all that runs in the account.
func (a *Account) Close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.stacks {
		s.close()
	}
	for _, b := range a.bootstraps {
		b.server.Close()
	}
}

// ServeHTTP leads a request to the service for which it is signed. What stacks answer, they verify.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, err := sigv4.Claimed(r)
	if err != nil {
		awsapi.RefuseJSON(w, awsapi.RPC11, err)
		return
	}
	switch caller.Service {
	case "sts", "cloudformation", "ssm":
		sigv4.Verified(a.secret, a.service).ServeHTTP(w, r)
	case "s3":
		a.serveS3(w, r, caller.Region)
	default:
		a.hand(w, r, caller)
	}
}

// service is one of the account's own.
func (a *Account) service(caller sigv4.Caller) http.Handler {
	switch region := caller.Region; caller.Service {
	case "sts":
		return awsapi.Query("https://sts.amazonaws.com/doc/2011-06-15/", a.tokens())
	case "cloudformation":
		return awsapi.Query("http://cloudformation.amazonaws.com/doc/2010-05-15/", a.cloudformation(region))
	default:
		return awsapi.JSON(awsapi.RPC11, "AmazonSSM.", a.store(region))
	}
}

func (a *Account) secret(accessKey string) (secret, principal string, known bool) {
	return s3server.SecretKey, "arn:aws:iam::" + a.ID + ":user/administrator", accessKey == s3server.AccessKey
}

// global are the services that belong to no region, though requests are signed for one.
var global = []string{"cloudfront", "cloudfront-keyvaluestore", "iam"}

// hand gives a request to the stack that runs in its region: the last one made there.
func (a *Account) hand(w http.ResponseWriter, r *http.Request, caller sigv4.Caller) {
	a.mu.Lock()
	var found Deployed
	for _, s := range a.stacks {
		elsewhere := s.region != caller.Region && !slices.Contains(global, caller.Service)
		if s.deployed != nil && !elsewhere && (found == nil || s.region == caller.Region) {
			found = s.deployed
		}
	}
	a.mu.Unlock()
	if found == nil {
		awsapi.RefuseJSON(w, awsapi.RPC11, awsapi.NewFault(http.StatusNotFound, "ResourceNotFoundException",
			fmt.Sprintf("no stack is deployed in %s of which %s could tell", caller.Region, caller.Service)))
		return
	}
	found.ServeHTTP(w, r)
}

// serveS3 serves the bucket of what is uploaded; other buckets belong to stacks.
func (a *Account) serveS3(w http.ResponseWriter, r *http.Request, region string) {
	bucket, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	a.mu.Lock()
	b := a.bootstraps[region]
	a.mu.Unlock()
	if b != nil && b.bucket == bucket {
		b.proxy.ServeHTTP(w, r)
		return
	}
	a.hand(w, r, sigv4.Caller{Service: "s3", Region: region})
}

// find returns the stack of a name or ARN, which are both called its name. A deleted one has only an
// ARN.
func (a *Account) find(region, name string) (*stack, error) {
	for _, s := range a.stacks {
		if s.region == region && (s.arn == name || s.name == name && s.status != deleted) {
			return s, nil
		}
	}
	return nil, invalid("Stack with id %s does not exist", cmp.Or(name, "(none)"))
}
