package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
)

// quality is how a variant is encoded. q from 1 to 100 matters to lossy
// formats; 0 stands for the format's own default.
type quality struct {
	q           int
	lossless    bool
	progressive bool
	compress    bool   // trade time and a little quality for fewer bytes
	reuse       bool   // of a GIF: keep the original's colours
	alpha       bool   // there may be transparency to encode
	palette     bool   // of a PNG: 256 colours at most
	truecolor   bool   // of a PNG: red, green, blue and alpha, 8 bits each
	chroma      string // 420, 422, 444, or as the encoder thinks fit: ""
	colors      int    // 2 to 256; all is 0
	dpi         int    // none is 0
	adobe       bool   // convert to the profile
	profile     []byte // ICC, to embed; none is nil
	maxBytes    int    // any number is 0
	whole       bool   // a step holds the frame as a whole
}

// What fm calls JPEG and PNG of certain kinds.
const (
	progressive = "pjpg"  // in several passes
	paletted    = "png8"  // of 256 colours
	truecolor   = "png32" // with an alpha channel, needed or not
)

func (o *original) qualityOf(v options.Values, to format.Format) quality {
	compress := v.Auto&options.AutoCompress != 0
	q := quality{
		// Twice to three times as small as with new colours, and faster.
		reuse:       o.info.Format == format.GIF && v.MaxColors == 0 && keepsColors(v),
		alpha:       to.HasAlpha() && (o.info.Alpha || addsAlpha(v)) && !(v.BG.Set && v.BG.A == 255),
		lossless:    v.Lossless,
		progressive: v.FM == progressive || compress,
		compress:    compress,
		palette:     v.FM != truecolor && (v.FM == paletted || v.MaxColors > 0 || compress),
		truecolor:   v.FM == truecolor && v.MaxColors == 0,
		chroma:      v.Chroma,
		colors:      v.MaxColors,
		dpi:         v.DPI,
		adobe:       v.Space == adobeRGB,
		profile:     o.profileFor(v.Space, to),
		maxBytes:    v.MaxBytes,
		whole:       holdsWhole(v),
	}
	if v.Q != nil {
		q.q = max(1, *v.Q)
	}
	if v.Progressive != nil {
		q.progressive = *v.Progressive
	}
	return q
}

// keepsColors tells whether nothing is asked that brings colours into a picture
// that it does not have.
func keepsColors(v options.Values) bool {
	plain := options.Options{}.Values()
	return v.BG == plain.BG && v.Grid == plain.Grid && !fills(v.Fit) && v.RotType == plain.RotType &&
		v.Adjust == plain.Adjust && v.Style == plain.Style && v.Auto&options.AutoEnhance == 0 &&
		v.Pad == plain.Pad && v.Border == plain.Border && v.Mask == plain.Mask &&
		v.Blend == plain.Blend && v.Mark == plain.Mark && v.Text == plain.Text
}

// addsAlpha tells whether what is asked may make parts of a picture transparent.
func addsAlpha(v options.Values) bool {
	plain := options.Options{}.Values()
	return v.FM == truecolor || v.BG.Set || fills(v.Fit) || v.RotType == "pivot" ||
		v.Mask != plain.Mask || v.Pad != plain.Pad || v.Border != plain.Border
}

// lossy tells whether the number of a format's quality says how much is lost.
func (q quality) lossy(to format.Format) bool {
	return to == format.JPEG || (to == format.WebP || to == format.AVIF) && !q.lossless
}

// number returns the quality asked for, 1 to 100, or a format's default. That is
// imgix's, 75 and 45; AVIF's scale differs, 50 of it looks like 75 of JPEG.
func (q quality) number(to format.Format) int {
	switch {
	case q.q != 0:
		return q.q
	case to == format.AVIF && q.compress:
		return 35
	case to == format.AVIF:
		return 50
	case q.compress:
		return 45
	}
	return 75
}

// subsampling is what libvips calls the way in which JPEG and AVIF keep colour:
// at all pixels or at a quarter of them. Half of them it does not have, so that
// is made as all. If nothing is asked, it is all from quality 90 on.
func (q quality) subsampling() string {
	switch q.chroma {
	case "":
		return "auto"
	case "420":
		return "on"
	}
	return "off"
}

// fullColor tells whether JPEG and AVIF keep colour at all pixels.
func (q quality) fullColor() bool {
	return q.lossless || q.subsampling() == "off" || q.subsampling() == "auto" && q.q >= 90
}
