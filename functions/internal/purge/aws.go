package purge

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cloudfronttypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// CloudFront is a distribution.
type CloudFront struct {
	Client       *cloudfront.Client
	Distribution string // its id
}

// Invalidate implements [Edge]. Up to 3,000 tags may be under way at once; to
// more, CloudFront says TooManyInvalidationsInProgress, and the queue delivers
// the messages again. The first 1,000 a month are free, each other is $0.005.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-by-tags.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
// https://aws.amazon.com/cloudfront/pricing/
func (c CloudFront) Invalidate(ctx context.Context, reference string, tags []string) error {
	items := make([]string, len(tags))
	for i, tag := range tags {
		items[i] = "#" + tag
	}
	_, err := c.Client.CreateInvalidation(ctx, &cloudfront.CreateInvalidationInput{
		DistributionId: &c.Distribution,
		InvalidationBatch: &cloudfronttypes.InvalidationBatch{
			CallerReference: &reference,
			Paths:           &cloudfronttypes.Paths{Quantity: aws.Int32(int32(len(items))), Items: items},
		},
	})
	return err
}

// SQS is a standard queue.
type SQS struct {
	Client *sqs.Client
	URL    string
	Settle time.Duration // whole seconds, 900 at most; longer than the image function may run
}

// sendable is how many messages SQS takes at once.
const sendable = 10

// Postpone implements [Queue].
func (q SQS) Postpone(ctx context.Context, bodies []string) error {
	for some := range slices.Chunk(bodies, sendable) {
		if err := q.send(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (q SQS) send(ctx context.Context, bodies []string) error {
	entries := make([]sqstypes.SendMessageBatchRequestEntry, len(bodies))
	for i, body := range bodies {
		entries[i] = sqstypes.SendMessageBatchRequestEntry{
			Id:           aws.String(strconv.Itoa(i)),
			MessageBody:  aws.String(body),
			DelaySeconds: int32(q.Settle / time.Second),
		}
	}
	out, err := q.Client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.URL, Entries: entries})
	if err != nil {
		return err
	}
	if len(out.Failed) > 0 {
		first := out.Failed[0]
		return fmt.Errorf("%d of %d messages were not sent; the first because of %s: %s",
			len(out.Failed), len(entries), aws.ToString(first.Code), aws.ToString(first.Message))
	}
	return nil
}
