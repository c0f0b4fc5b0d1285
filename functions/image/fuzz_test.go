package main

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// FuzzParseEnvironment: whatever the function is told, it starts with limits
// that limit, or says by name which variable is wrong.
func FuzzParseEnvironment(f *testing.F) {
	const least = originalsName + "=o\n" + variantsName + "=v\n"
	f.Add(least)
	f.Add(least + maxBytesName + "=1\n" + maxPixelsName + "=9223372036854775807\n" + maxFramesName + "=2147483647")
	f.Add(least + deadlineName + "=900\n" + decodersName + "=svg,tiff,svg\n" + jailName + "=required\n" + serviceName + "=primrose-dev")
	f.Add(least + maxFramesName + "=2147483648\n" + decodersName + "=,\n" + jailName + "=\x00\n" + deadlineName + "=+1")
	f.Fuzz(func(t *testing.T, text string) {
		set := map[string]string{}
		for line := range strings.Lines(text) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			set[name] = value
		}
		env, err := parseEnvironment(lookup(set))
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "PRIMROSE_") {
					t.Errorf("%q: it is not said what is wrong: %s", text, line)
				}
			}
			return
		}
		if env.originals == "" || env.variants == "" || env.deadline < time.Second || env.deadline > longest*time.Second {
			t.Errorf("%q: %+v", text, env)
		}
		for field, value := range reflect.ValueOf(env.limits).Fields() {
			if value.CanInt() && value.Int() < 1 {
				t.Errorf("%q: the limit of %s is %d", text, field.Name, value.Int())
			}
		}
	})
}
