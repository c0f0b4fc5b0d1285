package config

import (
	"errors"
	"math"
	"time"
)

// Watch is what is seen from us-east-1, besides CloudFront's alarms.
type Watch struct {
	// Budget is the amount in US dollars a month at whose 80 % the alarms' receiver is told. Default
	// 0, for none. It counts what carries the stage's tag, once the account has activated it for cost
	// allocation.
	Budget int

	// Logs is how long CloudFront's access logs are kept, in whole days. Default 0, which writes none.
	Logs time.Duration
}

func (w Watch) validate(told bool) error {
	errs := []error{
		between("Watch.Budget", w.Budget, 0, math.MaxInt32, "US dollars"),
		check(w.Budget <= 0 || told, "Watch.Budget is $%d, and nobody would hear of it: set Alarms.Email, or its topics", w.Budget),
	}
	if w.Logs != 0 {
		errs = append(errs, wholeDays("Watch.Logs", w.Logs))
	}
	return errors.Join(errs...)
}
