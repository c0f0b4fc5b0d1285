package template

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const secretType = "AWS::SecretsManager::Secret"

type secret struct {
	Description          NoBearing   // for people
	GenerateSecretString *generation // without, a secret has no value, and no reference to it can be resolved
}

// generation says of what a secret is made.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html
type generation struct {
	ExcludeCharacters                                                      string
	ExcludeLowercase, ExcludeUppercase, ExcludeNumbers, ExcludePunctuation bool
	IncludeSpace                                                           bool
	PasswordLength                                                         *int  // 1 to 4,096 characters, 32 by default
	RequireEachIncludedType                                                *bool // true by default
}

// secret makes the value of a resource that is a secret.
func (r *resolver) secret(id string) error {
	found := r.stack.resources[id]
	if found.Type != secretType {
		return nil
	}
	r.user = id
	resolved, err := r.resolve(orEmpty(r.doc.Resources[id].Properties))
	if err != nil {
		return err
	}
	properties, err := decode[secret](resolved)
	if err != nil {
		return err
	}
	r.stack.claim(id)
	if properties.GenerateSecretString == nil {
		return nil
	}
	r.stack.secrets[found.ARN], err = properties.GenerateSecretString.generate(r.stack.seed + id)
	return err
}

// generate makes the value that belongs to a seed.
func (g generation) generate(seed string) (string, error) {
	length := 32
	if g.PasswordLength != nil {
		length = *g.PasswordLength
	}
	if length < 1 || length > 4096 {
		return "", fmt.Errorf("PasswordLength is %d, and must be from 1 to 4,096", length)
	}
	kinds := g.kinds()
	all := strings.Join(kinds, "")
	if all == "" {
		return "", errors.New("GenerateSecretString excludes all characters")
	}
	random := source("secret", seed)
	value := make([]byte, length)
	for i := range value {
		value[i] = all[random.IntN(len(all))]
	}
	if g.RequireEachIncludedType == nil || *g.RequireEachIncludedType {
		if length < len(kinds) {
			return "", fmt.Errorf("PasswordLength is %d, less than the %d kinds of characters", length, len(kinds))
		}
		for i, place := range random.Perm(length)[:len(kinds)] {
			value[place] = kinds[i][random.IntN(len(kinds[i]))]
		}
	}
	return string(value), nil
}

// kinds are the characters that are allowed, by kind.
func (g generation) kinds() []string {
	kinds := []string{}
	for _, kind := range []struct {
		in         bool
		characters string
	}{
		{!g.ExcludeLowercase, "abcdefghijklmnopqrstuvwxyz"},
		{!g.ExcludeUppercase, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{!g.ExcludeNumbers, "0123456789"},
		{!g.ExcludePunctuation, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
		{g.IncludeSpace, " "},
	} {
		if kind.in {
			kinds = append(kinds, strings.Map(g.included, kind.characters))
		}
	}
	return slices.DeleteFunc(kinds, func(kind string) bool { return kind == "" })
}

func (g generation) included(c rune) rune {
	if strings.ContainsRune(g.ExcludeCharacters, c) {
		return -1
	}
	return c
}

// dynamic is a reference that is resolved as the resource is created, and
// secretsmanager its one kind that is understood: the secret's ARN, then
// always SecretString, a key, a stage and a version.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
var (
	dynamic        = regexp.MustCompile(`\{\{resolve:[^}]*\}\}`)
	secretsmanager = regexp.MustCompile(`^\{\{resolve:secretsmanager:(arn:[^}]*?):SecretString(?::(?::(?:AWSCURRENT)?:?)?)?\}\}$`)
)

// dynamic resolves the dynamic references in a value's texts.
func (r *resolver) dynamic(v any) (any, error) {
	var errs []error
	switch v := v.(type) {
	case string:
		text := dynamic.ReplaceAllStringFunc(v, func(reference string) string {
			value, err := r.secretValue(reference)
			errs = append(errs, err)
			return value
		})
		return text, errors.Join(errs...)
	case []any:
		for i, item := range v {
			value, err := r.dynamic(item)
			v[i], errs = value, append(errs, err)
		}
	case map[string]any:
		for name, member := range v {
			value, err := r.dynamic(member)
			v[name], errs = value, append(errs, err)
		}
	}
	return v, errors.Join(errs...)
}

func (r *resolver) secretValue(reference string) (string, error) {
	parts := secretsmanager.FindStringSubmatch(reference)
	if parts == nil {
		return "", fmt.Errorf("the reference %s is not understood", reference)
	}
	value, ok := r.stack.secrets[parts[1]]
	if !ok {
		return "", fmt.Errorf("the template has no secret %s, or gives it no value", parts[1])
	}
	return value, nil
}
