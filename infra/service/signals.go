package service

import (
	"fmt"
	"math"
	"time"

	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
	"primrose/infra/monitor"
)

// edgeSignals are those of CloudFront. Alarms on them are only possible in us-east-1, where its
// metrics are: the service shows them in its dashboard, and whoever deploys it makes the alarms.
func edgeSignals(p Props, s Service) []monitor.Signal {
	signals := []monitor.Signal{
		{
			ID:    "EdgeErrors",
			Title: "Errors that viewers get (% 5xx)",
			Metric: monitor.Rate("% 5xx",
				monitor.Distribution(s.Distribution, "5xxErrorRate", monitor.Per(5, "Average")),
				monitor.Distribution(s.Distribution, "Requests", monitor.Per(5, "Sum")), 5),
			Threshold: 5, Breaches: 2, Periods: 3,
			Why: "What is cached or stored is served whatever happens behind, so one failure in twenty is a broken origin, not a few broken images.",
		},
		{
			ID:    "EdgeFunctionErrors",
			Title: "Edge function: failures",
			Metric: monitor.Total("failures", 5,
				monitor.EdgeFunction(s.EdgeFunction, "FunctionExecutionErrors", monitor.Per(5, "Sum")),
				monitor.EdgeFunction(s.EdgeFunction, "FunctionValidationErrors", monitor.Per(5, "Sum"))),
			Threshold: 1, Breaches: 1, Periods: 1,
			Why: "The function answers whatever it is asked; if it throws, or returns what CloudFront refuses, that is a defect of ours and the viewer gets an error.",
		},
		{
			ID:        "EdgeFunctionThrottles",
			Title:     "Edge function: stopped for its time",
			Metric:    monitor.EdgeFunction(s.EdgeFunction, "FunctionThrottles", monitor.Per(5, "Sum")),
			Threshold: 1, Breaches: 1, Periods: 1,
			Why: "CloudFront stops a function that computes for too long, and it is made to stay far below that for any URL.",
		},
	}
	if p.Edge.Metrics {
		signals = append(signals, monitor.Signal{
			ID:        "EdgeLatency",
			Title:     "First byte of the origins, p90 (ms)",
			Metric:    monitor.Distribution(s.Distribution, "OriginLatency", monitor.Per(5, "p90")),
			Threshold: 5000, Breaches: 3, Periods: 3,
			Why: "Most misses are one read of a bucket, and a new variant takes about a second; where one in ten waits for five, viewers leave.",
		})
	}
	return signals
}

// apiSignals are those of the way from the edge to the image function.
func apiSignals(p Props, s Service) []monitor.Signal {
	calls := s.Api.MetricCount(monitor.Per(1, "Sum"))
	slow := 2 * p.Image.Deadline / 5
	return []monitor.Signal{
		{
			ID:        "ApiErrors",
			Title:     "API: errors (% 5xx)",
			Metric:    monitor.Share("% 5xx", s.Api.MetricServerError(monitor.Per(1, "Sum")), calls, 1),
			Threshold: 5, Breaches: 2, Periods: 3,
			Undo: true,
			Why:  "A broken version that has a tenth of the requests breaks ten percent of them; single images that make a worker fail stay far below five.",
		},
		{
			ID:        "ApiLatency",
			Title:     "API: latency, p99 (ms)",
			Metric:    s.Api.MetricLatency(monitor.Per(5, "p99")),
			Threshold: milliseconds(slow), Breaches: 3, Periods: 3,
			Why: fmt.Sprintf("A variant takes about a second; one in a hundred that takes %s is well on its way to the %s at which a job is stopped.", slow, p.Image.Deadline),
		},
		{
			ID:        "ApiRefusals",
			Title:     "API: refused (% 4xx)",
			Metric:    monitor.Share("% 4xx", s.Api.MetricClientError(monitor.Per(5, "Sum")), s.Api.MetricCount(monitor.Per(5, "Sum")), 5),
			Threshold: 50, Breaches: 3, Periods: 3,
			Why: "Some ask for what does not exist, always; when it is every second request, the originals, the edge's key or the throttle are likelier to be wrong than the viewers.",
		},
		{
			ID:        "ApiRate",
			Title:     "API: requests in a minute",
			Metric:    calls,
			Threshold: float64(p.API.Rate * 60 * 8 / 10), Breaches: 3, Periods: 3,
			Why: fmt.Sprintf("The stage lets %d requests a second through and answers the rest with 429; at 80 %% of that there is time to raise it.", p.API.Rate),
		},
	}
}

