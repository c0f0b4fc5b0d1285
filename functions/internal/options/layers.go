package options

import "strings"

// MaxLayers is how many originals the options can lay upon the picture.
const MaxLayers = 3

// Layer is an original that an option names.
type Layer struct {
	Option string // blend, mask or mark
	Key    string
}

// Layers returns the originals that the options name, in the order in which
// they meet the picture.
func (v Values) Layers() []Layer {
	mark := v.Mark.By.Key
	if mark != "" && v.Mark.Base.Key != "" {
		mark = strings.TrimSuffix(v.Mark.Base.Key, "/") + "/" + mark
	}
	var layers []Layer
	for _, layer := range []Layer{{"blend", v.Blend.By.Key}, {"mask", v.Mask.By.Key}, {"mark", mark}} {
		if layer.Key != "" {
			layers = append(layers, layer)
		}
	}
	return layers
}
