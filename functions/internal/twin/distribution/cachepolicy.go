package distribution

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"primrose/functions/internal/twin/template"
)

// cachePolicy says what tells objects apart in the cache, and how long they stay there.
type cachePolicy struct {
	forwarded
	least, usual, most time.Duration
}

func newCachePolicies(stack *template.Stack) (map[string]cachePolicy, error) {
	return policies(stack, "AWS::CloudFront::CachePolicy", func(p cachePolicyProperties) (policy cachePolicy, err error) {
		c := p.CachePolicyConfig
		key := c.ParametersInCacheKeyAndForwardedToOrigin
		if key.EnableAcceptEncodingBrotli || key.EnableAcceptEncodingGzip {
			return policy, errors.New("the twin compresses nothing: EnableAcceptEncodingGzip and …Brotli have to be false")
		}
		if c.MinTTL == nil || c.DefaultTTL == nil || c.MaxTTL == nil {
			return policy, errors.New("MinTTL, DefaultTTL and MaxTTL are required")
		}
		policy.least, policy.usual, policy.most = seconds(*c.MinTTL), seconds(*c.DefaultTTL), seconds(*c.MaxTTL)
		if policy.least < 0 || policy.usual < policy.least || policy.most < policy.usual {
			return policy, errors.New("MinTTL, DefaultTTL and MaxTTL do not ascend from 0")
		}
		if b := key.HeadersConfig.HeaderBehavior; b != "none" && b != "whitelist" {
			return policy, fmt.Errorf("HeaderBehavior is %q", b)
		}
		policy.forwarded, err = newForwarded(key.HeadersConfig, key.CookiesConfig, key.QueryStringsConfig)
		return policy, err
	})
}

// policies are the resources of a type by what a behaviour calls them.
func policies[T, P any](stack *template.Stack, typ string, policy func(T) (P, error)) (map[string]P, error) {
	found, err := template.All[T](stack, typ)
	if err != nil {
		return nil, err
	}
	all := map[string]P{}
	for _, resource := range found {
		if all[resource.Ref], err = policy(resource.Properties); err != nil {
			return nil, fmt.Errorf("%s: %w", resource, err)
		}
	}
	return all, nil
}

func seconds[N int | int64](n N) time.Duration { return time.Duration(n) * time.Second }

// key tells the objects apart of which requests are for.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html
func (p cachePolicy) key(q *request) string {
	lines := []string{q.path, "?" + query(q.query, p.queries.has), "Cookie: " + cookies(q.header, p.cookies.has)}
	told := header(q.header, p.headers.has)
	for _, name := range slices.Sorted(maps.Keys(told)) {
		lines = append(lines, name+": "+strings.Join(told[name], ","))
	}
	return strings.Join(lines, "\n")
}

// lifetime is how long an answer of an origin is fresh, and how long after that it may be served while
// a newer one is fetched, which is not for longer than the most together. One that isn't kept may not be
// served to anybody else.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
func (p cachePolicy) lifetime(h http.Header, now time.Time) (fresh, stale time.Duration, kept bool) {
	control := directives(h)
	if control.has("no-store", "private") || h.Get("Vary") == "*" {
		return p.least, 0, p.least > 0
	}
	fresh, said := control.age("s-maxage")
	if !said {
		fresh, said = control.age("max-age")
	}
	if expires, err := http.ParseTime(h.Get("Expires")); !said && err == nil {
		fresh, said = expires.Sub(now), true
	}
	switch {
	case control.has("no-cache"):
		fresh = 0
	case !said:
		fresh = p.usual
	}
	fresh = max(p.least, min(fresh, p.most))
	stale, _ = control.age("stale-while-revalidate")
	return fresh, min(stale, p.most-fresh), true
}

// control are the directives of Cache-Control by their names in lower case.
type control map[string]string

func directives(h http.Header) control {
	all := control{}
	for part := range strings.SplitSeq(strings.Join(h["Cache-Control"], ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		all[strings.ToLower(name)] = strings.Trim(value, `"`)
	}
	return all
}

func (c control) has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := c[name]; return ok })
}

// maxAge is a hundred years, the longest that CloudFront knows.
const maxAge = 100 * 365 * 24 * 60 * 60

func (c control) age(name string) (time.Duration, bool) {
	n, err := strconv.ParseInt(c[name], 10, 64)
	if err != nil || n < 0 {
		return 0, false
	}
	return seconds(min(n, maxAge)), true
}
