package main

import (
	"os/exec"
	"strings"
	"testing"
)

// What tries to break the service is not deployed with it: whoever takes over a
// worker must not find his tools there.
func TestNoHostileCodeIsDeployed(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	deployed := strings.Fields(string(out))
	if len(deployed) == 0 {
		t.Fatal("nothing is deployed")
	}
	for _, path := range deployed {
		name, ours := strings.CutPrefix(path, "primrose/functions/internal/")
		switch {
		case !ours:
		case name == "barrage", name == "bomb", name == "breakout", name == "jailcheck", name == "mutation", name == "seed", strings.HasSuffix(name, "test"):
			t.Errorf("the bootstrap holds %s", path)
		}
	}
}
