// Command sbom writes a software bill of materials, in CycloneDX's JSON: what each file that is
// deployed, and the primrose command, are made of. It reads that from the files themselves, just built;
// what only builds or tests them is listed apart, with the scope excluded.
//
// The same sources give the same bytes: the bill's time is that of the commit, its serial number a hash.
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"primrose/infra/config"
)

func main() {
	root := flag.String("root", ".", "`folder` of the repository")
	command := flag.String("primrose", "build/primrose", "the built command, a `file` in the repository")
	out := flag.String("o", "build/primrose.cdx.json", "`file` to write, in the repository")
	flag.Parse()
	if err := write(*root, *command, *out); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func write(root, command, out string) error {
	b, err := read(root, filepath.Join(root, command), config.ARM64, config.X86_64)
	if err != nil {
		return err
	}
	text, err := encode(b.document())
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d components, %d of them for building alone\n", out, len(b.components), b.excluded())
	return os.WriteFile(filepath.Join(root, out), text, 0o644)
}

// read is the bill of the repository at root: of the functions for some architectures, and of the command.
func read(root, command string, architectures ...config.Architecture) (*bill, error) {
	folders, err := moduleFolders(filepath.Join(root, "functions"), "-m", "all")
	if err != nil {
		return nil, err
	}
	b := newBill(folders)
	if err := b.addCommand(command); err != nil {
		return nil, err
	}
	for _, a := range architectures {
		if err := b.addFunctions(root, a); err != nil {
			return nil, err
		}
	}
	if err := b.addTools(root); err != nil {
		return nil, err
	}
	return b, nil
}

func encode(doc *cdx.BOM) ([]byte, error) {
	var text bytes.Buffer
	err := cdx.NewBOMEncoder(&text, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).EncodeVersion(doc, cdx.SpecVersion1_6)
	return text.Bytes(), err
}

func byRef(a, b cdx.Component) int { return cmp.Compare(a.BOMRef, b.BOMRef) }
