package suite

import (
	"bytes"
	"fmt"
	"image"
	"net/http"
	"strings"

	_ "image/jpeg" // of which the suite wants to know the size
	_ "image/png"
)

type answer struct {
	*visit
	*http.Response
	asked string
	body  []byte
}

// fail tells what was asked, how it was answered, and where that came from: a function that says nothing was
// not reached.
func (a *answer) fail(format string, args ...any) {
	seen := a.Status
	if strings.Contains(a.Header.Get("Content-Type"), "json") || a.StatusCode >= 400 {
		seen += fmt.Sprintf(" %.300q", a.body)
	}
	seen += "; X-Cache: " + a.Header.Get("X-Cache")
	if a.StatusCode >= 500 {
		seen += "; the image function says: " + a.said("Processor")
	}
	panic(failure{fmt.Errorf("%s: %s\n(%s)", a.asked, fmt.Sprintf(format, args...), seen)})
}

// is checks the status.
func (a *answer) is(status int) *answer {
	if a.StatusCode != status {
		a.fail("the status is %d, want %d", a.StatusCode, status)
	}
	return a
}

// says checks a header.
func (a *answer) says(name, want string) *answer {
	if got := a.Header.Get(name); got != want {
		a.fail("%s is %q, want %q", name, got, want)
	}
	return a
}

// omits checks that a header is not there.
func (a *answer) omits(names ...string) *answer {
	for _, name := range names {
		if got, there := a.Header[http.CanonicalHeaderKey(name)]; there {
			a.fail("it tells %s: %q", name, got)
		}
	}
	return a
}

// The words by which CloudFront tells where an answer comes from.
const (
	fromOrigin = "Miss from cloudfront"
	fromCache  = "Hit from cloudfront"
	fromError  = "Error from cloudfront"
	fromEdge   = "FunctionGeneratedResponse from cloudfront"
)

// comes checks where the answer comes from.
func (a *answer) comes(from string) *answer { return a.says("X-Cache", from) }

// holds checks the body.
func (a *answer) holds(want []byte) *answer {
	if !bytes.Equal(a.body, want) {
		a.fail("the body has %d bytes, and they are not the %d wanted", len(a.body), len(want))
	}
	return a
}

// shows checks that the body is an image of a format and a width.
func (a *answer) shows(format string, width int) *answer {
	a.is(http.StatusOK).says("Content-Type", "image/"+format)
	config, got, err := image.DecodeConfig(bytes.NewReader(a.body))
	if err != nil || got != format || config.Width != width {
		a.fail("the body is %s of %d pixels' width (%v), want %s of %d", got, config.Width, err, format, width)
	}
	return a
}

// tells checks that the body is a problem of a code.
func (a *answer) tells(status int, code string) *answer {
	a.is(status).says("Content-Type", "application/problem+json")
	if !bytes.Contains(a.body, []byte(`"`+code+`"`)) {
		a.fail("the problem is not %s", code)
	}
	return a
}
