package limits

import (
	"encoding/json"
	"slices"
)

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
func patternMeansSomething(_ Template, r Resource) (found problems) {
	pattern, _ := r.Properties["EventPattern"].(map[string]any)
	if pattern == nil {
		return unless(r.Properties["ScheduleExpression"] != nil,
			"neither EventPattern nor ScheduleExpression is set: nothing ever matches")
	}
	for field := range pattern {
		found.unless(slices.Contains(eventFields, field), "EventPattern has %s: no event has this field", field)
	}
	body, _ := json.Marshal(pattern)
	found.unless(len(body) <= 2_048, "EventPattern has %d characters: EventBridge takes 2,048", len(body))
	return append(found, leavesAreLists("EventPattern", pattern)...)
}

func leavesAreLists(path string, pattern map[string]any) (found problems) {
	for key, v := range pattern {
		switch v := v.(type) {
		case map[string]any:
			found = append(found, leavesAreLists(path+"."+key, v)...)
		case []any:
			found.unless(len(v) > 0, "%s.%s is empty: it matches nothing", path, key)
		default:
			found = append(found, path+"."+key+" is a single value: EventBridge takes lists")
		}
	}
	return found
}

// queuesLetIn: EventBridge drops, without a word, what a queue does not let it send.
func queuesLetIn(t Template, r Resource) (found problems) {
	queues := append(values(r.Properties, "Targets.Arn"), values(r.Properties, "Targets.DeadLetterConfig.Arn")...)
	for _, arn := range queues {
		if queue, ok := t.target(arn); ok && queue.Type == "AWS::SQS::Queue" {
			may := t.lets("events.amazonaws.com", "sqs:SendMessage", "AWS::SQS::QueuePolicy", "Queues", queue.ID)
			found.unless(may, "no policy of %s lets events.amazonaws.com send", queue.ID)
		}
	}
	return found
}
