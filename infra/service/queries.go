package service

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
)

// A query is a question to a function's log, in the language of CloudWatch Logs Insights.
type query struct {
	name  string
	lines []string
}

// The fields are those that the functions log; a test compares.
var (
	slowest = query{"slowest variants", []string{
		`fields @timestamp, totalMs, fetchMs, headerMs, encodeMs, storeMs, bytesIn, status, path`,
		`filter message = "request"`,
		`sort totalMs desc`,
		`limit 50`,
	}}
	errorsByCode = query{"errors by code", []string{
		`filter message = "request" and ispresent(code)`,
		`stats count(*) as requests, max(@timestamp) as last by code, status`,
		`sort requests desc`,
	}}
	imageQueries = []query{slowest, errorsByCode,
		{"errors in full", []string{
			`fields @timestamp, status, code, error, path, requestId`,
			`filter message = "request" and status >= 500`,
			`sort @timestamp desc`,
			`limit 50`,
		}},
		{"workers", []string{
			`fields @timestamp, message, killed, state, jobs, missing, error, requestId`,
			`filter message like "worker"`, // their ends, their jails, and why there is none
			`sort @timestamp desc`,
			`limit 100`,
		}},
		{"variants not stored", []string{
			`fields @timestamp, key, error, requestId`,
			`filter ispresent(StoreFailures)`,
			`sort @timestamp desc`,
			`limit 100`,
		}},
		{"requests by format", []string{
			`filter message = "request" and status < 400`,
			`stats count(*) as requests, pct(totalMs, 50) as p50, pct(totalMs, 99) as p99, avg(bytesOut) as bytes by format`,
			`sort requests desc`,
		}},
		{"bytes in and out", []string{
			`filter message = "request"`,
			`stats sum(bytesIn) / 1000000 as readMB, sum(bytesOut) / 1000000 as sentMB by bin(5m)`,
		}},
		{"largest originals", []string{
			`fields @timestamp, bytesIn, totalMs, status, path`,
			`filter message = "request"`,
			`sort bytesIn desc`,
			`limit 50`,
		}},
		{"memory and cold starts", []string{
			`filter type = "platform.report"`,
			`stats count(*) as calls, count(record.metrics.initDurationMs) as starts, max(record.metrics.maxMemoryUsedMB) as mostMB by bin(5m)`,
		}},
		{"one request by its id", []string{
			`fields @timestamp, @message`,
			`filter requestId = "REQUEST-ID" or record.requestId = "REQUEST-ID"`,
			`sort @timestamp asc`,
		}},
	}
	purgeQueries = []query{
		{"sweeps", []string{
			`fields @timestamp, key, variants, first, last, whole`,
			`filter message = "swept"`,
			`sort @timestamp desc`,
			`limit 100`,
		}},
		{"purges that failed", []string{
			`fields @timestamp, message, key, error, requestId`,
			`filter message = "purge is tried again" or message = "message not understood"`,
			`sort @timestamp desc`,
			`limit 100`,
		}},
	}
)

// text is the query as the console has it.
func (q query) text() string { return strings.Join(q.lines, "\n| ") }

// newQueries saves the queries in the console, in a folder of the service: a region has one list of
// them.
func newQueries(scope constructs.Construct, s Service) {
	c := constructs.NewConstruct(scope, new("Queries"))
	for _, q := range imageQueries {
		q.save(c, s, s.Logs)
	}
	for _, q := range purgeQueries {
		q.save(c, s, s.Purge.LogGroup())
	}
}

func (q query) save(scope constructs.Construct, s Service, logs awslogs.ILogGroup) {
	awslogs.NewCfnQueryDefinition(scope, new(q.id()), &awslogs.CfnQueryDefinitionProps{
		Name:          new(s.Name + "/" + q.name),
		LogGroupNames: &[]any{logs.LogGroupName()},
		QueryString:   new(q.text()),
	})
}

// id is the name in Pascal case.
func (q query) id() string {
	var id strings.Builder
	for word := range strings.FieldsSeq(q.name) {
		id.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return id.String()
}

// shown is a query's answer in a dashboard.
func shown(s Service, q query) awscloudwatch.IWidget {
	return awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
		Title:         new(strings.ToUpper(q.name[:1]) + q.name[1:]),
		LogGroupNames: &[]*string{s.Logs.LogGroupName()},
		QueryString:   new(q.text()),
		Width:         new(12.0),
		Height:        new(8.0),
	})
}
