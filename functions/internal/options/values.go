package options

// Values are the options, parsed. The zero value of a field means that the
// option is absent, unless its comment says otherwise.
type Values struct {
	W, H     int     // px, 1 to 8192
	DPR      float64 // device pixel ratio that multiplies W and H; 1 if absent
	Fit      Fit     // FitClip if absent
	Crop     Crop    // a set
	AR       Ratio   // aspect ratio
	Rect     Rect    // px of the oriented original
	BG       Color   // behind transparency, and what Fill fills with
	FM       string  // jpg, pjpg, png, webp, avif, gif or json
	Q        int     // 1 to 100
	Lossless bool
	Auto     Auto // a set of permissions
	Rot      int  // degrees counter-clockwise within the frame, 0 to 359
	Flip     Flip // a set
	Orient   int  // EXIF orientation to use instead of the original's own, 1 to 8
	Blur     int  // 0 to 2000
	Sharp    int  // 0 to 100
}

// Fit says how an image meets the box of W and H.
type Fit string

const (
	FitClip  Fit = "clip"  // inside of the box, ratio kept; enlarges
	FitCrop  Fit = "crop"  // fills the box, the rest is cut off
	FitClamp Fit = "clamp" // inside of the box, the edge pixels extended to fill it
	FitFill  Fit = "fill"  // inside of the box, the rest filled with BG
	FitMax   Fit = "max"   // as clip, but never enlarges
	FitMin   Fit = "min"   // as crop, but never enlarges
	FitScale Fit = "scale" // exactly the box, ratio ignored
)

// Crop is a set of where to keep the image when [FitCrop] or [FitMin] cuts.
type Crop uint8

const (
	CropTop Crop = 1 << iota
	CropBottom
	CropLeft
	CropRight
	CropCenter
	CropEntropy   // where the most information is
	CropAttention // where the eye is likely to look
)

// Auto is a set of what the service may decide by itself.
type Auto uint8

const (
	AutoAVIF     Auto = 1 << iota // may answer in AVIF: the viewer accepts it
	AutoWebP                      // may answer in WebP
	AutoCompress                  // may trade quality for bytes
)

// Flip is a set of axes.
type Flip uint8

const (
	FlipHorizontal Flip = 1 << iota
	FlipVertical
)

// Ratio is an aspect ratio; its zero value is none.
type Ratio struct{ W, H float64 }

// Rect is a rectangle in pixels; its zero value is none.
type Rect struct{ X, Y, W, H int }

// Color is an sRGB colour. Set tells black from absent.
type Color struct {
	R, G, B, A uint8
	Set        bool
}
