// Command purge is the purge function: an AWS Lambda that a queue of S3's
// events invokes, and that removes what was made of originals that changed.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"primrose/functions/internal/purge"
	"primrose/functions/internal/store"
)

func main() {
	log := slog.New(lambdacontext.NewLogHandler()) // each line with its request's id
	slog.SetDefault(log)
	purger, err := newPurger(context.Background(), log)
	if err != nil {
		log.Error("the purge function cannot start", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(func(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
		return response(purger.Purge(ctx, messages(event))), nil
	})
}

// newPurger connects the function's parts. Nobody waits for it, so the clients
// are as patient as AWS made them.
func newPurger(ctx context.Context, log *slog.Logger) (*purge.Purger, error) {
	env, err := parseEnvironment(os.Getenv)
	if err != nil {
		return nil, err
	}
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	buckets := s3.NewFromConfig(aws, store.OnLostCredentials(func(cause error) {
		// Lambda gives them once to a process. The queue delivers the event again, to a fresh one.
		log.Error("the function ends, to be started with new credentials", "error", cause.Error())
		os.Exit(1)
	}))
	c := purge.Config{
		Bucket:    env.originals,
		Originals: store.NewS3(buckets, env.originals),
		Variants:  store.NewS3(buckets, env.variants),
		Queue:     purge.SQS{Client: sqs.NewFromConfig(aws), URL: env.queue, Settle: env.settle},
		Drain:     purge.Drain,
		Log:       log,
		Service:   env.service,
	}
	if env.distribution != "" {
		c.Edge = purge.CloudFront{Client: cloudfront.NewFromConfig(aws), Distribution: env.distribution}
	}
	return purge.New(c), nil
}

func messages(event events.SQSEvent) []purge.Message {
	messages := make([]purge.Message, len(event.Records))
	for i, record := range event.Records {
		messages[i] = purge.Message{ID: record.MessageId, Body: record.Body}
	}
	return messages
}

// response names the messages that the queue keeps, for another delivery.
func response(failed []string) events.SQSEventResponse {
	failures := make([]events.SQSBatchItemFailure, len(failed))
	for i, id := range failed {
		failures[i].ItemIdentifier = id
	}
	return events.SQSEventResponse{BatchItemFailures: failures}
}
