package control

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/template"
)

// alarmProperties are an alarm's that say what it watches; what it does with the numbers, the twin has
// none to show by.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
type alarmProperties struct {
	AlarmName             template.NoBearing // the resource's Ref
	AlarmDescription      string
	Namespace, MetricName string
	Dimensions            []dimension
	Metrics               []struct {
		Id, Expression, ReturnData template.NoBearing // what is made of the numbers
		Label                      template.NoBearing // for people
		MetricStat                 *struct {
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
func (c *Control) describeAlarms(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		AlarmNames, AlarmTypes                 []string
		AlarmNamePrefix, StateValue, NextToken string
		MaxRecords                             int `json:",string"`
	}](in)
	if err == nil {
		err = c.Identity.Authorize(in.Principal, "cloudwatch:DescribeAlarms", c.arn("cloudwatch", "alarm:*"))
	}
	if err != nil {
		return nil, err
	}
	var alarms []alarmState
	for _, a := range c.alarms {
		state := c.state(a)
		if isOne(a.Ref, asked.AlarmNames) && isOne("MetricAlarm", asked.AlarmTypes) && strings.HasPrefix(a.Ref, asked.AlarmNamePrefix) &&
			(asked.StateValue == "" || asked.StateValue == state.StateValue) {
			alarms = append(alarms, state)
		}
	}
	alarms, next, err := page(alarms, asked.NextToken, asked.MaxRecords)
	return struct {
		MetricAlarms []alarmState `xml:"MetricAlarms>member"`
		NextToken    string       `xml:",omitempty"`
	}{alarms, next}, err
}

// isOne says whether a text is one of those that are wanted; none are any.
func isOne(text string, wanted []string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, text)
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
