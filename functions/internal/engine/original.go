package engine

import (
	"os"
	"strings"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// loaders are the operations of libvips' that read each format. The
// original's first bytes choose one of them; libvips never guesses.
var loaders = map[format.Format]string{
	format.JPEG: "jpegload_source",
	format.PNG:  "pngload_source",
	format.WebP: "webpload_source",
	format.AVIF: "heifload_source",
	format.GIF:  "gifload_source",
	format.TIFF: "tiffload_source",
	format.SVG:  "svgload_source",
}

// allowLoaders blocks every loader but those of the formats that are always
// read, should anything ask libvips for another.
func allowLoaders() {
	vips.Block("VipsForeignLoad", true)
	for _, class := range []string{"Jpeg", "Png", "Webp", "Heif", "Nsgif"} {
		vips.Block("VipsForeignLoad"+class, false)
	}
}

// original is an image to be read: its header was, its pixels were not.
type original struct {
	source *vips.Source
	header *vips.Image
	info   Info
	limits Limits
	layers layers // that lie upon it

	letters bool     // can be drawn
	caption *overlay // the text upon each frame; nil before the first
}

// open sniffs the original, reads its header and holds it against the
// limits.
func open(src *os.File, limits Limits) (_ *original, err error) {
	if err := checkBytes(src, limits); err != nil {
		return nil, err
	}
	vips.LimitPipes(limits.Bytes)
	o := &original{limits: limits}
	defer func() {
		if err != nil {
			o.close()
		}
	}()
	if o.source, err = vips.FromFile(src); err != nil {
		return nil, err
	}
	if err := o.sniff(); err != nil {
		return nil, err
	}
	if err := o.checkWebP(); err != nil {
		return nil, err
	}
	if err := o.readHeader(); err != nil {
		return nil, err
	}
	return o, o.checkSize()
}

func (o *original) close() {
	if o.caption != nil {
		o.caption.Close()
	}
	o.layers.close()
	o.header.Close()
	o.source.Close()
}

// checkBytes refuses a file that is too large. How much may come out of a
// pipe, its writer knows.
func checkBytes(src *os.File, limits Limits) error {
	if stat, err := src.Stat(); err == nil && stat.Mode().IsRegular() && stat.Size() > limits.Bytes {
		return tooLarge(limits)
	}
	return nil
}

func tooLarge(limits Limits) *problem.Problem {
	return problem.New(problem.OriginalTooLarge, "the original has more than %d bytes, the limit", limits.Bytes)
}

func (o *original) sniff() error {
	head, err := o.source.Sniff(format.SniffLength)
	if err != nil {
		return o.broken(err)
	}
	o.info.Format = format.Sniff(head)
	switch {
	case o.info.Format == "":
		return problem.New(problem.UnsupportedFormat, "the original is no image of a format that is served")
	case !o.limits.Reads(o.info.Format):
		return problem.New(problem.UnsupportedFormat, "%s originals are switched off here", strings.ToUpper(string(o.info.Format)))
	}
	vips.Block("VipsForeignLoadTiff", !o.limits.TIFF)
	vips.Block("VipsForeignLoadSvg", !o.limits.SVG)
	return nil
}

func (o *original) readHeader() error {
	header, err := vips.New(loaders[o.info.Format], vips.Args{"source": o.source})
	if err != nil {
		return o.broken(err)
	}
	o.header = header
	o.info.Width, o.info.Height = header.Width(), header.Height()
	o.info.Orientation = 1
	if n, ok := header.Int("orientation"); ok && n >= 1 && n <= 8 {
		o.info.Orientation = n
	}
	o.info.Frames = 1
	if o.info.Format.Animates() {
		o.info.Frames = header.Pages()
	}
	o.info.Alpha = header.HasAlpha()
	o.info.ColorSpace = colorSpace(header)
	o.info.Depth = depth(header)
	o.info.Profile = header.Has("icc-profile-data")
	return nil
}

// checkSize refuses an original whose header announces too much.
func (o *original) checkSize() error {
	side, pixels := max(o.info.Width, o.info.Height), o.size().pixels()
	total := pixels * int64(o.info.Frames)
	switch {
	case o.info.Frames > o.limits.Frames:
		return problem.New(problem.TooManyFrames, "the original has %d frames; the limit is %d", o.info.Frames, o.limits.Frames)
	case side > o.limits.Side:
		return problem.New(problem.TooManyPixels, "the original has a side of %d px; the limit is %d", side, o.limits.Side)
	case pixels > o.limits.Pixels:
		return problem.New(problem.TooManyPixels, "the original has %d pixels; the limit is %d", pixels, o.limits.Pixels)
	case total > o.limits.TotalPixels:
		return problem.New(problem.TooManyPixels, "the original's frames have %d pixels together; the limit is %d", total, o.limits.TotalPixels)
	}
	return nil
}

// bytes returns all of the original's bytes, for who must see them before its
// decoder does.
func (o *original) bytes() ([]byte, error) {
	data, err := o.source.Map()
	if err != nil {
		return nil, o.broken(err)
	}
	return data, nil
}

func (o *original) size() size { return size{o.info.Width, o.info.Height} }

// broken is what becomes of libvips' complaint about the original's bytes.
func (o *original) broken(err error) error {
	if strings.Contains(err.Error(), "pipe too long") {
		return tooLarge(o.limits).Because(err)
	}
	return problem.New(problem.BrokenImage, "the original is truncated or corrupt").Because(err)
}
