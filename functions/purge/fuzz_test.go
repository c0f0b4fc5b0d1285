package main

import (
	"strings"
	"testing"
	"time"
)

// FuzzParseEnvironment: whatever the function is told, it waits as long as SQS
// can, or says by name which variable is wrong.
func FuzzParseEnvironment(f *testing.F) {
	f.Add("o", "v", "https://q", "900", "E2QWRUHAPOMQZL")
	f.Add("o", "v", "https://q", "1", "")
	f.Add("", "v", "", "-1", "\n")
	f.Fuzz(func(t *testing.T, originals, variants, queue, settle, distribution string) {
		env, err := parseEnvironment(lookup(map[string]string{
			originalsName: originals, variantsName: variants, queueName: queue, settleName: settle, distributionName: distribution,
		}))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "PRIMROSE_") {
				t.Errorf("it is not said what is wrong: %v", err)
			}
			return
		}
		if env.originals == "" || env.variants == "" || env.queue == "" || env.settle < time.Second || env.settle > longestDelay*time.Second {
			t.Errorf("%+v", env)
		}
	})
}
