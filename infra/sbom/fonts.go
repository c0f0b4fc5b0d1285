package main

import (
	"path/filepath"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// addFonts lists the npm packages of which the fonts are taken.
func (b *bill) addFonts(root, by string) error {
	lock, err := readLock(filepath.Join(root, "functions", "fonts", "package-lock.json"))
	if err != nil {
		return err
	}
	for name, l := range lock {
		pack := npmPackage(name, l)
		pack.Scope = cdx.ScopeRequired
		b.add(pack, by)
	}
	return nil
}
