package limits

import (
	"encoding/json"
	"slices"
	"strings"
)

var lambda = slices.Concat(
	about("AWS::Lambda::Function", "lambda/latest/dg/gettingstarted-limits.html",
		rule{name: "lambda-timeout", check: between("Timeout", 1, 900, "seconds")},
		rule{name: "lambda-memory", check: between("MemorySize", 128, 10_240, "MiB")},
		rule{name: "lambda-storage", check: between("EphemeralStorage.Size", 512, 10_240, "MiB")},
		rule{name: "lambda-environment", check: fitsEnvironment},
	),
	about("AWS::Lambda::Function", "lambda/latest/dg/lambda-runtimes.html",
		rule{name: "lambda-runtime", check: oneOf("Runtime", "provided.al2023")}, // the one for Go
		rule{name: "lambda-architecture", check: all(oneOf("Architectures", "arm64", "x86_64"), atMost(1, "Architectures"))},
		rule{name: "lambda-log-group", check: set("LoggingConfig.LogGroup")}, // Lambda's own would keep lines for ever
	),
	about("AWS::Lambda::Function", "lambda/latest/dg/lambda-concurrency.html",
		rule{name: "lambda-provisioned", check: provisionedIsReserved},
	),
	about("AWS::Lambda::Alias", "lambda/latest/dg/configuration-aliases.html",
		rule{name: "lambda-alias", check: ownVersion},
		rule{name: "lambda-weight", check: between("RoutingConfig.AdditionalVersionWeights.FunctionWeight", 0, 1, "of all requests")},
	),
	about("AWS::Lambda::Permission", "lambda/latest/dg/access-control-resource-based.html",
		rule{name: "lambda-permission", check: set("SourceArn")}, // else any account's API may call
	),
	about("AWS::Lambda::EventSourceMapping", "lambda/latest/dg/services-sqs-configure.html",
		rule{name: "mapping-batch", check: between("BatchSize", 1, 10_000, "messages")},
		rule{name: "mapping-window", check: all(between("MaximumBatchingWindowInSeconds", 0, 300, "seconds"), largeBatchesWait)},
		rule{name: "mapping-concurrency", check: between("ScalingConfig.MaximumConcurrency", 2, 1_000, "invocations")},
		rule{name: "mapping-failures", check: all(set("FunctionResponseTypes"), oneOf("FunctionResponseTypes", "ReportBatchItemFailures"))},
		rule{name: "mapping-visibility", check: outlastsConsumer},
	),
)

// fitsEnvironment: all names and values together have 4 KB.
func fitsEnvironment(_ Template, r Resource) problems {
	variables, err := json.Marshal(value(r.Properties, "Environment.Variables"))
	return unless(err == nil && len(variables) <= 4_096, "the environment has %d bytes: Lambda takes 4,096", len(variables))
}

// provisionedIsReserved: what is kept warm is taken from what is reserved.
func provisionedIsReserved(t Template, r Resource) problems {
	reserved, ok := number(r.Properties["ReservedConcurrentExecutions"])
	if !ok {
		return nil
	}
	var provisioned float64
	for _, alias := range t.all("AWS::Lambda::Alias") {
		if f, _ := t.target(alias.Properties["FunctionName"]); f.ID == r.ID {
			n, _ := number(value(alias.Properties, "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"))
			provisioned += n
		}
	}
	return unless(provisioned <= reserved,
		"%v environments are provisioned, but only %v reserved: reserve at least as many", provisioned, reserved)
}

// ownVersion: an alias that means $LATEST cannot be rolled back, and one that means another
// function's version is refused.
func ownVersion(t Template, r Resource) problems {
	version, ok := t.target(r.Properties["FunctionVersion"])
	function := text(r.Properties["FunctionName"])
	return unless(ok && version.Type == "AWS::Lambda::Version" && text(version.Properties["FunctionName"]) == function,
		"FunctionVersion is %s: name a version of %s", text(r.Properties["FunctionVersion"]), function)
}

// largeBatchesWait: Lambda collects more than ten messages only over a window.
func largeBatchesWait(_ Template, r Resource) problems {
	batch, _ := number(r.Properties["BatchSize"])
	window, _ := number(r.Properties["MaximumBatchingWindowInSeconds"])
	return unless(batch <= 10 || window >= 1,
		"BatchSize is %v without a window: set MaximumBatchingWindowInSeconds to 1 or more", batch)
}

// outlastsConsumer: a message that reappears while it is worked on is worked on twice. AWS says six
// times the function's timeout, plus the window.
func outlastsConsumer(t Template, r Resource) problems {
	queue, ok := t.target(r.Properties["EventSourceArn"])
	function, found := t.function(r.Properties["FunctionName"])
	if !ok || !found || queue.Type != "AWS::SQS::Queue" {
		return nil
	}
	timeout := numberOr(function.Properties["Timeout"], 3)
	window := numberOr(r.Properties["MaximumBatchingWindowInSeconds"], 0)
	visibility := numberOr(queue.Properties["VisibilityTimeout"], 30)
	return unless(visibility >= 6*timeout+window, "%s hides messages for %v s, its consumer has %v s: hide them for %v s or longer",
		queue.ID, visibility, timeout, 6*timeout+window)
}

// function is the function that v names, itself or by an alias.
func (t Template) function(v any) (Resource, bool) {
	r, ok := t.target(v)
	if ok && strings.HasPrefix(r.Type, "AWS::Lambda::") && r.Type != "AWS::Lambda::Function" {
		r, ok = t.target(r.Properties["FunctionName"])
	}
	return r, ok && r.Type == "AWS::Lambda::Function"
}
