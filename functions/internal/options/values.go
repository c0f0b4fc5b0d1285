package options

import (
	"slices"
	"strings"
)

// Values are the options, parsed: a field an option, which its tag names. A
// field holds the option's default where a URL says nothing, and its zero value
// where there is no default; a pointer is nil then, which tells 0 from nothing.
// Pixels are before DPR.
type Values struct {
	W    Length  `option:"w"`
	H    Length  `option:"h"`
	DPR  float64 `option:"dpr"` // multiplies every length of the result
	MinW int     `option:"min-w"`
	MaxW int     `option:"max-w"`
	MinH int     `option:"min-h"`
	MaxH int     `option:"max-h"`
	Fit  Fit     `option:"fit"`
	Crop Crop    `option:"crop"`
	AR   Ratio   `option:"ar"`
	Rect Rect    `option:"rect"` // of the oriented original

	FocalX    float64 `option:"fp-x"` // 0 to 1, from the left
	FocalY    float64 `option:"fp-y"` // 0 to 1, from the top
	FocalZoom float64 `option:"fp-z"` // 1 to 100
	FaceIndex int     `option:"faceindex"`
	FacePad   float64 `option:"facepad"`
	Faces     bool    `option:"faces"`
	FaceBlur  int     `option:"face-blur"`  // 0 to 100
	FacePixel int     `option:"face-pixel"` // 0 to 100

	Trim Trim
	Fill Fill
	BG   Color `option:"bg"`
	Grid Grid

	Orient  Orientation `option:"orient"`
	Flip    Flip        `option:"flip"`
	Rot     float64     `option:"rot"` // degrees counter-clockwise, 0 to 359.9
	RotType string      `option:"rot-type"`

	Adjust Adjust
	Style  Style
	Pad    Pad
	Border Border
	Mask   Mask
	Blend  Blend
	Mark   Mark
	Text   Text

	Palette string `option:"palette"` // css or json; none is ""
	Colors  int    `option:"colors"`  // of the palette, 0 to 16
	Prefix  string `option:"prefix"`  // of the palette's CSS classes

	Animation Animation
	Output
}

// Fit says how an image meets the box of W and H.
type Fit string

const (
	FitClip     Fit = "clip"     // inside of the box, ratio kept; enlarges
	FitCrop     Fit = "crop"     // fills the box, the rest is cut off
	FitClamp    Fit = "clamp"    // inside of the box, the edge pixels extended to fill it
	FitFaceArea Fit = "facearea" // as crop, around the faces
	FitFill     Fit = "fill"     // inside of the box, the rest filled
	FitFillMax  Fit = "fillmax"  // as fill, but never enlarges
	FitMax      Fit = "max"      // as clip, but never enlarges
	FitMin      Fit = "min"      // as crop, but never enlarges
	FitScale    Fit = "scale"    // exactly the box, ratio ignored
)

// Trim says what of the border is cut off before anything else is done.
type Trim struct {
	How       string  `option:"trim"` // auto, color, alpha or colorunlessalpha; none is ""
	Color     Color   `option:"trim-color"`
	Tolerance float64 `option:"trim-tol"` // 0 to 255
	Mean      float64 `option:"trim-md"`  // 0 to 255
	Deviation float64 `option:"trim-sd"`  // 0 to 255
	Alpha     int     `option:"trim-alpha"`
	Pad       int     `option:"trim-pad"` // px of the original, -200 to 200
}

// Fill says what fills the box that fit=fill leaves.
type Fill struct {
	How             string  `option:"fill"` // solid, blur or gradient; none is ""
	Color           Color   `option:"fill-color"`
	GradientType    string  `option:"fill-gradient-type"`
	Linear          Duo     `option:"fill-gradient-linear"`
	LinearDirection Align   `option:"fill-gradient-linear-direction"`
	Radial          Duo     `option:"fill-gradient-radial"`
	RadialRadius    Lengths `option:"fill-gradient-radial-radius"`
	RadialX         float64 `option:"fill-gradient-radial-x"` // a part up to 1, px beyond
	RadialY         float64 `option:"fill-gradient-radial-y"` // a part up to 1, px beyond
	Space           string  `option:"fill-gradient-cs"`
}

// Grid shows transparency as a chequered ground.
type Grid struct {
	Transparency string `option:"transparency"` // grid; none is ""
	Colors       Duo    `option:"grid-colors"`
	Size         int    `option:"grid-size"` // px
}

// Adjust changes light and colour. All are -100 to 100 and 0 for no change, but
// for what their comments say.
type Adjust struct {
	Brightness int     `option:"bri"`
	Contrast   int     `option:"con"`
	Exposure   int     `option:"exp"`
	Gamma      int     `option:"gam"`
	Highlights int     `option:"high"` // -100 to 0
	Shadows    int     `option:"shad"` // 0 to 100
	Hue        int     `option:"hue"`  // degrees, 0 to 360
	Saturation int     `option:"sat"`
	Vibrance   int     `option:"vib"`
	Sharp      int     `option:"sharp"` // 0 to 100
	Unsharp    int     `option:"usm"`
	Radius     float64 `option:"usmrad"` // px, 0 to 500
	Noise      *int    `option:"nr"`
	NoiseSharp *int    `option:"nrs"`
	Invert     bool    `option:"invert"`
}

