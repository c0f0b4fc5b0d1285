package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"primrose/infra/bundle"
	"primrose/infra/config"
)

// addFunctions lists what is deployed for an architecture: both functions, as a deploy bundles them.
func (b *bill) addFunctions(root string, a config.Architecture) error {
	image := cdx.Component{BOMRef: "image-" + string(a), Name: "image", Description: "The image function for " + string(a) + "."}
	if err := b.addBundle(bundle.Image(root, a), image); err != nil {
		return err
	}
	if err := b.addCodecs(root, a, image.BOMRef); err != nil {
		return err
	}
	if err := b.addFonts(root, image.BOMRef); err != nil {
		return err
	}
	purge := cdx.Component{BOMRef: "purge-" + string(a), Name: "purge", Description: "The purge function for " + string(a) + "."}
	return b.addBundle(bundle.Purge(root, a), purge)
}

// addBundle lists a function, with the hash of its zip, and with those of the zip's files as parts of it.
func (b *bill) addBundle(f bundle.Function, c cdx.Component) error {
	dir, err := os.MkdirTemp("", "primrose-sbom-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, c.Name+".zip")
	if err := f.Zip(file); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	c.Type, c.Scope, c.Hashes = cdx.ComponentTypeApplication, cdx.ScopeRequired, hashed(text)
	parts, bootstrap, err := unzip(text, c.BOMRef)
	if err != nil {
		return fmt.Errorf("%s: %w", f, err)
	}
	c.Components = &parts
	_, err = b.addBinary(bytes.NewReader(bootstrap), c)
	return err
}

// unzip returns the files of a bundle, and what its Go binary holds.
func unzip(text []byte, ref string) (parts []cdx.Component, bootstrap []byte, err error) {
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, nil, err
	}
	for _, file := range z.File {
		in, err := file.Open()
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(in)
		in.Close()
		if err != nil {
			return nil, nil, err
		}
		if file.Name == "bootstrap" {
			bootstrap = content
		}
		parts = append(parts, cdx.Component{
			BOMRef: ref + "/" + file.Name, Type: cdx.ComponentTypeFile, Name: file.Name, Hashes: hashed(content),
		})
	}
	return parts, bootstrap, nil
}

func hashed(content []byte) *[]cdx.Hash {
	return &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: fmt.Sprintf("%x", sha256.Sum256(content))}}
}
