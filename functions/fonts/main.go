// Command fonts installs the fonts of text upon images and in SVGs, made small,
// into the folder that is its argument. They come from npm, pinned by a lock file
// as the codecs are, and are the same on every machine.
package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"unicode"
)

// file is one font of a package, and what is taken from it.
type file struct {
	pack, style string
	lean        func(*font) error // nil takes nothing
}

// files are for Latin, Greek, Cyrillic, Korean and Arabic script, and emoji. Of
// what is not here, bold and slanted letters are made of the regular ones.
var files = []file{
	{"noto-sans", "400Regular/NotoSans_400Regular", nil},
	{"noto-sans", "700Bold/NotoSans_700Bold", nil},
	{"noto-serif", "400Regular/NotoSerif_400Regular", nil},
	{"noto-sans-mono", "400Regular/NotoSansMono_400Regular", nil},
	{"noto-sans-kr", "400Regular/NotoSansKR_400Regular", withoutHan},
	{"noto-naskh-arabic", "400Regular/NotoNaskhArabic_400Regular", nil},
	{"noto-color-emoji", "400Regular/NotoColorEmoji_400Regular", withoutSVG},
}

// withoutHan takes away Chinese characters, two thirds of a Korean font. They
// are rare in Korean, and too few for Chinese or Japanese.
func withoutHan(f *font) error {
	return f.keep(func(r rune) bool { return !unicode.Is(unicode.Han, r) })
}

// withoutSVG takes away the second form that each emoji has, for who can't draw
// the first: four fifths of the font.
func withoutSVG(f *font) error {
	f.drop("SVG ")
	return nil
}

//go:embed package.json package-lock.json fonts.conf main.go sfnt.go subset.go
var sources embed.FS

// stamp is a file beside the fonts that tells what they were made by.
const stamp = ".made"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./fonts FOLDER")
		os.Exit(2)
	}
	if err := install(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "installing the fonts:", err)
		os.Exit(1)
	}
}

// install makes the folder, unless it is there as these sources make it. It
// appears all at once, so that nobody meets half of it.
func install(folder string) error {
	made, err := fingerprint()
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(filepath.Join(folder, stamp)); err == nil && bytes.Equal(old, made) {
		return nil
	}
	fmt.Fprintln(os.Stderr, "primrose: installing the fonts by npm, about 50 MB")
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(filepath.Dir(folder), ".fonts-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	packages, fresh := filepath.Join(temp, "packages"), filepath.Join(temp, "fonts")
	if err := errors.Join(fetch(packages), gather(packages, fresh)); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(fresh, stamp), made, 0o644); err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	return os.Rename(fresh, folder)
}

// fingerprint is a hash of all that decides what the fonts are.
func fingerprint() ([]byte, error) {
	hash := sha256.New()
	err := fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(sources, path)
		fmt.Fprintf(hash, "%s %d\n%s", path, len(text), text)
		return err
	})
	return fmt.Appendf(nil, "%x\n", hash.Sum(nil)), err
}

// fetch has npm put the packages into a folder.
func fetch(folder string) error {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	if err := copyFiles(folder, "package.json", "package-lock.json"); err != nil {
		return err
	}
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir = folder
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", npm, err, out)
	}
	return nil
}

// gather puts the fonts, their configuration and their licences into a folder.
func gather(packages, folder string) error {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	var terms []byte
	for _, f := range files {
		pack := filepath.Join(packages, "node_modules", "@expo-google-fonts", f.pack)
		if err := f.write(pack, folder); err != nil {
			return fmt.Errorf("%s: %w", f.style, err)
		}
		text, err := os.ReadFile(filepath.Join(pack, "LICENSE_FONT"))
		if err != nil {
			return err
		}
		terms = fmt.Appendf(terms, "%s\n\n%s\n\n", filepath.Base(f.style), text)
	}
	if err := os.WriteFile(filepath.Join(folder, "LICENCES"), terms, 0o644); err != nil {
		return err
	}
	return copyFiles(folder, "fonts.conf")
}

// write puts one font of a package into a folder.
func (f file) write(pack, folder string) error {
	text, err := os.ReadFile(filepath.Join(pack, f.style+".ttf"))
	if err != nil {
		return err
	}
	if f.lean != nil {
		parsed, err := parse(text)
		if err != nil {
			return err
		}
		if err := f.lean(parsed); err != nil {
			return err
		}
		text = parsed.bytes()
	}
	return os.WriteFile(filepath.Join(folder, filepath.Base(f.style)+".ttf"), text, 0o644)
}

func copyFiles(folder string, names ...string) error {
	for _, name := range names {
		text, err := sources.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
