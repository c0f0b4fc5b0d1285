package config

import (
	"errors"
	"regexp"
	"strings"
	"time"
)

// Originals are the images as uploaded. Their bucket is versioned and survives the stack.
type Originals struct {
	// Bucket is the name of an existing bucket in the home region to read originals from. Default
	// empty, which makes one. Purging wants two things of an existing bucket that only its owner can
	// give: versioning, and notifications to EventBridge. It is encrypted by S3's own keys, or not at
	// all: for KMS's the function has no rights.
	Bucket string

	// Undo is how long an overwritten or deleted original can be brought back, in whole days.
	// Default 90 days; every version is paid for as long as it is kept. 0 for an existing bucket,
	// whose own lifecycle decides.
	Undo time.Duration

	// Fallback is the key of an original that is shown in place of those that are missing, with the
	// options that were asked for and still with status 404. Default empty, which shows nothing: the
	// answer is a problem in JSON. A page full of broken images may look better with it; but each
	// missing image is then made once a minute and edge, as often as somebody asks.
	Fallback string
}

// Variants are made from originals and can be made again at any time.
type Variants struct {
	// Expiry is the age at which a variant is deleted, in whole days. Default 90 days: storing a
	// variant for a month costs far less than making it again, and what nobody has asked for in a
	// quarter is not worth either. The edge caches for longer, so that a popular variant is not
	// made again for it.
	Expiry time.Duration
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// longestKey leaves 124 of the 1,024 bytes that S3 has for a key to the options behind it.
const longestKey = 900

// badKey finds what makes a key one that can't be asked for: control characters, and segments that are
// empty, "." or "..".
var badKey = regexp.MustCompile(`[\x00-\x1f\x7f-\x{9f}\x{fffe}\x{ffff}]|(^|/)\.{0,2}(/|$)`)

func (o Originals) validate() error {
	return errors.Join(o.validateBucket(), check(o.Fallback == "" || len(o.Fallback) <= longestKey && !badKey.MatchString(o.Fallback),
		"Originals.Fallback is %q: use an original's key of at most %d bytes, without a slash at its ends", o.Fallback, longestKey))
}

func (o Originals) validateBucket() error {
	if o.Bucket == "" {
		return wholeDays("Originals.Undo", o.Undo)
	}
	return errors.Join(
		check(bucketName.MatchString(o.Bucket) && !strings.Contains(o.Bucket, ".."),
			"Originals.Bucket is %q: use a bucket's name, without s3:// and without a path", o.Bucket),
		check(o.Undo == 0,
			"Originals.Undo is %s, but the bucket %q exists: set Undo to 0, the bucket's own lifecycle decides", o.Undo, o.Bucket),
	)
}

func (v Variants) validate() error { return wholeDays("Variants.Expiry", v.Expiry) }
