// Package operation answers the events of the retired
// image-processing-service: the same fields, defaults, results and error
// texts, so that its callers need to change nothing but the function's name.
//
// It never decodes an image. Everything that looks into one goes to the
// worker.
//
// Where it differs from that service, it does so to be safe or to be clear:
//   - customArgs are parsed from a list of allowed arguments, see package
//     magick; srcPath, which named any file, is refused.
//   - The input is recognised by its bytes. inputExtension and srcFormat are
//     ignored, and so is timeout: the service has its own deadline.
//   - Results are always upright and without metadata, whatever strip says.
//   - convert needs an image. Without outputExtension it describes its
//     result in text, where the service printed what the command printed.
package operation

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/sample"
)

// Worker does a job on an original.
type Worker interface {
	Do(ctx context.Context, job engine.Job, originals ...io.Reader) (engine.Variant, error)
}

// Service does operations.
type Service struct {
	Worker Worker
	Limits engine.Limits // of the images in events
}

// operations are those that an event may name.
var operations = map[string]func(Service, context.Context, event) (any, error){
	"ping":          Service.ping,
	"getSample":     Service.getSample,
	"getDimensions": Service.getDimensions,
	"identify":      Service.identify,
	"resize":        Service.resize,
	"thumbnail":     Service.resize,
	"convert":       Service.convert,
}

// Invoke does the operation that an event names. The result marshals to the
// JSON value that the retired service returned. Errors are problems, whose
// detail is the text of that service's error, where it had one.
func (s Service) Invoke(ctx context.Context, request json.RawMessage) (any, error) {
	e, err := parseEvent(request)
	if err != nil {
		return nil, err
	}
	do, ok := operations[e.operation()]
	if !ok {
		return nil, bad("Unrecognized operation %s", quote(e.operation()))
	}
	return do(s, ctx, e)
}

func (Service) ping(context.Context, event) (any, error) { return "pong", nil }

// getSample returns our rose, encoded as the event asks.
func (s Service) getSample(ctx context.Context, e event) (any, error) {
	rose := base64.StdEncoding.EncodeToString(sample.Rose())
	if e.OutputExtension == "" || e.OutputExtension == "png" {
		return rose, nil
	}
	return s.convert(ctx, event{Base64Image: rose, OutputExtension: e.OutputExtension})
}

// do has the worker do a job. Its problems begin as those of the command did.
func (s Service) do(ctx context.Context, job engine.Job, original []byte) (engine.Variant, error) {
	if length := int64(len(original)); length > s.Limits.Bytes {
		return engine.Variant{}, problem.New(problem.OriginalTooLarge, "the image has %d bytes; the limit is %d", length, s.Limits.Bytes)
	}
	job.Limits = s.Limits
	made, err := s.Worker.Do(ctx, job, bytes.NewReader(original))
	if err != nil {
		p := problem.Of(err)
		return made, problem.New(p.Code, "Command failed: %s", p.Detail).Because(err)
	}
	return made, nil
}

func bad(text string, args ...any) error {
	return problem.New(problem.BadRequest, text, args...)
}
