package function

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/twin/template"
)

// What a template says of functions, and of what leads to them.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
type (
	properties struct {
		Architectures                []string
		Code                         struct{ S3Bucket, S3Key string }
		Description                  template.NoBearing // for people
		Environment                  struct{ Variables map[string]string }
		Handler                      string
		LoggingConfig                logging
		MemorySize                   int64 // MB; 0 means 128
		ReservedConcurrentExecutions *int  // nil: as many as the account has
		Role                         string
		Runtime                      string
		Timeout                      int64              // seconds; 0 means 3
		TracingConfig                template.NoBearing // traces are for X-Ray, which no request shows
	}

	logging struct {
		LogFormat      string // JSON, or Text, which is the default
		LogGroup       string
		SystemLogLevel string // of the lines that Lambda writes: DEBUG, INFO, which is the default, or WARN
	}

	versionProperties struct {
		FunctionName string
	}

	aliasProperties struct {
		FunctionName, FunctionVersion, Name string
		ProvisionedConcurrencyConfig        template.NoBearing // spares some requests a start, which none of them shows
	}

	permissionProperties struct {
		Action, FunctionName, Principal, SourceArn, SourceAccount string
	}
)

// limits of a function's configuration.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	minMemory, maxMemory = 128, 10_240 // MB
	maxTimeout           = 900         // seconds
)

// reserved are variables that are Lambda's own to set.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
var reserved = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
	"AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}

// check finds what Lambda would refuse, and what this machine can't run.
func (p *properties) check() error {
	if p.MemorySize == 0 {
		p.MemorySize = minMemory
	}
	if p.Timeout == 0 {
		p.Timeout = 3
	}
	var errs []error
	fail := func(format string, values ...any) { errs = append(errs, fmt.Errorf(format, values...)) }
	if p.Runtime != "provided.al2023" {
		fail("Runtime is %q; only provided.al2023 is understood", p.Runtime)
	}
	if p.Handler == "" {
		fail("Handler is missing")
	}
	if want := Architecture(); !slices.Equal(p.Architectures, []string{want}) {
		fail("Architectures are %q, and this machine is %s: synthesise with `-c architecture=%[2]s`", p.Architectures, want)
	}
	if p.MemorySize < minMemory || p.MemorySize > maxMemory {
		fail("MemorySize is %d MB; it may be %d to %d", p.MemorySize, minMemory, maxMemory)
	}
	if p.Timeout < 1 || p.Timeout > maxTimeout {
		fail("Timeout is %d s; it may be 1 to %d", p.Timeout, maxTimeout)
	}
	if n := p.ReservedConcurrentExecutions; n != nil && *n < 0 {
		fail("ReservedConcurrentExecutions is %d", *n)
	}
	for name := range p.Environment.Variables {
		if slices.Contains(reserved, name) {
			fail("the variable %s is Lambda's own", name)
		}
	}
	return errors.Join(append(errs, lambdatest.Fits(p.Environment.Variables), p.LoggingConfig.check())...)
}

func (l *logging) check() error {
	if l.LogFormat != "JSON" {
		return fmt.Errorf("LogFormat is %q; only JSON is understood", l.LogFormat)
	}
	if !slices.Contains([]string{"", "DEBUG", "INFO", "WARN"}, l.SystemLogLevel) {
		return fmt.Errorf("SystemLogLevel is %q; it may be DEBUG, INFO or WARN", l.SystemLogLevel)
	}
	return nil
}

// Architecture is what Lambda calls this machine's.
func Architecture() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}

func (p *properties) timeout() time.Duration { return time.Duration(p.Timeout) * time.Second }

// split takes apart the ways to name a function: by name or ARN, with or
// without a version or an alias.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
func split(name string) (function, qualifier string) {
	if rest, found := strings.CutPrefix(name, "arn:"); found {
		parts := strings.SplitN(rest, ":", 6) // partition, lambda, region, account, "function", name
		if len(parts) < 6 {
			return name, ""
		}
		name = parts[5]
	}
	function, qualifier, _ = strings.Cut(name, ":")
	return function, qualifier
}
