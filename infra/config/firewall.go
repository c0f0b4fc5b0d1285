package config

import "errors"

// Firewall is a web ACL before the cache.
type Firewall struct {
	// On adds one: it refuses addresses that AWS knows for attacks, and those that ask too often.
	// Default off: it costs $7 a month and $0.60 for each million requests, cached ones included
	// (https://aws.amazon.com/waf/pricing/, 2026-11).
	On bool

	// Rate is the most requests in five minutes from one address, 10 to 2,000,000,000. Default 0,
	// for 10,000: a page of a hundred images every three seconds.
	Rate int
}

const (
	leastRate   = 10 // https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
	mostRate    = 2_000_000_000
	defaultRate = 10_000
)

// Limit is the rate that holds.
func (f Firewall) Limit() int {
	if f.Rate == 0 {
		return defaultRate
	}
	return f.Rate
}

func (f Firewall) validate() error {
	return errors.Join(
		check(f.On || f.Rate == 0, "Firewall.Rate is %d, but the firewall is off: set On, or leave Rate at 0", f.Rate),
		between("Firewall.Rate", f.Limit(), leastRate, mostRate, "requests in five minutes"),
	)
}
