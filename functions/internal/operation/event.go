package operation

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"primrose/functions/internal/problem"
)

// maxEvent is the most bytes of a request that Lambda passes on at once:
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const maxEvent = 6 << 20

// event is a request. Fields that it does not know are ignored, as the
// retired service ignored them. A field that is null is absent.
type event struct {
	Operation       json.RawMessage `json:"operation"`
	Base64Image     string          `json:"base64Image"`
	OutputExtension string          `json:"outputExtension"`
	CustomArgs      []string        `json:"customArgs"`

	// Of resize.
	Width       number   `json:"width"`       // px; 0 for what the ratio makes of the height
	Height      number   `json:"height"`      // px; 0 for what the ratio makes of the width
	Quality     *float64 `json:"quality"`     // 0 to 1
	Format      *string  `json:"format"`      // decides whether quality and progressive count
	Progressive bool     `json:"progressive"` //
	Colorspace  string   `json:"colorspace"`  // Gray or sRGB
	Filter      *string  `json:"filter"`      // by ImageMagick's name
	Sharpening  *float64 `json:"sharpening"`  // 0 to 1
	SrcPath     string   `json:"srcPath"`     // refused
}

func parseEvent(text json.RawMessage) (event, error) {
	var e event
	if len(text) > maxEvent {
		return e, problem.New(problem.OriginalTooLarge,
			"the event has %d bytes, at most %d can be sent; put the original into the bucket and ask for it by URL", len(text), maxEvent)
	}
	if !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) {
		return e, bad(`the event must be a JSON object with a field "operation"`)
	}
	err := json.Unmarshal(text, &e)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return e, bad("the field %q must be a %s, not a %s", wrong.Field, kinds[wrong.Type.Kind().String()], wrong.Value)
	}
	if _, ok := errors.AsType[*problem.Problem](err); ok {
		return e, err
	}
	if err != nil {
		return e, bad("the event is not valid JSON: %v", err)
	}
	if e.SrcPath != "" {
		return e, bad(`the field "srcPath" is refused: the image must be in "base64Image"`)
	}
	return e, nil
}

// kinds are the names that JSON has for Go's kinds.
var kinds = map[string]string{
	"string": "string", "float64": "number", "bool": "boolean", "slice": "list of strings",
}

// operation returns what the event's field says, as JavaScript would spell it.
func (e event) operation() string {
	var name string
	switch {
	case e.Operation == nil:
		return "undefined"
	case json.Unmarshal(e.Operation, &name) == nil && string(e.Operation) != "null":
		return name
	}
	return string(e.Operation)
}

// image decodes the event's image, which the named request can't do without.
func (e event) image(request string) ([]byte, error) {
	if e.Base64Image == "" {
		return nil, bad(`Invalid %s request: no "base64Image" field supplied`, request)
	}
	data, err := base64.StdEncoding.Strict().DecodeString(e.Base64Image)
	if err != nil {
		hint := ""
		if strings.HasPrefix(e.Base64Image, "data:") {
			hint = `; leave out the "data:…;base64," before it`
		}
		return nil, bad(`Invalid %s request: "base64Image" is not base64 in the standard alphabet with padding (%v)%s`, request, err, hint)
	}
	return data, nil
}

// number is a number that JSON may spell as a string. Empty is 0.
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	spelled := strings.TrimSpace(strings.Trim(string(text), `"`))
	if spelled == "" || spelled == "null" {
		return nil
	}
	f, err := strconv.ParseFloat(spelled, 64)
	if err != nil {
		return bad("a width or height must be a number of pixels, not %s", quote(spelled))
	}
	*n = number(f)
	return nil
}

func (n number) String() string { return strconv.FormatFloat(float64(n), 'f', -1, 64) }

// quote shows a caller's text, cut where it is long.
func quote(text string) string {
	const shown = 100
	if len(text) > shown {
		text = strings.ToValidUTF8(text[:shown], "") + "…"
	}
	return strconv.Quote(text)
}
