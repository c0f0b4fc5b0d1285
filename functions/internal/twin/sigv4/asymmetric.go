package sigv4

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"math/big"
)

// verifies reports whether a 4A signature of text is by the key pair that belongs to the secret.
func verifies(accessKey, secret, text string, value []byte) bool {
	key, err := keyPair(accessKey, secret)
	if err != nil {
		return false
	}
	hash := sha256.Sum256([]byte(text))
	return ecdsa.VerifyASN1(&key.PublicKey, hash[:], value)
}

// keyPair derives the key pair that a secret stands for: NIST's key derivation in counter mode with
// HMAC, tried until it gives a number that is a key.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key-sigv4a
func keyPair(accessKey, secret string) (key *ecdsa.PrivateKey, err error) {
	most := new(big.Int).Sub(elliptic.P256().Params().N, big.NewInt(2))
	for counter := 1; counter <= 254; counter++ {
		h := hmac.New(sha256.New, []byte("AWS4A"+secret))
		h.Write([]byte{0, 0, 0, 1})
		h.Write([]byte(asymmetric))
		h.Write([]byte{0})
		h.Write([]byte(accessKey))
		h.Write([]byte{byte(counter)})
		h.Write([]byte{0, 0, 1, 0}) // bits
		candidate := new(big.Int).SetBytes(h.Sum(nil))
		if candidate.Cmp(most) > 0 {
			continue
		}
		candidate.Add(candidate, big.NewInt(1))
		return ecdsa.ParseRawPrivateKey(elliptic.P256(), candidate.FillBytes(make([]byte, 32)))
	}
	return nil, incomplete("no key belongs to the secret")
}
