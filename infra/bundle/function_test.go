package bundle

import (
	"archive/zip"
	"crypto/sha256"
	"debug/elf"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"primrose/infra/config"
)

// root is the repository.
const root = "../.."

// Two copies of the sources, at paths of different lengths and with other times, give the same
// bytes: what is deployed does not depend on who bundles it.
func TestBundlesAreReproducible(t *testing.T) {
	for _, architecture := range []config.Architecture{config.ARM64, config.X86_64} {
		here := copied(t, root, "here", architecture)
		there := copied(t, here, filepath.Join("some", "where else"), architecture)
		for _, function := range []func(string, config.Architecture) Function{Image, Purge} {
			a := function(here, architecture)
			t.Run(a.String(), func(t *testing.T) {
				if a, b := zipped(t, a), zipped(t, function(there, architecture)); a != b {
					t.Errorf("two clones give two bundles: %x and %x", a, b)
				}
			})
		}
	}
}

// How large a bundle may be, in bytes. It is loaded on every cold start, so the first is far below the
// 50 MB that Lambda takes zipped; the second is what it takes unzipped. Fonts are 5 MB of the first, more
// than half of which is emoji in colour.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	maxZipped   = 20_000_000
	maxUnzipped = 250 << 20
)

// zipped is the hash of the bundle, which it also looks into.
func zipped(t *testing.T, function Function) [sha256.Size]byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "function.zip")
	if err := function.Zip(file); err != nil {
		t.Fatal(err)
	}
	text := read(t, file)
	if len(text) > maxZipped {
		t.Errorf("the bundle has %d bytes, want at most %d", len(text), maxZipped)
	}
	inspect(t, file, function)
	return sha256.Sum256([]byte(text))
}

// inspect checks that the bundle is one binary, and the one library that it loads, if any, for the
// architecture, and executable; and the fonts.
func inspect(t *testing.T, file string, function Function) {
	t.Helper()
	bundle, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer bundle.Close()
	machine := map[config.Architecture]elf.Machine{config.ARM64: elf.EM_AARCH64, config.X86_64: elf.EM_X86_64}[function.architecture]
	var names, fonts []string
	var unzipped uint64
	for _, f := range bundle.File {
		unzipped += f.UncompressedSize64
		if font := strings.HasPrefix(f.Name, "fonts/"); font {
			fonts = append(fonts, strings.TrimPrefix(f.Name, "fonts/"))
			continue
		}
		names = append(names, f.Name)
		if f.Mode().Perm() != 0o755 {
			t.Errorf("%s has mode %s, want 0755: Lambda could not start it", f.Name, f.Mode())
		}
		if got := machineOf(t, f); got != machine {
			t.Errorf("%s is for %s, want %s", f.Name, got, machine)
		}
	}
	if unzipped > maxUnzipped {
		t.Errorf("the bundle has %d bytes unzipped: Lambda takes %d", unzipped, maxUnzipped)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %.1f MB zipped, %.1f MB unzipped", function, float64(info.Size())/1e6, float64(unzipped)/1e6)
	want, wantFonts := []string{"bootstrap"}, []string(nil)
	if function.codecs {
		want = append(want, "libvips-cpp.so.8.18.7")
		wantFonts = []string{
			"LICENCES", "NotoColorEmoji_400Regular.ttf", "NotoNaskhArabic_400Regular.ttf", "NotoSansKR_400Regular.ttf",
			"NotoSansMono_400Regular.ttf", "NotoSans_400Regular.ttf", "NotoSans_700Bold.ttf", "NotoSerif_400Regular.ttf", "fonts.conf",
		}
	}
	if !slices.Equal(names, want) || !slices.Equal(fonts, wantFonts) {
		t.Errorf("the bundle holds %q and fonts %q, want %q and %q", names, fonts, want, wantFonts)
	}
}

func machineOf(t *testing.T, f *zip.File) elf.Machine {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	head := make([]byte, 20) // e_machine is the 16 bits at 18, in the order of both architectures
	if _, err := io.ReadFull(r, head); err != nil {
		t.Fatal(err)
	}
	return elf.Machine(uint16(head[18]) | uint16(head[19])<<8)
}

// copied is a copy of what is bundled, at a path below a new directory. The codecs are linked: npm
// need not run again.
func copied(t *testing.T, from, path string, architecture config.Architecture) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), path)
	if err := os.CopyFS(filepath.Join(to, "functions"), os.DirFS(filepath.Join(from, "functions"))); err != nil {
		t.Fatal(err)
	}
	if _, err := (codecs{root, architecture}).library(); err != nil {
		t.Fatal(err)
	}
	build, err := filepath.Abs(filepath.Join(root, "build"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(build, filepath.Join(to, "build")); err != nil {
		t.Fatal(err)
	}
	return to
}

// The bundler says what is wrong with the function, rather than that something is.
func TestImageThatDoesNotCompile(t *testing.T) {
	to := copied(t, root, "clone", config.ARM64)
	write(t, filepath.Join(to, "functions", "image", "broken.go"), "package main\n\nvar _ = nothing\n")
	err := Image(to, config.ARM64).Zip(filepath.Join(t.TempDir(), "image.zip"))
	if err == nil || !contains(err, "undefined: nothing") {
		t.Errorf("got %v, want the compiler's words", err)
	}
}
