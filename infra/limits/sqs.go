package limits

import "slices"

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
func deadLettersGoSomewhere(t Template, r Resource) problems {
	if target := value(r.Properties, "RedrivePolicy.deadLetterTargetArn"); target != nil {
		queue, ok := t.target(target)
		return unless(ok && queue.Type == "AWS::SQS::Queue" && queue.ID != r.ID,
			"deadLetterTargetArn is %s: name another queue", text(target))
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
func deadLettersStayLonger(t Template, r Resource) problems {
	dead, ok := t.target(value(r.Properties, "RedrivePolicy.deadLetterTargetArn"))
	if !ok {
		return nil
	}
	first := numberOr(r.Properties["MessageRetentionPeriod"], 345_600)
	last := numberOr(dead.Properties["MessageRetentionPeriod"], 345_600)
	return unless(last > first || last == 1_209_600,
		"%s keeps dead letters for %v s, counted from their first day, this queue messages for %v s: keep them for longer", dead.ID, last, first)
}

func encryptedAtRest(_ Template, r Resource) problems {
	return unless(r.Properties["SqsManagedSseEnabled"] != false || r.Properties["KmsMasterKeyId"] != nil,
		"messages are not encrypted: leave SqsManagedSseEnabled on")
}
