package sample

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
)

// Unpack writes the originals into a folder, which it makes if need be. A
// file that holds an original already keeps its time, so that variants of it
// stay good.
func Unpack(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	originals := Originals()
	entries, err := fs.ReadDir(originals, ".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		data, err := fs.ReadFile(originals, entry.Name())
		if err != nil {
			return err
		}
		if err := write(filepath.Join(folder, entry.Name()), data); err != nil {
			return err
		}
	}
	return nil
}

// write leaves a file alone that holds the data.
func write(name string, data []byte) error {
	if there, err := os.ReadFile(name); err == nil && bytes.Equal(there, data) {
		return nil
	}
	return os.WriteFile(name, data, 0o644)
}
