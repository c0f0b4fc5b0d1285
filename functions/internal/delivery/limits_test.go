package delivery

import (
	"net/http"
	"strings"
	"testing"

	"primrose/functions/internal/problem"
)

// TestLimits: at each limit the variant is made and stored; one past it, the
// viewer is told so, and nothing is stored.
func TestLimits(t *testing.T) {
	worker := realWorker(t)
	const path = "/rose.jpg/-/fm=avif,w=600" // 600×450 px of 640×480
	made := start(t, worker, nil)
	response, variant := made.ask(t, "GET", path)
	if response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
	size := int64(len(variant))
	for name, limit := range map[string]struct {
		set  func(c *Config, past int)
		code problem.Code
	}{
		"bytes":         {func(c *Config, past int) { c.Limits.Bytes = int64(len(photo(t)) - past) }, problem.OriginalTooLarge},
		"pixels":        {func(c *Config, past int) { c.Limits.Pixels = int64(640*480 - past) }, problem.TooManyPixels},
		"total pixels":  {func(c *Config, past int) { c.Limits.TotalPixels = int64(640*480 - past) }, problem.TooManyPixels},
		"side":          {func(c *Config, past int) { c.Limits.Side = 640 - past }, problem.TooManyPixels},
		"variant side":  {func(c *Config, past int) { c.Limits.VariantSide = 600 - past }, problem.TooManyPixels},
		"variant bytes": {func(c *Config, past int) { c.Limits.VariantBytes = size - int64(past) }, problem.TooManyPixels},
		"memory":        {func(c *Config, past int) { c.Limits.Memory = 1000 - 981*past }, problem.TooExpensive}, // it takes 25 MiB
	} {
		at := start(t, worker, func(c *Config) { limit.set(c, 0) })
		response, _ := at.ask(t, "GET", path)
		if stored, _ := at.stored(t, strings.TrimPrefix(path, "/")); response.StatusCode != http.StatusOK || stored == nil {
			t.Errorf("at the limit of %s: %s", name, response.Status)
		}
		past := start(t, worker, func(c *Config) { limit.set(c, 1) })
		response, body := past.ask(t, "GET", path)
		refused(t, response, body, limit.code)
		if stored, _ := past.stored(t, strings.TrimPrefix(path, "/")); stored != nil {
			t.Errorf("one past the limit of %s, a variant is stored", name)
		}
	}
}
