package sample

import (
	"embed"
	"io/fs"
)

//go:embed originals
var embedded embed.FS

// Originals returns the sample originals: photos, drawings, transparency,
// animation, and a photo from a camera that was held on its side. The file
// LICENSES among them says who made each and what it may be used for.
func Originals() fs.FS {
	originals, err := fs.Sub(embedded, "originals")
	if err != nil {
		panic(err) // the name is a constant
	}
	return originals
}
