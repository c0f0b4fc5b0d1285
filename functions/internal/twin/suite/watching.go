package suite

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
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
