package stacks_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"primrose/infra/config"
)

// Each alarm is a graph as well, of the same metric, with a line at the same threshold.
func TestAlarmsAreInTheDashboard(t *testing.T) {
	for _, stage := range stages() {
		graphs := map[string]widget{}
		for _, w := range widgets(t, home(t, stage)) {
			for _, line := range w.Properties.objects("annotations", "horizontal") {
				graphs[strings.TrimPrefix(text(line["label"]), "alarm ")] = w
			}
		}
		var watched []string
		for _, made := range []template{home(t, stage), watch(t, stage)} {
			for _, id := range made.of("AWS::CloudWatch::Alarm") {
				alarm := made.Resources[id].Properties
				watched = append(watched, anchorOf(alarm))
				w, ok := graphs[anchorOf(alarm)]
				if !ok {
					continue
				}
				if line := w.Properties.objects("annotations", "horizontal")[0]["value"]; line != alarm["Threshold"] {
					t.Errorf("%s: the line is at %v, the threshold %v", id, line, alarm["Threshold"])
				}
				same(t, id, names(w.metrics()), names(metricsOf(alarm)))
			}
		}
		same(t, "graphs with a threshold", slices.Collect(maps.Keys(graphs)), watched)
	}
}

// The functions and the dashboard are of two modules. What the ones count the other shows, all of it.
func TestOwnMetricsAreThoseThatTheFunctionsCount(t *testing.T) {
	counted := stringConstants(t, "functions/internal/metric/metric.go")
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

// A widget is a part of a dashboard.
type widget struct {
	Type       string
	Properties object
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
