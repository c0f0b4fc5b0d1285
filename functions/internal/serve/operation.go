package serve

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/problem"
)

// What may be posted. API Gateway takes bodies of 10 MB; but it makes of each an
// event for Lambda, with the body as a string in it, and that takes less.
const (
	// maxEvent is what an event must be smaller than, in bytes:
	// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
	maxEvent = 6_291_456

	// envelope is room for what API Gateway tells besides the body, in bytes.
	// The most of it are the request's headers, of which there may be 10,240:
	// they are told twice, in quotes.
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
	envelope = 64 << 10

	// maxBody is how many bytes a body may have as a string in an event.
	maxBody = maxEvent - envelope
)

// operation answers an event by JSON.
func (s *Service) operation(w http.ResponseWriter, r *http.Request) {
	result, err := s.invoke(w, r)
	if err != nil {
		s.Log.WarnContext(r.Context(), "operation failed", "error", err.Error())
		delivery.Refuse(w, r, err)
		return
	}
	delivery.Harden(w.Header())
	w.Header().Set("Content-Type", "application/json")
	w.Write(result)
}

func (s *Service) invoke(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	event, err := readEvent(w, r)
	if err != nil {
		return nil, err
	}
	result, err := s.Operations.Invoke(r.Context(), event)
	if err != nil {
		return nil, err
	}
	return json.Marshal(result)
}

func readEvent(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	event, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, exceeded := errors.AsType[*http.MaxBytesError](err); exceeded || quoted(event) > maxBody {
		return nil, problem.New(problem.OriginalTooLarge, "the event has more than %d bytes, which Lambda would not take; "+
			"put the image where the originals are, and ask for a variant by URL", maxBody).Because(err)
	}
	if err != nil {
		return nil, problem.New(problem.BadRequest, "the event did not arrive whole").Because(err)
	}
	return event, nil
}

// quoted is how many bytes the body has as a string in an event.
func quoted(body []byte) int {
	text, _ := json.Marshal(string(body)) // a string always marshals
	return len(text)
}
