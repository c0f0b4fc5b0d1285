// Package suite asks a twin for everything that its service promises, by real clients. Each request says
// by its name what it shows; whatever would break the service once deployed is to fail one of them.
package suite

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"primrose/functions/internal/keys"
	"primrose/functions/internal/keyvalue"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/twin"
)

// Request is one thing that the service promises.
type Request struct {
	// Name says what, as a sentence.
	Name string
	// Only is the kind of stage that promises it; empty: every one.
	Only Kind

	ask func(v *visit)
}

// Kind of a stage.
type Kind string

const (
	Open   Kind = "open"   // whose URLs need no signature
	Signed Kind = "signed" // whose do
)

// Requests are all, in an order in which each finds a twin as the ones before have left it. Every one of
// them can be asked by itself as well.
func Requests() []Request {
	var all []Request
	for _, some := range [][]Request{variants, caching, headers, refusals, signatures, operations, clients, changes, watching} {
		all = append(all, some...)
	}
	return all
}

// Named is the request of a name. It panics if there is none, which is a slip of the pen.
func Named(name string) Request {
	for _, r := range Requests() {
		if r.Name == name {
			return r
		}
	}
	panic("no request is named " + name)
}

// Suite is a twin with everything that its clients need.
type Suite struct {
	twin *twin.Twin
	kind Kind
	key  signature.Key // that URLs are signed with, of a signed stage

	http *http.Client
	aws  aws.Config // of the operator
	s3   *s3.Client
	cdn  *cloudfront.Client
	call *lambda.Client
	sqs  *sqs.Client
}

// New prepares a twin as a person does after the first deploy: keys are pushed to the edge, as the stack's
// output PushKeys says.
func New(ctx context.Context, t *twin.Twin) (*Suite, error) {
	conf := t.Operator()
	s := &Suite{
		twin: t, kind: Open, http: t.Network.Client(), aws: conf,
		s3: s3.NewFromConfig(conf), cdn: cloudfront.NewFromConfig(conf), call: lambda.NewFromConfig(conf), sqs: sqs.NewFromConfig(conf),
	}
	if command := t.Stack.Outputs["PushKeys"]; command != "" {
		s.kind = Signed
		if err := s.pushKeys(ctx, command); err != nil {
			return nil, fmt.Errorf("%s: %w", command, err)
		}
	}
	return s, nil
}

// pushKeys does what the command does.
func (s *Suite) pushKeys(ctx context.Context, command string) error {
	words := strings.Fields(command)
	var store string
	var read []signature.Key
	for i, word := range words[:len(words)-1] {
		switch word {
		case "--store":
			store = words[i+1]
		case "--secret":
			id, arn, _ := strings.Cut(words[i+1], "=")
			key, err := keys.Read(ctx, s.aws, id, arn)
			if err != nil {
				return err
			}
			read = append(read, key)
		}
	}
	if len(read) == 0 {
		return fmt.Errorf("it names no key")
	}
	s.key = read[0]
	part, err := keys.Part(read)
	if err != nil {
		return err
	}
	return s.push(ctx, store, part)
}

func (s *Suite) push(ctx context.Context, store string, part keyvalue.Part) error {
	opened, err := keyvalue.Open(s.aws, store)
	if err != nil {
		return err
	}
	_, err = opened.Set(ctx, part)
	return err
}

// Result is what became of a request.
type Result struct {
	Request Request
	Took    time.Duration
	Failure error // what it saw that it should not have; nil if it was answered well
}

// patience is how long one request may take altogether.
const patience = 60 * time.Second

// Ask makes one request.
func (s *Suite) Ask(ctx context.Context, r Request) (result Result) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	result.Request = r
	begin := time.Now()
	defer func() {
		result.Took = time.Since(begin)
		switch stopped := recover().(type) {
		case nil:
		case failure:
			result.Failure = stopped.error
		default:
			panic(stopped)
		}
	}()
	r.ask(&visit{Suite: s, ctx: ctx})
	return result
}

// Requests are those that the twin's stage promises.
func (s *Suite) Requests() []Request {
	return slices.DeleteFunc(Requests(), func(r Request) bool { return r.Only != "" && r.Only != s.kind })
}
