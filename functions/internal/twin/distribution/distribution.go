// Package distribution is a CloudFront distribution as a template describes it: one edge, with its cache,
// that does to each request what AWS documents.
//
// What a request could not show is passed over and says so where its property stands; what the package
// doesn't obey is refused.
package distribution

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"primrose/functions/internal/twin/keyvaluestore"
	"primrose/functions/internal/twin/template"
)

// Distribution is one. It serves viewers: by HTTPS those whose requests came by TLS, by HTTP the others.
type Distribution struct {
	ID, ARN string
	// Domain is CloudFront's name for it, and Aliases are its others.
	Domain  string
	Aliases []string

	network   http.RoundTripper
	clock     func() time.Time
	behaviors []*behavior // the first that matches; the last matches all
	errors    errorCaching
	tagHeader string
	stores    map[string]*keyvaluestore.Store
	cache     *cache

	invalidations invalidations
}

// New makes the distribution of a stack. Its requests to origins go by origins; see [Source] for those
// that have to be signed. Objects age by the clock.
func New(stack *template.Stack, origins http.RoundTripper, clock func() time.Time) (*Distribution, error) {
	found, err := template.One[distributionProperties](stack, "AWS::CloudFront::Distribution")
	if err != nil {
		return nil, err
	}
	c := found.Properties.DistributionConfig
	d := &Distribution{
		ID: found.Ref, ARN: found.ARN, Domain: found.Attributes["DomainName"], Aliases: c.Aliases,
		network: origins, clock: clock, tagHeader: c.CacheTagConfig.HeaderName, cache: newCache(),
	}
	if d.stores, err = keyvaluestore.All(stack, clock()); err != nil {
		return nil, err
	}
	if err := d.configure(stack, c); err != nil {
		return nil, fmt.Errorf("%s: %w", found, err)
	}
	return d, nil
}

func (d *Distribution) configure(stack *template.Stack, c distributionConfig) (err error) {
	if !c.Enabled {
		return errors.New("it is not enabled")
	}
	if kind := cmp.Or(c.Restrictions.GeoRestriction.RestrictionType, "none"); kind != "none" {
		return fmt.Errorf("GeoRestriction is a %s; the twin's viewers are in no country", kind)
	}
	if d.errors, err = newErrorCaching(c.CustomErrorResponses); err != nil {
		return err
	}
	p, err := d.parts(stack, c)
	if err != nil {
		return err
	}
	for i, one := range append(slices.Clone(c.CacheBehaviors), c.DefaultCacheBehavior) {
		if isDefault := i == len(c.CacheBehaviors); isDefault != (one.PathPattern == "") {
			return errors.New("each of CacheBehaviors has a PathPattern, and DefaultCacheBehavior has none")
		}
		b, err := p.behavior(one)
		if err != nil {
			return err
		}
		d.behaviors = append(d.behaviors, b)
	}
	return nil
}

func (d *Distribution) parts(stack *template.Stack, c distributionConfig) (p parts, _ error) {
	var errs [5]error
	p.caches, errs[0] = newCachePolicies(stack)
	p.requests, errs[1] = newRequestPolicies(stack)
	p.headers, errs[2] = newHeadersPolicies(stack)
	p.origins, errs[3] = newOrigins(stack, c)
	p.functions, errs[4] = newFunctions(stack, d)
	return p, errors.Join(errs[:]...)
}

// ServeHTTP implements [http.Handler].
func (d *Distribution) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newID()
	a := d.answer(r, id)
	if a == nil {
		panic(http.ErrAbortHandler) // the viewer has gone
	}
	a.write(w, r, d.Domain, id)
}

func newID() string {
	random := make([]byte, 40)
	rand.Read(random) // never fails
	return base64.URLEncoding.EncodeToString(random)
}

func (d *Distribution) answer(r *http.Request, id string) *answer {
	q, refused := newRequest(r, id)
	if refused != nil {
		return refused
	}
	b := d.behavior(q.path)
	switch {
	case !slices.Contains(b.allowed, q.method):
		return refusal(http.StatusForbidden, "This distribution does not allow this method.")
	case r.TLS == nil && b.protocol == "https-only":
		return refusal(http.StatusForbidden, "This distribution is read by HTTPS.")
	case r.TLS == nil && b.protocol == "redirect-to-https":
		return toHTTPS(r)
	}
	if b.function != nil {
		if a := b.function.call(r.Context(), q, r.Host); a != nil {
			return a
		}
	}
	a := d.serve(r.Context(), b, q)
	if a != nil {
		a.policy = b.headers
	}
	return a
}

func (d *Distribution) behavior(path string) *behavior {
	i := slices.IndexFunc(d.behaviors, func(b *behavior) bool { return b.matches(path) })
	return d.behaviors[i] // the default matches
}

// serve answers from the cache, or asks the origins. It returns nil if the viewer goes meanwhile.
func (d *Distribution) serve(ctx context.Context, b *behavior, q *request) *answer {
	f := d.newFetch(b, q)
	if !slices.Contains(b.cached, q.method) || b.cache.most == 0 { // which is how a policy switches caching off
		return f.pass(ctx)
	}
	now := d.clock()
	found, flight := d.cache.enter(f.keys, now)
	switch {
	case found.isFresh(now):
		return found.hit(now)
	case found.isUsable(now):
		if flight == nil {
			go func() { // nobody waits for it
				defer d.cache.leave(f.own())
				f.fetch(context.WithoutCancel(ctx), found)
			}()
		}
		return found.hit(now)
	case flight != nil:
		waitFor(ctx, flight)
		since, now := now, d.clock()
		if found := d.cache.arrived(f.keys, since, now); found != nil {
			return found.hit(now)
		}
		return f.fetch(ctx, nil) // what the other got was for itself alone
	}
	defer d.cache.leave(f.own())
	return f.fetch(ctx, found)
}

func (o *object) hit(now time.Time) *answer {
	a := &answer{response: *o.response, age: new(o.age(now)), result: "Hit"}
	if o.status >= 400 {
		a.result = "Error"
	}
	return a
}
