package main

import "primrose/functions/internal/sample"

// sampleFolder unpacks the sample originals into a folder in the user's cache
// and returns its path.
func sampleFolder() (string, error) {
	dir := cacheFolder("samples")
	return dir, sample.Unpack(dir)
}
