package config

import (
	"errors"
	"net/mail"
	"regexp"
)

// Alarms are told to somebody, or to nobody: an alarm without a receiver shows in the console only.
type Alarms struct {
	// Email gets a message for each alarm, and two to confirm the subscription by, because alarms
	// of the edge come from us-east-1. Default empty.
	Email string

	// Topic and EdgeTopic are the ARNs of existing SNS topics, in the home region and in us-east-1.
	// Default empty, which makes them. Either both or none, and instead of Email.
	Topic, EdgeTopic string
}

// Told says whether alarms have a receiver.
func (a Alarms) Told() bool { return a.Email != "" || a.Topic != "" }

// topicARN captures a standard topic's region. A FIFO topic's name has a dot, and takes no alarms.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
var topicARN = regexp.MustCompile(`^arn:aws:sns:([a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}$`)

func (a Alarms) validate() error {
	return errors.Join(
		check(a.Email == "" || isAddress(a.Email), "Alarms.Email is %q: use one plain address, such as team@example.com", a.Email),
		check((a.Topic == "") == (a.EdgeTopic == ""),
			"Alarms.Topic is %q and EdgeTopic %q: name a topic in the home region and one in us-east-1, or neither", a.Topic, a.EdgeTopic),
		check(a.Email == "" || a.Topic == "" && a.EdgeTopic == "",
			"Alarms has both Email and topics: subscribe the address to the topics and leave Email empty"),
		check(a.Topic == "" || topicARN.MatchString(a.Topic), "Alarms.Topic is %q: use the ARN of a standard SNS topic", a.Topic),
		check(a.EdgeTopic == "" || topicARN.MatchString(a.EdgeTopic), "Alarms.EdgeTopic is %q: use the ARN of a standard SNS topic", a.EdgeTopic),
	)
}

// validateIn checks what only a stage knows: whether the topics are where the alarms are.
func (a Alarms) validateIn(home string) error {
	var errs []error
	for _, topic := range []struct{ field, arn, region string }{
		{"Alarms.Topic", a.Topic, home},
		{"Alarms.EdgeTopic", a.EdgeTopic, EdgeRegion},
	} {
		if parts := topicARN.FindStringSubmatch(topic.arn); parts != nil {
			errs = append(errs, check(parts[1] == topic.region,
				"%s is in %s: alarms tell only topics of their own region, use one in %s", topic.field, parts[1], topic.region))
		}
	}
	return errors.Join(errs...)
}

func isAddress(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text
}
