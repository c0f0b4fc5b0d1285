package restapi

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"primrose/functions/internal/twin/template"
)

// throttle is a token bucket: a request takes a token, and may not pass
// without.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
type throttle struct {
	rate  float64 // tokens that come back in a second
	burst float64 // tokens at most
	now   func() time.Time

	mu     sync.Mutex
	tokens float64
	at     time.Time
}

// What an account has in a region, if its stages don't say otherwise.
const (
	accountRate  = 10_000
	accountBurst = 5_000
)

func (a *API) addThrottle(stage template.Typed[stageProperties], now func() time.Time) error {
	t := &throttle{rate: accountRate, burst: accountBurst, now: now, at: now()}
	for _, s := range stage.Properties.MethodSettings {
		if s.HttpMethod != "*" || s.ResourcePath != "/*" {
			return fmt.Errorf("%s: settings for %s %s are not understood, only for all methods", stage, s.HttpMethod, s.ResourcePath)
		}
		if s.ThrottlingRateLimit != nil {
			t.rate = min(t.rate, *s.ThrottlingRateLimit)
		}
		if s.ThrottlingBurstLimit != nil {
			t.burst = min(t.burst, *s.ThrottlingBurstLimit)
		}
	}
	if t.rate < 0 || t.burst < 0 {
		return errors.Join(fmt.Errorf("%s: a rate or a burst is below zero", stage))
	}
	t.tokens = t.burst
	a.throttle = t
	return nil
}

func (t *throttle) admits() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.tokens = min(t.burst, t.tokens+t.rate*now.Sub(t.at).Seconds())
	t.at = now
	if t.tokens < 1 {
		return false
	}
	t.tokens--
	return true
}
