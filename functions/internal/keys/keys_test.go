package keys

import (
	"maps"
	"strings"
	"testing"

	"primrose/functions/internal/keystest"
	"primrose/functions/internal/signature"
)

var (
	first  = signature.Key{ID: "2026a", Secret: strings.Repeat("a", 43)}
	second = signature.Key{ID: "2026b", Secret: strings.Repeat("b", 43)}
	third  = signature.Key{ID: "2026c", Secret: strings.Repeat("c", 43)}
	token  = signature.Key{ID: signature.Imgix, Secret: "FOO123bar"}
)

func TestRead(t *testing.T) {
	server := keystest.Start(t)
	server.Secrets[keystest.SecretARN("a")] = first.Secret
	server.Secrets[keystest.SecretARN("short")] = "hunter2"
	server.Secrets[keystest.SecretARN("json")] = `{"key": "` + first.Secret + `"}`
	if k, err := Read(t.Context(), server.Config(), first.ID, keystest.SecretARN("a")); err != nil || k != first {
		t.Errorf("read %v, %v", k, err)
	}
	for id, arn := range map[string]string{
		"b":    keystest.SecretARN("none"),
		"c":    keystest.SecretARN("short"),
		"d":    keystest.SecretARN("json"),
		"e":    keystest.StoreARN,
		"f":    "short",
		"KEY ": keystest.SecretARN("a"),
	} {
		_, err := Read(t.Context(), server.Config(), id, arn)
		if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), first.Secret) {
			t.Errorf("%s: %v, want an error that tells nobody the secret", arn, err)
		}
	}
}

func TestPart(t *testing.T) {
	got, err := Part([]signature.Key{first, token, second})
	want := map[string]string{"2026a": first.Secret, "2026b": second.Secret, "imgix": token.Secret}
	if err != nil || got.Prefix != "key." || !maps.Equal(got.Values, want) {
		t.Errorf("%v, %v", got, err)
	}
	for _, keys := range [][]signature.Key{
		{first, second, third},
		{first, second, third, token},
		{first, {ID: first.ID, Secret: second.Secret}},
		{{ID: "a", Secret: strings.Repeat("a", 31)}},
		{{ID: "a", Secret: strings.Repeat("a", 1025)}},
		{{ID: "a b", Secret: first.Secret}},
		{{ID: strings.Repeat("a", 17), Secret: first.Secret}},
		{{ID: "", Secret: first.Secret}},
	} {
		if got, err := Part(keys); err == nil {
			t.Errorf("%v: %v", keys, got)
		}
	}
}
