package purgetest

import (
	"crypto/md5"
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"primrose/functions/internal/purge"
)

// What happened to an original.
const (
	Created = "created"
	Deleted = "deleted" // by a mark
	Expired = "expired" // an old version, by a lifecycle rule
)

//go:embed events
var events embed.FS

// Event is what EventBridge puts into the queue now. A bucket without versions
// has the version "".
func Event(happened, bucket, key, version string) string {
	text, err := events.ReadFile("events/" + happened + ".json")
	if err != nil {
		panic(err)
	}
	var event map[string]any
	if err := json.Unmarshal(text, &event); err != nil {
		panic(err)
	}
	event["time"] = time.Now().UTC().Format(time.RFC3339)
	detail := event["detail"].(map[string]any)
	detail["bucket"] = map[string]any{"name": bucket}
	object := detail["object"].(map[string]any)
	object["key"] = key
	object["version-id"] = version
	if version == "" {
		delete(object, "version-id")
	}
	return marshal(event)
}

// Batch is the event by which SQS invokes a function.
//
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
func Batch(messages []purge.Message) []byte {
	records := make([]any, len(messages))
	for i, m := range messages {
		records[i] = map[string]any{
			"messageId":     m.ID,
			"receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
			"body":          m.Body,
			"attributes": map[string]any{
				"ApproximateReceiveCount":          "1",
				"SentTimestamp":                    "1767225600183",
				"SenderId":                         "AIDAIENQZJOLO23YVJ4VO",
				"ApproximateFirstReceiveTimestamp": "1767225600185",
			},
			"messageAttributes": map[string]any{},
			"md5OfBody":         fmt.Sprintf("%x", md5.Sum([]byte(m.Body))),
			"eventSource":       "aws:sqs",
			"eventSourceARN":    "arn:aws:sqs:us-east-1:111122223333:purge",
			"awsRegion":         "us-east-1",
		}
	}
	return []byte(marshal(map[string]any{"Records": records}))
}

func marshal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}
