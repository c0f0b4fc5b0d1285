package main

import (
	"os"
	"path/filepath"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// licensed is one licence by its SPDX id or expression, or by its name where it has no id, or nothing where it is not known.
func licensed(id string) *cdx.Licenses {
	switch {
	case id == "":
		return nil
	case strings.Contains(id, " "):
		return &cdx.Licenses{{Expression: id}}
	case id == "BSD": // as an npm package calls it; it doesn't say which
		return &cdx.Licenses{{License: &cdx.License{Name: id}}}
	}
	return &cdx.Licenses{{License: &cdx.License{ID: id}}}
}

// telling are sentences that only one licence has, the more special one first.
var telling = []struct{ id, sentence string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from this software without specific prior written permission"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce the above copyright notice"},
}

// licenceIn is the SPDX id of the licence of a module that is in dir, or nothing.
func licenceIn(dir string) string {
	files, _ := filepath.Glob(filepath.Join(dir, "LICEN[CS]E*"))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		words := strings.Join(strings.Fields(string(text)), " ")
		for _, t := range telling {
			if strings.Contains(words, t.sentence) {
				return t.id
			}
		}
	}
	return ""
}
