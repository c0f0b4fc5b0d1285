package suite

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"primrose/functions/internal/twin/template"
)

var watching = []Request{
	{Name: "every image leaves a line in the log", ask: func(v *visit) {
		v.upload("logged/rose.jpg", red())
		v.get("/logged/rose.jpg?w=160").shows("jpeg", 160)
		v.finds("ProcessorLogs", "logged/rose.jpg", "the image function's log group does not tell of it")
	}},
	{Name: "the log tells how much memory was used", ask: func(v *visit) {
		v.upload("memory/rose.jpg", red())
		v.get("/memory/rose.jpg?w=160").shows("jpeg", 160)
		v.finds("ProcessorLogs", `"maxMemoryUsedMB"`, "the image function's log group does not tell what Lambda measured")
	}},
	{Name: "a variant that can't be stored is shown, and counted for its alarm", ask: func(v *visit) {
		v.upload("unstored/rose.jpg", red())
		defer v.lock(v.variants(), "s3:PutObject", "unstored/*")()
		v.get("/unstored/rose.jpg?w=160").shows("jpeg", 160)
		v.finds("ProcessorLogs", fmt.Sprintf(`"Service":%q,"StoreFailures":1`, v.watched("StoreFailures")), "no line of the log counts it as the alarm expects")
	}},
	{Name: "every alarm watches what there is", ask: func(v *visit) {
		a := v.query("monitoring", url.Values{"Action": {"DescribeAlarms"}, "Version": {"2010-08-01"}}).is(http.StatusOK)
		var told struct {
			Alarms []struct{ AlarmName, StateValue, StateReason string } `xml:"DescribeAlarmsResult>MetricAlarms>member"`
		}
		v.must(xml.Unmarshal(a.body, &told))
		if len(told.Alarms) == 0 {
			a.fail("there is no alarm")
		}
		for _, alarm := range told.Alarms {
			if alarm.StateValue != "OK" {
				a.fail("the alarm %s is in %s: %s", alarm.AlarmName, alarm.StateValue, alarm.StateReason)
			}
		}
	}},
}

// watched is the service of which an alarm watches one of Primrose's own metrics.
func (v *visit) watched(metric string) string {
	alarms, err := template.View[struct {
		MetricName string
		Dimensions []struct{ Value string }
	}](v.twin.Stack, "AWS::CloudWatch::Alarm")
	v.must(err)
	for _, alarm := range alarms {
		if alarm.Properties.MetricName == metric && len(alarm.Properties.Dimensions) == 1 {
			return alarm.Properties.Dimensions[0].Value
		}
	}
	v.fail("no alarm watches %s", metric)
	return ""
}

// query asks an API that takes forms.
func (v *visit) query(service string, form url.Values) *answer {
	body := form.Encode()
	r, err := http.NewRequestWithContext(v.ctx, http.MethodPost, "https://"+service+"."+v.twin.Stack.Region+".amazonaws.com/", strings.NewReader(body))
	v.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	credentials, err := v.aws.Credentials.Retrieve(v.ctx)
	v.must(err)
	v.sign(r, credentials, service, []byte(body))
	return v.send(r)
}
