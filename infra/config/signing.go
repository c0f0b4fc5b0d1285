package config

import (
	"errors"
	"regexp"
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
}

// A SigningMode is whether URLs must be signed.
type SigningMode string

const (
	SigningOff      SigningMode = "off"
	SigningRequired SigningMode = "required"
)

const mostKeys = 2

var keyID = regexp.MustCompile(`^[a-z0-9-]{1,16}$`)

func (s Signing) validate() error {
	errs := []error{
		oneOf("Edge.Signing.Mode", s.Mode, SigningOff, SigningRequired),
		check(s.Mode != SigningRequired || len(s.Keys) > 0,
			"Edge.Signing.Mode is %q, but there is no key to sign with: put an id of your choice into Keys, such as \"2026a\"", s.Mode),
		check(len(s.Keys) <= mostKeys, "Edge.Signing.Keys has %d ids: keep the %d that are in use", len(s.Keys), mostKeys),
		distinct("Edge.Signing.Keys", s.Keys),
	}
	for i, id := range s.Keys {
		errs = append(errs, check(keyID.MatchString(id),
			"Edge.Signing.Keys[%d] is %q: use 1 to 16 lower-case letters, digits and dashes", i, id))
	}
	return errors.Join(errs...)
}
