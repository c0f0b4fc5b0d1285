package suite_test

import (
	"testing"

	"primrose/functions/internal/twin"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/suite"
	"primrose/functions/internal/twin/template"
)

// assembly is what `make twin` has synthesised for this machine.
const assembly = "../../../../build/twin"

// Every stage keeps every promise.
func TestStages(t *testing.T) {
	stacks, err := twin.Services(assembly)
	if err != nil || len(stacks) != 2 {
		t.Fatalf("%q (%v), want two stages", stacks, err)
	}
	for _, name := range stacks {
		t.Run(name, func(t *testing.T) { try(t, name) })
	}
}

func try(t *testing.T, name string) {
	stack, err := template.Read(assembly, name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := network.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	running, err := twin.New(stack, n)
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	asked, err := suite.New(t.Context(), running)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range asked.Requests() {
		t.Run(r.Name, func(t *testing.T) {
			if result := asked.Ask(t.Context(), r); result.Failure != nil {
				t.Error(result.Failure)
			}
		})
	}
}
