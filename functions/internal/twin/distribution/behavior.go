package distribution

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"primrose/functions/internal/twin/template"
)

// behavior is what is done with the requests for some paths.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
type behavior struct {
	pattern         *regexp.Regexp
	protocol        string
	allowed, cached []string // methods
	function        *function
	cache           cachePolicy
	forward         *forwarded // by the origin request policy; nil: what is in the cache's key
	headers         *headersPolicy
	origins         group
}

// parts are what behaviours refer to, by what they call it.
type parts struct {
	caches    map[string]cachePolicy
	requests  map[string]*forwarded
	headers   map[string]*headersPolicy
	origins   map[string]group
	functions map[string]*function
}

func newRequestPolicies(stack *template.Stack) (map[string]*forwarded, error) {
	return policies(stack, "AWS::CloudFront::OriginRequestPolicy", func(p requestPolicyProperties) (*forwarded, error) {
		c := p.OriginRequestPolicyConfig
		f, err := newForwarded(c.HeadersConfig, c.CookiesConfig, c.QueryStringsConfig)
		return &f, err
	})
}

func (p parts) behavior(c cacheBehavior) (*behavior, error) {
	b := &behavior{pattern: pattern(c.PathPattern), protocol: c.ViewerProtocolPolicy, allowed: c.AllowedMethods, cached: c.CachedMethods}
	read := []string{"GET", "HEAD"} // what both are without a word
	if b.allowed == nil {
		b.allowed = read
	}
	if b.cached == nil {
		b.cached = read
	}
	err := errors.Join(
		find(p.caches, "CachePolicyId", c.CachePolicyId, &b.cache),
		find(p.origins, "TargetOriginId", c.TargetOriginId, &b.origins),
	)
	err = errors.Join(err, b.check(c))
	if c.OriginRequestPolicyId != "" {
		err = errors.Join(err, find(p.requests, "OriginRequestPolicyId", c.OriginRequestPolicyId, &b.forward))
	}
	if c.ResponseHeadersPolicyId != "" {
		err = errors.Join(err, find(p.headers, "ResponseHeadersPolicyId", c.ResponseHeadersPolicyId, &b.headers))
	}
	for _, associated := range c.FunctionAssociations {
		if associated.EventType != "viewer-request" || b.function != nil {
			err = errors.Join(err, fmt.Errorf("FunctionAssociations: one for viewer-request is understood, not %s", associated.EventType))
		}
		err = errors.Join(err, find(p.functions, "FunctionARN", associated.FunctionARN, &b.function))
	}
	if err != nil {
		return nil, fmt.Errorf("the behaviour for %q: %w", c.PathPattern, err)
	}
	return b, nil
}

func find[P any](all map[string]P, property, id string, to *P) error {
	found, ok := all[id]
	if !ok {
		return fmt.Errorf("%s %q is none of this stack's", property, id)
	}
	*to = found
	return nil
}

// Sets of methods, of which CloudFront takes no others.
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_AllowedMethods.html
var methods = [][]string{{"GET", "HEAD"}, {"GET", "HEAD", "OPTIONS"}, {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}}

func (b *behavior) check(c cacheBehavior) error {
	isSet := func(some []string) bool {
		sorted := slices.Sorted(slices.Values(some))
		return slices.ContainsFunc(methods, func(set []string) bool { return slices.Equal(set, sorted) })
	}
	switch {
	case !slices.Contains([]string{"allow-all", "https-only", "redirect-to-https"}, b.protocol):
		return fmt.Errorf("ViewerProtocolPolicy is %q", b.protocol)
	case !isSet(b.allowed) || !isSet(b.cached) || len(b.cached) > 3 || len(b.cached) > len(b.allowed):
		return fmt.Errorf("AllowedMethods %s and CachedMethods %s are no sets that CloudFront takes", b.allowed, b.cached)
	case len(b.origins.members) > 1 && len(b.allowed) > 3:
		return errors.New("AllowedMethods of a group of origins are GET, HEAD and OPTIONS at most")
	case c.Compress:
		return errors.New("the twin compresses nothing: Compress has to be false")
	}
	return nil
}

// pattern compiles a path pattern: an asterisk stands for any characters, a question mark for one, and
// the leading slash may be left out. The default behaviour has none, and matches all.
func pattern(text string) *regexp.Regexp {
	if text == "" {
		text = "*"
	}
	text = regexp.QuoteMeta(strings.TrimPrefix(text, "/"))
	text = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(text)
	return regexp.MustCompile(`^/?` + text + `$`)
}

// matches compares the path without dot segments and double slashes, though it is forwarded with them.
func (b *behavior) matches(raw string) bool {
	clean := path.Clean("/" + raw)
	if strings.HasSuffix(raw, "/") && clean != "/" {
		clean += "/"
	}
	return b.pattern.MatchString(clean)
}
