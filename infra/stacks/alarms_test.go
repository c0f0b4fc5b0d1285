package stacks_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"primrose/infra/config"
)

// alarms calls check with every alarm of every stage.
func alarms(t *testing.T, check func(t *testing.T, id string, made template, alarm object)) {
	for _, stage := range stages() {
		for _, made := range []template{home(t, stage), watch(t, stage)} {
			for _, id := range made.of("AWS::CloudWatch::Alarm") {
				t.Run(stage.Name+"/"+id, func(t *testing.T) { check(t, id, made, made.Resources[id].Properties) })
			}
		}
	}
}

// An alarm is one that tells somebody, soon, and knows what silence means.
func TestAlarmsAreComplete(t *testing.T) {
	alarms(t, func(t *testing.T, _ string, _ template, alarm object) {
		if len(list(alarm["AlarmActions"])) != 1 {
			t.Errorf("tells %v", alarm["AlarmActions"])
		}
		if alarm["TreatMissingData"] != "notBreaching" {
			t.Errorf("missing data is %v: all of these metrics are silent when nothing happens", alarm["TreatMissingData"])
		}
		if why := text(alarm["AlarmDescription"]); anchorOf(alarm) == "" || len(why) > 1024 || len(why) < 80 {
			t.Errorf("description: %q, want a reason and a section of the runbook, in 1,024 characters", why)
		}
		for _, m := range metricsOf(alarm) {
			if m.Period != 60 && m.Period != 300 {
				t.Errorf("%s has a period of %v s: use one minute or five", m.Name, m.Period)
			}
		}
		if threshold, _ := alarm["Threshold"].(float64); threshold <= 0 || threshold != float64(int64(threshold)) {
			t.Errorf("threshold: %v", threshold)
		}
	})
}

func anchorOf(alarm object) string {
	_, anchor, _ := strings.Cut(text(alarm["AlarmDescription"]), "docs/runbook.md#")
	return anchor
}

// Nobody notices a metric that does not exist: its alarm is fine forever. What has dimensions has
// them of this very service.
func TestMetricsAreThisServices(t *testing.T) {
	alarms(t, func(t *testing.T, id string, made template, alarm object) {
		for _, m := range metricsOf(alarm) {
			ok := m.Expression != ""
			switch d := m.Dimensions; m.Namespace {
			case "AWS/Lambda":
				function := strings.Trim(d["FunctionName"], "${}")
				ok = made.Resources[function].Type == "AWS::Lambda::Function" && (len(d) == 1 || d["Resource"] == d["FunctionName"]+":live") ||
					len(d) == 0 && (m.Name == "ConcurrentExecutions" || m.Name == "ClaimedAccountConcurrency")
			case "AWS/ApiGateway":
				ok = len(d) == 1 && d["ApiName"] == text(made.one("AWS::ApiGateway::RestApi")["Name"])
			case "AWS/Events":
				ok = len(d) == 1 && made.Resources[strings.Trim(d["RuleName"], "${}")].Type == "AWS::Events::Rule"
			case "AWS/SQS":
				queue, _, _ := strings.Cut(strings.Trim(d["QueueName"], "${}"), ".")
				ok = len(d) == 1 && made.Resources[queue].Type == "AWS::SQS::Queue"
			case "AWS/CloudFront": // whose own names the stack of us-east-1 gets of another
				ok = len(d) == 2 && d["Region"] == "Global" && (d["DistributionId"] != "" || d["FunctionName"] != "")
			case "Primrose":
				ok = len(d) == 1 && d["Service"] == serviceOf(made)
			case "Primrose/" + serviceOf(made):
				filter := made.one("AWS::Logs::MetricFilter").objects("MetricTransformations")[0]
				ok = len(d) == 0 && filter["MetricName"] == m.Name && filter["MetricNamespace"] == m.Namespace
			}
			if !ok {
				t.Errorf("%s has the metric %s %s of %v", id, m.Namespace, m.Name, m.Dimensions)
			}
		}
	})
}

// serviceOf is what the functions have as the name of their service.
func serviceOf(made template) string {
	for _, id := range made.of("AWS::Lambda::Function") {
		return text(made.Resources[id].Properties.get("Environment", "Variables", "PRIMROSE_SERVICE"))
	}
	return ""
}

// A deploy is undone by what a new version can break at once: so fast that it is not over before.
func TestAlarmsThatUndoADeployAreFast(t *testing.T) {
	const canary = 5 * 60 // seconds for which a tenth of the requests go to the new version
	each(t, func(t *testing.T, _ config.Stage, made template) {
		var undoing []string
		for _, one := range made.one("AWS::CodeDeploy::DeploymentGroup").objects("AlarmConfiguration", "Alarms") {
			id := strings.Trim(text(one["Name"]), "${}")
			alarm := made.Resources[id].Properties
			undoing = append(undoing, anchorOf(alarm))
			for _, m := range metricsOf(alarm) {
				if took := m.Period * alarm["DatapointsToAlarm"].(float64); took >= canary {
					t.Errorf("%s takes %v s to go off", id, took)
				}
			}
		}
		same(t, "alarms that undo a deploy", undoing, []string{"image-errors", "worker-crashes", "api-errors"})
	})
}

