package signature

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Key is what signs.
type Key struct {
	ID     string // as the stage names it
	Secret string // the text of the stage's secret
}

// StorePrefix begins the keys of the KeyValueStore under which secrets are.
const StorePrefix = "key."

// StoreKey is the key of the KeyValueStore under which the secret of an id is.
func StoreKey(id string) string { return StorePrefix + id }

// Lengths of a secret in bytes. Nobody guesses 32 letters and digits; imgix's
// tokens are shorter, and it is imgix that makes them; and a value in the
// KeyValueStore has at most 1 KB.
const (
	minSecret = 32
	minToken  = 8
	maxSecret = 1024
)

var (
	keyID  = regexp.MustCompile(`^[a-z0-9-]{1,16}$`)
	secret = regexp.MustCompile(`^[!-~]+$`)
)

// Check says what is wrong with a key, but never the secret.
func (k Key) Check() error {
	least := minSecret
	if k.legacy() {
		least = minToken
	}
	switch {
	case !keyID.MatchString(k.ID):
		return fmt.Errorf("%q is no key's id: use 1 to 16 lower-case letters, digits and dashes", k.ID)
	case len(k.Secret) < least || len(k.Secret) > maxSecret:
		return fmt.Errorf("the secret of key %s has %d characters: use %d to %d", k.ID, len(k.Secret), least, maxSecret)
	case !secret.MatchString(k.Secret):
		return fmt.Errorf("the secret of key %s holds spaces, line breaks or characters beyond ASCII: use what keyboards have", k.ID)
	}
	return nil
}

// ReadFile reads a key's secret from a file, which may end in a line break.
func ReadFile(id, name string) (Key, error) {
	if name == "" {
		return Key{}, errors.New("name the file that holds the key")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return Key{}, err
	}
	k := Key{id, strings.TrimSpace(string(text))}
	return k, k.Check()
}
