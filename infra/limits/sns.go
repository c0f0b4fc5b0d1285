package limits

import (
	"slices"
	"strings"
)

var sns = slices.Concat(
	about("AWS::SNS::Topic", "sns/latest/dg/sns-key-management.html",
		rule{name: "topic-key", check: keyLetsAlarmsIn},
	),
	about("AWS::SNS::Topic", "AmazonCloudWatch/latest/monitoring/alarm-actions.html",
		rule{name: "topic-permission", check: tellersAreLetIn},
	),
	about("AWS::SNS::Subscription", "sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html",
		rule{name: "topic-endpoint", check: endpointFits},
	),
)

// keyLetsAlarmsIn: CloudWatch cannot use AWS's own key for SNS; its alarms would be told to nobody.
func keyLetsAlarmsIn(_ Template, r Resource) problems {
	return unless(!strings.Contains(text(r.Properties["KmsMasterKeyId"]), "alias/aws/sns"),
		"KmsMasterKeyId is alias/aws/sns, which CloudWatch cannot use: leave it out, or make a key")
}

// tellersAreLetIn: a policy takes the place of the one that a topic is born with, which lets in all
// of the account.
func tellersAreLetIn(t Template, r Resource) (found problems) {
	for _, by := range []struct{ service, kind, path string }{
		{"cloudwatch.amazonaws.com", "AWS::CloudWatch::Alarm", "AlarmActions"},
		{"budgets.amazonaws.com", "AWS::Budgets::Budget", "NotificationsWithSubscribers.Subscribers.Address"},
	} {
		tells := slices.ContainsFunc(t.all(by.kind), func(teller Resource) bool {
			return slices.Contains(texts(teller.Properties, by.path), "${"+r.ID+"}")
		})
		may := t.lets(by.service, "sns:Publish", "AWS::SNS::TopicPolicy", "Topics", r.ID)
		found.unless(!tells || may, "no policy lets %s publish: nobody would be told", by.service)
	}
	return found
}

func endpointFits(_ Template, r Resource) problems {
	protocol, endpoint := text(r.Properties["Protocol"]), r.Properties["Endpoint"]
	if !literal(endpoint) || protocol != "email" {
		return nil
	}
	name, host, _ := strings.Cut(text(endpoint), "@")
	return unless(name != "" && strings.Contains(host, "."), "Endpoint is %v: it is no e-mail address", endpoint)
}
