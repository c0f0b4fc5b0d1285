package config

// Purge is what happens to variants whose original was overwritten or deleted. Those that are stored
// always go.
type Purge struct {
	// Edge says whether those that the edge caches go as well. Default true. Each change of an
	// original costs two invalidations, of which CloudFront gives away 1,000 a month and sells
	// further ones for $0.005 (https://aws.amazon.com/cloudfront/pricing/, 2026-11). Without, viewers see the old
	// picture until the edge forgets it, a year at most.
	Edge bool
}
