package metrictest

import (
	"slices"
	"strings"
	"testing"
)

const good = `{"message":"m","_aws":{"Timestamp":1700000000000,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["D"]],"Metrics":[{"Name":"M","Unit":"Count"}]}]},"D":"d","M":2}`

func TestParse(t *testing.T) {
	got, err := Parse(good)
	if want := []Metric{{"N", "D", "d", "M", "Count", 2}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if got, err := Parse(`{"message":"m","M":2}`); err != nil || got != nil {
		t.Errorf("a line without metrics: %v, %v", got, err)
	}
}

// Each mistake is one that CloudWatch drops the metric for, without a word to us.
func TestParseRefuses(t *testing.T) {
	for _, mistake := range []struct{ old, new string }{
		{`{"message"`, `INFO {"message"`},
		{`"M":2}`, `"M":2} INFO`},
		{`"M":2`, `"M":2,"M":3`},
		{`"M":2`, `"M":"2"`},
		{`,"M":2`, ``},
		{`,"D":"d"`, ``},
		{`"D":"d"`, `"D":1`},
		{`"D":"d"`, `"D":" "`},
		{`"D":"d"`, `"D":"` + strings.Repeat("d", 1025) + `"`},
		{`1700000000000`, `"2023-11-14T22:13:20Z"`},
		{`1700000000000`, `1700000000000.5`},
		{`"Timestamp":1700000000000,`, ``},
		{`"Namespace":"N",`, ``},
		{`"N"`, `""`},
		{`[["D"]]`, `["D"]`},
		{`[["D"]]`, `[]`},
		{`"Name":"M",`, ``},
		{`"Name"`, `"name"`},
		{`"Count"`, `"Counts"`},
		{`[{"Name":"M","Unit":"Count"}]`, `[]`},
		{`"_aws":{`, `"_aws":[{`},
	} {
		line := strings.Replace(good, mistake.old, mistake.new, 1)
		if got, err := Parse(line); err == nil {
			t.Errorf("%s → %s passes as %v", mistake.old, mistake.new, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add(`{"_aws":{}}`)
	f.Add(`{"_aws":null`)
	f.Add(`{"_aws":{"CloudWatchMetrics":[{"Dimensions":[[1]],"Metrics":[{}]}]}}`)
	f.Fuzz(func(t *testing.T, line string) {
		found, err := Parse(line)
		for _, m := range found {
			if err == nil && (m.Name == "" || m.Service == "") {
				t.Errorf("%q passes as %+v", line, m)
			}
		}
	})
}
