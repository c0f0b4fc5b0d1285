package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Day is the unit of everything that ages.
const Day = 24 * time.Hour

// A Service is everything that an operator may turn on one Primrose, wherever it is deployed.
type Service struct {
	Originals Originals
	Variants  Variants
	Image     Image
	Limits    Limits
	API       API
	Edge      Edge
	Purge     Purge
	Alarms    Alarms

	// TestEvents says whether the console offers ping, getSample and getDimensions as shared test
	// events of the image function. Default off: they live in a schema registry of a fixed name,
	// of which a region has but one.
	TestEvents TestEvents

	// Removal says what becomes of what cannot be made again, originals and signing keys, when the
	// stack is deleted. Default retain.
	Removal Removal
}

// Originals are the images as uploaded. Their bucket is versioned and survives the stack.
type Originals struct {
	// Bucket is the name of an existing bucket in the home region to read originals from. Default
	// empty, which makes one. Purging wants two things of an existing bucket that only its owner can
	// give: versioning, and notifications to EventBridge.
	Bucket string

	// Undo is how long an overwritten or deleted original can be brought back, in whole days.
	// Default 90 days; every version is paid for as long as it is kept. 0 for an existing bucket,
	// whose own lifecycle decides.
	Undo time.Duration
}

// Variants are made from originals and can be made again at any time.
type Variants struct {
	// Expiry is the age at which a variant is deleted, in whole days. Default 90 days: storing a
	// variant for a month costs far less than making it again, and what nobody has asked for in a
	// quarter is not worth either. The edge caches for longer, so that a popular variant is not
	// made again for it.
	Expiry time.Duration
}

// Image is the image function.
type Image struct {
	// Architecture of the processor, that of the purge function as well. Default arm64: cheaper for
	// the same speed.
	Architecture Architecture

	// Memory in MiB, 128–10,240. Lambda deals out processor time by memory; 1,769 is exactly one
	// processor, and what one image needs. Default 1,769.
	Memory int

	// Deadline is how long one image may take from its first byte to its last, in whole seconds,
	// 1–27. A job that takes longer is stopped. Default 25 s. The upper bound is API Gateway's: an
	// answer that is not streamed has 29 s, of which the function wants some for itself.
	Deadline time.Duration

	// Reserved is the concurrency kept for, and granted to, the function: a ceiling on cost.
	// Default 0, which reserves nothing; new accounts have a quota of 10 and refuse any
	// reservation.
	Reserved int

	// Provisioned is the number of environments kept warm, each of which is paid for by the hour.
	// Default 0: a cold start takes a fraction of a second, and happens once for each variant at
	// most.
	Provisioned int

	// Rollout is how a new version gets its traffic. Default canary: one request in ten for five
	// minutes, and back to the old version if an alarm goes off.
	Rollout Rollout

	// LogRetention is the age at which log lines are deleted: a number of days that CloudWatch
	// knows. Default 30 days.
	LogRetention time.Duration
}

// Limits are checked against an original before any of its pixels is decoded.
type Limits struct {
	// Bytes of the original, at least 1. Default 50 MB: larger originals leave too little time to
	// download them.
	Bytes int64

	// Pixels, width × height over all frames, at least 1. Default 100 million: about 400 MB when
	// decoded whole.
	Pixels int64

	// Frames of an animation, at least 1. Default 100.
	Frames int

	// Decoders are the formats served besides JPEG, PNG, WebP, GIF and AVIF. Default none: TIFF and
	// SVG parsers have the longest record of vulnerabilities, so an operator turns them on
	// knowingly.
	Decoders []Decoder
}

// API is the REST API behind the edge. It sees only what the Variants bucket does not have.
type API struct {
	// Rate is the mean requests per second that may reach the function, at least 1. Default 1,000.
	// Above it API Gateway answers 429, which the edge never keeps.
	Rate int

	// Burst is the most requests that may arrive at once above Rate, at least 1. Default 500.
	Burst int

	// KeyVersion numbers the secret key that only the edge holds, from 1. A higher number makes a
	// new key and removes the old one: this is how the key is rotated.
	KeyVersion int

	// Logs says where the API's access logs go. Default off: the function logs every request that
	// reaches it, CloudFront every one that a viewer makes.
	Logs APILogs
}

