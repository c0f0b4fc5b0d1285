// Command image is the image function: an AWS Lambda that makes variants of
// images, and answers the operations.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/gateway"
	"primrose/functions/internal/operation"
	"primrose/functions/internal/playground"
	"primrose/functions/internal/store"
	"primrose/functions/internal/worker"
)

func main() {
	worker.Main()
	log := slog.New(lambdacontext.NewLogHandler()) // each line with its request's id
	slog.SetDefault(log)
	function, err := newFunction(context.Background(), log)
	if err != nil {
		log.Error("the image function cannot start", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(function.Invoke)
}

// newFunction connects the function's parts.
func newFunction(ctx context.Context, log *slog.Logger) (*gateway.Gateway, error) {
	env, err := parseEnvironment(os.Getenv)
	if err != nil {
		return nil, err
	}
	// One worker: Lambda gives a process one event at a time.
	workers, err := worker.NewPool(worker.Config{Jobs: env.jobs, Deadline: env.deadline, Fonts: true, Jailed: env.jailed, Log: log, Service: env.service})
	if err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	client, err := store.NewClient(ctx, store.OnLostCredentials(end(log)))
	if err != nil {
		return nil, err
	}
	var images http.Handler = delivery.New(delivery.Config{
		Originals: store.NewS3(client, env.originals),
		Variants:  store.NewS3(client, env.variants),
		Worker:    workers,
		Limits:    env.limits,
		Fallback:  env.fallback,
		Log:       log,
		Restarts:  func() uint64 { return workers.Stats().Restarts },
		Service:   env.service,
	})
	if env.page != "" {
		images = playground.Deployed(env.page == signedPage, images)
	}
	return &gateway.Gateway{
		Images:     images,
		Operations: operation.Service{Worker: workers, Limits: env.limits},
		Log:        log,
	}, nil
}

// end ends the process that has lost its credentials. Lambda gives them by the
// environment, once, so that this process would fail for as long as Lambda
// keeps it, which may be hours; in its place comes a fresh one. One viewer gets
// a 502 instead of every viewer a 503.
func end(log *slog.Logger) func(cause error) {
	return func(cause error) {
		log.Error("the function ends, to be started with new credentials", "error", cause.Error())
		os.Exit(1)
	}
}
