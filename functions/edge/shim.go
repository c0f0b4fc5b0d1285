package edge

import (
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"regexp"

	"modernc.org/quickjs"
)

// shim is what the function needs of CloudFront's runtime.
//
//go:embed shim.js
var shim string

// imports are the statements of which the shim's modules take the place.
var imports = regexp.MustCompile(`(?m)^import (\w+) from '(\w+)';$`)

// load runs the stage's function, so that the shim can call it.
func (s Stage) load(vm *quickjs.VM) error {
	if err := vm.RegisterHostFunc("hmac", hmacOf); err != nil {
		return err
	}
	if err := vm.RegisterHostFunc("stored", s.stored); err != nil {
		return err
	}
	_, err := vm.Eval(shim+imports.ReplaceAllString(s.Source(), "const $1 = modules.$2;"), quickjs.EvalGlobal)
	return err
}

// hmacOf is called with the names of the hash, of which there is one, the
// secret, the text and the name of the encoding, of which there is one, too.
func hmacOf(args []any) (any, error) {
	if len(args) != 4 || args[0] != "sha256" || args[3] != "base64url" {
		return nil, fmt.Errorf("no HMAC of %d arguments, %v in %v", len(args), args[0], args[len(args)-1])
	}
	h := hmac.New(sha256.New, fmt.Append(nil, args[1]))
	fmt.Fprint(h, args[2])
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)), nil
}

// stored looks into the KeyValueStore; null if it has no such key.
func (s Stage) stored(args []any) (any, error) {
	if s.Store == nil {
		return nil, nil
	}
	if value, ok := s.Store(fmt.Sprint(args...)); ok {
		return value, nil
	}
	return nil, nil
}

// run has the shim handle one event.
func run(vm *quickjs.VM, event string) (string, error) {
	if _, err := vm.Call("call", event); err != nil {
		return "", err
	}
	if _, err := vm.ExecutePendingJobs(); err != nil {
		return "", err
	}
	value, err := vm.Call("result")
	if err != nil {
		return "", err
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("returned %T", value)
	}
	return text, nil
}
