package distribution

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// errorCaching is how long each status of an error is kept at least, of those that somebody chose it
// for.
type errorCaching map[int]time.Duration

// usualErrorCaching is how long those are kept that nobody chose it for.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
const usualErrorCaching = 10 * time.Second

// Some errors are always kept, some only if the origin says for how long, and others not at all.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
var (
	alwaysKept = []int{404, 414, 500, 501, 502, 503, 504}
	keptIfSaid = []int{400, 403, 405, 412, 415}
)

func newErrorCaching(responses []errorResponse) (errorCaching, error) {
	caching := errorCaching{}
	for _, r := range responses {
		if _, twice := caching[r.ErrorCode]; twice || r.ErrorCode < 400 || r.ErrorCode > 599 {
			return nil, fmt.Errorf("CustomErrorResponses has %d, or has it twice", r.ErrorCode)
		}
		caching[r.ErrorCode] = usualErrorCaching
		if r.ErrorCachingMinTTL != nil {
			caching[r.ErrorCode] = seconds(*r.ErrorCachingMinTTL)
		}
	}
	return caching, nil
}

// lifetime is how long an error is kept: as long as was chosen for its status, or longer if the origin
// says so, though never longer than the policy's most.
func (c errorCaching) lifetime(status int, h http.Header, most time.Duration) (time.Duration, bool) {
	control := directives(h)
	said, isSaid := control.age("s-maxage")
	if !isSaid {
		said, isSaid = control.age("max-age")
	}
	if !slices.Contains(alwaysKept, status) && (!isSaid || !slices.Contains(keptIfSaid, status)) {
		return 0, false
	}
	return max(c.least(status), min(said, most)), true
}

func (c errorCaching) least(status int) time.Duration {
	if chosen, ok := c[status]; ok {
		return chosen
	}
	return usualErrorCaching
}
