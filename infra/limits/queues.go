package limits

import (
	"encoding/json"
	"slices"
	"strings"
)

var sqs = slices.Concat(
	about("AWS::SQS::Queue", "AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
		rule{name: "queue-delay", check: between("DelaySeconds", 0, 900, "seconds")},
		rule{name: "queue-retention", check: between("MessageRetentionPeriod", 60, 1_209_600, "seconds")},
		rule{name: "queue-visibility", check: between("VisibilityTimeout", 0, 43_200, "seconds")},
		rule{name: "queue-wait", check: between("ReceiveMessageWaitTimeSeconds", 0, 20, "seconds")},
	),
	about("AWS::SQS::Queue", "AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
		rule{name: "queue-dead-letters", check: deadLettersGoSomewhere},
		rule{name: "queue-receives", check: between("RedrivePolicy.maxReceiveCount", 1, 1_000, "receives")},
		rule{name: "queue-dead-retention", check: deadLettersStayLonger},
	),
	about("AWS::SQS::Queue", "AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
		rule{name: "queue-encryption", check: encryptedAtRest},
	),
)

// deadLettersGoSomewhere: a queue has another for what fails, or is that other.
func deadLettersGoSomewhere(t Template, r Resource) []string {
	if target := value(r.Properties, "RedrivePolicy.deadLetterTargetArn"); target != nil {
		queue, ok := t.target(target)
		return problem(ok && queue.Type == "AWS::SQS::Queue" && queue.ID != r.ID, "deadLetterTargetArn is %s: name another queue", text(target))
	}
	for _, queue := range t.all("AWS::SQS::Queue") {
		if dead, _ := t.target(value(queue.Properties, "RedrivePolicy.deadLetterTargetArn")); dead.ID == r.ID {
			return nil
		}
	}
	return []string{"what fails is tried until it is forgotten: add a RedrivePolicy"}
}

// deadLettersStayLonger: a message keeps its age when it moves, so a queue of dead letters that
// forgets as soon as the first one loses them.
func deadLettersStayLonger(t Template, r Resource) []string {
	dead, ok := t.target(value(r.Properties, "RedrivePolicy.deadLetterTargetArn"))
	if !ok {
		return nil
	}
	first := numberOr(r.Properties["MessageRetentionPeriod"], 345_600)
	last := numberOr(dead.Properties["MessageRetentionPeriod"], 345_600)
	return problem(last > first || last == 1_209_600, "%s keeps dead letters for %v s, counted from their first day, this queue messages for %v s: keep them for longer", dead.ID, last, first)
}

func encryptedAtRest(_ Template, r Resource) []string {
	return problem(r.Properties["SqsManagedSseEnabled"] != false || r.Properties["KmsMasterKeyId"] != nil, "messages are not encrypted: leave SqsManagedSseEnabled on")
}

var events = slices.Concat(
	about("AWS::Events::Rule", "eventbridge/latest/userguide/eb-event-patterns.html",
		rule{name: "event-pattern", check: patternMeansSomething},
		rule{name: "event-schedule", check: like("ScheduleExpression", `(rate|cron)\(.+\)`)},
	),
	about("AWS::Events::Rule", "eventbridge/latest/userguide/eb-quota.html",
		rule{name: "event-targets", check: all(set("Targets.Arn"), atMost(5, "Targets.Arn"), distinct("Targets.Id"))},
		rule{name: "event-retries", check: all(
			between("Targets.RetryPolicy.MaximumRetryAttempts", 0, 185, "attempts"),
			between("Targets.RetryPolicy.MaximumEventAgeInSeconds", 60, 86_400, "seconds"))},
	),
	about("AWS::Events::Rule", "eventbridge/latest/userguide/eb-use-resource-based.html",
		rule{name: "event-permission", check: queuesLetIn},
	),
)

var eventFields = []string{"source", "detail-type", "detail", "account", "region", "resources", "id", "time", "version", "$or"}

