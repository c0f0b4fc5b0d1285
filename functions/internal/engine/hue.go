package engine

import "math"

// hue turns hues and changes how strong they are, by the matrices of W3C's
// Filter Effects (feColorMatrix, hueRotate and saturate), which browsers use
// too.
func hue(f *frame) error {
	a := f.values.Adjust
	if a.Hue == 0 && a.Saturation == 0 {
		return nil
	}
	return hueRotate(float64(a.Hue) * math.Pi / 180).then(saturate(1 + float64(a.Saturation)/100)).apply(f.image)
}

// hueRotate turns hues by an angle, and leaves grey and, nearly, luma.
func hueRotate(angle float64) colorMatrix {
	sin, cos := math.Sincos(angle)
	r, g, b := luma[0], luma[1], luma[2]
	return colorMatrix{rows: [3][3]float64{
		{r + cos*(1-r) - sin*r, g - cos*g - sin*g, b - cos*b + sin*(1-b)},
		{r - cos*r + sin*0.143, g + cos*(1-g) + sin*0.140, b - cos*b - sin*0.283},
		{r - cos*r - sin*(1-r), g - cos*g + sin*g, b + cos*(1-b) + sin*b},
	}}
}

// saturate multiplies how far colours are from grey.
func saturate(by float64) colorMatrix {
	return shaded([3]float64{}, [3]float64{255, 255, 255}).part(1 - by)
}
