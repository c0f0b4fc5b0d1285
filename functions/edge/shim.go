package edge

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"modernc.org/quickjs"
)

// shim is what the function needs of CloudFront's runtime.
//
//go:embed shim.js
var shim string

// imports are the statements of which the shim's modules take the place, as they
// are written or minified.
var imports = regexp.MustCompile(`\bimport (\w+) from ?['"](\w+)['"];`)

// program is what runs: a function, and the KeyValueStore that it looks into.
type program struct {
	source string
	store  func(key string) (value string, ok bool)
}

// load runs the function's source, so that the shim can call it.
func (p program) load(vm *quickjs.VM) error {
	for name, function := range map[string]func([]any) (any, error){
		"digest": digestOf, "hmac": hmacOf, "encoded": encoded, "decoded": decoded, "stored": p.stored,
	} {
		if err := vm.RegisterHostFunc(name, function); err != nil {
			return err
		}
	}
	_, err := vm.Eval(shim+imports.ReplaceAllString(p.source, "const $1 = modules.$2;"), quickjs.EvalGlobal)
	return err
}

// hmacOf is called with the names of the hash, of which there is one, the
// secret, the text and the name of the encoding, of which there is one, too.
func hmacOf(args []any) (any, error) {
	if len(args) != 4 || args[0] != "sha256" || args[3] != "base64url" {
		return nil, errors.New("HMACs are by sha256 and in base64url")
	}
	h := hmac.New(sha256.New, fmt.Append(nil, args[1]))
	fmt.Fprint(h, args[2])
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)), nil
}

// digestOf is called with the names of the hash, of which there is one, the
// text and the name of the encoding, of which there is one, too.
func digestOf(args []any) (any, error) {
	if len(args) != 3 || args[0] != "md5" || args[2] != "hex" {
		return nil, errors.New("digests are by md5 and in hex")
	}
	return fmt.Sprintf("%x", md5.Sum(fmt.Append(nil, args[1]))), nil
}

// encoded and decoded are called with a text and the name of the encoding, of
// which there is one. What is no base64url is left out, and what is no UTF-8
// replaced, as CloudFront's Buffer does.
func encoded(args []any) (any, error) {
	if len(args) != 2 || args[1] != "base64url" {
		return nil, fmt.Errorf("no encoding by %v", args)
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Append(nil, args[0])), nil
}

func decoded(args []any) (any, error) {
	if len(args) != 2 || args[1] != "base64url" {
		return nil, fmt.Errorf("no decoding by %v", args)
	}
	text, _ := base64.RawURLEncoding.DecodeString(strings.Trim(fmt.Sprint(args[0]), "="))
	return strings.ToValidUTF8(string(text), "\ufffd"), nil
}

// stored looks into the KeyValueStore; null if it has no such key.
func (p program) stored(args []any) (any, error) {
	if p.store == nil {
		return nil, nil
	}
	if value, ok := p.store(fmt.Sprint(args...)); ok {
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
