package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"primrose/functions/internal/keys"
	"primrose/functions/internal/signature"
)

const keysHelp = `Make the edge know the keys that a stage's URLs are signed with: copy them from
Secrets Manager into the stage's KeyValueStore, and remove others from there.

Usage: primrose keys push --store <ARN> --secret <id>=<ARN> [--secret <id>=<ARN>] [flags]

  primrose keys push --dry-run --store arn:aws:cloudfront::123456789012:key-value-store/4a1b… \
    --secret 2026a=arn:aws:secretsmanager:eu-central-1:123456789012:secret:Key2026a-AbCdEf

A deploy prints the command for its stage. All changes are made at once, and no
key is ever shown. The id imgix is that of imgix's token. To rotate keys:

  1. Deploy the stage with both ids, the old one and the new one.
  2. Push both keys.
  3. A few minutes later, let those who sign change to the new key.
  4. Wait until the last URL that was signed with the old key has expired.
  5. Deploy the stage with the new id alone.
  6. Push the new key alone.

It takes the rights to secretsmanager:GetSecretValue and, on the store, to
cloudfront-keyvaluestore:DescribeKeyValueStore, ListKeys and UpdateKeys.
`

// keysOptions are the flags of keys push.
type keysOptions struct {
	pushOptions
	secrets   []keySecret
	removeAll bool
}

// keySecret says where the key of an id is.
type keySecret struct{ id, arn string }

func keysCommand(ctx context.Context, args []string) error {
	o, err := parseKeys(args)
	if err != nil {
		return err
	}
	store, conf, err := o.open(ctx)
	if err != nil {
		return err
	}
	wanted, err := o.read(ctx, conf)
	if err != nil {
		return err
	}
	part, err := keys.Part(wanted)
	if err != nil {
		return err
	}
	return o.push(ctx, store, part)
}

func parseKeys(args []string) (o keysOptions, err error) {
	flags := newFlags("keys push", keysHelp)
	o.add(flags)
	flags.Func("secret", "`id=ARN` of a key's secret; twice while keys are rotated", func(text string) error {
		id, arn, ok := strings.Cut(text, "=")
		if !ok {
			return errors.New("it takes the form id=ARN")
		}
		o.secrets = append(o.secrets, keySecret{id, arn})
		return nil
	})
	flags.BoolVar(&o.removeAll, "remove-all", false, "leave no key, which refuses every URL of a stage that wants signatures")
	if args, err = pushArgs(flags, "keys", args); err != nil {
		return o, err
	}
	if err := parse(flags, args); err != nil {
		return o, err
	}
	return o, o.check()
}

func (o keysOptions) check() error {
	switch {
	case len(o.secrets) == 0 && !o.removeAll:
		return errors.New("without --secret no key would be left: if that is meant, say --remove-all")
	case len(o.secrets) > 0 && o.removeAll:
		return fmt.Errorf("--remove-all leaves no key, --secret %s does: which is meant?", o.secrets[0].id)
	}
	return nil
}

func (o keysOptions) read(ctx context.Context, conf aws.Config) ([]signature.Key, error) {
	var read []signature.Key
	for _, secret := range o.secrets {
		key, err := keys.Read(ctx, conf, secret.id, secret.arn)
		if err != nil {
			return nil, fmt.Errorf("--secret: %w", err)
		}
		read = append(read, key)
	}
	return read, nil
}
