// Package monitor says what to look at: a signal is a metric with the value from which on something
// is wrong. It is defined once; its alarm, its graph and the runbook's section all follow from that.
package monitor

import (
	"strings"
	"unicode"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
)

// A Signal is a metric and the value from which on somebody has to act.
type Signal struct {
	// ID names the alarm, in Pascal case.
	ID string

	// Title is over the graph. It names the unit.
	Title string

	// Metric is what is watched. Its period is a minute or more.
	Metric awscloudwatch.IMetric

	// Threshold is the least value that is wrong.
	Threshold float64

	// Breaches of the last Periods have to reach the threshold, so that one bad minute wakes nobody.
	Breaches, Periods int

	// Undo says that a deploy is undone during which the alarm goes off: it is for what a new version
	// can break within its first minutes, and the traffic alone cannot.
	Undo bool

	// Why is the threshold's reason, in one sentence, for whoever gets the alarm.
	Why string
}

// Anchor is the section of docs/runbook.md about the signal: its id in kebab case.
func (s Signal) Anchor() string {
	var anchor strings.Builder
	for i, r := range s.ID {
		if unicode.IsUpper(r) && i > 0 {
			anchor.WriteByte('-')
		}
		anchor.WriteRune(unicode.ToLower(r))
	}
	return anchor.String()
}

// Alarm adds the signal's alarm to scope.
//
// A period without data is a good one: all of these metrics are written only while there is traffic
// or trouble, and at night there is neither. The end of an alarm is not told: every alarm of a new
// stack would begin by saying that it is over.
func (s Signal) Alarm(scope constructs.Construct, action awscloudwatch.IAlarmAction) awscloudwatch.Alarm {
	alarm := awscloudwatch.NewAlarm(scope, new(s.ID), &awscloudwatch.AlarmProps{
		AlarmDescription:   new(s.Why + " What to do: docs/runbook.md#" + s.Anchor()),
		Metric:             s.Metric,
		Threshold:          new(s.Threshold),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		DatapointsToAlarm:  new(float64(s.Breaches)),
		EvaluationPeriods:  new(float64(s.Periods)),
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	alarm.AddAlarmAction(action)
	return alarm
}

// Graph is the signal in a dashboard, with a line at its threshold.
func (s Signal) Graph() awscloudwatch.IWidget {
	return graph(&awscloudwatch.GraphWidgetProps{
		Title: new(s.Title),
		Left:  &[]awscloudwatch.IMetric{s.Metric},
		LeftAnnotations: &[]*awscloudwatch.HorizontalAnnotation{{
			Value: new(s.Threshold),
			Label: new("alarm " + s.Anchor()),
			Color: awscloudwatch.Color_RED(),
		}},
	})
}

// Graph is what explains signals and has no threshold of its own.
func Graph(title string, metrics ...awscloudwatch.IMetric) awscloudwatch.IWidget {
	return graph(&awscloudwatch.GraphWidgetProps{Title: new(title), Left: &metrics})
}

// graph makes a graph as all of them are: four in a row of a dashboard, which is 24 wide, from zero.
func graph(p *awscloudwatch.GraphWidgetProps) awscloudwatch.IWidget {
	p.Width = new(6.0)
	p.Height = new(6.0)
	p.LeftYAxis = &awscloudwatch.YAxisProps{Min: new(0.0), ShowUnits: new(false)}
	p.LegendPosition = awscloudwatch.LegendPosition_BOTTOM
	return awscloudwatch.NewGraphWidget(p)
}
