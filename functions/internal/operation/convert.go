package operation

import (
	"context"
	"encoding/base64"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/magick"
)

// convert applies the arguments and returns the result in base64, or without
// outputExtension a line of text that describes it.
func (s Service) convert(ctx context.Context, e event) (any, error) {
	image, err := e.image("convert")
	if err != nil {
		return nil, err
	}
	program, err := magick.Parse(e.CustomArgs)
	if err != nil {
		return nil, err
	}
	if e.OutputExtension == "" {
		return s.describe(ctx, program, image)
	}
	if err := program.SetFormat(e.OutputExtension); err != nil {
		return nil, err
	}
	return s.encoded(ctx, program, image)
}

// describe makes the program's result in the image's own format, and tells
// of it instead of returning it.
func (s Service) describe(ctx context.Context, program *magick.Program, image []byte) (any, error) {
	own := format.Sniff(image)
	if err := program.SetFormat(string(own)); err != nil {
		program.Format = format.PNG // one that is only read, or none: the worker tells
	}
	made, err := s.run(ctx, program, image)
	if err != nil {
		return nil, err
	}
	info, err := s.info(ctx, made.Body)
	if err != nil {
		return nil, err
	}
	return program.Template.Describe(subject(info)), nil
}

func (s Service) encoded(ctx context.Context, program *magick.Program, image []byte) (any, error) {
	made, err := s.run(ctx, program, image)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString(made.Body), nil
}

// jpegQuality is ImageMagick's for a JPEG that is asked none for.
const jpegQuality = 92

func (s Service) run(ctx context.Context, program *magick.Program, image []byte) (engine.Variant, error) {
	if program.Format == format.JPEG && program.Quality == 0 {
		program.Quality = jpegQuality
	}
	return s.do(ctx, engine.Job{Program: program}, image)
}
