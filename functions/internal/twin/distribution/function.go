package distribution

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"primrose/functions/internal/twin/keyvaluestore"
	"primrose/functions/internal/twin/template"
)

// function is a CloudFront Function. It runs in njs, which is as old as CloudFront's engine and as
// strict, in a process of its own for each request.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
type function struct {
	njs          string // the program
	code         string
	store        *keyvaluestore.Store // nil: it has none
	distribution *Distribution
}

var (
	//go:embed function/before.js
	before string
	//go:embed function/after.js
	after string
	//go:embed function/cloudfront.js
	module []byte // of this name, which functions import
)

// maxCode is in bytes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const maxCode = 10_240

func newFunctions(stack *template.Stack, d *Distribution) (map[string]*function, error) {
	found, err := template.All[functionProperties](stack, "AWS::CloudFront::Function")
	if err != nil {
		return nil, err
	}
	njs, err := exec.LookPath("njs")
	if err != nil && len(found) > 0 {
		return nil, fmt.Errorf("the distribution's function needs njs: run `make tools`, or install Debian's package njs: %w", err)
	}
	all := map[string]*function{}
	for _, resource := range found {
		f := &function{njs: njs, code: resource.Properties.FunctionCode, distribution: d}
		if err := f.configure(resource.Properties); err != nil {
			return nil, fmt.Errorf("%s: %w", resource, err)
		}
		all[resource.ARN] = f
	}
	return all, nil
}

func (f *function) configure(p functionProperties) error {
	c := p.FunctionConfig
	switch {
	case c.Runtime != "cloudfront-js-2.0":
		return fmt.Errorf("its runtime is %q; cloudfront-js-2.0 is understood", c.Runtime)
	case !p.AutoPublish:
		return errors.New("it is not published: without AutoPublish, no distribution can call it")
	case len(f.code) == 0 || len(f.code) > maxCode:
		return fmt.Errorf("its code has %d bytes; 1 to %d are taken", len(f.code), maxCode)
	case len(c.KeyValueStoreAssociations) > 1:
		return errors.New("it has more than one KeyValueStore")
	}
	for _, associated := range c.KeyValueStoreAssociations {
		return find(f.distribution.stores, "KeyValueStoreARN", associated.KeyValueStoreARN, &f.store)
	}
	return nil
}

// longestRun is how long a function may run. CloudFront's limit is about a millisecond of another machine;
// this one only ends what has no end.
const longestRun = 5 * time.Second

// bounds holds "$@" to seconds of processor and kB of memory, also when nobody is left to end it. Not every
// system can hold it to the latter.
const bounds = `ulimit -t 6; ulimit -v 1048576 2>/dev/null; exec "$@"`

// outcome is what a run printed: an error, or what the function returned, with the query that it means.
type outcome struct {
	Failed string
	Result json.RawMessage
	Query  string
}

// call has the function handle a request. It changes the request, or answers it by itself.
func (f *function) call(ctx context.Context, q *request, host string) *answer {
	out, err := f.run(ctx, newEvent(f.distribution, q, host))
	if err != nil {
		slog.Warn("the edge function failed, of which viewers are not told why", "error", err)
		return refusal(http.StatusServiceUnavailable, "The CloudFront function is invalid, or could not run.").as("FunctionExecutionError")
	}
	a, err := out.apply(q, host)
	if err != nil {
		slog.Warn("the edge function's result is not valid, of which viewers are not told why", "error", err)
		return refusal(http.StatusBadGateway, "The CloudFront function returned an invalid value.").as("FunctionValidationError")
	}
	return a
}

func (f *function) run(ctx context.Context, e event) (out outcome, err error) {
	ctx, cancel := context.WithTimeout(ctx, longestRun)
	defer cancel()
	dir, err := os.MkdirTemp("", "primrose-njs-")
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "cloudfront"), module, 0o600); err != nil {
		return out, err
	}
	script, err := f.script(e)
	if err != nil {
		return out, err
	}
	// In its sandbox, njs has no files, as CloudFront has none; nor does it make functions of texts.
	cmd := exec.CommandContext(ctx, "sh", "-c", bounds, "sh", f.njs, "-s", "-u", "-p", dir, "-")
	cmd.Stdin = strings.NewReader(script)
	cmd.Env = []string{}
	printed, err := cmd.CombinedOutput()
	if err != nil {
		return out, fmt.Errorf("njs: %w: %s", err, printed)
	}
	if err := json.Unmarshal(bytes.ReplaceAll(printed, []byte("\n"), nil), &out); err != nil {
		return out, fmt.Errorf("njs stopped at %q: %w", printed, err)
	}
	if out.Failed != "" {
		return out, errors.New(out.Failed)
	}
	return out, nil
}

// script is the function's code with what calls it around.
func (f *function) script(e event) (string, error) {
	var values map[string]string // null: no store is associated
	if f.store != nil {
		values = f.store.Values()
	}
	given, err := json.Marshal(map[string]any{"event": e, "query": e.query, "values": values})
	return before + f.code + "\nconst twinGiven = " + string(given) + ";\n" + after, err
}
