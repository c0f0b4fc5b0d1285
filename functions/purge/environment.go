package main

import (
	"time"

	"primrose/functions/internal/environment"
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

// settings are the function's configuration.
type settings struct {
	originals    string
	variants     string
	queue        string
	settle       time.Duration
	distribution string
	service      metric.Service
}

// parseEnvironment returns the configuration, or all that is wrong with it.
func parseEnvironment(get func(name string) string) (settings, error) {
	r := environment.Reader{Get: get}
	e := settings{
		originals:    r.Required(originalsName, "a bucket"),
		variants:     r.Required(variantsName, "a bucket"),
		queue:        r.Required(queueName, "the URL of the function's queue"),
		settle:       time.Duration(r.Integer(settleName, 0, longestDelay)) * time.Second,
		distribution: get(distributionName),
		service:      metric.Service(get(serviceName)),
	}
	return e, r.Err()
}
