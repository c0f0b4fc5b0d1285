package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/worker"
)

func TestEnvironment(t *testing.T) {
	least := map[string]string{originalsName: "o", variantsName: "v"}
	for _, test := range []struct {
		set  map[string]string
		want settings
	}{
		{nil, settings{"o", "v", "", "", engine.DefaultLimits, worker.DefaultDeadline, math.MaxInt32, false, ""}},
		{
			map[string]string{
				maxBytesName: "1", maxPixelsName: "9223372036854775807", maxFramesName: "2147483647", maxTotalPixelsName: "2", maxSideName: "3",
				maxVariantSideName: "4", maxVariantPixelsName: "5", maxVariantBytesName: "100000000", maxMemoryName: "6",
				fallbackName: "none/1.png", playgroundName: "signed", decodersName: "svg,tiff", deadlineName: "900", jobsName: "1", jailName: "required", serviceName: "primrose-dev",
			},
			settings{"o", "v", "none/1.png", "signed", engine.Limits{
				Bytes: 1, Pixels: 9223372036854775807, Frames: 2147483647, TotalPixels: 2, Side: 3,
				VariantSide: 4, VariantPixels: 5, VariantBytes: 100_000_000, Memory: 6, TIFF: true, SVG: true,
			}, 15 * time.Minute, 1, true, "primrose-dev"},
		},
		{
			map[string]string{maxBytesName: "", decodersName: "", deadlineName: "", jailName: "degraded"},
			settings{"o", "v", "", "", engine.DefaultLimits, worker.DefaultDeadline, math.MaxInt32, false, ""},
		},
	} {
		got, err := parseEnvironment(lookup(least, test.set))
		if err != nil || got != test.want {
			t.Errorf("%v: %+v, %v; want %+v", test.set, got, err, test.want)
		}
	}
}

func TestEnvironmentTellsAllMistakes(t *testing.T) {
	set := map[string]string{
		originalsName:        "",
		variantsName:         "",
		fallbackName:         "/none.png",
		playgroundName:       "on",
		maxBytesName:         "0",
		maxPixelsName:        "1e8",
		maxFramesName:        "2147483648",
		maxTotalPixelsName:   "-1",
		maxSideName:          "2147483648",
		maxVariantSideName:   "x",
		maxVariantPixelsName: "0",
		maxVariantBytesName:  "100000001",
		maxMemoryName:        "0",
		decodersName:         "svg,heic",
		deadlineName:         "901",
		jobsName:             "0",
		jailName:             "perhaps",
	}
	_, err := parseEnvironment(lookup(set))
	if err == nil {
		t.Fatal("all of it is wrong, and passes")
	}
	for name := range set {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("the error doesn't name %s: %v", name, err)
		}
	}
}

func lookup(maps ...map[string]string) func(string) string {
	return func(name string) (value string) {
		for _, m := range maps {
			if v, ok := m[name]; ok {
				value = v
			}
		}
		return value
	}
}
