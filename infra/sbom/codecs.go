package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"primrose/infra/bundle"
	"primrose/infra/config"
)

// addCodecs lists the npm package of the codecs' library, and the libraries that are linked into it, by
// the list that the package brings along.
func (b *bill) addCodecs(root string, a config.Architecture, by string) error {
	dir, err := bundle.Codecs(root, a)
	if err != nil {
		return err
	}
	name := "@img/" + filepath.Base(dir)
	lock, err := readLock(filepath.Join(root, "functions", "package-lock.json"))
	if err != nil {
		return err
	}
	pack := npmPackage(name, lock[name])
	pack.Scope = cdx.ScopeRequired
	b.add(pack, by)

	text, err := os.ReadFile(filepath.Join(dir, "versions.json"))
	if err != nil {
		return err
	}
	var versions map[string]string
	if err := json.Unmarshal(text, &versions); err != nil {
		return fmt.Errorf("versions.json of %s: %w", name, err)
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		return err
	}
	terms := termsIn(string(readme))
	for short, version := range versions {
		b.add(codec(short, version, terms), pack.BOMRef)
	}
	return nil
}

// codec is a library as its authors and its licence call it: the list of versions leaves out the "lib".
func codec(short, version string, terms map[string]string) cdx.Component {
	name := short
	if _, ok := terms["lib"+short]; ok {
		name = "lib" + short
	}
	if short == "uhdr" {
		name = "libultrahdr"
	}
	purl := "pkg:generic/" + name + "@" + version
	c := cdx.Component{
		BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: name, Version: version, PackageURL: purl, Scope: cdx.ScopeRequired,
		Licenses: declared(terms[name]),
	}
	if known := vendors[name]; known != "" {
		c.CPE = "cpe:2.3:a:" + known + ":" + version + ":*:*:*:*:*:*:*"
	}
	return c
}

// vendors are vendor and product in the dictionary of the National Vulnerability Database, by which
// scanners know libraries of C. The others have no entry there that is certain.
var vendors = map[string]string{
	"cairo":      "cairographics:cairo",
	"expat":      "libexpat_project:libexpat",
	"freetype":   "freetype:freetype",
	"fribidi":    "gnu:fribidi",
	"glib":       "gnome:glib",
	"harfbuzz":   "harfbuzz_project:harfbuzz",
	"lcms":       "littlecms:little_cms",
	"libarchive": "libarchive:libarchive",
	"libexif":    "libexif_project:libexif",
	"libheif":    "struktur:libheif",
	"libpng":     "libpng:libpng",
	"librsvg":    "gnome:librsvg",
	"libtiff":    "libtiff:libtiff",
	"libvips":    "libvips:libvips",
	"libwebp":    "webmproject:libwebp",
	"libxml2":    "xmlsoft:libxml2",
	"pango":      "gnome:pango",
}

// row is a line of the table of licences in the package's README.
var row = regexp.MustCompile(`(?m)^\| (\S+) +\| (.+?) +\|$`)

// link is one of Markdown's.
var link = regexp.MustCompile(`\[(.*?)\]\(.*?\)`)

// termsIn reads which library is used under the terms of which licence.
func termsIn(readme string) map[string]string {
	terms := map[string]string{}
	for _, columns := range row.FindAllStringSubmatch(readme, -1) {
		terms[columns[1]] = link.ReplaceAllString(columns[2], "$1")
	}
	return terms
}

// spdx are the package's words for licences.
var spdx = map[string]string{
	"BSD 2-Clause": "BSD-2-Clause",
	"BSD 2-Clause + Alliance for Open Media Patent License 1.0": "BSD-2-Clause",
	"BSD 3-Clause":                            "BSD-3-Clause",
	"LGPLv3":                                  "LGPL-3.0-or-later",
	"MIT License":                             "MIT",
	"Mozilla Public License 1.1":              "MPL-1.1",
	"New BSD License":                         "BSD-3-Clause",
	"freetype License (BSD-like)":             "FTL",
	"libpng License":                          "libpng-2.0",
	"libtiff License (BSD-like)":              "libtiff",
	"zlib License":                            "Zlib",
	"zlib License, IJG License, BSD 3-Clause": "Zlib AND IJG AND BSD-3-Clause",
}

// declared is a licence by its SPDX id, or by its name where it has none.
func declared(terms string) *cdx.Licenses {
	terms = strings.TrimSpace(terms)
	if id := spdx[terms]; id != "" || terms == "" {
		return licensed(id)
	}
	return &cdx.Licenses{{License: &cdx.License{Name: terms}}}
}
