package config

import (
	"errors"
	"regexp"
	"slices"
)

// Signing is by HMAC-SHA256 with a key that the service generates.
type Signing struct {
	// Mode is whether an unsigned URL is refused. Default off, and required in Prod: whoever may ask for
	// any variant decides what you pay.
	Mode SigningMode

	// Keys are the ids of the valid keys, at most two: while keys are rotated both the old and the
	// new one are valid. 1 to 16 lower-case letters, digits and dashes. A new id makes a new key.
	// Default none, and 2026a in Prod. While Mode is off they are made all the same, so that URLs can be
	// signed before they must be.
	Keys []string

	// Imgix takes URLs that imgix's client libraries signed, too: by MD5, with a token that is a secret
	// of its own. Put the token of your source at imgix into it, and pages that have such URLs keep
	// working. Default false: prefer Keys for what is signed anew.
	Imgix bool
}

// A SigningMode is whether URLs must be signed.
type SigningMode string

const (
	SigningOff      SigningMode = "off"      // signatures are ignored
	SigningOptional SigningMode = "optional" // an unsigned URL is served, a wrong signature refused: to try before requiring
	SigningRequired SigningMode = "required"
)

const mostKeys = 2

// ImgixKey is the id of the secret that holds imgix's token.
const ImgixKey = "imgix"

var keyID = regexp.MustCompile(`^[a-z0-9-]{1,16}$`)

// Secrets are the ids of all secrets that the edge verifies with.
func (s Signing) Secrets() []string {
	if s.Imgix {
		return append(slices.Clone(s.Keys), ImgixKey)
	}
	return s.Keys
}

func (s Signing) validate() error {
	errs := []error{
		oneOf("Edge.Signing.Mode", s.Mode, SigningOff, SigningOptional, SigningRequired),
		check(s.Mode == SigningOff || len(s.Secrets()) > 0,
			"Edge.Signing.Mode is %q, but there is no key to sign with: put an id of your choice into Keys, such as \"2026a\"", s.Mode),
		check(len(s.Keys) <= mostKeys, "Edge.Signing.Keys has %d ids: keep the %d that are in use", len(s.Keys), mostKeys),
		distinct("Edge.Signing.Keys", s.Keys),
	}
	for i, id := range s.Keys {
		errs = append(errs,
			check(keyID.MatchString(id), "Edge.Signing.Keys[%d] is %q: use 1 to 16 lower-case letters, digits and dashes", i, id),
			check(id != ImgixKey, "Edge.Signing.Keys[%d] is %q, which signs in a way of its own: set Imgix instead", i, id))
	}
	return errors.Join(errs...)
}
