package mistake

import (
	"os"
	"testing"
)

// Whatever breaks the service is seen by a request, and not only refused.
func TestEveryMistakeIsSeen(t *testing.T) {
	if _, err := os.Stat(assembly); err != nil {
		t.Fatalf("%v: run `make twin`", err)
	}
	for _, m := range All() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			if why := m.Unseen(); why != "" {
				t.Skip(why)
			}
			seen, err := m.Try(t.Context(), assembly, stack)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s:\n%v", m.Seen, seen)
		})
	}
}
