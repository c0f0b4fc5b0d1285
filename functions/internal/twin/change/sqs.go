package change

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/twin/identity"
)

// fault is what SQS says to what it doesn't do.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
type fault struct {
	status        int
	code, message string
}

func (f *fault) Error() string { return f.code + ": " + f.message }

func invalid(message string) error {
	return &fault{http.StatusBadRequest, "com.amazonaws.sqs#InvalidParameterValue", message}
}

// limits of SQS.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const (
	maxBatch = 10
	maxSize  = 1 << 20 // bytes, of a message or a batch
	maxDelay = 900     // seconds
	maxHours = 43_200  // seconds that a message may be hidden
)

// asked is a request to a queue, by who made it.
type asked struct {
	chain     *Chain
	principal string
	body      []byte
}

// actions are those of the API that are understood.
var actions = map[string]func(asked) (any, error){
	"SendMessage":        asked.sendMessage,
	"SendMessageBatch":   asked.sendMessageBatch,
	"ReceiveMessage":     asked.receiveMessage,
	"DeleteMessage":      asked.deleteMessage,
	"GetQueueAttributes": asked.getQueueAttributes,
	"GetQueueUrl":        asked.getQueueURL,
}

// ServeHTTP is SQS's API, in the protocol that the SDKs speak. Requests'
// signatures have been verified.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
func (c *Chain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	body, err := io.ReadAll(io.LimitReader(r.Body, 2*maxSize))
	var answer any
	switch act := actions[name]; {
	case err != nil:
		err = invalid(err.Error())
	case act == nil:
		err = &fault{http.StatusBadRequest, "com.amazon.coral.service#UnknownOperationException", "the twin has no action " + strconv.Quote(name)}
	default:
		answer, err = act(asked{c, c.config.Principal(r), body})
	}
	status := http.StatusOK
	if f, ok := err.(*fault); ok {
		status, answer = f.status, map[string]string{"__type": f.code, "message": f.message}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amzn-Requestid", lambdatest.NewID())
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer)
}

// read decodes a request, and finds its queue if who made it may act there.
func (a asked) read(into any, action string) (*queue, error) {
	var named struct{ QueueUrl string }
	if json.Unmarshal(a.body, &named) != nil || json.Unmarshal(a.body, into) != nil {
		return nil, invalid("the request is not understood")
	}
	q := a.chain.queueByURL(named.QueueUrl)
	return q, a.authorize(q, action)
}

func (a asked) authorize(q *queue, action string) error {
	if q == nil {
		return &fault{http.StatusBadRequest, "com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist."}
	}
	if !a.chain.config.Permissions.Allows(a.principal, action, q.arn, link(identity.Context{}), q.policies...) {
		return &fault{http.StatusForbidden, "com.amazon.coral.service#AccessDeniedException",
			"User: " + a.principal + " is not authorized to perform: " + strings.ToLower(action) + " on resource: " + q.arn}
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
func (a asked) sendMessage() (any, error) {
	var e entry
	q, err := a.read(&e, "sqs:SendMessage")
	if err == nil {
		err = e.check()
	}
	if err != nil {
		return nil, err
	}
	return e.send(q, a.principal), nil
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
func (a asked) sendMessageBatch() (any, error) {
	var in struct{ Entries []entry }
	q, err := a.read(&in, "sqs:SendMessage")
	if err != nil {
		return nil, err
	}
	if err := checkBatch(in.Entries); err != nil {
		return nil, err
	}
	type failure struct {
		ID          string `json:"Id"`
		Code        string
		Message     string
		SenderFault bool
	}
	sent, failed := []map[string]string{}, []failure{}
	for _, e := range in.Entries {
		if err := e.check(); err != nil {
			failed = append(failed, failure{e.ID, "InvalidParameterValue", err.Error(), true})
			continue
		}
		receipt := e.send(q, a.principal)
		receipt["Id"] = e.ID
		sent = append(sent, receipt)
	}
	return map[string]any{"Successful": sent, "Failed": failed}, nil
}

func checkBatch(entries []entry) error {
	refuse := func(code string) error {
		return &fault{http.StatusBadRequest, "com.amazonaws.sqs#" + code, code}
	}
	ids, size := map[string]bool{}, 0
	for _, e := range entries {
		ids[e.ID] = true
		size += len(e.MessageBody)
	}
	switch {
	case len(entries) == 0:
		return refuse("EmptyBatchRequest")
	case len(entries) > maxBatch:
		return refuse("TooManyEntriesInBatchRequest")
	case len(ids) < len(entries):
		return refuse("BatchEntryIdsNotDistinct")
	case size > maxSize:
		return refuse("BatchRequestTooLong")
	}
	return nil
}

// receiveMessage does not wait for messages, however long it may.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
func (a asked) receiveMessage() (any, error) {
	in := struct {
		MaxNumberOfMessages int
		VisibilityTimeout   *int64
	}{MaxNumberOfMessages: 1}
	q, err := a.read(&in, "sqs:ReceiveMessage")
	switch {
	case err != nil:
		return nil, err
	case in.MaxNumberOfMessages < 1 || in.MaxNumberOfMessages > maxBatch:
		return nil, invalid("MaxNumberOfMessages is 1 to 10")
	case in.VisibilityTimeout != nil && (*in.VisibilityTimeout < 0 || *in.VisibilityTimeout > maxHours):
		return nil, invalid("VisibilityTimeout is 0 to 43,200")
	}
	hidden := q.visibility
	if in.VisibilityTimeout != nil {
		hidden = time.Duration(*in.VisibilityTimeout) * time.Second
	}
	messages := []any{}
	for _, m := range q.receive(in.MaxNumberOfMessages, hidden) {
		messages = append(messages, map[string]any{
			"MessageId": m.id, "ReceiptHandle": m.handle, "Body": m.body, "MD5OfBody": sum(m.body), "Attributes": m.attributes(),
		})
	}
	return map[string]any{"Messages": messages}, nil
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
func (a asked) deleteMessage() (any, error) {
	var in struct{ ReceiptHandle string }
	q, err := a.read(&in, "sqs:DeleteMessage")
	if err != nil {
		return nil, err
	}
	q.delete(in.ReceiptHandle)
	return struct{}{}, nil
}

// getQueueAttributes tells all that there are here, whichever are asked for.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
func (a asked) getQueueAttributes() (any, error) {
	var in struct{}
	q, err := a.read(&in, "sqs:GetQueueAttributes")
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
func (a asked) getQueueURL() (any, error) {
	var in struct{ QueueName string }
	if json.Unmarshal(a.body, &in) != nil {
		return nil, invalid("the request is not understood")
	}
	q := a.chain.queue(func(q *queue) bool { return q.name == in.QueueName })
	if err := a.authorize(q, "sqs:GetQueueUrl"); err != nil {
		return nil, err
	}
	return map[string]string{"QueueUrl": q.url}, nil
}
