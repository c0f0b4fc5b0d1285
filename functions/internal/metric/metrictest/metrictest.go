// Package metrictest reads log lines as CloudWatch does: it finds the metrics
// in them, and refuses what CloudWatch would silently drop.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package metrictest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Metric is one value that a line gives to CloudWatch.
type Metric struct {
	Namespace, Dimension, Service, Name, Unit string
	Value                                     float64
}

// Parse returns the metrics of a log line, none if the line is of another
// kind. Of what the format permits it takes what Primrose writes: one
// dimension and single values.
func Parse(line string) ([]Metric, error) {
	root, err := members(line)
	if err != nil || root["_aws"] == nil {
		return nil, err
	}
	var c check
	aws := c.object("_aws", root["_aws"], "Timestamp", "CloudWatchMetrics")
	if ms, ok := aws["Timestamp"].(json.Number); !ok || strings.ContainsAny(ms.String(), ".eE-") {
		c.fail("Timestamp is %v, want milliseconds since 1970", aws["Timestamp"])
	}
	var found []Metric
	for _, item := range c.array("CloudWatchMetrics", aws["CloudWatchMetrics"], 1) {
		found = append(found, c.directive(root, item)...)
	}
	return found, errors.Join(c.errs...)
}

// directive reads the metrics that one directive takes from the root.
func (c *check) directive(root map[string]any, item any) []Metric {
	directive := c.object("directive", item, "Namespace", "Dimensions", "Metrics")
	namespace := c.name("Namespace", directive["Namespace"], 1024)
	var dimension, service string
	for _, set := range c.array("Dimensions", directive["Dimensions"], 1) {
		for _, name := range c.array("dimension set", set, 1) {
			dimension = c.name("dimension", name, 250)
			service = c.name(dimension, root[dimension], 1024)
		}
	}
	var found []Metric
	for _, item := range c.array("Metrics", directive["Metrics"], 100) {
		definition := c.object("metric", item, "Name", "Unit")
		name := c.name("Name", definition["Name"], 1024)
		unit := c.name("Unit", definition["Unit"], 1024)
		if !slices.Contains(units, unit) {
			c.fail("CloudWatch knows no unit %q", unit)
		}
		number, _ := root[name].(json.Number)
		value, err := number.Float64()
		if err != nil {
			c.fail("the root's %s is %v, want a number", name, root[name])
		}
		found = append(found, Metric{namespace, dimension, service, name, unit, value})
	}
	return found
}

// units are CloudWatch's, those per second left out.
var units = []string{
	"Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes",
	"Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "None",
}

// members reads an object. A member that is there twice is an error: it is up
// to the reader which one counts.
func members(line string) (map[string]any, error) {
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.UseNumber()
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, fmt.Errorf("the line is no JSON object: %q", line)
	}
	root := map[string]any{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		if _, twice := root[name.(string)]; twice {
			return nil, fmt.Errorf("the line has %q twice: %s", name, line)
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		root[name.(string)] = value
	}
	if !json.Valid([]byte(line)) { // something follows the object
		return nil, fmt.Errorf("the line is no JSON object: %q", line)
	}
	return root, nil
}

// check gathers what is wrong with a line.
type check struct{ errs []error }

func (c *check) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// object wants exactly the members named.
func (c *check) object(what string, value any, names ...string) map[string]any {
	object, ok := value.(map[string]any)
	if !ok {
		c.fail("%s is %v, want an object", what, value)
	}
	for _, name := range names {
		if object[name] == nil {
			c.fail("%s lacks %s", what, name)
		}
	}
	for name := range object {
		if !slices.Contains(names, name) {
			c.fail("%s has the member %q, which CloudWatch ignores", what, name)
		}
	}
	return object
}

// array wants 1 to most elements.
func (c *check) array(what string, value any, most int) []any {
	array, ok := value.([]any)
	if !ok || len(array) < 1 || len(array) > most {
		c.fail("%s is %v, want an array of 1 to %d elements", what, value, most)
	}
	return array
}

// name wants a text of 1 to most bytes.
func (c *check) name(what string, value any, most int) string {
	text, ok := value.(string)
	if !ok || len(strings.TrimSpace(text)) < 1 || len(text) > most {
		c.fail("%s is %v, want a text of 1 to %d bytes", what, value, most)
	}
	return text
}
