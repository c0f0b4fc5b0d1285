// Package magick understands a small, typed part of ImageMagick's command
// line, as the retired image-processing-service passed it through, and
// applies it to an image. No text of a caller's ever reaches a command line.
package magick

// Program is a parsed list of arguments.
type Program struct{}
