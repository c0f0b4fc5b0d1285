package config

import (
	"errors"
	"math"
	"slices"
	"time"
)

// Image is the image function.
type Image struct {
	// Architecture of the processor, that of the purge function as well. Default arm64: cheaper for
	// the same speed.
	Architecture Architecture

	// Memory in MiB, 128–10,240. Lambda deals out processor time by memory; 1,769 is exactly one
	// processor, and what one image needs. Default 1,769.
	Memory int

	// Deadline is how long one image may take from its first byte to its last, in whole seconds,
	// 1–27. A job that takes longer is stopped. Default 25 s. The upper bound is API Gateway's: an
	// answer that is not streamed has 29 s, of which the function wants some for itself.
	Deadline time.Duration

	// Reserved is the concurrency kept for, and granted to, the function: a ceiling on cost.
	// Default 0, which reserves nothing; new accounts have a quota of 10 and refuse any
	// reservation.
	Reserved int

	// Provisioned is the number of environments kept warm, each of which is paid for by the hour; at
	// most Reserved, where that is set. Default 0: a cold start takes a fraction of a second, and
	// happens once for each variant at most. Change it in a deploy that leaves the function alone:
	// Lambda refuses it while the traffic moves from one version to the next.
	Provisioned int

	// Rollout is how a new version gets its traffic. Default canary: one request in ten for five
	// minutes, and back to the old version if an alarm goes off.
	Rollout Rollout

	// Jail is what happens where the process that runs the codecs can't be confined as it should be.
	// Default degraded: images are made nonetheless, while the log names the layers that are missing
	// and an alarm goes off. What AWS's kernel gives to a function, its documents don't say.
	Jail Jail

	// Jobs is after how many images the process that runs the codecs is replaced by a fresh one,
	// 1–1,000,000. Default 1: code that took it over by one image sees no other, and spoils no other.
	// A fresh process takes 16 ms of processor time, about as much as a small variant itself, after the
	// image is made; with 10 it is 2 ms an image.
	Jobs int

	// LogRetention is the age at which log lines are deleted: a number of days that CloudWatch
	// knows. Default 30 days.
	LogRetention time.Duration
}

// An Architecture is a processor architecture by its name at AWS.
type Architecture string

const (
	ARM64  Architecture = "arm64"
	X86_64 Architecture = "x86_64"
)

// A Rollout is how a new version of the image function gets its traffic.
type Rollout string

const (
	AllAtOnce Rollout = "all-at-once" // heeds no alarm, and so is for the version that is to end one
	Canary    Rollout = "canary"      // a tenth for five minutes, then all
	Linear    Rollout = "linear"      // a tenth more each minute
)

// A Jail is what to do where the codecs' jail is not whole.
type Jail string

const (
	JailRequired Jail = "required" // refuse to make images
	JailDegraded Jail = "degraded" // make them, and tell
)

// mostJobs is as good as never: no environment of Lambda's lives long enough.
const mostJobs = 1_000_000

// MiB that a function may have.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const (
	leastMemory = 128
	mostMemory  = 10_240
)

// The chain of times, from the inside out, each longer than what it waits for:
//
//	Deadline < FirstByte < Timeout
//
// The worker is stopped at the deadline, so the function answers by itself; the edge waits for that
// answer's first byte; and only what streams for minutes is ever cut.
const (
	settle    = 10 * time.Second // to fetch the original's head, store the variant and answer
	streaming = 50 * time.Second // mostBytes through API Gateway: 10 MB at once, the rest at 2 MB/s
)

// FirstByte is how long the edge waits for the first byte, and then for each next one.
func (i Image) FirstByte() time.Duration { return i.Deadline + settle }

// Timeout is how long one invocation may take, the streaming of its answer included. API Gateway
// waits as long.
func (i Image) Timeout() time.Duration { return i.FirstByte() + streaming }

// retentions are the ages in days at which CloudWatch Logs deletes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
var retentions = []time.Duration{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func (i Image) validate() error {
	return errors.Join(
		oneOf("Image.Architecture", i.Architecture, ARM64, X86_64),
		between("Image.Memory", i.Memory, leastMemory, mostMemory, "MiB"),
		check(i.Deadline%time.Second == 0, "Image.Deadline is %s: use whole seconds", i.Deadline),
		between("Image.Deadline", i.Deadline, time.Second, 27*time.Second, ""),
		between("Image.Reserved", i.Reserved, 0, math.MaxInt32, "executions"),
		between("Image.Provisioned", i.Provisioned, 0, math.MaxInt32, "environments"),
		check(i.Reserved == 0 || i.Provisioned <= i.Reserved,
			"Image.Provisioned is %d of %d executions that Image.Reserved allows: lower it, or raise Reserved", i.Provisioned, i.Reserved),
		oneOf("Image.Rollout", i.Rollout, AllAtOnce, Canary, Linear),
		between("Image.Jobs", i.Jobs, 1, mostJobs, "images"),
		oneOf("Image.Jail", i.Jail, JailRequired, JailDegraded),
		check(i.LogRetention%Day == 0 && slices.Contains(retentions, i.LogRetention/Day),
			"Image.LogRetention is %s: use a number of days that CloudWatch knows, one of %d", i.LogRetention, retentions),
	)
}
