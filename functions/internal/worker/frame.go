package worker

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/jail"
	"primrose/functions/internal/palette"
	"primrose/functions/internal/placeholder"
	"primrose/functions/internal/problem"
)

// A frame is a JSON value behind its length: four bytes, big-endian.
const prefixLength = 4

// request is the frame that opens a job.
type request struct {
	Number uint64     `json:"number"` // counts a worker's jobs from 1
	Job    engine.Job `json:"job"`
	Last   bool       `json:"last,omitempty"` // no other job follows it
}

// reply is the frame that answers a job. The one numbered 0 says that the
// worker is ready, and how its jail is. Any other holds either a variant, whose
// bytes follow, or a complaint.
type reply struct {
	Number    uint64          `json:"number"`
	Jail      jail.Report     `json:"jail,omitempty"`
	Variant   *engine.Variant `json:"variant,omitempty"`
	Body      int64           `json:"body,omitempty"` // bytes
	Complaint *complaint      `json:"complaint,omitempty"`
}

// complaint is a problem on its way to the parent.
type complaint struct {
	Code   problem.Code `json:"code"`
	Detail string       `json:"detail"`
	Cause  string       `json:"cause,omitempty"` // for the log
}

// encodeFrame returns v as a frame of at most limit bytes behind its prefix.
func encodeFrame(v any, limit int) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if len(text) > limit {
		return nil, fmt.Errorf("a frame of %d bytes exceeds the limit of %d", len(text), limit)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, prefixLength+len(text)), uint32(len(text)))
	return append(frame, text...), nil
}

// decodeFrame reads what follows a frame's prefix into v.
func decodeFrame(prefix [prefixLength]byte, r io.Reader, v any, limit int) error {
	length := binary.BigEndian.Uint32(prefix[:])
	if int64(length) > int64(limit) {
		return fmt.Errorf("a frame claims %d bytes; the limit is %d", length, limit)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return fmt.Errorf("a frame breaks off: %w", err)
	}
	return json.Unmarshal(text, v)
}

// readReady reads the announcement that a worker is ready.
func readReady(r io.Reader) (jail.Report, error) {
	answer, err := readAnswer(r, 0)
	return answer.Jail, err
}

// readReply reads the answer to the job of a number, and the body behind it of
// at most limit bytes. A complaint comes back as a [*problem.Problem]; any other
// error means that the worker can't be trusted any more.
func readReply(r io.Reader, number uint64, limit int64) (engine.Variant, error) {
	var none engine.Variant
	answer, err := readAnswer(r, number)
	if err != nil {
		return none, err
	}
	if answer.Complaint != nil {
		return none, answer.Complaint.problem()
	}
	if answer.Body > limit {
		return none, fmt.Errorf("a body has %d bytes; the limit is %d", answer.Body, limit)
	}
	variant := *answer.Variant
	if answer.Body > largeBody {
		debug.FreeOSMemory() // what was answered before must not add up with it
	}
	variant.Body = make([]byte, answer.Body)
	if _, err := io.ReadFull(r, variant.Body); err != nil {
		return none, fmt.Errorf("a body of %d bytes breaks off: %w", answer.Body, err)
	}
	return variant, checkBody(variant)
}

// readAnswer reads a frame of the worker's.
func readAnswer(r io.Reader, number uint64) (answer reply, err error) {
	var prefix [prefixLength]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return answer, err
	}
	if err := decodeFrame(prefix, r, &answer, maxReply); err != nil {
		return answer, err
	}
	return answer, answer.check(number)
}

// check refuses an answer that contradicts itself or answers another job.
func (a reply) check(number uint64) error {
	ready := number == 0
	switch {
	case a.Number != number:
		return fmt.Errorf("an answer to job %d came for job %d", a.Number, number)
	case ready && (a.Variant != nil || a.Complaint != nil), !ready && (a.Variant == nil) == (a.Complaint == nil):
		return errors.New("an answer must hold a variant or a complaint")
	case !ready && a.Jail != nil:
		return errors.New("an answer speaks of the jail")
	case a.Body < 0 || a.Body > MaxBody || a.Variant == nil && a.Body != 0:
		return fmt.Errorf("an answer claims a body of %d bytes", a.Body)
	case a.Complaint != nil:
		return a.Complaint.check()
	case a.Variant != nil && (a.Variant.Width < 0 || a.Variant.Height < 0 || a.Variant.Frames < 0):
		return errors.New("an answer claims a negative size")
	}
	return nil
}

// checkBody refuses bytes that are not of the format that they are said to
// be: the format becomes the response's content type, so a worker taken over
// must not be able to answer with a page or a script.
func checkBody(v engine.Variant) error {
	if !isOf(v.Format, v.Body) {
		return fmt.Errorf("an answer's body is not of the format %q", v.Format)
	}
	return nil
}

func isOf(f format.Format, body []byte) bool {
	switch f {
	case format.JPEG, format.PNG, format.WebP, format.AVIF, format.GIF:
		return format.Sniff(body) == f
	case format.JSON:
		return json.Valid(body)
	case format.CSS:
		return palette.IsCSS(body)
	case format.BlurHash:
		return placeholder.IsBlurHash(body)
	case format.ThumbHash:
		return placeholder.IsThumbHash(body)
	}
	return false
}

// check refuses a code that no image can be the reason of.
func (c complaint) check() error {
	switch c.Code {
	case problem.BadOption, problem.BadRequest, problem.TooLong, problem.OriginalTooLarge, problem.TooManyPixels, problem.TooManyFrames,
		problem.UnsupportedFormat, problem.BrokenImage, problem.TooExpensive, problem.Internal:
		return nil
	}
	return fmt.Errorf("an answer complains with the code %q", c.Code)
}

func (c complaint) problem() *problem.Problem {
	p := problem.New(c.Code, "%s", c.Detail)
	if c.Cause == "" {
		return p
	}
	return p.Because(errors.New(c.Cause))
}
