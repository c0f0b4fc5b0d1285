package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"primrose/functions/internal/metric"
)

// What the function is told by its environment.
const (
	originalsName    = "PRIMROSE_ORIGINALS"    // bucket of the originals
	variantsName     = "PRIMROSE_VARIANTS"     // bucket of the variants
	queueName        = "PRIMROSE_QUEUE"        // URL of the queue that invokes the function
	settleName       = "PRIMROSE_SETTLE"       // seconds until an image function that runs now has ended
	distributionName = "PRIMROSE_DISTRIBUTION" // id of CloudFront's; optional: without, nothing is invalidated
	serviceName      = "PRIMROSE_SERVICE"      // what the metrics call this service; optional
)

// longestDelay is for how many seconds SQS holds a message back at most.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const longestDelay = 900

// environment is the function's configuration.
type environment struct {
	originals    string
	variants     string
	queue        string
	settle       time.Duration
	distribution string
	service      metric.Service
}

// parseEnvironment returns the configuration, or all that is wrong with it.
func parseEnvironment(get func(name string) string) (environment, error) {
	p := parser{get: get}
	e := environment{
		originals:    p.required(originalsName, "a bucket"),
		variants:     p.required(variantsName, "a bucket"),
		queue:        p.required(queueName, "the URL of the function's queue"),
		settle:       p.seconds(settleName, longestDelay),
		distribution: get(distributionName),
		service:      metric.Service(get(serviceName)),
	}
	return e, errors.Join(p.errs...)
}

// parser gathers the errors of several variables.
type parser struct {
	get  func(name string) string
	errs []error
}

func (p *parser) fail(name, format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(name+" "+format, args...))
}

func (p *parser) required(name, what string) string {
	value := p.get(name)
	if value == "" {
		p.fail(name, "is not set: it must name %s", what)
	}
	return value
}

// seconds reads a time of 1 s to most.
func (p *parser) seconds(name string, most int) time.Duration {
	value := p.get(name)
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		p.fail(name, "is %q: it must be whole seconds, from 1 to %d", value, most)
	}
	return time.Duration(n) * time.Second
}
