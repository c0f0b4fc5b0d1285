package change

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// refused is what SQS says to what it doesn't do.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
func refused(code, message string) error {
	return awsapi.NewFault(http.StatusBadRequest, "com.amazonaws.sqs#"+code, message)
}

func invalid(message string) error {
	return refused("InvalidParameterValue", message)
}

// limits of SQS.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const (
	maxBatch = 10
	maxSize  = 1 << 20 // bytes, of a message or a batch
	maxDelay = 900     // seconds
	maxHours = 43_200  // seconds that a message may be hidden
)

// API is SQS's, in the protocol that the SDKs speak. Requests' signatures have
// been verified.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
func (c *Chain) API() http.Handler {
	return awsapi.JSON(awsapi.RPC10, "AmazonSQS.", map[string]awsapi.Action{
		"SendMessage":        c.sendMessage,
		"SendMessageBatch":   c.sendMessageBatch,
		"ReceiveMessage":     c.receiveMessage,
		"DeleteMessage":      c.deleteMessage,
		"GetQueueAttributes": c.getQueueAttributes,
		"GetQueueUrl":        c.getQueueURL,
	})
}

// at is what requests say of their queue.
type at struct{ QueueUrl string }

// open finds the queue of a URL, if who asks may act there.
func (c *Chain) open(in awsapi.Call, url, action string) (*queue, error) {
	q := c.queueByURL(url)
	return q, c.authorize(in.Principal, q, action)
}

func (c *Chain) authorize(principal string, q *queue, action string) error {
	if q == nil {
		return refused("QueueDoesNotExist", "The specified queue does not exist.")
	}
	if !c.config.Permissions.Allows(principal, action, q.arn, link(identity.Context{}), q.policies...) {
		return awsapi.NewFault(http.StatusForbidden, "com.amazon.coral.service#AccessDeniedException",
			"User: "+principal+" is not authorized to perform: "+strings.ToLower(action)+" on resource: "+q.arn)
	}
	return nil
}

// entry is a message to be sent.
type entry struct {
	ID           string `json:"Id"`
	MessageBody  string
	DelaySeconds int64
}

func (e entry) check() error {
	switch {
	case e.MessageBody == "" || len(e.MessageBody) > maxSize:
		return invalid("a message has 1 to 1,048,576 bytes")
	case e.DelaySeconds < 0 || e.DelaySeconds > maxDelay:
		return invalid("DelaySeconds is 0 to 900")
	}
	return nil
}

func (e entry) send(q *queue, sender string) map[string]string {
	id := q.send(e.MessageBody, time.Duration(e.DelaySeconds)*time.Second, sender)
	return map[string]string{"MessageId": id, "MD5OfMessageBody": sum(e.MessageBody)}
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
func (c *Chain) sendMessage(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		at
		entry
	}](in)
	if err == nil {
		err = asked.check()
	}
	if err != nil {
		return nil, err
	}
	q, err := c.open(in, asked.QueueUrl, "sqs:SendMessage")
	if err != nil {
		return nil, err
	}
	return asked.send(q, in.Principal), nil
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
func (c *Chain) sendMessageBatch(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		at
		Entries []entry
	}](in)
	if err == nil {
		err = checkBatch(asked.Entries)
	}
	if err != nil {
		return nil, err
	}
	q, err := c.open(in, asked.QueueUrl, "sqs:SendMessage")
	if err != nil {
		return nil, err
	}
	type failure struct {
		ID          string `json:"Id"`
		Code        string
		Message     string
		SenderFault bool
	}
	sent, failed := []map[string]string{}, []failure{}
	for _, e := range asked.Entries {
		if err := e.check(); err != nil {
			failed = append(failed, failure{e.ID, "InvalidParameterValue", err.Error(), true})
			continue
		}
		receipt := e.send(q, in.Principal)
		receipt["Id"] = e.ID
		sent = append(sent, receipt)
	}
	return map[string]any{"Successful": sent, "Failed": failed}, nil
}

