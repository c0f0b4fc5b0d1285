package limits

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
)

const alarmAPI = "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"

var cloudWatch = slices.Concat(
	about("AWS::CloudWatch::Alarm", alarmAPI,
		rule{name: "alarm-period", check: periodsExist},
		rule{name: "alarm-window", check: windowIsShort},
		rule{name: "alarm-datapoints", check: datapointsFit},
		rule{name: "alarm-statistic", check: statisticsExist},
		rule{name: "alarm-metric", check: all(oneOnly("MetricName", "Metrics"), oneOnly("Namespace", "Metrics"), oneOnly("Period", "Metrics"))},
		rule{name: "alarm-threshold", check: oneOnly("Threshold", "ThresholdMetricId")},
		rule{name: "alarm-comparison", check: oneOf("ComparisonOperator", "GreaterThanOrEqualToThreshold", "GreaterThanThreshold",
			"LessThanThreshold", "LessThanOrEqualToThreshold")},
		rule{name: "alarm-missing", check: all(set("TreatMissingData"), oneOf("TreatMissingData", "breaching", "notBreaching", "ignore", "missing"))},
		rule{name: "alarm-expression", check: expressionsAddUp},
		rule{name: "alarm-described", check: set("AlarmDescription")},
	),
	about("AWS::CloudWatch::Alarm", "AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
		rule{name: "alarm-action", check: all(set("AlarmActions"), atMost(5, "AlarmActions"))},
	),
	about("AWS::CloudWatch::Alarm", "AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html",
		rule{name: "alarm-edge-region", check: inVirginia("a metric of CloudFront's", ofEdge)},
		rule{name: "alarm-edge-dimensions", check: edgeIsGlobal},
	),
	about("AWS::CloudWatch::Dashboard", "AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html",
		rule{name: "dashboard-body", check: dashboardParses},
	),
)

// metrics are what an alarm looks at: itself, or the metrics of its expression.
func metrics(r Resource) []map[string]any {
	if r.Properties["Metrics"] == nil {
		return []map[string]any{r.Properties}
	}
	var all []map[string]any
	for _, stat := range objects(r.Properties, "Metrics.MetricStat") {
		m, _ := stat["Metric"].(map[string]any)
		all = append(all, map[string]any{"Period": stat["Period"], "Stat": stat["Stat"],
			"Namespace": m["Namespace"], "Dimensions": m["Dimensions"], "MetricName": m["MetricName"]})
	}
	return all
}

func periodsExist(_ Template, r Resource) (found problems) {
	for _, m := range metrics(r) {
		n, _ := number(m["Period"])
		found.unless(n == 10 || n == 20 || n == 30 || n >= 60 && math.Mod(n, 60) == 0,
			"Period is %v: use 10, 20, 30 or a multiple of 60 seconds", m["Period"])
	}
	return found
}

// windowIsShort: an alarm looks back a day, or a week where its periods are of an hour or longer.
func windowIsShort(_ Template, r Resource) (found problems) {
	n := numberOr(r.Properties["EvaluationPeriods"], 1)
	for _, m := range metrics(r) {
		period, most := numberOr(m["Period"], 60), 86_400.0
		if period >= 3_600 {
			most = 604_800
		}
		found.unless(n >= 1 && n*period <= most,
			"%v periods of %v s are %v s: use 1 period or more, and at most %v s", n, period, n*period, most)
	}
	return found
}

func datapointsFit(_ Template, r Resource) problems {
	n, all := numberOr(r.Properties["DatapointsToAlarm"], 1), numberOr(r.Properties["EvaluationPeriods"], 1)
	return unless(1 <= n && n <= all, "DatapointsToAlarm is %v of %v: use 1 to as many as there are", n, all)
}

var (
	simple   = []string{"SampleCount", "Average", "Sum", "Minimum", "Maximum"}
	extended = regexp.MustCompile(`^(p(100|\d{1,2}(\.\d{1,10})?)|(tm|tc|ts|wm)\d{1,2}(\.\d{1,10})?|IQM|(TM|TC|TS|WM|PR)\([0-9.%]*:[0-9.%]*\))$`)
)

func statisticsExist(_ Template, r Resource) (found problems) {
	if r.Properties["MetricName"] != nil {
		found = oneOnly("Statistic", "ExtendedStatistic")(Template{}, r)
	}
	for _, m := range metrics(r) {
		for _, key := range []string{"Statistic", "ExtendedStatistic", "Stat"} {
			s, ok := m[key].(string)
			fits := key != "ExtendedStatistic" && slices.Contains(simple, s) || key != "Statistic" && extended.MatchString(s)
			found.unless(!ok || fits, "%s is %s: use one of %s, or such as p99 where it is extended", key, s, strings.Join(simple, ", "))
		}
	}
	return found
}

var operand = regexp.MustCompile(`\b[a-z][a-zA-Z0-9_]*\b`)

// expressionsAddUp: an alarm is about one result, and an expression about metrics that it has.
func expressionsAddUp(_ Template, r Resource) (found problems) {
	queries := objects(r.Properties, "Metrics")
	if len(queries) == 0 {
		return nil
	}
	ids, results := texts(r.Properties, "Metrics.Id"), 0
	for _, q := range queries {
		if q["ReturnData"] != false {
			results++
		}
		for _, id := range operand.FindAllString(text(q["Expression"]), -1) {
			found.unless(q["Expression"] == nil || slices.Contains(ids, id),
				"Expression %v asks for %s: no metric has this id", q["Expression"], id)
		}
		found.unless(operand.FindString(text(q["Id"])) == text(q["Id"]),
			"Id is %v: use letters, digits and _, a small letter first", q["Id"])
	}
	return append(found, unless(results == 1, "%d metrics return data: set ReturnData to true on one", results)...)
}

func ofEdge(r Resource) bool {
	return slices.ContainsFunc(metrics(r), func(m map[string]any) bool { return m["Namespace"] == "AWS/CloudFront" })
}

// edgeIsGlobal: without this dimension there are no data, and an alarm on none stays quiet.
func edgeIsGlobal(_ Template, r Resource) (found problems) {
	for _, m := range metrics(r) {
		if m["Namespace"] != "AWS/CloudFront" {
			continue
		}
		is := map[string]string{}
		for _, d := range objects(m, "Dimensions") {
			is[text(d["Name"])] = text(d["Value"])
		}
		found.unless(is["Region"] == "Global" && (is["DistributionId"] != "" || is["FunctionName"] != ""),
			"the dimensions are %v: CloudFront's metrics have Region=Global, and a DistributionId or a FunctionName", is)
	}
	return found
}

// dashboardParses: the body is JSON in a string, of widgets on a grid of 24 columns.
func dashboardParses(_ Template, r Resource) (found problems) {
	var body struct {
		Widgets []struct{ X, Y, Width, Height int }
	}
	if err := json.Unmarshal([]byte(text(r.Properties["DashboardBody"])), &body); err != nil {
		return []string{"DashboardBody is no JSON: " + err.Error()}
	}
	for i, w := range body.Widgets {
		found.unless(w.X >= 0 && w.Width >= 1 && w.X+w.Width <= 24 && w.Height >= 1,
			"widget %d is at column %d and %d wide: a dashboard has 24 columns", i, w.X, w.Width)
	}
	return append(found, unless(0 < len(body.Widgets) && len(body.Widgets) <= 500,
		"it has %d widgets: use 1 to 500", len(body.Widgets))...)
}