// The ceiling is the function's own where it has one, and the account's where it has none.
func TestConcurrencyHasTheRightCeiling(t *testing.T) {
	for _, test := range []struct {
		stage config.Stage
		want  string
	}{
		{full(), "16 of AWS/Lambda ConcurrentExecutions Maximum 60"},
		{config.Prod(), "80 of 100 * claimed / SERVICE_QUOTA(running)"},
	} {
		alarm := home(t, test.stage).one("AWS::CloudWatch::Alarm", "ImageConcurrency")
		if got := fmt.Sprintf("%v of %s", alarm["Threshold"], names(metricsOf(alarm))[0]); got != test.want {
			t.Errorf("%s: %s, want %s", test.stage.Name, got, test.want)
		}
	}
}

// Alarms go to topics that exist, or to one of ours: which mails them, or anybody may subscribe to.
func TestWhoIsTold(t *testing.T) {
	for _, stage := range stages() {
		a := stage.Service.Alarms
		checkReceiver(t, home(t, stage), a.Topic, a.Email)
		checkReceiver(t, watch(t, stage), a.EdgeTopic, a.Email)
	}
}

// checkReceiver wants all alarms to tell a topic, or else one of the stack's own, whose messages go to
// an address if there is one.
func checkReceiver(t *testing.T, made template, topic, address string) {
	t.Helper()
	var own, mailed []string
	if topic == "" {
		own = made.of("AWS::SNS::TopicPolicy") // by which it is written to
		topic = "${" + made.of("AWS::SNS::Topic")[0] + "}"
	}
	if address != "" {
		mailed = []string{"email " + address + " to " + topic}
	}
	var subscribed []string
	for _, id := range made.of("AWS::SNS::Subscription") {
		s := made.Resources[id].Properties
		subscribed = append(subscribed, fmt.Sprintf("%s %s to %s", s["Protocol"], s["Endpoint"], text(s["TopicArn"])))
	}
	same(t, "alarms tell", receivers(made), []string{topic})
	same(t, "subscriptions", subscribed, mailed)
	if n := len(made.of("AWS::SNS::Topic")); n != len(own) {
		t.Errorf("%d topics of ours, want %d", n, len(own))
	}
}

// receivers are all that any alarm tells, each once.
func receivers(made template) []string {
	told := map[string]bool{}
	for _, id := range made.of("AWS::CloudWatch::Alarm") {
		for _, topic := range texts(made.Resources[id].Properties["AlarmActions"]) {
			told[topic] = true
		}
	}
	return slices.Collect(maps.Keys(told))
}

// Nobody writes to a topic of ours but AWS, and on behalf of this account.
func TestTopicsAreForThisAccountsAlarms(t *testing.T) {
	for _, stage := range stages() {
		if stage.Service.Alarms.Topic != "" {
			continue // whose owner says who may
		}
		edge := []string{"cloudwatch.amazonaws.com"}
		if stage.Watch.Budget > 0 {
			edge = append(edge, "budgets.amazonaws.com")
		}
		checkPublishers(t, stage, home(t, stage), "cloudwatch.amazonaws.com")
		checkPublishers(t, stage, watch(t, stage), edge...)
	}
}

// checkPublishers wants these services to publish, on behalf of the stage's account.
func checkPublishers(t *testing.T, stage config.Stage, made template, want ...string) {
	t.Helper()
	account := stage.Account
	if account == "" {
		account = "${AWS::AccountId}"
	}
	var got []string
	for _, s := range made.one("AWS::SNS::TopicPolicy").objects("PolicyDocument", "Statement") {
		if s["Effect"] == "Deny" {
			continue
		}
		got = append(got, texts(s.get("Principal", "Service"))...)
		if s["Action"] != "sns:Publish" || text(s.get("Condition", "StringEquals", "aws:SourceAccount")) != account {
			t.Errorf("statement %v", s)
		}
	}
	same(t, "publishers", got, want)
}

// A metric is one that an alarm or a graph computes from.
type metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	Stat            string
	Period          float64
	Expression      string
}

// names are metrics without whose they are, which differs between stacks.
func names(metrics []metric) []string {
	var all []string
	for _, m := range metrics {
		if m.Expression != "" {
			all = append(all, m.Expression)
			continue
		}
		all = append(all, fmt.Sprintf("%s %s %s %v", m.Namespace, m.Name, m.Stat, m.Period))
	}
	return all
}

// metricsOf are an alarm's: one, or those of an expression.
func metricsOf(alarm object) []metric {
	if alarm["Metrics"] == nil {
		return []metric{metricOf(alarm, alarm)}
	}
	var all []metric
	for _, query := range alarm.objects("Metrics") {
		if query["MetricStat"] == nil {
			all = append(all, metric{Expression: text(query["Expression"]), Period: 60})
			continue
		}
		stat := query.object("MetricStat")
		all = append(all, metricOf(stat.object("Metric"), stat))
	}
	return all
}

func metricOf(what, how object) metric {
	m := metric{Namespace: text(what["Namespace"]), Name: text(what["MetricName"]), Dimensions: map[string]string{}, Period: how["Period"].(float64)}
	for _, key := range []string{"Stat", "Statistic", "ExtendedStatistic"} {
		if how[key] != nil {
			m.Stat = text(how[key])
		}
	}
	for _, d := range what.objects("Dimensions") {
		m.Dimensions[text(d["Name"])] = text(d["Value"])
	}
	return m
}
