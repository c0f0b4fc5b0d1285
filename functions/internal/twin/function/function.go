// Package function is AWS Lambda, as far as a stack's functions need it: each
// runs as its template says, from the very zip that would be deployed, under
// the Runtime API and within the limits of [lambdatest], with the credentials
// of its role.
package function

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/logs"
	"primrose/functions/internal/twin/template"
)

// Roles are the roles that functions take on. An [identity.Directory] has them.
type Roles interface {
	// Assume gives a role's key to a service, if the role trusts it.
	Assume(role, service string, context identity.Context) (s3server.Key, error)
	// Allows reports whether a role's policies allow an action.
	Allows(role, action, resource string, context identity.Context, attached ...identity.Document) bool
}

// Config is what functions find in the region besides their stack.
type Config struct {
	Roles Roles
	Logs  *logs.Logs
	// Given are variables that lead the functions' clients to the twin, such
	// as AWS_ENDPOINT_URL. A deployed function has none of them.
	Given map[string]string
	// Authority is a file of the certificates that these clients trust; "" means
	// those of the machine.
	Authority string
	// Now tells the time of what is logged; nil means [time.Now].
	Now func() time.Time
}

// Functions are those of a stack. Its methods may be called at any time.
type Functions struct {
	byName      map[string]*function
	permissions []permission
}

type function struct {
	template.Typed[properties]
	versions map[string]bool   // by number
	aliases  map[string]string // to versions
	fleets   map[string]*fleet // by version
}

// Result is what becomes of an invocation.
type Result struct {
	lambdatest.Result
	Version string // that was invoked
}

// New makes a stack's functions. They start when they are invoked.
func New(stack *template.Stack, config Config) (*Functions, error) {
	f := &Functions{byName: map[string]*function{}}
	if config.Now == nil {
		config.Now = time.Now
	}
	err := errors.Join(
		each(stack, "AWS::Lambda::Function", func(t template.Typed[properties]) error { return f.add(stack, config, t) }),
		each(stack, "AWS::Lambda::Version", f.addVersion),
		each(stack, "AWS::Lambda::Alias", f.addAlias),
		each(stack, "AWS::Lambda::Permission", f.addPermission),
	)
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// each adds all resources of a type, and says of which it couldn't.
func each[T any](stack *template.Stack, typ string, add func(template.Typed[T]) error) error {
	all, err := template.All[T](stack, typ)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range all {
		if err := add(t); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", t, err))
		}
	}
	return errors.Join(errs...)
}

func (f *Functions) add(stack *template.Stack, config Config, t template.Typed[properties]) error {
	if err := t.Properties.check(); err != nil {
		return err
	}
	archive, err := stack.Asset(t.Properties.Code.S3Bucket, t.Properties.Code.S3Key)
	if err != nil {
		return err
	}
	code, err := unpack(archive)
	if err != nil {
		return err
	}
	made := &function{Typed: t, versions: map[string]bool{latest: true}, aliases: map[string]string{}, fleets: map[string]*fleet{}}
	made.fleets[latest] = newFleet(setting{config, stack, made, code, latest})
	f.byName[t.Ref] = made
	return nil
}

// latest is the version that is not published.
const latest = "$LATEST"

// addVersion publishes what the function is now, which is what it stays: a
// template has one state.
func (f *Functions) addVersion(t template.Typed[versionProperties]) error {
	owner, _ := split(t.Properties.FunctionName)
	of := f.byName[owner]
	if of == nil {
		return fmt.Errorf("there is no function %s", t.Properties.FunctionName)
	}
	number := t.Attributes["Version"]
	setting := of.fleets[latest].setting
	setting.version = number
	of.versions[number], of.fleets[number] = true, newFleet(setting)
	return nil
}

func (f *Functions) addAlias(t template.Typed[aliasProperties]) error {
	owner, _ := split(t.Properties.FunctionName)
	of := f.byName[owner]
	if of == nil {
		return fmt.Errorf("there is no function %s", t.Properties.FunctionName)
	}
	of.aliases[t.Properties.Name] = t.Properties.FunctionVersion
	return nil
}

// Invoke calls a function by its name or ARN, and takes its answer whole. The
// error is an [awsapi.Fault] where Lambda refuses.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
func (f *Functions) Invoke(ctx context.Context, name string, event []byte) (Result, error) {
	return f.invoke(ctx, name, event, (*lambdatest.Host).Invoke)
}

// Stream is [Functions.Invoke] for an answer that is streamed: InvokeWithResponseStream.
func (f *Functions) Stream(ctx context.Context, name string, event []byte) (Result, error) {
	return f.invoke(ctx, name, event, (*lambdatest.Host).Stream)
}

type call func(h *lambdatest.Host, ctx context.Context, event []byte) (lambdatest.Result, error)

func (f *Functions) invoke(ctx context.Context, name string, event []byte, call call) (Result, error) {
	fleet, err := f.find(name)
	if err != nil {
		return Result{}, err
	}
	result, err := fleet.invoke(ctx, event, call)
	if err == nil && result.Status == http.StatusRequestEntityTooLarge {
		err = awsapi.NewFault(result.Status, result.Error.Type, result.Error.Message)
	}
	return Result{result, fleet.setting.version}, err
}

// find finds whom a name means.
func (f *Functions) find(name string) (*fleet, error) {
	owner, qualifier := split(name)
	if of := f.byName[owner]; of != nil {
		version := qualifier
		if qualifier == "" {
			version = latest
		} else if target, ok := of.aliases[qualifier]; ok {
			version = target
		}
		if fleet := of.fleets[version]; fleet != nil {
			return fleet, nil
		}
	}
	return nil, awsapi.NewFault(http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+name)
}

// Role is the ARN of a function's role, and its timeout is what Lambda wants to
// know of it before it hands out messages of a queue.
func (f *Functions) Role(name string) (role string, timeout time.Duration, err error) {
	owner, _ := split(name)
	of := f.byName[owner]
	if of == nil {
		return "", 0, fmt.Errorf("there is no function %s", name)
	}
	return of.Properties.Role, of.Properties.timeout(), nil
}

// Close stops all instances.
func (f *Functions) Close() {
	for _, function := range f.byName {
		for _, fleet := range function.fleets {
			fleet.stop()
		}
	}
}

// streamName is that of an instance's log stream.
func streamName(now time.Time, version string) string {
	return fmt.Sprintf("%s/[%s]%s", now.UTC().Format("2006/01/02"), version, strings.ToLower(rand.Text()))
}