// patternMeansSomething: EventBridge takes lists of values only, and a field that no event has
// matches nothing.
func patternMeansSomething(_ Template, r Resource) (found []string) {
	pattern, _ := r.Properties["EventPattern"].(map[string]any)
	if pattern == nil {
		return problem(r.Properties["ScheduleExpression"] != nil, "neither EventPattern nor ScheduleExpression is set: nothing ever matches")
	}
	for field := range pattern {
		found = append(found, problem(slices.Contains(eventFields, field), "EventPattern has %s: no event has this field", field)...)
	}
	body, _ := json.Marshal(pattern)
	found = append(found, problem(len(body) <= 2_048, "EventPattern has %d characters: EventBridge takes 2,048", len(body))...)
	return append(found, leavesAreLists("EventPattern", pattern)...)
}

func leavesAreLists(path string, pattern map[string]any) (found []string) {
	for key, v := range pattern {
		switch v := v.(type) {
		case map[string]any:
			found = append(found, leavesAreLists(path+"."+key, v)...)
		case []any:
			found = append(found, problem(len(v) > 0, "%s.%s is empty: it matches nothing", path, key)...)
		default:
			found = append(found, path+"."+key+" is a single value: EventBridge takes lists")
		}
	}
	return found
}

// queuesLetIn: EventBridge drops, without a word, what a queue does not let it send.
func queuesLetIn(t Template, r Resource) (found []string) {
	for _, arn := range values(r.Properties, "Targets.Arn") {
		if queue, ok := t.target(arn); ok && queue.Type == "AWS::SQS::Queue" {
			may := t.lets("events.amazonaws.com", "sqs:SendMessage", "AWS::SQS::QueuePolicy", "Queues", queue.ID)
			found = append(found, problem(may, "no policy of %s lets events.amazonaws.com send", queue.ID)...)
		}
	}
	return found
}

// lets says whether a policy of a type, whose property lists what it is for, lets a service do
// something there.
func (t Template) lets(service, action, policies, property, id string) bool {
	for _, policy := range t.all(policies) {
		if !slices.Contains(texts(policy.Properties, property), "${"+id+"}") {
			continue
		}
		for _, s := range objects(policy.Properties, "PolicyDocument.Statement") {
			if s["Effect"] == "Allow" && slices.Contains(texts(s, "Principal.Service"), service) && slices.Contains(texts(s, "Action"), action) {
				return true
			}
		}
	}
	return false
}

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
func keyLetsAlarmsIn(_ Template, r Resource) []string {
	return problem(!strings.Contains(text(r.Properties["KmsMasterKeyId"]), "alias/aws/sns"), "KmsMasterKeyId is alias/aws/sns, which CloudWatch cannot use: leave it out, or make a key")
}

// tellersAreLetIn: a policy takes the place of the one that a topic is born with, which lets in all
// of the account.
func tellersAreLetIn(t Template, r Resource) (found []string) {
	for _, by := range []struct{ service, kind, path string }{
		{"cloudwatch.amazonaws.com", "AWS::CloudWatch::Alarm", "AlarmActions"},
		{"budgets.amazonaws.com", "AWS::Budgets::Budget", "NotificationsWithSubscribers.Subscribers.Address"},
	} {
		tells := slices.ContainsFunc(t.all(by.kind), func(teller Resource) bool {
			return slices.Contains(texts(teller.Properties, by.path), "${"+r.ID+"}")
		})
		may := t.lets(by.service, "sns:Publish", "AWS::SNS::TopicPolicy", "Topics", r.ID)
		found = append(found, problem(!tells || may, "no policy lets %s publish: nobody would be told", by.service)...)
	}
	return found
}

func endpointFits(_ Template, r Resource) []string {
	protocol, endpoint := text(r.Properties["Protocol"]), r.Properties["Endpoint"]
	if !literal(endpoint) || protocol != "email" {
		return nil
	}
	name, host, _ := strings.Cut(text(endpoint), "@")
	return problem(name != "" && strings.Contains(host, "."), "Endpoint is %v: it is no e-mail address", endpoint)
}
