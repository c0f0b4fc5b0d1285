// Package magick understands a small, typed part of ImageMagick's command
// line, as the retired image-processing-service passed it through, and
// applies it to an image.
//
// An argument is on the list in parse.go or it is refused. Nothing here opens
// a file, fetches an address or starts a process, so a caller's text can name
// none of these.
//
// It differs from ImageMagick where the result would surprise: the original's
// orientation is applied first, metadata never survives (-strip and +repage
// are accepted and change nothing), and there is no virtual canvas behind a
// cropped image.
package magick

import (
	"encoding/json"
	"strings"

	"primrose/functions/internal/format"
)

// Program is a parsed list of arguments, and how to encode what it makes.
// Its JSON form holds the arguments, which are parsed again on arrival: a
// program that is not valid can't exist on either side of a process boundary.
type Program struct {
	Format      format.Format // to encode as
	Quality     int           // 1 to 100, from -quality; 0 stands for the format's default
	Progressive bool          // of a JPEG: coarse first, finer as it arrives
	Filter      Filter        // of -resize
	Sharpening  float64       // 0 to 1, how much -resize sharpens
	Template    Template      // from -format: how to describe an image in text

	args       []string
	steps      []step
	background color
}

// Edits reports whether the program does anything to an image.
func (p *Program) Edits() bool { return len(p.steps) > 0 }

// extensions are the file names' extensions of formats that are written.
var extensions = map[string]format.Format{
	"jpg": format.JPEG, "jpeg": format.JPEG, "png": format.PNG, "webp": format.WebP, "avif": format.AVIF, "gif": format.GIF,
}

// SetFormat sets the format by a file name's extension, in any case.
func (p *Program) SetFormat(extension string) error {
	f, ok := extensions[strings.ToLower(extension)]
	if !ok {
		return bad("no format has the extension %s; it is one of jpg, png, webp, avif, gif", quote(extension))
	}
	p.Format = f
	return nil
}

// wire is a program as it travels.
type wire struct {
	Args        []string      `json:"args,omitempty"`
	Format      format.Format `json:"format"`
	Quality     int           `json:"quality,omitempty"`
	Progressive bool          `json:"progressive,omitempty"`
	Filter      Filter        `json:"filter,omitempty"`
	Sharpening  float64       `json:"sharpening,omitempty"`
}

// MarshalJSON writes the program's arguments and how to encode its result.
func (p *Program) MarshalJSON() ([]byte, error) {
	return json.Marshal(wire{p.args, p.Format, p.Quality, p.Progressive, p.Filter, p.Sharpening})
}

// UnmarshalJSON parses what [Program.MarshalJSON] wrote.
func (p *Program) UnmarshalJSON(text []byte) error {
	var w wire
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	parsed, err := Parse(w.Args)
	if err != nil {
		return err
	}
	if err := parsed.SetFormat(string(w.Format)); err != nil {
		return err
	}
	if err := parsed.SetFilter(string(w.Filter)); err != nil {
		return err
	}
	if err := parsed.SetSharpening(w.Sharpening); err != nil {
		return err
	}
	if w.Quality < 0 || w.Quality > 100 {
		return bad("quality %d: it must be from 1 to 100, or 0 for the default", w.Quality)
	}
	parsed.Quality, parsed.Progressive = w.Quality, w.Progressive
	*p = *parsed
	return nil
}
