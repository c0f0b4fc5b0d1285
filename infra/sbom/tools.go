package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// tools is the reference of what builds and tests, of which nothing is deployed.
const tools = "primrose-build-tools"

// addTools lists what can change what is deployed without being part of it: the CDK app's modules, and
// npm's packages.
func (b *bill) addTools(root string) error {
	b.add(cdx.Component{
		BOMRef: tools, Type: cdx.ComponentTypeApplication, Name: tools, Scope: cdx.ScopeExcluded,
		Description: "What builds, deploys and tests Primrose, none of which is deployed.",
	}, product)
	linked, err := moduleFolders(root, "-deps", "./infra")
	if err != nil {
		return err
	}
	for path, m := range linked {
		if m.Version == "" { // our own
			continue
		}
		c := goModule(path, m.Version, licenceIn(m.Dir))
		c.Scope = cdx.ScopeExcluded
		b.add(c, tools)
	}
	lock, err := readLock(filepath.Join(root, "package-lock.json"))
	if err != nil {
		return err
	}
	for name, l := range lock {
		c := npmPackage(name, l)
		c.Scope = cdx.ScopeExcluded
		b.add(c, tools)
	}
	return nil
}

// locked is what a lock file of npm's says of a package.
type locked struct{ Version, Integrity, License string }

// readLock reads the packages of a lock file by their names.
func readLock(file string) (map[string]locked, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lock struct{ Packages map[string]locked }
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	all := map[string]locked{}
	for path, l := range lock.Packages {
		if _, name, ok := strings.Cut(path, "node_modules/"); ok {
			all[name] = l
		}
	}
	return all, nil
}

func npmPackage(name string, l locked) cdx.Component {
	purl := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + l.Version
	c := cdx.Component{
		BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: name, Version: l.Version, PackageURL: purl, Licenses: licensed(l.License),
	}
	if hash, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(l.Integrity, "sha512-")); err == nil {
		c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA512, Value: fmt.Sprintf("%x", hash)}}
	}
	return c
}
