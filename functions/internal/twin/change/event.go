package change

import (
	"encoding/json"
	"strconv"
	"time"

	"primrose/functions/internal/lambdatest"
)

// Object is what S3 tells of an object that was created, deleted or given tags.
type Object struct {
	Bucket  string
	Key     string
	Version string // "" in a bucket that keeps none
	ETag    string
	Size    int64 // bytes; -1 if only S3 knows
	Reason  string
	Deleted Deletion // "" if it was not
	Tagged  bool
}

// Deletion is a way to delete.
type Deletion string

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html#ev-events-detail
const (
	ForGood  Deletion = "Permanently Deleted"
	ByMarker Deletion = "Delete Marker Created"
)

// Tell has S3 tell EventBridge, and EventBridge the targets of its rules.
// Nothing is left to be done when it returns, but for what empties the queues.
func (c *Chain) Tell(o Object) { c.route(c.event(o)) }

// event is what S3 sends.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
func (c *Chain) event(o Object) []byte {
	now := c.config.Clock.Now()
	object := map[string]any{"key": o.Key, "sequencer": strconv.FormatInt(now.UnixNano(), 16)}
	detail := map[string]any{
		"version": "0", "bucket": map[string]any{"name": o.Bucket}, "object": object,
		"request-id": lambdatest.NewID(), "requester": c.account, "source-ip-address": "127.0.0.1", "reason": o.Reason,
	}
	kind := "Object Created"
	switch {
	case o.Tagged:
		kind = "Object Tags Added"
	case o.Deleted != "":
		kind, detail["deletion-type"] = "Object Deleted", o.Deleted
	default:
		object["etag"] = o.ETag
		if o.Size >= 0 {
			object["size"] = o.Size
		}
	}
	if o.Version != "" {
		object["version-id"] = o.Version
	}
	text, _ := json.Marshal(map[string]any{ // texts and a number always marshal
		"version": "0", "id": lambdatest.NewID(), "detail-type": kind, "source": "aws.s3", "account": c.account,
		"time": now.UTC().Format(time.RFC3339), "region": c.region, "resources": []string{"arn:aws:s3:::" + o.Bucket}, "detail": detail,
	})
	return text
}
