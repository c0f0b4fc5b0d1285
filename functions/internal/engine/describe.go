package engine

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"primrose/functions/internal/format"
	"primrose/functions/internal/icc"
	"primrose/functions/internal/options"
)

// description is what fm=json answers: our names of things, and imgix's, which
// pages that come from there read. What a camera noted of its owner, its place
// and its time is not told.
type description struct {
	Info
	ContentType   string     `json:"Content-Type"`
	ContentLength string     `json:"Content-Length"` // in digits
	PixelWidth    int        // as width and height
	PixelHeight   int        //
	Orientation   int        //
	Depth         int        //
	ColorModel    string     // RGB, Gray, CMYK or Lab
	HasAlpha      bool       `json:",omitempty"`
	DPIWidth      float64    `json:",omitempty"` // if the file tells it
	DPIHeight     float64    `json:",omitempty"` //
	ProfileName   string     `json:",omitempty"`
	Output        *animation `json:",omitempty"` // of an animation
	GIF           *gifTimes  `json:",omitempty"`
	JFIF          *jfif      `json:",omitempty"` // of a JPEG

	Faces *[]describedFace `json:",omitempty"` // where they are asked for; there may be none
}

type animation struct{ Frames int }

// gifTimes are the seconds that the first frame of a GIF is shown, as browsers
// do it and as the file says.
type gifTimes struct{ DelayTime, UnclampedDelayTime float64 }

type jfif struct{ IsProgressive bool }

// describe answers fm=json: what the header tells, without decoding pixels,
// unless faces are asked for.
func (o *original) describe(v options.Values) (Variant, error) {
	info := o.info
	if info.Format == format.JPEG {
		head, err := o.source.Sniff(format.TablesWithin)
		if err != nil {
			return Variant{}, o.broken(err)
		}
		info.Quality = format.JPEGQuality(head)
	}
	length, err := o.source.Length()
	if err != nil {
		return Variant{}, o.broken(err)
	}
	info.Bytes = length
	told := o.inWordsOfImgix(info)
	if v.Faces {
		found, err := o.describeFaces(v)
		if err != nil {
			return Variant{}, err
		}
		told.Faces = &found
	}
	body, err := json.Marshal(told)
	return Variant{Format: format.JSON, Width: info.Width, Height: info.Height, Frames: info.Frames, Body: body}, err
}

func (o *original) inWordsOfImgix(info Info) description {
	d := description{
		Info:          info,
		ContentType:   info.Format.ContentType(),
		ContentLength: strconv.FormatInt(info.Bytes, 10),
		PixelWidth:    info.Width,
		PixelHeight:   info.Height,
		Orientation:   info.Orientation,
		Depth:         info.Depth,
		ColorModel:    colorModel(info.ColorSpace),
		HasAlpha:      info.Alpha,
		DPIWidth:      o.dpi("xres"),
		DPIHeight:     o.dpi("yres"),
		ProfileName:   icc.Name(o.profile()),
	}
	if info.Format.Animates() {
		d.Output = &animation{info.Frames}
	}
	switch info.Format {
	case format.GIF:
		delay := o.delays()[0]
		d.GIF = &gifTimes{float64(viewed(delay)) / 1000, float64(delay) / 1000}
	case format.JPEG:
		_, progressive := o.header.Int("interlaced")
		d.JFIF = &jfif{progressive}
	}
	return d
}

// dpi returns dots an inch, 0 if the file says nothing. Libvips then supposes
// one a millimetre.
func (o *original) dpi(resolution string) float64 {
	const inch, none = 25.4, 1 // mm; dots a mm
	if n, ok := o.header.Float(resolution); ok && n > none && n < 1e6 {
		return math.Round(n*inch*10) / 10
	}
	return 0
}

// colorModel returns what imgix calls a space of colours.
func colorModel(space string) string {
	switch space {
	case "srgb":
		return "RGB"
	case "gray", "b-w":
		return "Gray"
	case "cmyk":
		return "CMYK"
	}
	return strings.ToUpper(space[:1]) + space[1:]
}
