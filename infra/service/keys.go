package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
)

// keys are what URLs are signed with. CloudFormation generates a secret for each id; the edge function
// reads a copy, which somebody who may read secrets pushes into the store, so that no template, log or
// function of ours ever holds a key. Imgix's token is generated, too, for somebody to put the one that
// imgix made in its place: CloudFormation leaves a secret's value alone once it is there.
type keys struct {
	store   awscloudfront.KeyValueStore
	secrets map[string]awssecretsmanager.Secret // by id
}

// newKeys adds the store even where nothing is signed: presets are in it, too, and pushing keys needs it
// before the edge function demands them. It goes with the stack whatever becomes
// of the secrets: it holds but copies, and its name would keep the stack from being made again.
func newKeys(scope constructs.Construct, p Props) keys {
	c := constructs.NewConstruct(scope, new("Keys"))
	store := awscloudfront.NewKeyValueStore(c, new("Store"), &awscloudfront.KeyValueStoreProps{
		KeyValueStoreName: name(c, "keys"),
		Comment:           new("Primrose: the keys that URLs are signed with, and the presets"),
	})
	store.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY)

	secrets := map[string]awssecretsmanager.Secret{}
	for _, id := range p.Edge.Signing.Secrets() {
		secrets[id] = newSigningKey(c, id, removal(p.Removal))
	}
	return keys{store, secrets}
}

func newSigningKey(scope constructs.Construct, id string, removal awscdk.RemovalPolicy) awssecretsmanager.Secret {
	secret := awssecretsmanager.NewSecret(scope, new("Key-"+id), &awssecretsmanager.SecretProps{
		Description: new("Primrose: the key " + id + " that URLs are signed with."),
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
			PasswordLength:     new(43.0), // letters and digits: 256 bits
			ExcludePunctuation: new(true),
		},
		RemovalPolicy: removal,
	})
	accept(secret, "AwsSolutions-SMG4",
		"Who signs and the edge have to change keys one after the other, which two ids in Edge.Signing.Keys do.")
	return secret
}
