package purge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"primrose/functions/internal/variant"
)

// Message is one of the queue.
type Message struct {
	ID   string // the same whenever it is delivered again
	Body string // an event of S3 as EventBridge hands it on, or what this package postponed
}

// change is what a message tells of an original.
type change struct {
	message string
	keys    []string  // the original's, or both that it may have; none if it has no variants
	created string    // the version that was created; "" if none was, or none is known
	at      time.Time // of the event
	settled bool      // the change is so long ago that nothing made of the old bytes is under way
	err     error     // why the message is not done
}

// What the events of S3 say.
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
const (
	source        = "aws.s3"
	objectCreated = "Object Created"
	objectDeleted = "Object Deleted"

	byLifecycle = "Lifecycle Expiration" // a reason
	forGood     = "Permanently Deleted"  // a deletion type
	unversioned = "null"                 // of an object stored while the bucket kept no versions
)

// body is either kind of message: an event, or one of ours.
type body struct {
	Sweep *string `json:"sweep,omitempty"` // ours: the key

	Source string    `json:"source,omitempty"`
	Type   string    `json:"detail-type,omitempty"`
	Time   time.Time `json:"time,omitzero"`
	Detail *event    `json:"detail,omitempty"`
}

type event struct {
	Bucket struct {
		Name string `json:"name"`
	} `json:"bucket"`
	Object struct {
		Key     string `json:"key"`
		Version string `json:"version-id"`
	} `json:"object"`
	Reason   string `json:"reason"`
	Deletion string `json:"deletion-type"`
}

// settled returns the body of a message that asks for the key's second sweep.
func settled(key string) string {
	text, _ := json.Marshal(body{Sweep: &key}) // a string always marshals
	return string(text)
}

// parse reads a message about the originals of the bucket.
func parse(text, bucket string) (change, error) {
	var b body
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return change{}, fmt.Errorf("the body is no JSON of ours: %w", err)
	}
	switch {
	case b.Sweep != nil:
		return change{keys: withVariants(*b.Sweep), settled: true}, nil
	case b.Source != source || b.Detail == nil || b.Type != objectCreated && b.Type != objectDeleted:
		return change{}, fmt.Errorf("the body is of type %q from %q, and should tell that S3 has created or deleted an object", b.Type, b.Source)
	case b.Detail.Bucket.Name != bucket:
		return change{}, fmt.Errorf("the event is about the bucket %q, not %q", b.Detail.Bucket.Name, bucket)
	case b.Detail.Object.Key == "":
		return change{}, errors.New("the event names no object")
	}
	c := b.Detail.change(b.Type)
	c.at = b.Time
	return c, nil
}

func (e *event) change(kind string) change {
	known := e.Object.Version != "" && e.Object.Version != unversioned
	if kind == objectDeleted && e.Reason == byLifecycle && e.Deletion == forGood && known {
		return change{} // a lifecycle rule deletes for good only what was replaced before
	}
	c := change{keys: spellings(e.Object.Key)}
	if kind == objectCreated && known {
		c.created = e.Object.Version
	}
	return c
}

// spellings returns the key as it came and, if it may have been encoded as
// those in S3's own notifications are, as it was before.
func spellings(key string) []string {
	keys := withVariants(key)
	if decoded, err := url.QueryUnescape(key); err == nil && decoded != key {
		keys = append(keys, withVariants(decoded)...)
	}
	return keys
}

// withVariants returns the key, or none if no URL can ask for its variants.
func withVariants(key string) []string {
	if _, ok := variant.Prefix(key); !ok {
		return nil
	}
	return []string{key}
}
