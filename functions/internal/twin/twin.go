// Package twin runs a synthesised stack without AWS: the very template and the very zips that would be
// deployed, each resource by what AWS documents of its service, over real HTTP. A template that would break
// in AWS breaks here as well; what the twin does not understand, it refuses.
//
// A part is a package: [template] reads, [identity] says who may what, [storage] is S3, [function] Lambda,
// [restapi] API Gateway, [change] what follows from an original that changed, [distribution] CloudFront,
// [control] the APIs by which people and programs ask AWS. They meet in the [network]. What AWS's APIs have in
// common, their protocols and signatures, is awsapi and sigv4.
package twin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"primrose/functions/internal/twin/change"
	"primrose/functions/internal/twin/control"
	"primrose/functions/internal/twin/distribution"
	"primrose/functions/internal/twin/function"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/logs"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/restapi"
	"primrose/functions/internal/twin/storage"
	"primrose/functions/internal/twin/template"
)

// Twin is a stack at work.
type Twin struct {
	Stack     *template.Stack
	Network   *network.Network
	Clock     *network.Clock // of all that ages or waits
	Identity  *identity.Directory
	Logs      *logs.Logs
	Functions *function.Functions
	Changes   *change.Chain
	Storage   *storage.Storage
	API       *restapi.API
	Edge      *distribution.Distribution
	Control   *control.Control
}

// New runs a stack. Its services are found in the network by AWS's names; [Twin.Close] ends them. An error
// names every resource and property that is not understood.
func New(stack *template.Stack, n *network.Network) (*Twin, error) {
	return start(stack, n, &network.Clock{})
}

func start(stack *template.Stack, n *network.Network, clock *network.Clock) (*Twin, error) {
	t := &Twin{Stack: stack, Network: n, Clock: clock}
	for _, step := range []func() error{t.principals, t.compute, t.store, t.deliver, t.administer, t.understood} {
		if err := step(); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", stack.Name, err), t.Close())
		}
	}
	t.open()
	return t, nil
}

func (t *Twin) principals() error {
	server, err := storage.Server(t.Stack.Region)
	if err != nil {
		return err
	}
	t.Identity, err = identity.New(t.Stack, server)
	return err
}

// compute makes the functions, and what invokes them.
func (t *Twin) compute() (err error) {
	if t.Logs, err = logs.New(t.Stack); err != nil {
		return err
	}
	t.Functions, err = function.New(t.Stack, function.Config{
		Roles: t.Identity,
		Logs:  t.Logs,
		Now:   t.Clock.Now,

		Given:     map[string]string{"AWS_ENDPOINT_URL": "https://" + t.Network.Address()},
		Authority: t.Network.AuthorityFile(),
	})
	if err != nil {
		return err
	}
	if t.API, err = restapi.New(t.Stack, restapi.Config{Functions: t.Functions, Callers: t.Identity, Now: t.Clock.Now}); err != nil {
		return err
	}
	t.Changes, err = change.New(t.Stack, change.Config{Functions: t.Functions, Permissions: t.Identity, Clock: t.Clock})
	return err
}

func (t *Twin) store() (err error) {
	t.Storage, err = storage.New(t.Stack, t.Identity, t.Changes.Observe)
	return err
}

func (t *Twin) deliver() (err error) {
	t.Edge, err = distribution.New(t.Stack, origins{t.Network.RoundTripper(), t.Storage}, t.Clock.Now)
	return err
}

func (t *Twin) administer() (err error) {
	t.Control, err = control.New(control.Config{
		Stack: t.Stack, Identity: t.Identity, Functions: t.Functions, Logs: t.Logs, Started: t.Clock.Now(),
		Storage: t.Storage,
		Others: map[string]http.Handler{
			"execute-api":              t.API,
			"cloudfront":               t.Edge.API(t.Identity.Authorize),
			"cloudfront-keyvaluestore": t.Edge.Stores(t.Identity.Authorize),
			"sqs":                      t.Changes.API(),
		},
	})
	return err
}

// open leads AWS's names to the services.
func (t *Twin) open() {
	for host, service := range t.hosts() {
		t.Network.Handle(host, service)
	}
	t.Network.Otherwise(secure(t.Control))
}

func (t *Twin) hosts() map[string]http.Handler {
	here := t.Stack.Region + ".amazonaws.com"
	hosts := map[string]http.Handler{
		"s3." + here:               t.Storage,
		"*.s3." + here:             t.Storage,
		t.API.Host():               known(t.API.Host(), t.API),
		t.Edge.Domain:              t.Edge,
		"*." + here:                t.Control,
		"cloudfront.amazonaws.com": t.Control,
		"sts.amazonaws.com":        t.Control,
		t.Stack.Account + ".cloudfront-kvs.global.api.aws": t.Control,
	}
	for _, alias := range t.Edge.Aliases {
		hosts[alias] = t.Edge
	}
	return hosts
}

// known has an API answer to its own name only, by which API Gateway tells it from others.
func known(host string, api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != host {
			w.Header().Set("X-Amzn-Errortype", "ForbiddenException")
			http.Error(w, `{"message":"Forbidden"}`, http.StatusForbidden)
			return
		}
		api.ServeHTTP(w, r)
	})
}

// secure has a request count as one by TLS, for people whose endpoint is the network's address itself: that
// link stands for one.
func secure(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			r.TLS = &tls.ConnectionState{}
		}
		service.ServeHTTP(w, r)
	})
}

// URL is where variants are served, without a slash at its end.
func (t *Twin) URL() string { return t.Stack.Outputs["Url"] }

// Outputs are the stack's.
func (t *Twin) Outputs() map[string]string { return t.Stack.Outputs }

// ServeHTTP answers for AWS's APIs, by whatever name they are asked.
func (t *Twin) ServeHTTP(w http.ResponseWriter, r *http.Request) { secure(t.Control).ServeHTTP(w, r) }

// Operator is the configuration of AWS's SDK for who may do anything in the stack.
func (t *Twin) Operator() aws.Config {
	key := t.Identity.Operator()
	return aws.Config{
		Region:      t.Stack.Region,
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKey, key.SecretKey, ""),
		HTTPClient:  t.Network.Client(),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} }, // what fails once is a finding
	}
}

// Age lets time pass in which buckets delete what has become old.
func (t *Twin) Age(ctx context.Context, d time.Duration) error {
	t.Clock.Advance(d)
	return t.Storage.Age(ctx, t.Clock.Now())
}

// Close ends what runs, and removes what was stored.
func (t *Twin) Close() error {
	var errs []error
	if t.Control != nil {
		for host := range t.hosts() {
			t.Network.Handle(host, nil)
		}
	}
	if t.Changes != nil {
		t.Changes.Close()
	}
	if t.Functions != nil {
		t.Functions.Close()
	}
	if t.Storage != nil {
		errs = append(errs, t.Storage.Close())
	}
	return errors.Join(errs...)
}

// origins is how the edge reaches its origins: what it wants signed, S3 signs for it.
type origins struct {
	network http.RoundTripper
	storage *storage.Storage
}

func (o origins) RoundTrip(r *http.Request) (*http.Response, error) {
	if source, wanted := distribution.Source(r.Context()); wanted {
		r = r.Clone(r.Context())
		if err := o.storage.Sign(r, "cloudfront.amazonaws.com", source); err != nil {
			return nil, err
		}
	}
	return o.network.RoundTrip(r)
}
