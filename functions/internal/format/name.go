package format

import (
	"path"
	"slices"
	"strings"
)

// Named reports whether a name is such as images have. It is for lists that
// somebody looks at; what a file is, its bytes say.
func Named(name string) bool {
	return slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff", ".svg"}, strings.ToLower(path.Ext(name)))
}
