package config

import (
	"errors"
	"slices"
)

// Edge is the CloudFront distribution.
type Edge struct {
	// PriceClass says at which edges viewers are served. Default all of them.
	PriceClass PriceClass

	// Countries restricts who is served. Default nobody is refused.
	Countries Countries

	// Shield is the region of the one cache through which all others ask the origins, or empty for
	// none; best the home region, or the nearest to it that CloudFront has one in. Default none: it
	// costs by the request, and pays where many edges ask for the same variants.
	Shield string

	// Widths is the ladder of widths in pixels, ascending, to which the edge rounds what is asked for
	// up: at most 40, each 1–8,192. Default empty, which serves any width. A ladder makes pages that ask
	// for many widths share few variants; it doesn't keep anybody from asking for ever new heights or
	// qualities, which only Signing does.
	Widths []int

	// Signing says whether URLs must be signed.
	Signing Signing

	// Playground serves the page on which one tries options at /playground.html, by the same rules as an
	// image: where URLs must be signed, its own must be, too, and the page signs what it asks for with
	// a key that its user types. Default false. While it is on, an original of that key can't be asked for.
	Playground bool

	// Metrics has CloudFront measure what it asks money for: how long the origins take, and how much
	// comes from the cache. Default true: they are eight, for $2.40 a month
	// (https://aws.amazon.com/cloudwatch/pricing/, 2026-11).
	Metrics bool
}

// A PriceClass is a set of edges by its name in CDK.
type PriceClass string

const (
	PriceClass100 PriceClass = "PRICE_CLASS_100" // North America, Europe and Israel
	PriceClass200 PriceClass = "PRICE_CLASS_200" // and Asia, Africa, the Middle East
	PriceClassAll PriceClass = "PRICE_CLASS_ALL" // and South America, Australia
)

// The ladder's bounds: its rungs stand in the edge function, whose code has 10,240 bytes, and no
// variant is wider than the option w may say.
const (
	mostWidths  = 40
	widestWidth = 8192
)

// Shields are the regions with a cache that may be the one before the origins.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-shield.html#choose-origin-shield-region
var Shields = []string{
	"us-east-1", "us-east-2", "us-west-2", "sa-east-1",
	"eu-central-1", "eu-west-1", "eu-west-2",
	"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
}

func (e Edge) validate() error {
	return errors.Join(
		oneOf("Edge.PriceClass", e.PriceClass, PriceClass100, PriceClass200, PriceClassAll),
		e.Countries.validate(),
		check(e.Shield == "" || slices.Contains(Shields, e.Shield),
			"Edge.Shield is %q: use the nearest of %q, or leave it empty", e.Shield, Shields),
		validateWidths(e.Widths),
		e.Signing.validate(),
	)
}

func validateWidths(widths []int) error {
	errs := []error{check(len(widths) <= mostWidths, "Edge.Widths has %d widths: use at most %d", len(widths), mostWidths)}
	for i, w := range widths {
		errs = append(errs,
			check(1 <= w && w <= widestWidth, "Edge.Widths[%d] is %d: use 1 to %d pixels", i, w, widestWidth),
			check(i == 0 || widths[i-1] < w, "Edge.Widths[%d] is %d: put the widths in ascending order, each once", i, w))
	}
	return errors.Join(errs...)
}
