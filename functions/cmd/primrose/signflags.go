package main

import (
	"errors"
	"flag"
	"fmt"
	"time"

	"primrose/functions/internal/signature"
)

// signFlags say by which key URLs are signed, and for how long.
type signFlags struct {
	id, file string
	imgix    bool
	lifetime time.Duration
}

// addKey adds the flags that name a key.
func (o *signFlags) addKey(flags *flag.FlagSet) {
	flags.StringVar(&o.id, "key-id", "", "`id` of the key, as the stage names it")
	flags.BoolVar(&o.imgix, "imgix", false, "sign as imgix's libraries do, by MD5 with its token, which needs no --key-id")
	flags.StringVar(&o.file, "key-file", "", "`file` that holds the key (default $"+keyVariable+")")
}

func (o *signFlags) add(flags *flag.FlagSet) {
	o.addKey(flags)
	flags.DurationVar(&o.lifetime, "expires", 0, "`time` for which the URL is valid, such as 24h (default for ever)")
}

// given tells whether they say that URLs are signed.
func (o *signFlags) given() bool { return o.imgix || o.id != "" }

func (o *signFlags) key() (signature.Key, error) {
	id := o.id
	if o.imgix {
		if id != "" {
			return signature.Key{}, fmt.Errorf("--imgix signs with imgix's token, --key-id %s with another key: which is meant?", id)
		}
		id = signature.Imgix
	}
	return readKey(id, o.file)
}

// signer signs path and query; nil if no key is named.
func (o *signFlags) signer() (func(target string) (string, error), error) {
	if !o.given() {
		if o.file != "" || o.lifetime != 0 {
			return nil, errors.New("--key-file and --expires sign with a key: name its id by --key-id")
		}
		return nil, nil
	}
	key, err := o.key()
	if err != nil {
		return nil, err
	}
	expires, err := o.expiry()
	if err != nil {
		return nil, err
	}
	return func(target string) (string, error) { return key.Sign(target, expires) }, nil
}

// expiry is when URLs expire; zero is never.
func (o *signFlags) expiry() (time.Time, error) {
	switch {
	case o.lifetime < 0:
		return time.Time{}, errors.New("--expires must not be negative")
	case o.lifetime > 0:
		return time.Now().Add(o.lifetime), nil
	}
	return time.Time{}, nil
}
