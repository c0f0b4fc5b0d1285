package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// product is the reference of what the bill is about.
const product = "primrose"

// A bill collects components and what needs what. A component's reference is its package URL where it
// has one, so that what two files are made of is listed once.
type bill struct {
	version, time string            // of the sources
	folders       map[string]module // of the functions' sources, by their paths
	components    map[string]cdx.Component
	needs         map[string]map[string]bool
}

func newBill(folders map[string]module) *bill {
	return &bill{folders: folders, components: map[string]cdx.Component{}, needs: map[string]map[string]bool{}}
}

// add lists a component that others need. What ships is not excluded because something that builds it
// needs it as well.
func (b *bill) add(c cdx.Component, by ...string) {
	if old, ok := b.components[c.BOMRef]; !ok || old.Scope == cdx.ScopeExcluded {
		b.components[c.BOMRef] = c
	}
	for _, ref := range by {
		if b.needs[ref] == nil {
			b.needs[ref] = map[string]bool{}
		}
		b.needs[ref][c.BOMRef] = true
	}
}

func (b *bill) excluded() (n int) {
	for _, c := range b.components {
		if c.Scope == cdx.ScopeExcluded {
			n++
		}
	}
	return n
}

// document spells the bill, in one order.
func (b *bill) document() *cdx.BOM {
	doc := cdx.NewBOM()
	doc.Metadata = &cdx.Metadata{
		Timestamp:  b.time,
		Lifecycles: &[]cdx.Lifecycle{{Phase: cdx.LifecyclePhaseBuild}},
		Tools:      &cdx.ToolsChoice{Components: &[]cdx.Component{{Type: cdx.ComponentTypeApplication, Name: "primrose/infra/sbom", Version: b.version}}},
		Component: &cdx.Component{
			BOMRef: product, Type: cdx.ComponentTypeApplication, Name: product, Version: b.version,
			Description: "A serverless image service. The edge function, the infrastructure's templates and this repository's own Go are its own; " +
				"all that is somebody else's is listed.",
			Licenses: licensed("Apache-2.0"),
		},
	}
	doc.Components = new(slices.SortedFunc(maps.Values(b.components), byRef))
	var needs []cdx.Dependency
	for _, ref := range slices.Sorted(maps.Keys(b.needs)) {
		needs = append(needs, cdx.Dependency{Ref: ref, Dependencies: new(slices.Sorted(maps.Keys(b.needs[ref])))})
	}
	doc.Dependencies = &needs
	doc.SerialNumber = serial(doc)
	return doc
}

// serial is a UUID of version 8 (RFC 9562), which is for such as are hashes.
func serial(doc *cdx.BOM) string {
	text, err := json.Marshal(doc)
	if err != nil {
		panic(err) // it is made of strings
	}
	id := sha256.Sum256(text)
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:16])
}