// Style changes what a picture looks like. 0 is for no change.
type Style struct {
	Blur         int   `option:"blur"`  // 0 to 2000
	Pixels       int   `option:"px"`    // 0 to 100
	Halftone     int   `option:"htn"`   // 0 to 100
	Sepia        int   `option:"sepia"` // 0 to 100
	Monochrome   Color `option:"monochrome"`
	Duotone      Duo   `option:"duotone"`
	DuotoneAlpha int   `option:"duotone-alpha"` // 0 to 100
}

// Pad is room around the picture in pixels; a side goes before All.
type Pad struct {
	All    int  `option:"pad"`
	Top    *int `option:"pad-top"`
	Right  *int `option:"pad-right"`
	Bottom *int `option:"pad-bottom"`
	Left   *int `option:"pad-left"`
}

// Border is drawn around the picture, in pixels; a side's width goes before
// All's.
type Border struct {
	All    Stroke  `option:"border"`
	Top    *int    `option:"border-top"`
	Right  *int    `option:"border-right"`
	Bottom *int    `option:"border-bottom"`
	Left   *int    `option:"border-left"`
	Radius Corners `option:"border-radius"`       // of its outside
	Inner  Corners `option:"border-radius-inner"` // of its inside
}

// Mask says what of the picture stays.
type Mask struct {
	By     Source  `option:"mask"` // the word ellipse or corners, or an image
	BG     Color   `option:"mask-bg"`
	Radius Corners `option:"corner-radius"` // px
}

// Blend is an image or a colour upon the picture.
type Blend struct {
	By    Source `option:"blend"`
	Mode  string `option:"blend-mode"`
	Align Align  `option:"blend-align"`
	Alpha int    `option:"blend-alpha"` // percent
	Color Color  `option:"blend-color"`
	Crop  Crop   `option:"blend-crop"`
	Fit   Fit    `option:"blend-fit"`
	W     Length `option:"blend-w"`
	H     Length `option:"blend-h"`
	X     *int   `option:"blend-x"` // px
	Y     *int   `option:"blend-y"` // px
	Pad   int    `option:"blend-pad"`
	Size  string `option:"blend-size"` // inherit; none is ""
}

// Mark is a watermark.
type Mark struct {
	By       Source  `option:"mark"`
	Base     Source  `option:"mark-base"` // before By's key
	Align    Align   `option:"mark-align"`
	Alpha    int     `option:"mark-alpha"` // percent
	Fit      Fit     `option:"mark-fit"`
	W        Length  `option:"mark-w"`
	H        Length  `option:"mark-h"`
	Scale    *int    `option:"mark-scale"` // percent of the picture's width
	X        *int    `option:"mark-x"`     // px
	Y        *int    `option:"mark-y"`     // px
	Pad      int     `option:"mark-pad"`   // px
	Rot      float64 `option:"mark-rot"`   // degrees counter-clockwise
	Tile     string  `option:"mark-tile"`  // grid; none is ""
	IfWidth  int     `option:"mark-if-min-width"`
	IfHeight int     `option:"mark-if-min-height"`
}

// Text is written upon the picture.
type Text struct {
	Text      string  `option:"txt"`
	Align     Align   `option:"txt-align"`
	Clip      Clip    `option:"txt-clip"`
	Color     Color   `option:"txt-color"`
	Fit       string  `option:"txt-fit"`   // max, wrap or wrapmax; none is ""
	Font      string  `option:"txt-font"`  // any name
	Size      int     `option:"txt-size"`  // px
	Lead      int     `option:"txt-lead"`  // px between lines
	Track     int     `option:"txt-track"` // px between letters
	Line      int     `option:"txt-line"`  // px of outline
	LineColor Color   `option:"txt-line-color"`
	Shadow    float64 `option:"txt-shad"` // 0 to 10
	Pad       *int    `option:"txt-pad"`  // px
	Width     int     `option:"txt-width"`
	X         *int    `option:"txt-x"` // px
	Y         *int    `option:"txt-y"` // px
}

// Blank tells whether nothing is written.
func (t Text) Blank() bool { return strings.TrimSpace(t.Text) == "" }

// Animation says which frames are shown, and how.
type Animation struct {
	Frame    int  `option:"frame"`    // the only one, from 1; none is 0
	FPS      int  `option:"fps"`      // frames a second; the original's is 0
	Interval int  `option:"interval"` // shows one frame of so many; all is 0
	Loop     *int `option:"loop"`     // plays; 0 is for ever
	Reverse  bool `option:"reverse"`
	Skip     int  `option:"skip"` // leaves out one frame of so many; none is 0
}

// Output says how the result is encoded and delivered.
type Output struct {
	FM          string `option:"fm"`
	Q           *int   `option:"q"` // 0 to 100
	Lossless    bool   `option:"lossless"`
	Progressive *bool  `option:"jpg-progressive"`
	Chroma      string `option:"chromasub"`  // 420, 422 or 444; by quality is ""
	MaxColors   int    `option:"colorquant"` // 2 to 256; any number is 0
	Space       string `option:"cs"`         // srgb, tinysrgb, adobergb1998, strip or origin
	DPI         int    `option:"dpi"`        // none is 0
	MaxBytes    int    `option:"max-bytes"`  // none is 0
	Download    string `option:"dl"`         // the name to save under
	Auto        Auto   `option:"auto"`
}

// Describes tells whether the answer tells of the picture instead of showing it.
func (v Values) Describes() bool {
	return slices.Contains(describing, v.FM) || v.Palette != ""
}
