package keys

import (
	"fmt"
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
)

func open(t *testing.T, s *keystest.Server) *Store {
	t.Helper()
	store, err := Open(s.Config(), keystest.StoreARN)
	if err != nil {
		t.Fatal(err)
	}
	store.pause = 1
	return store
}

// holds is what a store with the keys holds, and what is none of ours.
func holds(keys ...signature.Key) map[string]string {
	held := map[string]string{"other": "kept", "keys": "kept", "z": "kept"}
	for _, k := range keys {
		held["key."+k.ID] = k.Secret
	}
	return held
}

func TestSet(t *testing.T) {
	for _, test := range []struct {
		name         string
		before, want []signature.Key
		changes      string
		updates      int
	}{
		{"the first key", nil, []signature.Key{first}, "[{2026a add}]", 1},
		{"a rotation begins", []signature.Key{first}, []signature.Key{first, second}, "[{2026a keep} {2026b add}]", 1},
		{"a rotation ends", []signature.Key{first, second}, []signature.Key{second}, "[{2026a remove} {2026b keep}]", 1},
		{"nothing new", []signature.Key{second, first}, []signature.Key{first, second}, "[{2026a keep} {2026b keep}]", 0},
		{"another secret", []signature.Key{{ID: first.ID, Secret: "old"}}, []signature.Key{first}, "[{2026a replace}]", 1},
		{"all else at once", []signature.Key{first, second}, []signature.Key{third}, "[{2026a remove} {2026b remove} {2026c add}]", 1},
		{"none", []signature.Key{first, second}, nil, "[{2026a remove} {2026b remove}]", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := keystest.Start(t)
			server.Held = holds(test.before...)
			store := open(t, server)
			planned, err := store.Plan(t.Context(), test.want)
			if err != nil || fmt.Sprint(planned) != test.changes || server.Updates != 0 {
				t.Errorf("planned %v, %v, want %s and nothing done", planned, err, test.changes)
			}
			changes, err := store.Set(t.Context(), test.want)
			if err != nil || fmt.Sprint(changes) != test.changes {
				t.Errorf("changed %v, %v, want %s", changes, err, test.changes)
			}
			if want := holds(test.want...); !maps.Equal(server.Held, want) || server.Updates != test.updates {
				t.Errorf("the store holds %v after %d updates, want %v after %d", server.Held, server.Updates, want, test.updates)
			}
		})
	}
}

// Two who push at once: the second begins again, on what the first left.
func TestSetWhileOthersDo(t *testing.T) {
	server := keystest.Start(t)
	store := open(t, server)
	others := 2
	server.Meanwhile = func() {
		if others--; others >= 0 {
			server.Others(fmt.Sprintf("key.other%d", others), "x")
		}
	}
	changes, err := store.Set(t.Context(), []signature.Key{first})
	if want := "[{2026a add} {other0 remove} {other1 remove}]"; err != nil || fmt.Sprint(changes) != want {
		t.Errorf("changed %v, %v, want %s", changes, err, want)
	}
	if !maps.Equal(server.Held, map[string]string{"key.2026a": first.Secret}) || server.Updates != 3 {
		t.Errorf("the store holds %v after %d updates", server.Held, server.Updates)
	}

	server.Meanwhile = func() { server.Others("busy", "x") }
	if changes, err := store.Set(t.Context(), []signature.Key{second}); err == nil || !strings.Contains(err.Error(), "try again") {
		t.Errorf("on a store that never rests: %v, %v", changes, err)
	}
}

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

func TestSetRefuses(t *testing.T) {
	server := keystest.Start(t)
	store := open(t, server)
	for _, keys := range [][]signature.Key{
		{first, second, third},
		{first, {ID: first.ID, Secret: second.Secret}},
		{{ID: "a", Secret: strings.Repeat("a", 31)}},
		{{ID: "a", Secret: strings.Repeat("a", 1025)}},
		{{ID: "a b", Secret: first.Secret}},
		{{ID: strings.Repeat("a", 17), Secret: first.Secret}},
		{{ID: "", Secret: first.Secret}},
	} {
		if changes, err := store.Set(t.Context(), keys); err == nil || server.Updates > 0 {
			t.Errorf("%v: %v", keys, changes)
		}
	}
	for _, arn := range []string{"", "store", keystest.SecretARN("a"), "arn:aws:cloudfront::1:distribution/E1"} {
		if _, err := Open(server.Config(), arn); err == nil {
			t.Errorf("opened %q", arn)
		}
	}
	gone, err := Open(server.Config(), strings.Replace(keystest.StoreARN, "4a1b", "ffff", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Set(t.Context(), []signature.Key{first}); err == nil || !strings.Contains(err.Error(), "find the store") {
		t.Errorf("a store that does not exist: %v", err)
	}
}
