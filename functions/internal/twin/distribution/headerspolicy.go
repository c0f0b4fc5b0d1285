package distribution

import (
	"errors"
	"fmt"
	"net/http"

	"primrose/functions/internal/twin/template"
)

// headersPolicy is what becomes of the headers of each answer.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
type headersPolicy struct {
	remove []string
	add    []addedHeader
}

type addedHeader struct {
	name, value string
	override    bool // whether it takes the place of the origin's
}

func newHeadersPolicies(stack *template.Stack) (map[string]*headersPolicy, error) {
	return policies(stack, "AWS::CloudFront::ResponseHeadersPolicy", func(p headersPolicyProperties) (*headersPolicy, error) {
		c := p.ResponseHeadersPolicyConfig
		policy := &headersPolicy{}
		for _, item := range c.RemoveHeadersConfig.Items {
			policy.remove = append(policy.remove, item.Header)
		}
		for _, item := range c.CustomHeadersConfig.Items {
			policy.add = append(policy.add, addedHeader{item.Header, item.Value, item.Override})
		}
		s := c.SecurityHeadersConfig
		if h := s.ContentSecurityPolicy; h != nil {
			policy.add = append(policy.add, addedHeader{"Content-Security-Policy", h.ContentSecurityPolicy, h.Override})
		}
		if h := s.ContentTypeOptions; h != nil {
			policy.add = append(policy.add, addedHeader{"X-Content-Type-Options", "nosniff", h.Override})
		}
		if h := s.FrameOptions; h != nil {
			policy.add = append(policy.add, addedHeader{"X-Frame-Options", h.FrameOption, h.Override})
		}
		if h := s.ReferrerPolicy; h != nil {
			policy.add = append(policy.add, addedHeader{"Referrer-Policy", h.ReferrerPolicy, h.Override})
		}
		if h := s.StrictTransportSecurity; h != nil {
			value := fmt.Sprintf("max-age=%d", h.AccessControlMaxAgeSec)
			if h.IncludeSubdomains {
				value += "; includeSubDomains"
			}
			if h.Preload {
				value += "; preload"
			}
			policy.add = append(policy.add, addedHeader{"Strict-Transport-Security", value, h.Override})
		}
		return policy, policy.check()
	})
}

func (p *headersPolicy) check() error {
	for _, h := range p.add {
		if h.name == "" || h.value == "" {
			return errors.New("a header to add has no name or no value")
		}
	}
	return nil
}

// apply changes the headers of an answer. A nil policy changes none.
func (p *headersPolicy) apply(h http.Header) {
	if p == nil {
		return
	}
	for _, name := range p.remove {
		h.Del(name)
	}
	for _, added := range p.add {
		if added.override || h.Get(added.name) == "" {
			h.Set(added.name, added.value)
		}
	}
}
