package mistake

// distribution is the configuration of the edge, and behavior that of all its paths.
func (d *document) distribution() node {
	return d.of("CloudFront::Distribution", "").in("DistributionConfig")
}
func (d *document) behavior() node { return d.distribution().in("DefaultCacheBehavior") }

// origin is the bucket of variants, 0, or the API, 1.
func (d *document) origin(index string) node { return d.distribution().in("Origins." + index) }

func (d *document) group() node { return d.distribution().in("OriginGroups.Items.0") }

// key is what the cache tells variants apart by, besides the path.
func (d *document) key() node {
	return d.of("CloudFront::CachePolicy", "").in("CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin")
}

func (d *document) headers() node {
	return d.of("CloudFront::ResponseHeadersPolicy", "").in("ResponseHeadersPolicyConfig")
}

const (
	unneeded = "what nobody needs any more goes in time"

	same   = "what is no option makes no variant"
	policy = "an image is everybody's, and no document"
	aged   = "an original outlasts what was made of it"
	soon   = "an original that is missing is soon found"
)

var edge = []Mistake{
	{"a miss in the bucket does not lead on to the API", made, func(d *document) {
		codes := d.group().in("FailoverCriteria.StatusCodes")
		codes.set("Items", []any{404})
		codes.set("Quantity", 1)
	}},
	{"the API comes before the bucket", stored, func(d *document) {
		members := d.group().in("Members.Items").value.([]any)
		members[0], members[1] = members[1], members[0]
	}},
	{"the edge asks the bucket alone", made, func(d *document) {
		d.behavior().set("TargetOriginId", d.origin("0").in("Id").value)
	}},
	{"the edge asks the API alone", stored, func(d *document) {
		d.behavior().set("TargetOriginId", d.origin("1").in("Id").value)
	}},
	{"the path to the API's stage is wrong", made, func(d *document) { d.origin("1").set("OriginPath", "/prod") }},
	{"the path into the bucket is wrong", stored, func(d *document) { d.origin("0").set("OriginPath", "/variants") }},
	{"the edge asks the bucket of originals", stored, func(d *document) {
		d.origin("0").set("DomainName", map[string]any{"Fn::GetAtt": []any{d.id("S3::Bucket", "Originals"), "RegionalDomainName"}})
	}},
	{"the edge asks a host that there is not", made, func(d *document) { d.origin("1").set("DomainName", "api.example.invalid") }},
	{"the edge does not send the key", made, func(d *document) { d.origin("1").remove("OriginCustomHeaders") }},
	{"the edge does not ask the bucket as a script would", "any site's script may read an image", func(d *document) {
		d.origin("0").remove("OriginCustomHeaders")
	}},
	{"the edge does not sign what it asks of the bucket", stored, func(d *document) { d.origin("0").remove("OriginAccessControlId") }},
	{"the edge is told never to sign", stored, func(d *document) {
		d.of("CloudFront::OriginAccessControl", "").in("OriginAccessControlConfig").set("SigningBehavior", "never")
	}},
	{"the edge waits for a second only", heavy, func(d *document) { d.origin("1").in("CustomOriginConfig").set("OriginReadTimeout", 1) }},
	{"the edge tells the API its own name", made, func(d *document) {
		d.of("CloudFront::OriginRequestPolicy", "").in("OriginRequestPolicyConfig.HeadersConfig").set("Headers", []any{"host"})
	}},
	{"the edge function is not associated", made, func(d *document) { d.behavior().remove("FunctionAssociations") }},
	{"the edge function has no store", "a preset that was pushed is known", func(d *document) {
		d.of("CloudFront::Function", "").in("FunctionConfig").remove("KeyValueStoreAssociations")
	}},
	{"the edge serves without TLS", "who comes without TLS is sent back with it", func(d *document) { d.behavior().set("ViewerProtocolPolicy", "allow-all") }},
	{"each browser has variants of its own", same, func(d *document) {
		d.key().set("HeadersConfig", map[string]any{"HeaderBehavior": "whitelist", "Headers": []any{"Accept"}})
	}},
	{"each visitor has variants of their own", same, func(d *document) { d.key().set("CookiesConfig", map[string]any{"CookieBehavior": "all"}) }},
	{"variants are kept for a minute", "a variant stays at the edge for months", func(d *document) {
		policy := d.of("CloudFront::CachePolicy", "").in("CachePolicyConfig")
		policy.set("DefaultTTL", 60)
		policy.set("MaxTTL", 60)
	}},
	{"nothing is kept", "the edge keeps a variant", func(d *document) {
		policy := d.of("CloudFront::CachePolicy", "").in("CachePolicyConfig")
		policy.set("DefaultTTL", 0)
		policy.set("MaxTTL", 0)
	}},
	{"what is missing stays so for an hour", soon, func(d *document) {
		for _, r := range d.distribution().in("CustomErrorResponses").value.([]any) {
			if r := (node{r}); r.in("ErrorCode").value == 404.0 {
				r.set("ErrorCachingMinTTL", 3600)
			}
		}
	}},
	{"what is missing stays so as long as CloudFront likes", soon, func(d *document) {
		d.distribution().without("CustomErrorResponses", func(r node) bool { return r.in("ErrorCode").value == 404.0 })
	}},
	{"an image could be a document", policy, func(d *document) { d.headers().in("SecurityHeadersConfig").remove("ContentSecurityPolicy") }},
	{"browsers may guess what an image is", policy, func(d *document) { d.headers().in("SecurityHeadersConfig").remove("ContentTypeOptions") }},
	{"other caches do not know that browsers get what they like", policy, func(d *document) {
		d.headers().in("CustomHeadersConfig").without("Items", func(h node) bool { return h.text("Vary") })
	}},
	{"other sites may not show images", policy, func(d *document) {
		d.headers().in("CustomHeadersConfig").without("Items", func(h node) bool { return h.text("Cross-Origin-Resource-Policy") })
	}},
	{"viewers learn what is nobody's business", policy, func(d *document) { d.headers().remove("RemoveHeadersConfig") }},
	{"no policy says how images are served", policy, func(d *document) { d.behavior().remove("ResponseHeadersPolicyId") }},
	{"the bucket of originals deletes what is old", aged, func(d *document) {
		d.of("S3::Bucket", "Originals").in("LifecycleConfiguration.Rules.0").set("ExpirationInDays", 90)
		d.of("S3::Bucket", "Originals").in("LifecycleConfiguration.Rules.0").remove("ExpiredObjectDeleteMarker")
	}},
	{"the bucket of originals keeps what was replaced for ever", unneeded, func(d *document) {
		d.of("S3::Bucket", "Originals").in("LifecycleConfiguration.Rules.0").remove("NoncurrentVersionExpiration")
	}},
	{"the bucket of variants keeps parts of uploads for ever", unneeded, func(d *document) {
		d.of("S3::Bucket", "Variants").in("LifecycleConfiguration.Rules.0").remove("AbortIncompleteMultipartUpload")
	}},
	{"the bucket of variants keeps them for ever", aged, func(d *document) {
		d.of("S3::Bucket", "Variants").in("LifecycleConfiguration.Rules.0").remove("ExpirationInDays")
	}},
	{"the bucket of variants lets no script read", "any site's script may read an image", func(d *document) {
		d.of("S3::Bucket", "Variants").remove("CorsConfiguration")
	}},
}