// Edge is the CloudFront distribution.
type Edge struct {
	// PriceClass says at which edges viewers are served. Default all of them.
	PriceClass PriceClass

	// Countries restricts who is served. Default nobody is refused.
	Countries Countries

	// Shield is the region of the one cache through which all others ask the origins, or empty for
	// none. Default none: it costs by the request, and pays where many edges ask for the same
	// variants.
	Shield string

	// Widths is the ladder of widths in pixels, ascending, to which the edge rounds what is asked for
	// up. Default empty, which serves any width: a ladder keeps viewers from making variants without
	// end.
	Widths []int

	// Signing says whether URLs must be signed.
	Signing Signing
}

// Signing is by HMAC-SHA256 with a key that the service generates.
type Signing struct {
	// Mode is whether an unsigned URL is refused. Default off.
	Mode SigningMode

	// Keys are the ids of the valid keys, at most two: while keys are rotated both the old and the
	// new one are valid. 1 to 16 lower-case letters, digits and dashes. A new id makes a new key.
	Keys []string
}

// Countries are two-letter codes of ISO 3166-1; at most one of the lists may have any.
type Countries struct {
	Allow []string // nobody else is served
	Deny  []string // everybody else is served
}

// Purge is what happens to variants whose original was overwritten or deleted. Those that are stored
// always go.
type Purge struct {
	// Edge says whether those that the edge caches go as well. Default true. Each change of an
	// original costs two invalidations, of which CloudFront gives away 1,000 a month and sells
	// further ones for $0.005 (https://aws.amazon.com/cloudfront/pricing/, 2026-11). Without, viewers see the old
	// picture until the edge forgets it, a year at most.
	Edge bool
}

// Alarms are told to somebody, or to nobody: an alarm without a receiver shows in the console only.
type Alarms struct {
	// Email gets a message for each alarm, and two to confirm the subscription by, because alarms
	// of the edge come from us-east-1. Default empty.
	Email string

	// Topic and EdgeTopic are the ARNs of existing SNS topics, in the home region and in us-east-1.
	// Default empty, which makes them. Either both or none, and instead of Email.
	Topic, EdgeTopic string
}

// An Architecture is a processor architecture by its name at AWS.
type Architecture string

const (
	ARM64  Architecture = "arm64"
	X86_64 Architecture = "x86_64"
)

// A Decoder is the name of a format that is off by default.
type Decoder string

const (
	TIFF Decoder = "tiff"
	SVG  Decoder = "svg"
)

// A PriceClass is a set of edges by its name in CDK.
type PriceClass string

const (
	PriceClass100 PriceClass = "PRICE_CLASS_100" // North America, Europe and Israel
	PriceClass200 PriceClass = "PRICE_CLASS_200" // and Asia, Africa, the Middle East
	PriceClassAll PriceClass = "PRICE_CLASS_ALL" // and South America, Australia
)

// A Removal is what becomes of a resource without its stack.
type Removal string

const (
	Retain  Removal = "retain"
	Destroy Removal = "destroy" // which a bucket that is not empty refuses
)

// A Rollout is how a new version of the image function gets its traffic.
type Rollout string

const (
	AllAtOnce Rollout = "all-at-once"
	Canary    Rollout = "canary" // a tenth for five minutes, then all
	Linear    Rollout = "linear" // a tenth more each minute
)

// APILogs is where API Gateway writes its access logs.
type APILogs string

const (
	NoAPILogs   APILogs = "off"
	Firehose    APILogs = "firehose"     // to a bucket, by way of Firehose
	AccountRole APILogs = "account-role" // to CloudWatch, where the account has the role that API Gateway wants for it
)

// A SigningMode is whether URLs must be signed.
type SigningMode string

const (
	SigningOff      SigningMode = "off"
	SigningRequired SigningMode = "required"
)

// TestEvents is how far the stack goes for test events.
type TestEvents string

const (
	NoTestEvents       TestEvents = "off"
	Schemas            TestEvents = "schemas"              // where the registry exists, as soon as anybody shared a test event
	SchemasAndRegistry TestEvents = "schemas-and-registry" // where it does not
)

