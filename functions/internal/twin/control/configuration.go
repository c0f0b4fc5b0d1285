package control

import (
	"encoding/json"
	"net/http"
	"strings"

	"primrose/functions/internal/twin/template"
)

// configured is what people ask of a function, of properties that others have judged.
type configured struct {
	Handler, Role, Runtime string
	MemorySize, Timeout    int64 // MB, seconds
	Architectures          []string
	LoggingConfig          struct{ LogFormat, LogGroup string }
}

func (p *configured) UnmarshalJSON(text []byte) error {
	type plain configured
	return json.Unmarshal(text, (*plain)(p))
}

// getFunctionConfiguration tells what the template says of a function, by its ARN or that of an alias.
// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
func (c *Control) getFunctionConfiguration(principal, arn string) (any, error) {
	if err := c.authorize(principal, "lambda:GetFunctionConfiguration", arn); err != nil {
		return nil, err
	}
	functions, err := template.All[configured](c.Stack, "AWS::Lambda::Function")
	if err != nil {
		return nil, err
	}
	for _, f := range functions {
		if arn != f.ARN && !strings.HasPrefix(arn, f.ARN+":") {
			continue
		}
		return struct {
			FunctionName, FunctionArn, State string
			configuration                    // without configured's own way to be read
		}{f.Ref, arn, "Active", configuration(f.Properties)}, nil
	}
	return nil, &Fault{http.StatusNotFound, "ResourceNotFoundException", "Function not found: " + arn}
}

type configuration configured
