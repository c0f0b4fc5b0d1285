package format

import (
	"strings"
	"testing"
)

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		name, head string
		want       Format
	}{
		{"jpeg", "\xff\xd8\xff\xe0\x00\x10JFIF", JPEG},
		{"png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", PNG},
		{"gif of 1987", "GIF87a\x01\x00", GIF},
		{"gif of 1989", "GIF89a\x01\x00", GIF},
		{"webp", "RIFF\x10\x00\x00\x00WEBPVP8 ", WebP},
		{"avif by major brand", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1miaf", AVIF},
		{"avif sequence", "\x00\x00\x00\x1cftypavis\x00\x00\x00\x00avifmsf1", AVIF},
		{"avif by compatible brand", "\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00miafavif", AVIF},
		{"tiff, little-endian", "II*\x00\x08\x00\x00\x00", TIFF},
		{"tiff, big-endian", "MM\x00*\x00\x00\x00\x08", TIFF},
		{"svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", SVG},
		{"svg behind a prologue", "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- made by hand -->\n<svg/>", SVG},

		{"nothing", "", ""},
		{"heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", ""},
		{"avif behind the box", "\x00\x00\x00\x10ftypmif1\x00\x00\x00\x00avif", ""},
		{"avif as minor version", "\x00\x00\x00\x18ftypmif1avifmiafmif1", ""},
		{"box cut off", "\x00\x00\x00\x1cftypavi", ""},
		{"wave", "RIFF\x10\x00\x00\x00WAVEfmt ", ""},
		{"webp that mentions svg", "RIFF\x10\x00\x00\x00WEBP<svg>", WebP},
		{"pdf that mentions svg", "%PDF-1.7 <svg>", ""},
		{"html", "<!doctype html><html><body>", ""},
		{"html that draws", "<!DOCTYPE html><html><body><svg/>", ""},
		{"html that draws, without a type", "<body><svg/>", ""},
		{"html behind a comment", "<!-- <svg/> --><script>", ""},
		{"svg of a type", "<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'><svg\n", SVG},
		{"another element", "<svgx>", ""},
		{"text", "an image", ""},
		{"postscript", "%!PS-Adobe-3.0", ""},
	} {
		if got := Sniff([]byte(c.head)); got != c.want {
			t.Errorf("%s: sniffed %q, want %q", c.name, got, c.want)
		}
	}
}

func TestContentType(t *testing.T) {
	for f, want := range map[Format]string{
		JPEG: "image/jpeg", PNG: "image/png", WebP: "image/webp", AVIF: "image/avif",
		GIF: "image/gif", TIFF: "image/tiff", SVG: "image/svg+xml", JSON: "application/json",
		CSS: "text/css", BlurHash: "text/plain", ThumbHash: "text/plain",
	} {
		if got := f.ContentType(); got != want {
			t.Errorf("%s is %s, want %s", f, got, want)
		}
	}
}

// What is sniffed depends on the first bytes alone, however the rest is cut.
func FuzzSniff(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00miafavif"))
	f.Add([]byte("<?xml version='1.0'?><svg/>"))
	f.Add([]byte("RIFF\x10\x00\x00\x00WEBPVP8 "))
	f.Fuzz(func(t *testing.T, head []byte) {
		format := Sniff(head)
		if format == "" || format == SVG || format == AVIF {
			return
		}
		if got := Sniff([]byte(string(head) + strings.Repeat("\x00", 16))); got != format {
			t.Errorf("%q is %s, and %s with more behind it", head, format, got)
		}
	})
}
