package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"primrose/functions/internal/link"
	"primrose/functions/internal/options"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/variant"
)

// keyVariable in the environment holds a secret, which as an argument would
// be for everybody on the machine to see.
const keyVariable = "PRIMROSE_KEY"

const signHelp = `Sign URLs, for a stage whose edge refuses those that are not signed.

Usage: primrose sign --key-id <id> | --imgix [flags] <URL>...

  primrose sign --key-id 2026a --key-file key.txt --expires 24h 'https://images.example.com/rose.jpg?w=300'
  export PRIMROSE_KEY=$(aws secretsmanager get-secret-value --secret-id <ARN> --query SecretString --output text)
  primrose sign --key-id 2026a '/rose.jpg?w=300' '/rose.jpg?w=600'
  primrose sign --imgix --key-file token.txt 'https://images.example.com/rose.jpg?w=300'

The key is read from a file, or else from PRIMROSE_KEY. It signs the path and
the query as they are sent: change nothing of them afterwards.
`

func signCommand(_ context.Context, args []string) error {
	var o signFlags
	flags := newFlags("sign", signHelp)
	o.add(flags)
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return explain(flags, "which URL?")
	}
	key, err := o.key()
	if err != nil {
		return err
	}
	expires, err := o.expiry()
	if err != nil {
		return err
	}
	for _, url := range flags.Args() {
		signed, err := signURL(key, url, expires)
		if err != nil {
			return fmt.Errorf("%s: %w", url, err)
		}
		fmt.Println(signed)
	}
	return nil
}

func readKey(id, file string) (signature.Key, error) {
	if file != "" {
		key, err := signature.ReadFile(id, file)
		if err != nil {
			return key, fmt.Errorf("--key-file: %w", err)
		}
		return key, nil
	}
	key := signature.Key{ID: id, Secret: strings.TrimSpace(os.Getenv(keyVariable))}
	if key.Secret == "" {
		return key, errors.New("there is no key: name its file by --key-file, or put it into " + keyVariable)
	}
	return key, key.Check()
}

// keyFlag is how the sign command is told the key's id.
func keyFlag(key signature.Key) string {
	if key.ID == signature.Imgix {
		return "--imgix"
	}
	return "--key-id " + key.ID
}

// signURL signs a URL, or a path, that the service would answer.
func signURL(key signature.Key, url string, expires time.Time) (string, error) {
	if strings.Contains(url, "#") {
		return "", errors.New("what follows # is never sent: leave it out, or write %23 for a # in the name")
	}
	origin, target := cutOrigin(url)
	signed, err := key.Sign(target, expires)
	if err != nil {
		return "", err
	}
	path, query, _ := strings.Cut(signed, "?")
	if _, err := variant.DecodeKey(path); err != nil {
		return "", err
	}
	if _, err := options.FromQuery(link.WithoutPreset(query), ""); err != nil {
		return "", err
	}
	return origin + signed, nil
}

// cutOrigin parts a URL before its path. A path has no origin.
func cutOrigin(url string) (origin, target string) {
	i := strings.Index(url, "://")
	if i < 0 {
		return "", url
	}
	host := i + len("://")
	if slash := strings.Index(url[host:], "/"); slash >= 0 {
		return url[:host+slash], url[host+slash:]
	}
	return url, ""
}