func checkBatch(entries []entry) error {
	ids, size := map[string]bool{}, 0
	for _, e := range entries {
		ids[e.ID] = true
		size += len(e.MessageBody)
	}
	switch {
	case len(entries) == 0:
		return refused("EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request.")
	case len(entries) > maxBatch:
		return refused("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10.")
	case len(ids) < len(entries):
		return refused("BatchEntryIdsNotDistinct", "The Ids of the entries are not distinct.")
	case size > maxSize:
		return refused("BatchRequestTooLong", "The messages together are longer than 1,048,576 bytes.")
	}
	return nil
}

// receiveMessage does not wait for messages, however long it may.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
func (c *Chain) receiveMessage(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		at
		MaxNumberOfMessages                         int                // 0 means 1
		VisibilityTimeout                           *int64             // seconds; nil means the queue's
		WaitTimeSeconds                             template.NoBearing // as above
		AttributeNames, MessageSystemAttributeNames template.NoBearing // all that there are are told
		MessageAttributeNames                       template.NoBearing // there are none
	}](in)
	most := cmp.Or(asked.MaxNumberOfMessages, 1)
	switch {
	case err != nil:
		return nil, err
	case most < 1 || most > maxBatch:
		return nil, invalid("MaxNumberOfMessages is 1 to 10")
	case asked.VisibilityTimeout != nil && (*asked.VisibilityTimeout < 0 || *asked.VisibilityTimeout > maxHours):
		return nil, invalid("VisibilityTimeout is 0 to 43,200")
	}
	q, err := c.open(in, asked.QueueUrl, "sqs:ReceiveMessage")
	if err != nil {
		return nil, err
	}
	hidden := q.visibility
	if asked.VisibilityTimeout != nil {
		hidden = time.Duration(*asked.VisibilityTimeout) * time.Second
	}
	messages := []any{}
	for _, m := range q.receive(most, hidden) {
		messages = append(messages, map[string]any{
			"MessageId": m.id, "ReceiptHandle": m.handle, "Body": m.body, "MD5OfBody": sum(m.body), "Attributes": m.attributes(),
		})
	}
	return map[string]any{"Messages": messages}, nil
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
func (c *Chain) deleteMessage(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		at
		ReceiptHandle string
	}](in)
	if err != nil {
		return nil, err
	}
	q, err := c.open(in, asked.QueueUrl, "sqs:DeleteMessage")
	if err != nil {
		return nil, err
	}
	q.delete(asked.ReceiptHandle)
	return struct{}{}, nil
}

// getQueueAttributes tells all that there are here, whichever are asked for.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
func (c *Chain) getQueueAttributes(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		at
		AttributeNames template.NoBearing // all that there are are told
	}](in)
	if err != nil {
		return nil, err
	}
	q, err := c.open(in, asked.QueueUrl, "sqs:GetQueueAttributes")
	if err != nil {
		return nil, err
	}
	visible, received, delayed := q.count()
	return map[string]any{"Attributes": map[string]string{
		"QueueArn":                              q.arn,
		"ApproximateNumberOfMessages":           strconv.Itoa(visible),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(received),
		"ApproximateNumberOfMessagesDelayed":    strconv.Itoa(delayed),
		"VisibilityTimeout":                     strconv.FormatInt(int64(q.visibility/time.Second), 10),
		"MessageRetentionPeriod":                strconv.FormatInt(int64(q.retention/time.Second), 10),
	}}, nil
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html
func (c *Chain) getQueueURL(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct{ QueueName string }](in)
	if err != nil {
		return nil, err
	}
	q := c.queue(func(q *queue) bool { return q.name == asked.QueueName })
	if err := c.authorize(in.Principal, q, "sqs:GetQueueUrl"); err != nil {
		return nil, err
	}
	return map[string]string{"QueueUrl": q.url}, nil
}
