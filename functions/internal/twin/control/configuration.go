package control

import (
	"net/http"
	"strings"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/template"
)

// configuration is what people ask of a function.
type configuration struct {
	Handler, Role, Runtime string
	MemorySize, Timeout    int64 // MB, seconds
	Architectures          []string
	LoggingConfig          struct{ LogFormat, LogGroup string }
}

// getFunctionConfiguration tells what the template says of a function, by its ARN or that of an alias.
// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
func (c *Control) getFunctionConfiguration(principal, arn string) (any, error) {
	if err := c.Identity.Authorize(principal, "lambda:GetFunctionConfiguration", arn); err != nil {
		return nil, err
	}
	functions, err := template.View[configuration](c.Stack, "AWS::Lambda::Function")
	if err != nil {
		return nil, err
	}
	for _, f := range functions {
		if arn != f.ARN && !strings.HasPrefix(arn, f.ARN+":") {
			continue
		}
		return struct {
			FunctionName, FunctionArn, State string
			configuration
		}{f.Ref, arn, "Active", f.Properties}, nil
	}
	return nil, awsapi.NewFault(http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+arn)
}
