package keyvalue

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"primrose/functions/internal/keystest"
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

// part has a value for each of the names, the name thrice unless it follows.
func part(names ...string) Part {
	values := map[string]string{}
	for _, name := range names {
		name, value, given := strings.Cut(name, "=")
		if !given {
			value = strings.Repeat(name, 3)
		}
		values[name] = value
	}
	return Part{"key.", values}
}

// holds is what a store with the part holds, and what is none of it.
func holds(p Part) map[string]string {
	held := map[string]string{"preset.a": "kept", "keys": "kept", "z": "kept"}
	for name, value := range p.Values {
		held["key."+name] = value
	}
	return held
}

func TestSet(t *testing.T) {
	for _, test := range []struct {
		name         string
		before, want Part
		changes      string
		updates      int
	}{
		{"the first", part(), part("a"), "[{a add}]", 1},
		{"a rotation begins", part("a"), part("a", "b"), "[{a keep} {b add}]", 1},
		{"a rotation ends", part("a", "b"), part("b"), "[{a remove} {b keep}]", 1},
		{"nothing new", part("b", "a"), part("a", "b"), "[{a keep} {b keep}]", 0},
		{"another value", part("a=old"), part("a"), "[{a replace}]", 1},
		{"all else at once", part("a", "b"), part("c"), "[{a remove} {b remove} {c add}]", 1},
		{"none", part("a", "b"), part(), "[{a remove} {b remove}]", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := keystest.Start(t)
			server.Store.Put(holds(test.before))
			store := open(t, server)
			planned, err := store.Plan(t.Context(), test.want)
			if err != nil || fmt.Sprint(planned) != test.changes || server.Updates != 0 {
				t.Errorf("planned %v, %v, want %s and nothing done", planned, err, test.changes)
			}
			changes, err := store.Set(t.Context(), test.want)
			if err != nil || fmt.Sprint(changes) != test.changes {
				t.Errorf("changed %v, %v, want %s", changes, err, test.changes)
			}
			if want := holds(test.want); !maps.Equal(server.Store.Values(), want) || server.Updates != test.updates {
				t.Errorf("the store holds %v after %d updates, want %v after %d", server.Store.Values(), server.Updates, want, test.updates)
			}
		})
	}
}

// CloudFront takes fifty changes at once, and no more.
func TestSetMany(t *testing.T) {
	numbered := func(from, to int) Part {
		p := part()
		for i := from; i < to; i++ {
			p.Values[fmt.Sprint(i)] = "x"
		}
		return p
	}
	for _, test := range []struct {
		before, want Part
		updates      int
	}{
		{numbered(0, 0), numbered(0, 50), 1},
		{numbered(0, 0), numbered(0, 51), 2},
		{numbered(0, 60), numbered(60, 120), 3},
	} {
		server := keystest.Start(t)
		server.Store.Put(holds(test.before))
		changes, err := open(t, server).Set(t.Context(), test.want)
		if err != nil || len(changes) != len(test.before.Values)+len(test.want.Values) || server.Updates != test.updates {
			t.Errorf("%d changes by %d updates, %v; want %d updates", len(changes), server.Updates, err, test.updates)
		}
		if !maps.Equal(server.Store.Values(), holds(test.want)) {
			t.Errorf("the store holds %v", server.Store.Values())
		}
	}
}

// Two who push at once: the second begins again, on what the first left.
func TestSetWhileOthersDo(t *testing.T) {
	server := keystest.Start(t)
	store := open(t, server)
	others := 2
	server.Meanwhile = func() {
		if others--; others >= 0 {
			server.Store.Put(map[string]string{fmt.Sprintf("key.other%d", others): "x"})
		}
	}
	changes, err := store.Set(t.Context(), part("a"))
	if want := "[{a add} {other0 remove} {other1 remove}]"; err != nil || fmt.Sprint(changes) != want {
		t.Errorf("changed %v, %v, want %s", changes, err, want)
	}
	if !maps.Equal(server.Store.Values(), map[string]string{"key.a": "aaa"}) || server.Updates != 1 {
		t.Errorf("the store holds %v after %d updates", server.Store.Values(), server.Updates)
	}

	server.Meanwhile = func() { server.Store.Put(map[string]string{"busy": "x"}) }
	if changes, err := store.Set(t.Context(), part("b")); err == nil || !strings.Contains(err.Error(), "try again") {
		t.Errorf("on a store that never rests: %v, %v", changes, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	server := keystest.Start(t)
	for _, arn := range []string{"", "store", keystest.SecretARN("a"), "arn:aws:cloudfront::1:distribution/E1"} {
		if _, err := Open(server.Config(), arn); err == nil {
			t.Errorf("opened %q", arn)
		}
	}
	gone, err := Open(server.Config(), strings.Replace(keystest.StoreARN, "4a1b", "ffff", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Set(t.Context(), part("a")); err == nil || !strings.Contains(err.Error(), "find the store") {
		t.Errorf("a store that does not exist: %v", err)
	}
}