// Default is the service as it comes.
func Default() Service {
	return Service{
		Originals: Originals{Undo: 90 * Day},
		Variants:  Variants{Expiry: 90 * Day},
		Image: Image{
			Architecture: ARM64,
			Memory:       1769,
			Deadline:     25 * time.Second,
			Rollout:      Canary,
			LogRetention: 30 * Day,
		},
		Limits: Limits{Bytes: 50_000_000, Pixels: 100_000_000, Frames: 100},
		API:    API{Rate: 1000, Burst: 500, KeyVersion: 1, Logs: NoAPILogs},
		Edge:   Edge{PriceClass: PriceClassAll, Signing: Signing{Mode: SigningOff}},
		Purge:  Purge{Edge: true},

		TestEvents: NoTestEvents,
		Removal:    Retain,
	}
}

// The chain of times, from the inside out, each longer than what it waits for:
//
//	Deadline < FirstByte < Timeout
//
// The worker is stopped at the deadline, so the function answers by itself; the edge waits for that
// answer's first byte; and only what streams for minutes is ever cut.
const (
	settle    = 10 * time.Second // to fetch the original's head, store the variant and answer
	streaming = 50 * time.Second // 100 MB through API Gateway: 10 MB at once, the rest at 2 MB/s
)

// FirstByte is how long the edge waits for the first byte, and then for each next one.
func (i Image) FirstByte() time.Duration { return i.Deadline + settle }

// Timeout is how long one invocation may take, the streaming of its answer included. API Gateway
// waits as long.
func (i Image) Timeout() time.Duration { return i.FirstByte() + streaming }

// Validate reports everything that is wrong with the service, joined into one error.
func (s Service) Validate() error {
	return errors.Join(
		days("Originals.Undo", s.Originals.Undo),
		days("Variants.Expiry", s.Variants.Expiry),
		oneOf("Image.Architecture", s.Image.Architecture, ARM64, X86_64),
		between("Image.Memory", s.Image.Memory, 128, 10240, "MiB"),
		check(s.Image.Deadline%time.Second == 0, "Image.Deadline is %s: use whole seconds", s.Image.Deadline),
		between("Image.Deadline", s.Image.Deadline, time.Second, 27*time.Second, ""),
		between("Image.Reserved", s.Image.Reserved, 0, math.MaxInt32, "executions"),
		logRetention(s.Image.LogRetention),
		between("Limits.Bytes", s.Limits.Bytes, 1, math.MaxInt64, "bytes"),
		between("Limits.Pixels", s.Limits.Pixels, 1, math.MaxInt64, "pixels"),
		between("Limits.Frames", s.Limits.Frames, 1, math.MaxInt32, "frames"),
		decoders(s.Limits.Decoders),
		between("API.Rate", s.API.Rate, 1, math.MaxInt32, "requests per second"),
		between("API.Burst", s.API.Burst, 1, math.MaxInt32, "requests"),
		between("API.KeyVersion", s.API.KeyVersion, 1, math.MaxInt32, ""),
		oneOf("Edge.PriceClass", s.Edge.PriceClass, PriceClass100, PriceClass200, PriceClassAll),
	)
}

// between checks an ordered field; unit may be empty.
func between[T int | int64 | time.Duration](field string, v, low, high T, unit string) error {
	if unit != "" {
		unit = " " + unit
	}
	return check(low <= v && v <= high, "%s is %v: use %v to %v%s", field, v, low, high, unit)
}

func oneOf[T ~string](field string, v T, allowed ...T) error {
	return check(slices.Contains(allowed, v), "%s is %q: use one of %q", field, v, allowed)
}

func days(field string, d time.Duration) error {
	return check(d >= Day && d%Day == 0, "%s is %s: use one or more whole days", field, d)
}

// The retention times that CloudWatch Logs accepts, up to two years.
var retentionDays = []time.Duration{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731}

func logRetention(d time.Duration) error {
	return check(d%Day == 0 && slices.Contains(retentionDays, d/Day),
		"Image.LogRetention is %s: CloudWatch knows only %d days", d, retentionDays)
}

func decoders(ds []Decoder) error {
	var errs []error
	for i, d := range ds {
		errs = append(errs,
			oneOf(fmt.Sprintf("Limits.Decoders[%d]", i), d, TIFF, SVG),
			check(!slices.Contains(ds[:i], d), "Limits.Decoders names %q twice: once is enough", d))
	}
	return errors.Join(errs...)
}
