package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// addCommand lists the primrose command. It says what the sources are, too: the bundles don't, because
// they are the same for every commit that leaves their code alone.
func (b *bill) addCommand(file string) error {
	in, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("%w: `make primrose` builds it", err)
	}
	defer in.Close()
	info, err := b.addBinary(in, cdx.Component{
		BOMRef: "primrose-command", Type: cdx.ComponentTypeApplication, Name: "primrose",
		Description: "The command that serves images locally, signs URLs and pushes keys.",
	})
	if err != nil {
		return err
	}
	b.version, b.time = info.Main.Version, setting(info, "vcs.time")
	return nil
}

// addBinary lists a Go binary and the modules that are linked into it.
func (b *bill) addBinary(binary io.ReaderAt, c cdx.Component) (*debug.BuildInfo, error) {
	info, err := buildinfo.Read(binary)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.BOMRef, err)
	}
	c.Licenses = licensed("Apache-2.0")
	b.add(c, product)
	b.add(goModule("std", strings.TrimPrefix(info.GoVersion, "go"), "BSD-3-Clause"), c.BOMRef)
	for _, m := range info.Deps {
		if m.Replace != nil {
			return nil, fmt.Errorf("%s is replaced by %s: the bill would name what is not there", m.Path, m.Replace.Path)
		}
		b.add(goModule(m.Path, m.Version, licenceIn(b.folders[m.Path].Dir)), c.BOMRef)
	}
	return info, nil
}

func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

func goModule(path, version, licence string) cdx.Component {
	purl := "pkg:golang/" + strings.ToLower(path) + "@" + version
	return cdx.Component{
		BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: path, Version: version,
		PackageURL: purl, Licenses: licensed(licence), Scope: cdx.ScopeRequired,
	}
}

// A module is what the go command tells of one.
type module struct{ Path, Version, Dir string }

// moduleFolders asks the go command, in a module's folder, for modules by their paths.
func moduleFolders(dir string, args ...string) (map[string]module, error) {
	cmd := exec.Command("go", append([]string{"list", "-json=Path,Version,Dir,Module"}, args...)...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmd, err)
	}
	all := map[string]module{}
	for texts := json.NewDecoder(strings.NewReader(string(out))); ; {
		var listed struct {
			module
			Module *module // where a package is listed, rather than a module
		}
		switch err := texts.Decode(&listed); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		case listed.Module != nil:
			all[listed.Module.Path] = *listed.Module
		default:
			all[listed.Path] = listed.module
		}
	}
}
