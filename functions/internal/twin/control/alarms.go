package control

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"primrose/functions/internal/metric"
	"primrose/functions/internal/twin/template"
)

// alarmProperties are an alarm's that say what it watches; what it does with the numbers, the twin has
// none to show by.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
type alarmProperties struct {
	AlarmName, AlarmDescription string
	Namespace, MetricName       string
	Dimensions                  []dimension
	Metrics                     []struct {
		Id, Expression string
		Label          template.NoBearing // for people
		ReturnData     bool
		MetricStat     *struct {
			Metric struct {
				Namespace, MetricName string
				Dimensions            []dimension
			}
			Period, Stat template.NoBearing // as below
		}
	}
	AlarmActions []string

	// When it goes off, which none does in a twin.
	ComparisonOperator, DatapointsToAlarm, EvaluationPeriods, Period, Threshold template.NoBearing
	Statistic, ExtendedStatistic, TreatMissingData                              template.NoBearing
}

type dimension struct{ Name, Value string }

// watched is a metric that an alarm looks at.
type watched struct {
	namespace, name string
	dimensions      []dimension
}

func (w watched) String() string {
	text := w.namespace + " " + w.name
	for _, d := range w.dimensions {
		text += fmt.Sprintf(" %s=%s", d.Name, d.Value)
	}
	return text
}

func (p alarmProperties) watched() []watched {
	var all []watched
	if p.MetricName != "" {
		all = append(all, watched{p.Namespace, p.MetricName, p.Dimensions})
	}
	for _, m := range p.Metrics {
		if m.MetricStat != nil {
			all = append(all, watched{m.MetricStat.Metric.Namespace, m.MetricStat.Metric.MetricName, m.MetricStat.Metric.Dimensions})
		}
	}
	return all
}

// alarmState is an alarm with what became of it.
type alarmState struct {
	AlarmName, AlarmDescription, StateValue, StateReason, StateUpdatedTimestamp string
	Namespace, MetricName                                                       string      `xml:",omitempty"`
	Dimensions                                                                  []dimension `xml:"Dimensions>member"`
	AlarmActions                                                                []string    `xml:"AlarmActions>member"`
}

// describeAlarms tells of each alarm whether the stack sends what it watches: OK, since nothing has gone
// wrong, or INSUFFICIENT_DATA. The twin keeps no metrics, so that no alarm goes off in it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
func (c *Control) describeAlarms(in call) (any, error) {
	asked, err := parameters[struct {
		AlarmNames            list
		AlarmTypes            list
		AlarmNamePrefix       string
		StateValue            string
		MaxRecords, NextToken string
	}](in)
	if err == nil {
		err = c.authorize(in.principal, "cloudwatch:DescribeAlarms", c.arn("cloudwatch", "alarm:*"))
	}
	if err != nil {
		return nil, err
	}
	var alarms []alarmState
	for _, a := range c.alarms {
		state := c.state(a)
		if asked.AlarmNames.contains(a.Ref) && strings.HasPrefix(a.Ref, asked.AlarmNamePrefix) && (asked.StateValue == "" || asked.StateValue == state.StateValue) {
			alarms = append(alarms, state)
		}
	}
	return struct {
		MetricAlarms []alarmState `xml:"MetricAlarms>member"`
	}{alarms}, nil
}

func (c *Control) state(a template.Typed[alarmProperties]) alarmState {
	p := a.Properties
	state := alarmState{
		AlarmName: a.Ref, AlarmDescription: p.AlarmDescription,
		StateValue: "OK", StateReason: "the stack sends what it watches", StateUpdatedTimestamp: c.Started.UTC().Format(time.RFC3339),
		Namespace: p.Namespace, MetricName: p.MetricName, Dimensions: p.Dimensions, AlarmActions: p.AlarmActions,
	}
	for _, w := range p.watched() {
		if !c.senders.sends(w) {
			state.StateValue, state.StateReason = "INSUFFICIENT_DATA", "nothing in the stack sends "+w.String()
		}
	}
	return state
}

func readAlarms(stack *template.Stack) ([]template.Typed[alarmProperties], error) {
	alarms, err := template.All[alarmProperties](stack, "AWS::CloudWatch::Alarm")
	if err != nil {
		return nil, err
	}
	for _, a := range alarms {
		if len(a.Properties.watched()) == 0 {
			return nil, fmt.Errorf("%s watches no metric", a)
		}
	}
	return alarms, nil
}

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
	apis, err := template.All[named](stack, "AWS::ApiGateway::RestApi")
	if err != nil {
		return nil, err
	}
	for _, api := range apis {
		s.add("AWS/ApiGateway", "ApiName", api.Properties.Name)
	}
	functions, err := template.All[told](stack, "AWS::Lambda::Function")
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
			MetricName, MetricNamespace, MetricValue string
			DefaultValue, Unit                       template.NoBearing // as the pattern
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

// named and told are what concerns metrics of properties that others have judged.
type (
	named struct{ Name string }
	told  struct {
		Environment struct{ Variables map[string]string }
	}
)

func (n *named) UnmarshalJSON(text []byte) error {
	type plain named
	return json.Unmarshal(text, (*plain)(n))
}

func (t *told) UnmarshalJSON(text []byte) error {
	type plain told
	return json.Unmarshal(text, (*plain)(t))
}
