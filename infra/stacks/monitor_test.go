package stacks_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"primrose/infra/config"
)

// golden is a stack's template as the goldens have it, which another test keeps true.
func golden(stack string) template {
	var made template
	readJSON(filepath.Join("testdata", stack+".template.json"), &made)
	return made
}

// watched are the stages that have goldens.
func watched() []config.Stage { return append(config.Stages(), full()) }

// alarms calls check with every alarm of every stage.
func alarms(t *testing.T, check func(t *testing.T, id string, made template, alarm object)) {
	for _, stage := range watched() {
		for _, name := range []string{stage.StackName(), stage.StackName() + "-watch"} {
			made := golden(name)
			for _, id := range made.of("AWS::CloudWatch::Alarm") {
				t.Run(name+"/"+id, func(t *testing.T) { check(t, id, made, made.Resources[id].Properties) })
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
		breaches, periods := alarm["DatapointsToAlarm"].(float64), alarm["EvaluationPeriods"].(float64)
		if breaches > periods {
			t.Errorf("%v of %v periods never happens", breaches, periods)
		}
		for _, m := range metricsOf(alarm) {
			if m.Period != 60 && m.Period != 300 || m.Period*periods > 24*60*60 {
				t.Errorf("%s: %v periods of %v s; use minutes, and at most a day in all", m.Name, periods, m.Period)
			}
		}
		if threshold, _ := alarm["Threshold"].(float64); threshold <= 0 || threshold != float64(int64(threshold)) {
			t.Errorf("threshold: %v", threshold)
		}
	})
}

// The alarms and the runbook's sections are the same, and what a section says to look at exists.
func TestRunbook(t *testing.T) {
	runbook := read(t, "docs/runbook.md")
	var sections []string
	for _, heading := range regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(runbook, -1) {
		sections = append(sections, heading[1])
	}
	anchors := map[string]bool{}
	alarms(t, func(t *testing.T, id string, _ template, alarm object) { anchors[anchorOf(alarm)] = true })
	same(t, "sections", sections, slices.Collect(maps.Keys(anchors)))

	known := map[string]bool{}
	for _, stage := range watched() {
		made := golden(stage.StackName())
		for _, w := range widgets(t, made) {
			known[text(w.Properties["title"])] = true
		}
		for _, id := range made.of("AWS::Logs::QueryDefinition") {
			_, name, _ := strings.Cut(text(made.Resources[id].Properties["Name"]), "/")
			known[name] = true
		}
	}
	references := regexp.MustCompile(`\*\*([^*]+)\*\*|_([a-z][a-z ]+)_|\]\(#([a-z-]+)\)`)
	for _, r := range references.FindAllStringSubmatch(strings.ReplaceAll(runbook, "\n", " "), -1) {
		name := r[1] + r[2]
		if strings.HasSuffix(name, ".") { // a paragraph's name
			continue
		}
		if r[3] != "" && !slices.Contains(sections, r[3]) || r[3] == "" && !known[name] {
			t.Errorf("the runbook refers to %q: there is no such graph, query or section", name+r[3])
		}
	}
}

func anchorOf(alarm object) string {
	_, anchor, _ := strings.Cut(text(alarm["AlarmDescription"]), "docs/runbook.md#")
	return anchor
}

// Each alarm is a graph as well, of the same metric, with a line at the same threshold.
func TestAlarmsAreInTheDashboard(t *testing.T) {
	for _, stage := range watched() {
		graphs := map[string]widget{}
		for _, w := range widgets(t, golden(stage.StackName())) {
			for _, line := range list(object(w.Properties).get("annotations", "horizontal")) {
				label := object(line.(map[string]any))
				graphs[strings.TrimPrefix(text(label["label"]), "alarm ")] = w
			}
		}
		var watched []string
		for _, name := range []string{stage.StackName(), stage.StackName() + "-watch"} {
			made := golden(name)
			for _, id := range made.of("AWS::CloudWatch::Alarm") {
				alarm := made.Resources[id].Properties
				watched = append(watched, anchorOf(alarm))
				w, ok := graphs[anchorOf(alarm)]
				if !ok {
					continue
				}
				line := object(list(object(w.Properties).get("annotations", "horizontal"))[0].(map[string]any))
				if line["value"] != alarm["Threshold"] {
					t.Errorf("%s: the line is at %v, the threshold %v", id, line["value"], alarm["Threshold"])
				}
				same(t, id, names(w.metrics()), names(metricsOf(alarm)))
			}
		}
		same(t, "graphs with a threshold", slices.Collect(maps.Keys(graphs)), watched)
	}
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
				filter := object(list(made.one("AWS::Logs::MetricFilter")["MetricTransformations"])[0].(map[string]any))
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

// The functions and the dashboard are of two modules. What the ones count the other shows, all of it.
func TestOwnMetricsAreThoseThatTheFunctionsCount(t *testing.T) {
	counted := map[string]string{}
	for name, value := range stringConstants(t, "functions/internal/metric/metric.go") {
		counted[name] = value
	}
	each(t, func(t *testing.T, _ config.Stage, made template) {
		shown := map[string]bool{counted["Namespace"]: true, counted["Dimension"]: true}
		for _, w := range widgets(t, made) {
			for _, m := range w.metrics() {
				if m.Namespace != counted["Namespace"] {
					continue
				}
				shown[m.Name] = true
				if _, ok := m.Dimensions[counted["Dimension"]]; !ok {
					t.Errorf("%s has the dimensions %v", m.Name, m.Dimensions)
				}
			}
		}
		same(t, "metrics of ours", slices.Collect(maps.Keys(shown)), slices.Collect(maps.Values(counted)))
	})
}

// A deploy is undone by what a new version can break at once: so fast that it is not over before.
func TestAlarmsThatUndoADeployAreFast(t *testing.T) {
	const canary = 5 * 60 // seconds for which a tenth of the requests go to the new version
	each(t, func(t *testing.T, _ config.Stage, made template) {
		var undoing []string
		for _, one := range list(made.one("AWS::CodeDeploy::DeploymentGroup").get("AlarmConfiguration", "Alarms")) {
			id := strings.Trim(text(one.(map[string]any)["Name"]), "${}")
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

// Memory is read off a line of Lambda's, which it writes as JSON and at this level only.
func TestMemoryIsInTheLog(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		filter := made.one("AWS::Logs::MetricFilter")
		for _, id := range made.of("AWS::Lambda::Function") {
			logging := object(made.Resources[id].Properties["LoggingConfig"].(map[string]any))
			if text(logging["LogGroup"]) == text(filter["LogGroupName"]) && (logging["LogFormat"] != "JSON" || logging["SystemLogLevel"] != "INFO") {
				t.Errorf("%s logs %v", id, logging)
			}
		}
	})
}

// Whatever is asked of the log, some line has.
func TestQueriesAskForWhatIsLogged(t *testing.T) {
	platform := []string{"@timestamp", "@message", "message", "requestId", "type",
		"record.requestId", "record.metrics.initDurationMs", "record.metrics.maxMemoryUsedMB"}
	request := append(literals(t, "functions/internal/delivery/entry.go"), platform...)
	all := slices.Concat(request, literals(t, "functions/internal/delivery/delivery.go"), literals(t, "functions/internal/worker/pool.go"),
		literals(t, "functions/internal/worker/inspect.go"), literals(t, "functions/internal/purge/purge.go"), slices.Collect(maps.Values(stringConstants(t, "functions/internal/metric/metric.go"))))
	each(t, func(t *testing.T, _ config.Stage, made template) {
		ids := made.of("AWS::Logs::QueryDefinition")
		for _, id := range ids {
			q := made.Resources[id].Properties
			logged := all
			if strings.Contains(text(q["QueryString"]), `message = "request"`) {
				logged = request
			}
			for _, field := range fields(text(q["QueryString"])) {
				if !slices.Contains(logged, field) {
					t.Errorf("%s asks for %s, which nothing logs", q["Name"], field)
				}
			}
			asked := strings.Trim(texts(q["LogGroupNames"])[0], "${}")
			if made.Resources[asked].Type != "AWS::Logs::LogGroup" {
				t.Errorf("%s asks %s", id, asked)
			}
		}
		if len(ids) < 6 {
			t.Errorf("queries: %q", ids)
		}
	})
}

// fields are the names in a query that are neither its language nor made by itself.
func fields(query string) []string {
	query = regexp.MustCompile(`"[^"]*"|\bas \w+`).ReplaceAllString(query, "")
	language := strings.Fields("fields filter stats sort limit by and or asc desc count max avg sum pct bin ispresent m")
	var found []string
	for _, name := range regexp.MustCompile(`[@A-Za-z][\w.]*`).FindAllString(query, -1) {
		aliased := regexp.MustCompile(`sort `+regexp.QuoteMeta(name)+` `).MatchString(query) && !strings.Contains(query, "fields")
		if !slices.Contains(language, name) && !aliased {
			found = append(found, name)
		}
	}
	return found
}

// Alarms go to an address, to topics that exist, or to a topic that anybody may subscribe to.
func TestWhoIsTold(t *testing.T) {
	address, nobody := full(), config.Prod()
	for _, name := range []string{address.StackName(), address.StackName() + "-watch", nobody.StackName(), nobody.StackName() + "-watch"} {
		made := golden(name)
		topic := "${" + made.of("AWS::SNS::Topic")[0] + "}"
		var subscribed []string
		for _, id := range made.of("AWS::SNS::Subscription") {
			s := made.Resources[id].Properties
			subscribed = append(subscribed, fmt.Sprintf("%s %s to %s", s["Protocol"], s["Endpoint"], text(s["TopicArn"])))
		}
		var want []string
		if strings.HasPrefix(name, address.StackName()) {
			want = []string{"email images@example.com to " + topic}
		}
		same(t, name+": subscriptions", subscribed, want)
		same(t, name+": alarms tell", receivers(made), []string{topic})
	}
	topics := certified()
	for name, topic := range map[string]string{
		topics.StackName():            topics.Service.Alarms.Topic,
		topics.StackName() + "-watch": topics.Service.Alarms.EdgeTopic,
	} {
		made := option(t, name)
		same(t, name+": topics of ours", append(made.of("AWS::SNS::Topic"), made.of("AWS::SNS::TopicPolicy")...), nil)
		same(t, name+": alarms tell", receivers(made), []string{topic})
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
	for _, stage := range watched() {
		checkPublishers(t, stage, golden(stage.StackName()), "cloudwatch.amazonaws.com")
		edge := []string{"cloudwatch.amazonaws.com"}
		if stage.Watch.Budget > 0 {
			edge = append(edge, "budgets.amazonaws.com")
		}
		checkPublishers(t, stage, golden(stage.StackName()+"-watch"), edge...)
	}
}

// checkPublishers wants these services to publish, on behalf of the stage's account, and TLS of
// everybody.
func checkPublishers(t *testing.T, stage config.Stage, made template, want ...string) {
	t.Helper()
	account := stage.Account
	if account == "" {
		account = "${AWS::AccountId}"
	}
	var got []string
	var plain bool
	for _, one := range list(made.one("AWS::SNS::TopicPolicy").get("PolicyDocument", "Statement")) {
		s := object(one.(map[string]any))
		if s["Effect"] == "Deny" {
			plain = s.get("Condition", "Bool", "aws:SecureTransport") == "false"
			continue
		}
		got = append(got, texts(s.get("Principal", "Service"))...)
		if s["Action"] != "sns:Publish" || text(s.get("Condition", "StringEquals", "aws:SourceAccount")) != account {
			t.Errorf("statement %v", s)
		}
	}
	same(t, "publishers", got, want)
	if !plain {
		t.Error("may be written to without TLS")
	}
}

// The ceiling is the function's own where it has one, and the account's where it has none.
func TestConcurrencyHasTheRightCeiling(t *testing.T) {
	for stage, want := range map[string]string{
		full().StackName():        "16 of AWS/Lambda ConcurrentExecutions Maximum 60",
		config.Prod().StackName(): "80 of 100 * claimed / SERVICE_QUOTA(running)",
	} {
		made := golden(stage)
		for _, id := range made.of("AWS::CloudWatch::Alarm") {
			if alarm := made.Resources[id].Properties; anchorOf(alarm) == "image-concurrency" {
				if got := fmt.Sprintf("%v of %s", alarm["Threshold"], names(metricsOf(alarm))[0]); got != want {
					t.Errorf("%s: %s, want %s", stage, got, want)
				}
			}
		}
	}
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
	for _, one := range list(alarm["Metrics"]) {
		query := object(one.(map[string]any))
		if query["MetricStat"] == nil {
			all = append(all, metric{Expression: text(query["Expression"]), Period: 60})
			continue
		}
		stat := object(query["MetricStat"].(map[string]any))
		all = append(all, metricOf(object(stat["Metric"].(map[string]any)), stat))
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
	for _, one := range list(what["Dimensions"]) {
		d := one.(map[string]any)
		m.Dimensions[text(d["Name"])] = text(d["Value"])
	}
	return m
}

// A widget is a part of a dashboard.
type widget struct {
	Type       string
	Properties map[string]any
}

// widgets are those of a template's one dashboard.
func widgets(t *testing.T, made template) []widget {
	t.Helper()
	var body struct{ Widgets []widget }
	if err := json.Unmarshal([]byte(text(made.one("AWS::CloudWatch::Dashboard")["DashboardBody"])), &body); err != nil {
		t.Fatal(err)
	}
	return body.Widgets
}

// metrics are those of a graph: namespace, name, then dimensions, each a name and a value, and at
// last how it is drawn.
func (w widget) metrics() []metric {
	var all []metric
	for _, one := range list(w.Properties["metrics"]) {
		row := list(one)
		how, _ := row[len(row)-1].(map[string]any)
		if how["expression"] != nil {
			all = append(all, metric{Expression: text(how["expression"])})
			continue
		}
		m := metric{Namespace: text(row[0]), Name: text(row[1]), Dimensions: map[string]string{}, Stat: "Average", Period: 300}
		if how["stat"] != nil {
			m.Stat = text(how["stat"])
		}
		if period, ok := how["period"].(float64); ok {
			m.Period = period
		}
		for i := 2; i+1 < len(row); i += 2 {
			m.Dimensions[text(row[i])] = text(row[i+1])
		}
		if strings.HasPrefix(m.Namespace, "AWS/CloudFront") && how["region"] != "us-east-1" {
			m.Name += " of another region than us-east-1"
		}
		all = append(all, m)
	}
	return all
}

// stringConstants are the string constants of a Go file, by their names.
func stringConstants(t *testing.T, file string) map[string]string {
	t.Helper()
	found := map[string]string{}
	inspect(t, file, func(n ast.Node) {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return
		}
		for i, v := range spec.Values {
			if s, ok := unquoted(v); ok {
				found[spec.Names[i].Name] = s
			}
		}
	})
	return found
}

// literals are the strings that a Go file hands to functions, the names of what it logs among them.
func literals(t *testing.T, file string) []string {
	t.Helper()
	var found []string
	inspect(t, file, func(n ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok {
			for _, arg := range call.Args {
				if s, ok := unquoted(arg); ok {
					found = append(found, s)
				}
			}
		}
	})
	return found
}

func inspect(t *testing.T, file string, visit func(ast.Node)) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(file)), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if n != nil {
			visit(n)
		}
		return true
	})
}

func unquoted(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
