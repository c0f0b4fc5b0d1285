package function

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/logs"
)

// instance is an execution environment of a function.
type instance struct {
	setting
	host   *lambdatest.Host
	group  string
	stream string
	heard  bool              // whether the role may write to the log
	broken *lambdatest.Error // why the code can't start; nil if it can
}

// newInstance makes one with credentials of the function's role. Who may not
// take on the role can't run the function.
func newInstance(s setting) (*instance, error) {
	p, arn := s.function.Properties, s.function.ARN
	context := identity.Context{"aws:SourceAccount": s.stack.Account, "aws:SourceArn": arn}
	key, err := s.config.Roles.Assume(p.Role, "lambda.amazonaws.com", context)
	if err != nil {
		return nil, awsapi.NewFault(http.StatusForbidden, "AccessDeniedException", "The role defined for the function cannot be assumed by Lambda.")
	}
	i := &instance{setting: s, group: cmp.Or(p.LoggingConfig.LogGroup, "/aws/lambda/"+s.function.Ref), stream: streamName(s.config.Now(), s.version)}
	i.heard, i.broken = i.mayLog(), entrypoint(s.code)
	given := map[string]string{
		"AWS_REGION": s.stack.Region, "AWS_DEFAULT_REGION": s.stack.Region,
		"AWS_ACCESS_KEY_ID": key.AccessKey, "AWS_SECRET_ACCESS_KEY": key.SecretKey,
		"_HANDLER": p.Handler,
	}
	for name, value := range s.config.Given {
		given[name] = value
	}
	i.host, err = lambdatest.New(lambdatest.Config{
		Name:      s.function.ID,
		Bootstrap: filepath.Join(s.code, bootstrap),
		Env:       p.Environment.Variables,
		Given:     given,
		Authority: s.config.Authority,
		Self:      lambdatest.Self{ARN: arn, Name: s.function.Ref, Version: s.version, LogGroup: i.group, LogStream: i.stream},
		Memory:    p.MemorySize << 20,
		Timeout:   p.timeout(),
		Begin:     i.begin,
		Log:       i.log,
	})
	return i, err
}

// bootstrap is what Lambda starts of a function's code. Of a runtime of the
// function's own, which this is, the handler's name is a variable and no more.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
const bootstrap = "bootstrap"

// entrypoint says what is wrong with the bootstrap, as Lambda does.
func entrypoint(code string) *lambdatest.Error {
	info, err := os.Stat(filepath.Join(code, bootstrap))
	switch {
	case err != nil:
		return &lambdatest.Error{Type: "Runtime.InvalidEntrypoint", Message: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"}
	case info.Mode()&0o001 == 0: // the function's user owns nothing
		return &lambdatest.Error{Type: "Runtime.InvalidEntrypoint", Message: "fork/exec /var/task/bootstrap: permission denied"}
	}
	return nil
}

// mayLog reports whether the role lets the instance have a log stream. A
// function that may not runs all the same, and nobody learns what it says.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html#monitoring-cloudwatchlogs-prereqs
func (i *instance) mayLog() bool {
	stream := "arn:aws:logs:" + i.setting.stack.Region + ":" + i.setting.stack.Account + ":log-group:" + i.group + ":log-stream:" + i.stream
	role := i.function.Properties.Role
	return i.config.Roles.Allows(role, "logs:CreateLogStream", stream, nil) && i.config.Roles.Allows(role, "logs:PutLogEvents", stream, nil)
}

// invoke calls the function, and notes what Lambda notes of it.
func (i *instance) invoke(ctx context.Context, event []byte, call call) (lambdatest.Result, error) {
	if i.broken != nil {
		body, _ := json.Marshal(i.broken) // two strings always marshal
		return lambdatest.Result{Status: http.StatusBadGateway, Body: body, Error: i.broken}, nil
	}
	result, err := call(i.host, ctx, event)
	if err == nil && result.ID != "" {
		i.report(result)
	}
	return result, err
}

func (i *instance) log(line string) {
	if i.heard {
		i.config.Logs.Put(i.group, logs.Event{Time: i.config.Now(), Stream: i.stream, Message: line})
	}
}

// begin and report write what Lambda itself writes of an invocation, unless
// only warnings are wanted of it.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
func (i *instance) begin(id string) {
	i.platform("platform.start", map[string]any{"requestId": id, "version": i.version})
}

func (i *instance) report(r lambdatest.Result) {
	took := float64(r.Took.Microseconds()) / 1000
	i.platform("platform.report", map[string]any{
		"requestId": r.ID,
		"status":    status(r),
		"metrics": map[string]any{
			"durationMs":       took,
			"billedDurationMs": math.Ceil(took),
			"memorySizeMB":     i.function.Properties.MemorySize,
			"maxMemoryUsedMB":  i.host.Usage().Memory >> 20,
		},
	})
}

func (i *instance) platform(kind string, record map[string]any) {
	if i.function.Properties.LoggingConfig.SystemLogLevel == "WARN" {
		return
	}
	line, _ := json.Marshal(map[string]any{ // strings and numbers always marshal
		"time": i.config.Now().UTC().Format(time.RFC3339Nano), "type": kind, "record": record,
	})
	i.log(string(line))
}

// status is success; error, if the function said so; timeout; or failure.
func status(r lambdatest.Result) string {
	switch {
	case r.Error == nil:
		return "success"
	case r.Status != http.StatusOK:
		return "failure"
	case r.Error.Type == "": // which only Lambda leaves out
		return "timeout"
	}
	return "error"
}
