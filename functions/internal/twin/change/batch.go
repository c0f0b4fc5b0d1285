package change

import (
	"context"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// reportsFailures is the one response type: the function says which messages
// of a batch have failed.
const reportsFailures = "ReportBatchItemFailures"

// handOut invokes the function with a batch, and deletes what it has done. The
// rest is received again when its time is up.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
func (m *mapping) handOut(ctx context.Context, batch []message) {
	result, err := m.chain.config.Functions.Invoke(ctx, m.FunctionName, m.event(batch))
	if err != nil || result.Error != nil {
		return
	}
	failed, ok := m.failures(result.Body, batch)
	if !ok {
		return
	}
	for _, message := range batch {
		if !failed[message.id] {
			m.queue.delete(message.handle)
		}
	}
}

// failures are the messages that the function says have failed. What says it
// in the wrong way, or of a message that is not of the batch, fails all.
func (m *mapping) failures(body []byte, batch []message) (failed map[string]bool, ok bool) {
	failed = map[string]bool{}
	if !slices.Contains(m.FunctionResponseTypes, reportsFailures) || len(body) == 0 || string(body) == "null" {
		return failed, true
	}
	var response struct {
		BatchItemFailures []struct {
			ItemIdentifier *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if json.Unmarshal(body, &response) != nil {
		return nil, false
	}
	for _, f := range response.BatchItemFailures {
		if f.ItemIdentifier == nil || !slices.ContainsFunc(batch, func(m message) bool { return m.id == *f.ItemIdentifier }) {
			return nil, false
		}
		failed[*f.ItemIdentifier] = true
	}
	return failed, true
}

// event is what the function is invoked with.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
func (m *mapping) event(batch []message) []byte {
	records := make([]any, len(batch))
	for i, message := range batch {
		records[i] = map[string]any{
			"messageId":         message.id,
			"receiptHandle":     message.handle,
			"body":              message.body,
			"attributes":        message.attributes(),
			"messageAttributes": map[string]any{},
			"md5OfBody":         sum(message.body),
			"eventSource":       "aws:sqs",
			"eventSourceARN":    m.queue.arn,
			"awsRegion":         m.chain.region,
		}
	}
	text, _ := json.Marshal(map[string]any{"Records": records}) // texts always marshal
	return text
}

// attributes are what SQS knows of a message.
func (m *message) attributes() map[string]string {
	return map[string]string{
		"ApproximateReceiveCount":          strconv.Itoa(m.receives),
		"SentTimestamp":                    strconv.FormatInt(m.sent.UnixMilli(), 10),
		"SenderId":                         m.sender,
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.received.UnixMilli(), 10),
	}
}

// sum is the MD5 of a body, by which clients check it.
func sum(body string) string { return fmt.Sprintf("%x", md5.Sum([]byte(body))) }
