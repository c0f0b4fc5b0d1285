// Package keys brings the keys that URLs are signed with from Secrets Manager
// to the edge.
//
// CloudFormation generates each key as a secret in Secrets Manager. The edge
// function cannot read secrets, so somebody who may copies them into the
// stage's KeyValueStore: whoever deploys, once after each change of the stage's
// keys. No template and no function that is deployed ever holds a key.
package keys

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"primrose/functions/internal/keyvalue"
	"primrose/functions/internal/signature"
)

// most is how many keys a stage has at most: while keys are rotated, two, and
// imgix's token.
const most = 2

// Read reads a key from the secret of an ARN, in whatever region that is.
func Read(ctx context.Context, conf aws.Config, id, secret string) (signature.Key, error) {
	name, err := arn.Parse(secret)
	if err != nil || name.Service != "secretsmanager" {
		return signature.Key{}, fmt.Errorf("%q is no ARN of a secret", secret)
	}
	client := secretsmanager.NewFromConfig(conf, func(o *secretsmanager.Options) { o.Region = name.Region })
	value, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secret})
	if err != nil {
		return signature.Key{}, fmt.Errorf("read the secret of key %s: %w", id, err)
	}
	k := signature.Key{ID: id, Secret: aws.ToString(value.SecretString)}
	return k, k.Check()
}

// Part is what the store should hold of the keys.
func Part(keys []signature.Key) (keyvalue.Part, error) {
	secrets := map[string]string{}
	for _, k := range keys {
		if err := k.Check(); err != nil {
			return keyvalue.Part{}, err
		}
		if _, twice := secrets[k.ID]; twice {
			return keyvalue.Part{}, fmt.Errorf("key %s is named twice", k.ID)
		}
		secrets[k.ID] = k.Secret
	}
	if _, imgix := secrets[signature.Imgix]; len(secrets) > most && !(imgix && len(secrets) == most+1) {
		return keyvalue.Part{}, fmt.Errorf("%d keys are too many: a stage has %d at most, besides imgix's", len(secrets), most)
	}
	return keyvalue.Part{Prefix: signature.StorePrefix, Values: secrets}, nil
}
