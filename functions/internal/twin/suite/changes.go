package suite

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

var changes = []Request{
	{Name: "what was made of a replaced original goes", ask: func(v *visit) {
		v.upload("replaced/rose.jpg", red())
		old := v.get("/replaced/rose.jpg?w=160").shows("jpeg", 160)
		v.get("/replaced/rose.jpg?w=160").comes(fromCache)
		v.upload("replaced/rose.jpg", blue())
		v.purge()
		v.get("/replaced/rose.jpg?w=160").comes(fromOrigin).shows("jpeg", 160).differs(old)
	}},
	{Name: "what was made of a deleted original goes", ask: func(v *visit) {
		v.upload("deleted/rose.jpg", red())
		v.purge() // of the upload, or it would do for the deletion, too
		v.get("/deleted/rose.jpg?w=160").shows("jpeg", 160)
		_, err := v.s3.DeleteObject(v.ctx, &s3.DeleteObjectInput{Bucket: new(v.originals()), Key: new("deleted/rose.jpg")})
		v.must(err)
		v.purge()
		v.get("/deleted/rose.jpg?w=160").tells(http.StatusNotFound, "not_found")
		if left := v.stored("deleted/rose.jpg"); len(left) > 0 {
			v.fail("the bucket of variants keeps %q", left)
		}
	}},
	{Name: "what is stored too late goes as well", ask: func(v *visit) {
		v.upload("late/rose.jpg", red())
		old := v.get("/late/rose.jpg?w=160").shows("jpeg", 160)
		back := v.take(v.stored("late/rose.jpg")[0])
		v.upload("late/rose.jpg", blue())
		v.purge()
		back() // as a function does that had read the old original before
		v.get("/late/rose.jpg?w=160").holds(old.body)
		v.purgeAgain()
		v.get("/late/rose.jpg?w=160").shows("jpeg", 160).differs(old)
	}},
	{Name: "tags of an original change no picture", ask: func(v *visit) {
		v.upload("tagged/rose.jpg", red())
		v.purge() // of the upload, or it would do for the tags, too
		v.get("/tagged/rose.jpg?w=160").shows("jpeg", 160)
		tags := &s3types.Tagging{TagSet: []s3types.Tag{{Key: new("season"), Value: new("summer")}}}
		_, err := v.s3.PutObjectTagging(v.ctx, &s3.PutObjectTaggingInput{Bucket: new(v.originals()), Key: new("tagged/rose.jpg"), Tagging: tags})
		v.must(err)
		v.purge()
		v.get("/tagged/rose.jpg?w=160").comes(fromCache).shows("jpeg", 160)
	}},
	{Name: "a new original costs no invalidation", ask: func(v *visit) {
		v.purgeAgain() // what came before
		before := len(v.logged("Purge", `"invalidated"`))
		v.upload("new/rose.jpg", red())
		v.purge()
		if n := len(v.logged("Purge", `"invalidated"`)) - before; n > 0 {
			v.fail("a new original was invalidated %d times", n)
		}
	}},
	{Name: "what nobody understands ends as a dead letter", ask: func(v *visit) {
		queue, dead := v.queue("PurgeQueue"), v.queue("DeadLetters")
		_, err := v.sqs.SendMessage(v.ctx, &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: new("what is this?")})
		v.must(err)
		for range 7 { // more often than it is delivered
			v.pass(15 * time.Minute) // for longer than a delivery hides it
			v.pass(window)
		}
		v.pass(10 * 24 * time.Hour) // which is for how long nobody may have the time to look
		out, err := v.sqs.ReceiveMessage(v.ctx, &sqs.ReceiveMessageInput{QueueUrl: &dead})
		v.must(err)
		if len(out.Messages) != 1 || *out.Messages[0].Body != "what is this?" {
			v.fail("the queue of dead letters has %d messages, want the one that nobody understands", len(out.Messages))
		}
	}},
	{Name: "a purge leaves a line in the log", ask: func(v *visit) {
		v.upload("purged/rose.jpg", red())
		v.get("/purged/rose.jpg?w=160").shows("jpeg", 160)
		v.upload("purged/rose.jpg", blue())
		v.purge()
		v.finds("PurgeLogs", `"purged/rose.jpg"`, "the purge function's log group does not tell of it")
		v.finds("PurgeLogs", `"PurgedVariants":1`, "no line of it counts what was purged")
	}},
}

// window is longer than messages are gathered before they are delivered.
const window = 6 * time.Second

// pass lets time pass, and what it brings be done.
func (v *visit) pass(d time.Duration) {
	v.twin.Clock.Advance(d)
	v.must(v.twin.Changes.Idle(v.ctx))
}

// purge lets a change have its consequences, which are to succeed at once: a message that is still there
// would be tried again.
func (v *visit) purge() {
	v.pass(window)
	queue := v.queue("PurgeQueue")
	out, err := v.sqs.GetQueueAttributes(v.ctx, &sqs.GetQueueAttributesInput{QueueUrl: &queue, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	v.must(err)
	waiting, tried := out.Attributes["ApproximateNumberOfMessages"], out.Attributes["ApproximateNumberOfMessagesNotVisible"]
	if waiting != "0" || tried != "0" {
		v.fail("the queue still holds %s messages that nobody takes, and %s that were not done; the function says: %s", waiting, tried, v.said("Purge"))
	}
}

// purgeAgain lets all that was read before a change be stored, and be swept.
func (v *visit) purgeAgain() {
	v.pass(2 * time.Minute)
	v.purge()
}

// said is the last line of a function's log that is a warning or worse.
func (v *visit) said(group string) string {
	for _, e := range slices.Backward(v.logged(group, `"level"`)) {
		if !strings.Contains(e.Message, `"level":"INFO"`) {
			return e.Message
		}
	}
	return "nothing"
}

// take remembers a stored variant; what it returns puts it back.
func (v *visit) take(key string) (back func()) {
	out, err := v.s3.GetObject(v.ctx, &s3.GetObjectInput{Bucket: new(v.variants()), Key: &key})
	v.must(err)
	var content bytes.Buffer
	_, err = content.ReadFrom(out.Body)
	v.must(err)
	return func() {
		_, err := v.s3.PutObject(v.ctx, &s3.PutObjectInput{
			Bucket: new(v.variants()), Key: &key, Body: bytes.NewReader(content.Bytes()),
			ContentType: out.ContentType, CacheControl: out.CacheControl, Metadata: out.Metadata,
		})
		v.must(err)
	}
}

// queue is the URL of the queue whose logical id holds a word.
func (v *visit) queue(word string) string {
	for _, r := range v.twin.Stack.Resources() {
		if r.Type == "AWS::SQS::Queue" && strings.Contains(r.ID, word) {
			return r.Ref
		}
	}
	v.fail("the stack has no queue %s", word)
	return ""
}

// differs checks that the picture is not the old one.
func (a *answer) differs(old *answer) *answer {
	if bytes.Equal(a.body, old.body) {
		a.fail("it is still the picture of the old original")
	}
	return a
}
