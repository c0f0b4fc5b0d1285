// Package metric counts what goes wrong, and what is purged, as CloudWatch
// metrics. A count travels in the log line that tells of its cause, in
// CloudWatch's embedded metric format: CloudWatch makes the metric of the
// line, and whoever follows an alarm finds the reason beside the number.
// Lines are written only when something happened, so that silence costs
// nothing.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package metric

import (
	"log/slog"
	"time"
)

// Namespace holds all metrics of Primrose.
const Namespace = "Primrose"

// Dimension is the one dimension of every metric: which [Service] counts.
const Dimension = "Service"

// The image function's metrics. All have the unit Count.
const (
	WorkerCrashes = "WorkerCrashes" // a worker ended by itself, or by somebody else's signal
	WorkerKills   = "WorkerKills"   // a worker was ended by its pool: deadline, memory, viewer gone, original broken off, nonsense answered
	StoreFailures = "StoreFailures" // a variant was made, sent, and could not be stored
	JailMissing   = "JailMissing"   // a worker started without its whole jail; the line names the layers
)

// The purge function's metrics. All have the unit Count.
const (
	PurgedVariants = "PurgedVariants" // variants deleted from their bucket
	Invalidations  = "Invalidations"  // tags that CloudFront was told to forget: each is paid for
)

// Service is the value of [Dimension], from PRIMROSE_SERVICE. The empty one,
// a service outside of AWS, counts nothing.
type Service string

// Count is n of the metric name, for a log line of level Info or above: its
// members go into the line's root. A line carries at most one. If n is 0, or
// nobody counts, it is the attribute that handlers ignore.
func (s Service) Count(name string, n int) slog.Attr {
	if s == "" || n == 0 {
		return slog.Attr{}
	}
	return slog.GroupAttrs("", // a group without name is part of the root
		slog.Any("_aws", describe(name)),
		slog.String(Dimension, string(s)),
		slog.Int(name, n))
}

// metadata tells CloudWatch which members of the line are metrics.
type metadata struct {
	Timestamp         int64 // milliseconds since 1970
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }

func describe(name string) metadata {
	return metadata{
		Timestamp: time.Now().UnixMilli(),
		CloudWatchMetrics: []directive{{
			Namespace:  Namespace,
			Dimensions: [][]string{{Dimension}},
			Metrics:    []definition{{name, "Count"}},
		}},
	}
}
