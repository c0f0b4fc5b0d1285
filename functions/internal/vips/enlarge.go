package vips

// Enlarge brings the image to a larger size of width and height in pixels,
// and keeps its middle in the middle, where libvips' resize would move it right
// and down by half a pixel. Transparency must be premultiplied.
func (img *Image) Enlarge(width, height int) error {
	across, down := float64(width)/float64(img.Width()), float64(height)/float64(img.Height())
	return img.Apply("affine", Args{
		"matrix":        []float64{across, 0, 0, down},
		"idx":           0.5, // from a pixel's corner to its middle
		"idy":           0.5,
		"odx":           -0.5, // and back
		"ody":           -0.5,
		"oarea":         []int{0, 0, width, height},
		"interpolate":   "bicubic",
		"extend":        "copy",
		"premultiplied": true,
	})
}