// imageSignals are those of the image function. Its errors are what it could not answer: a problem
// that it tells the viewer of is none.
func imageSignals(scope constructs.Construct, p Props, s Service) []monitor.Signal {
	calls := s.Image.MetricInvocations(monitor.Per(1, "Sum"))
	return []monitor.Signal{
		{
			ID:        "ImageErrors",
			Title:     "Image function: failures (%)",
			Metric:    monitor.Share("% failed", s.Image.MetricErrors(monitor.Per(1, "Sum")), calls, 1),
			Threshold: 1, Breaches: 2, Periods: 3,
			Undo: true,
			Why:  "The function answers even those requests that it refuses, so a failure is a crash, a lack of memory or a timeout: none is to be expected.",
		},
		{
			ID:        "ImageThrottles",
			Title:     "Image function: throttled calls in a minute",
			Metric:    s.Image.MetricThrottles(monitor.Per(1, "Sum")), // not as a share: if all are, there are no calls
			Threshold: 10, Breaches: 3, Periods: 5,
			Why: "Each throttled call is an error that a viewer sees; a moment of it is a rush of new variants, minutes of it a ceiling that is too low.",
		},
		{
			ID:        "ImageDuration",
			Title:     "Image function: duration, p99 (ms)",
			Metric:    s.Image.MetricDuration(monitor.Per(5, "p99")),
			Threshold: milliseconds(p.Image.FirstByte()), Breaches: 3, Periods: 3,
			Why: fmt.Sprintf("A job is stopped after %s and stored soon after; what takes longer than %s hangs, and Lambda ends it at %s.", p.Image.Deadline, p.Image.FirstByte(), p.Image.Timeout()),
		},
		concurrency(p.Image, s),
		{
			ID:        "ImageMemory",
			Title:     "Image function: most memory (MB)",
			Metric:    monitor.Memory(scope, s.Name, s.Logs, 5),
			Threshold: float64(p.PlannedMemory()), Breaches: 3, Periods: 3,
			Why: fmt.Sprintf("A worker is stopped at %d MB, which is one image's trouble; with more than %d the function holds what nothing stops, and at %d Lambda ends all of it.", p.WorkerMemory(), p.PlannedMemory(), p.Image.Memory),
		},
		{
			ID:        "WorkerCrashes",
			Title:     "Workers that crashed",
			Metric:    monitor.Own(s.Name, monitor.WorkerCrashes, 1),
			Threshold: 1, Breaches: 3, Periods: 5,
			Undo: true,
			Why:  "One hostile or odd original costs one worker and one request; a crash in three of five minutes is an attack or a broken codec.",
		},
		{
			ID:        "WorkerKills",
			Title:     "Workers that were stopped (% of calls)",
			Metric:    monitor.Share("% stopped", monitor.Own(s.Name, monitor.WorkerKills, 5), s.Image.MetricInvocations(monitor.Per(5, "Sum")), 5),
			Threshold: 10, Breaches: 3, Periods: 3,
			Why: "Workers are stopped when a viewer leaves or a job takes too long, each now and then; one in ten, for a quarter of an hour, is a service too slow to wait for.",
		},
		{
			ID:        "JailMissing",
			Title:     "Workers without their whole jail",
			Metric:    monitor.Own(s.Name, monitor.JailMissing, 5),
			Threshold: 1, Breaches: 1, Periods: 1,
			Why: "Codecs that run outside of their jail can reach what the function can; it is the same for all workers of a version, so one is enough to know.",
		},
		{
			ID:        "StoreFailures",
			Title:     "Variants that were not stored",
			Metric:    monitor.Own(s.Name, monitor.StoreFailures, 5),
			Threshold: 5, Breaches: 2, Periods: 3,
			Why: "The viewer gets the picture all the same, but the next one has it made anew; S3 fails once in a while, not five times in five minutes again and again.",
		},
	}
}

// concurrency has two ceilings: the function's own, where one is reserved, or else the account's.
func concurrency(image config.Image, s Service) monitor.Signal {
	if image.Reserved > 0 {
		return monitor.Signal{
			ID:        "ImageConcurrency",
			Title:     "Image function: at once",
			Metric:    s.Function.Metric(new("ConcurrentExecutions"), monitor.Per(1, "Maximum")),
			Threshold: math.Ceil(float64(image.Reserved) * 0.8), Breaches: 3, Periods: 5,
			Why: fmt.Sprintf("%d calls at once are reserved, and the next is throttled; at 80 %% there is time to reserve more.", image.Reserved),
		}
	}
	return monitor.Signal{
		ID:        "ImageConcurrency",
		Title:     "Lambda: at once (% of the account's quota)",
		Metric:    monitor.Concurrency(1),
		Threshold: 80, Breaches: 3, Periods: 5,
		Why: "The function has no ceiling of its own and shares the account's with whatever runs in the region; at 80 % there is time to ask for a higher quota.",
	}
}

// purgeSignals are those of what makes a changed original visible.
func purgeSignals(s Service) []monitor.Signal {
	return []monitor.Signal{
		{
			ID:        "PurgeUndelivered",
			Title:     "Purge: changes that did not reach the queue",
			Metric:    monitor.Undelivered(s.Changes, 5),
			Threshold: 1, Breaches: 1, Periods: 1,
			Why: "EventBridge tries for a day, and gives up at once where it may not; the old variants of each such original stay, and nothing else tells.",
		},
		{
			ID:        "PurgeErrors",
			Title:     "Purge function: failures",
			Metric:    s.Purge.MetricErrors(monitor.Per(5, "Sum")),
			Threshold: 1, Breaches: 3, Periods: 6,
			Why: "What failed is tried again after a while, and one failure heals that way; several within half an hour do not.",
		},
		{
			ID:        "PurgeAge",
			Title:     "Purge queue: oldest change (s)",
			Metric:    s.Queue.MetricApproximateAgeOfOldestMessage(monitor.Per(5, "Maximum")),
			Threshold: (30 * time.Minute).Seconds(), Breaches: 1, Periods: 1,
			Why: "A change is worked off within seconds; after half an hour it has failed twice, or thousands are before it, and viewers still see the old picture.",
		},
		{
			ID:        "PurgeBacklog",
			Title:     "Purge queue: changes that wait",
			Metric:    s.Queue.MetricApproximateNumberOfMessagesVisible(monitor.Per(5, "Minimum")),
			Threshold: 10_000, Breaches: 3, Periods: 3,
			Why: "Ten thousand changes are worked off in minutes; as many still, a quarter of an hour later, are more than the function keeps up with.",
		},
		{
			ID:        "PurgeDeadLetters",
			Title:     "Purge: changes given up",
			Metric:    s.DeadLetters.MetricApproximateNumberOfMessagesVisible(monitor.Per(5, "Maximum")),
			Threshold: 1, Breaches: 1, Periods: 1,
			Why: "Each of them is an original whose old variants are still served, and stays so until somebody puts it back into the queue.",
		},
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Milliseconds()) }
