package edge

import (
	"net/http"
	"strings"
)

// The shapes of CloudFront's event, as far as the function uses them.
type (
	event struct {
		RawQuery string       `json:"rawQuery"`
		Request  eventRequest `json:"request"`
	}

	eventRequest struct {
		Method      string   `json:"method"`
		URI         string   `json:"uri"`
		QueryString struct{} `json:"querystring"`
		Headers     fields   `json:"headers"`
	}

	fields map[string]field // by lower-case name

	field struct {
		Value      string  `json:"value"`
		MultiValue []field `json:"multiValue,omitempty"` // where there are several
	}

	// outcome is a request or a response.
	outcome struct {
		URI        string `json:"uri"`
		StatusCode int    `json:"statusCode"`
		Headers    fields `json:"headers"`
		Body       struct {
			Data string `json:"data"`
		} `json:"body"`
	}
)

func newEvent(r Request) event {
	headers := fields{}
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = newField(values)
	}
	return event{r.RawQuery, eventRequest{Method: r.Method, URI: r.URI, Headers: headers}}
}

func newField(values []string) field {
	var f field
	for _, value := range values {
		f.MultiValue = append(f.MultiValue, field{Value: value})
	}
	if len(values) > 0 {
		f.Value = values[0]
	}
	if len(values) < 2 {
		f.MultiValue = nil
	}
	return f
}

func (o outcome) result() Result {
	header := http.Header{}
	for name, f := range o.Headers {
		if len(f.MultiValue) == 0 {
			header.Set(name, f.Value)
		}
		for _, one := range f.MultiValue {
			header.Add(name, one.Value)
		}
	}
	if o.StatusCode != 0 {
		return Result{Response: &Response{o.StatusCode, header, o.Body.Data}}
	}
	return Result{URI: o.URI, Header: header}
}
