package lambdatest

import "time"

// What Lambda gives a function, and takes of it. None of these can be raised,
// but for memory and /tmp, which have here the least that the tests must do
// with.
//
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	Memory         = 512 << 20 // bytes of all processes together; a deployed function may be given more
	MaxStorage     = 512 << 20 // bytes of /tmp
	MaxDescriptors = 1_024     // of one process
	MaxProcesses   = 1_024     // and threads, together
	MaxEnvironment = 4 << 10   // bytes of the function's own variables

	// MaxEvent is the size, in bytes, that the event of a call which waits for
	// its answer must be smaller than, as Lambda's refusal says. Through an API
	// the event is what API Gateway makes of a request, not the request's body.
	MaxEvent = 6_291_456

	// MaxBuffered is the largest result, in bytes, of [Host.Invoke]: the quota
	// is 6 MB, the number that of Lambda's refusal. A stream may have 200 MB:
	// https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
	MaxBuffered = 6_291_556

	// MaxInit is how long a process may take until it asks for its first event:
	// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
	MaxInit = 10 * time.Second
)
