// Package format names the image formats, tells them apart by their first bytes
// and reads what else their files say without a decoder. Neither a file's
// extension nor its declared type is ever trusted.
package format

import "bytes"

// Format is an image format, by the name that the service gives it.
type Format string

const (
	JPEG Format = "jpg"
	PNG  Format = "png"
	WebP Format = "webp"
	AVIF Format = "avif"
	GIF  Format = "gif"
	TIFF Format = "tiff" // read only, and only where switched on
	SVG  Format = "svg"  // read only, and only where switched on
	JSON Format = "json" // written only: what is known of an original, or a variant's palette

	// Written only: texts that stand for a variant.
	CSS       Format = "css" // its palette
	BlurHash  Format = "blurhash"
	ThumbHash Format = "thumbhash" // in base64
)

// SniffLength is how many first bytes [Sniff] looks at.
const SniffLength = 512

// ContentType returns the format's media type.
func (f Format) ContentType() string {
	switch f {
	case JPEG:
		return "image/jpeg"
	case SVG:
		return "image/svg+xml"
	case JSON:
		return "application/json"
	case CSS:
		return "text/css"
	case BlurHash, ThumbHash:
		return "text/plain"
	}
	return "image/" + string(f)
}

// Animates reports whether the format can hold more than one frame.
func (f Format) Animates() bool { return f == GIF || f == WebP }

// HasAlpha reports whether the format can hold transparency.
func (f Format) HasAlpha() bool { return f != JPEG && f != BlurHash }

// HasProfile reports whether the format can hold an ICC profile.
func (f Format) HasProfile() bool {
	switch f {
	case JPEG, PNG, WebP, AVIF, TIFF:
		return true
	}
	return false
}

// Sniff returns the format whose signature head begins with, or "".
func Sniff(head []byte) Format {
	head = head[:min(len(head), SniffLength)]
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return GIF
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP
	case isAVIF(head):
		return AVIF
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return TIFF
	case isSVG(head):
		return SVG
	}
	return ""
}

// isAVIF looks for an AVIF brand in the leading file-type box
// (ISO/IEC 14496-12 section 4.3; AV1 Image File Format section 6).
func isAVIF(head []byte) bool {
	if len(head) < 16 || string(head[4:8]) != "ftyp" {
		return false
	}
	size := int(head[0])<<24 | int(head[1])<<16 | int(head[2])<<8 | int(head[3])
	for at := 8; at+4 <= min(size, len(head)); at += 4 {
		if brand := string(head[at : at+4]); at != 12 && (brand == "avif" || brand == "avis") {
			return true
		}
	}
	return false
}

// isSVG reports whether the first element is an svg. Only declarations,
// comments and a document type may come before it (XML 1.0, production 22):
// a web page that draws with SVG is still a web page.
func isSVG(head []byte) bool {
	text := bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for {
		text = bytes.TrimLeft(text, " \t\r\n")
		if rest, ok := bytes.CutPrefix(text, []byte("<svg")); ok {
			return len(rest) > 0 && bytes.IndexByte([]byte(" \t\r\n/>"), rest[0]) >= 0
		}
		end := ""
		switch {
		case bytes.HasPrefix(text, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(text, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(text, []byte("<!DOCTYPE svg")):
			end = ">"
		default:
			return false
		}
		_, after, found := bytes.Cut(text, []byte(end))
		if !found {
			return false
		}
		text = after
	}
}
