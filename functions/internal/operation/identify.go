package operation

import (
	"context"
	"encoding/json"
	"strconv"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/magick"
)

// identity is what identify tells of an image. The names are those that the
// retired service made of identify -verbose.
type identity struct {
	Format     string            `json:"format"`            // PNG, JPEG …
	Width      int               `json:"width"`             // px, as stored
	Height     int               `json:"height"`            // px, as stored
	Depth      int               `json:"depth"`             // bits a channel
	Quality    float64           `json:"quality,omitempty"` // 0 to 1, of a JPEG
	Geometry   string            `json:"geometry"`          // 70x46+0+0
	Colorspace string            `json:"colorspace"`        // sRGB, Gray, CMYK …
	Filesize   string            `json:"filesize"`          // 6994B
	Properties map[string]string `json:"properties"`
}

// getDimensions returns a line WxH for each frame.
func (s Service) getDimensions(ctx context.Context, e event) (any, error) {
	e.CustomArgs = []string{"-format", "%wx%h"}
	return s.identify(ctx, e)
}

// identify returns what is known of an image: in text if there are
// arguments, which may be none but -format and those without a meaning here.
func (s Service) identify(ctx context.Context, e event) (any, error) {
	image, err := e.image("identify")
	if err != nil {
		return nil, err
	}
	program, err := magick.Parse(e.CustomArgs)
	if err != nil {
		return nil, err
	}
	if program.Edits() {
		return nil, bad("identify changes no image; of the arguments only -format has a meaning here")
	}
	info, err := s.info(ctx, image)
	if err != nil {
		return nil, err
	}
	if e.CustomArgs != nil {
		return program.Template.Describe(subject(info)), nil
	}
	return identityOf(info), nil
}

// info asks the worker what an image's header tells.
func (s Service) info(ctx context.Context, image []byte) (engine.Info, error) {
	var info engine.Info
	made, err := s.do(ctx, engine.Job{Options: "fm=json"}, image)
	if err != nil {
		return info, err
	}
	return info, json.Unmarshal(made.Body, &info)
}

func identityOf(info engine.Info) identity {
	s := subject(info)
	properties := map[string]string{}
	if info.Orientation > 1 {
		properties["exif:orientation"] = strconv.Itoa(info.Orientation)
	}
	return identity{
		Format:     s.Format,
		Width:      s.Width,
		Height:     s.Height,
		Depth:      s.Depth,
		Quality:    float64(s.Quality) / 100,
		Geometry:   s.Page(),
		Colorspace: s.Colorspace,
		Filesize:   s.FileSize(),
		Properties: properties,
	}
}

func subject(info engine.Info) magick.Subject {
	return magick.Subject{
		Format:     formatNames[info.Format],
		Width:      info.Width,
		Height:     info.Height,
		Depth:      info.Depth,
		Colorspace: colorspace(info.ColorSpace),
		Quality:    info.Quality,
		Alpha:      info.Alpha,
		Frames:     info.Frames,
		Bytes:      info.Bytes,
	}
}

// formatNames and colorspaceNames are ImageMagick's for ours.
var (
	formatNames = map[format.Format]string{
		format.JPEG: "JPEG", format.PNG: "PNG", format.WebP: "WEBP", format.AVIF: "AVIF",
		format.GIF: "GIF", format.TIFF: "TIFF", format.SVG: "SVG",
	}
	colorspaceNames = map[string]string{"srgb": "sRGB", "gray": "Gray", "cmyk": "CMYK", "lab": "Lab"}
)

func colorspace(name string) string {
	if known, ok := colorspaceNames[name]; ok {
		return known
	}
	return name
}
