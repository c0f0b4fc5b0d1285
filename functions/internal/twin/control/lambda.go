package control

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"

	"primrose/functions/internal/twin/awsapi"
)

// lambda is the functions' API, as far as it invokes and tells how they are configured.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (c *Control) lambda(w http.ResponseWriter, r *http.Request) {
	path := strings.Split(r.URL.Path, "/") // "", version, functions, name, what
	if len(path) != 5 || path[1] != "2015-03-31" || path[2] != "functions" {
		path = make([]string, 5)
	}
	name := path[3]
	if qualifier := r.URL.Query().Get("Qualifier"); qualifier != "" {
		name += ":" + qualifier
	}
	var err error
	switch r.Method + " " + path[4] {
	case "POST invocations":
		err = c.invoke(w, r, c.functionARN(name))
	case "GET configuration":
		var found any
		if found, err = c.getFunctionConfiguration(awsapi.Principal(r), c.functionARN(name)); err == nil {
			awsapi.AnswerJSON(w, awsapi.REST, http.StatusOK, found)
		}
	default:
		err = refused("UnknownOperationException", "the twin's Lambda has no "+r.Method+" "+r.URL.Path)
	}
	if err != nil {
		awsapi.RefuseJSON(w, awsapi.REST, err)
	}
}

func (c *Control) functionARN(name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return c.arn("lambda", "function:"+name)
}

func (c *Control) invoke(w http.ResponseWriter, r *http.Request, arn string) error {
	if err := c.Identity.Authorize(awsapi.Principal(r), "lambda:InvokeFunction", arn); err != nil {
		return err
	}
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "", "RequestResponse":
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
		return nil
	default:
		return refused("InvalidParameterValueException", "the twin does not invoke by "+kind)
	}
	event, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if len(event) == 0 {
		event = []byte("{}")
	}
	result, err := c.Functions.Invoke(context.WithoutCancel(r.Context()), arn, event)
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Amzn-Requestid", result.ID)
	header.Set("X-Amz-Executed-Version", result.Version)
	if result.Error != nil {
		header.Set("X-Amz-Function-Error", "Unhandled")
	}
	if r.Header.Get("X-Amz-Log-Type") == "Tail" {
		header.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(c.tail(result.ID)))
	}
	_, err = w.Write(result.Body)
	return err
}

// tailed is how much of its log an invocation shows, in bytes.
const tailed = 4 << 10

// tail is the end of what an invocation logged. Its lines hold its id.
func (c *Control) tail(id string) []byte {
	var text []byte
	for _, group := range c.Logs.Groups() {
		events, _ := c.Logs.Events(group)
		for _, e := range events {
			if strings.Contains(e.Message, id) {
				text = append(text, e.Message+"\n"...)
			}
		}
	}
	return text[max(0, len(text)-tailed):]
}
