package lambdatest

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Event is what a REST API makes of a GET or HEAD for a path.
func Event(method, path string, header map[string]string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"resource": "/{proxy+}", "httpMethod": method, "path": path, "headers": header,
		"requestContext": map[string]any{"identity": map[string]any{"sourceIp": "192.0.2.1"}},
	})
}

// Split reads the prelude of a streamed answer, which has its status and
// headers, and returns its body: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
func Split(answer []byte, prelude any) (body []byte, err error) {
	head, body, found := bytes.Cut(answer, make([]byte, 8))
	if !found {
		return nil, fmt.Errorf("no eight zero bytes in %.300q", answer)
	}
	return body, json.Unmarshal(head, prelude)
}
