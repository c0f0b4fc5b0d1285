package control

import (
	"fmt"
	"slices"
	"strings"

	"primrose/functions/internal/metric"
	"primrose/functions/internal/twin/template"
)

// senders are what sends metrics: by namespace, the metrics' names, and the dimensions with their values.
type senders map[string]*sender

type sender struct {
	metrics []string
	values  map[string][]string // by dimension
}

func (s senders) sends(w watched) bool {
	from := s[w.namespace]
	if from == nil || !slices.Contains(from.metrics, w.name) {
		return false
	}
	return !slices.ContainsFunc(w.dimensions, func(d dimension) bool { return !slices.Contains(from.values[d.Name], d.Value) })
}

func (s senders) add(namespace, dimension, value string) {
	values := s[namespace].values
	values[dimension] = append(values[dimension], value)
}

// What each service sends.
//
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
func newSenders() senders {
	s := senders{}
	for namespace, metrics := range map[string]string{
		"AWS/ApiGateway": "4XXError 5XXError Count IntegrationLatency Latency",
		"AWS/Lambda":     "Invocations Errors Throttles Duration ConcurrentExecutions ClaimedAccountConcurrency UnreservedConcurrentExecutions DeadLetterErrors",
		"AWS/SQS":        "ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesDelayed ApproximateNumberOfMessagesNotVisible ApproximateNumberOfMessagesVisible NumberOfMessagesDeleted NumberOfMessagesReceived NumberOfMessagesSent",
		"AWS/Events":     "FailedInvocations Invocations MatchedEvents ThrottledRules TriggeredRules InvocationsSentToDlq InvocationsFailedToBeSentToDlq",
		metric.Namespace: strings.Join([]string{metric.WorkerCrashes, metric.WorkerKills, metric.StoreFailures, metric.JailMissing, metric.PurgedVariants, metric.Invalidations}, " "),
	} {
		s[namespace] = &sender{strings.Fields(metrics), map[string][]string{}}
	}
	return s
}

// readSenders finds what the stack's resources send.
func readSenders(stack *template.Stack) (senders, error) {
	s := newSenders()
	for _, r := range stack.Resources() {
		switch r.Type {
		case "AWS::Lambda::Function":
			s.add("AWS/Lambda", "FunctionName", r.Ref)
		case "AWS::Lambda::Alias": // whose ARN ends with what Lambda calls it
			parts := strings.Split(r.ARN, ":")
			s.add("AWS/Lambda", "Resource", strings.Join(parts[len(parts)-2:], ":"))
		case "AWS::SQS::Queue":
			s.add("AWS/SQS", "QueueName", r.Attributes["QueueName"])
		case "AWS::Events::Rule":
			s.add("AWS/Events", "RuleName", r.Ref)
		}
	}
	apis, err := template.View[struct{ Name string }](stack, "AWS::ApiGateway::RestApi")
	if err != nil {
		return nil, err
	}
	for _, api := range apis {
		s.add("AWS/ApiGateway", "ApiName", api.Properties.Name)
	}
	type told struct {
		Environment struct{ Variables map[string]string }
	}
	functions, err := template.View[told](stack, "AWS::Lambda::Function")
	if err != nil {
		return nil, err
	}
	for _, f := range functions {
		s.add(metric.Namespace, metric.Dimension, f.Properties.Environment.Variables["PRIMROSE_SERVICE"])
	}
	return s, s.readFilters(stack)
}

// readFilters adds the metrics that are made of log lines.
func (s senders) readFilters(stack *template.Stack) error {
	type properties struct {
		FilterPattern         template.NoBearing // which lines; the twin makes no numbers of them
		LogGroupName          string
		MetricTransformations []struct {
			MetricName, MetricNamespace     string
			MetricValue, DefaultValue, Unit template.NoBearing // as the pattern
		}
	}
	filters, err := template.All[properties](stack, "AWS::Logs::MetricFilter")
	if err != nil {
		return err
	}
	groups := map[string]bool{}
	for _, r := range stack.Resources() {
		groups[r.Ref] = groups[r.Ref] || r.Type == "AWS::Logs::LogGroup"
	}
	for _, f := range filters {
		if !groups[f.Properties.LogGroupName] {
			return fmt.Errorf("%s: there is no log group %s", f, f.Properties.LogGroupName)
		}
		for _, t := range f.Properties.MetricTransformations {
			if s[t.MetricNamespace] == nil {
				s[t.MetricNamespace] = &sender{values: map[string][]string{}}
			}
			s[t.MetricNamespace].metrics = append(s[t.MetricNamespace].metrics, t.MetricName)
		}
	}
	return nil
}
