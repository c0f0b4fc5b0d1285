package main

import (
	"maps"
	"strings"
	"testing"
	"time"
)

var least = map[string]string{originalsName: "o", variantsName: "v", queueName: "https://q", settleName: "1"}

func lookup(set map[string]string) func(string) string {
	all := maps.Clone(least)
	maps.Copy(all, set)
	return func(name string) string { return all[name] }
}

func TestEnvironment(t *testing.T) {
	for _, test := range []struct {
		set  map[string]string
		want settings
	}{
		{nil, settings{originals: "o", variants: "v", queue: "https://q", settle: time.Second}},
		{
			map[string]string{settleName: "900", distributionName: "E2QWRUHAPOMQZL", serviceName: "primrose-dev"},
			settings{"o", "v", "https://q", 15 * time.Minute, "E2QWRUHAPOMQZL", "primrose-dev"},
		},
	} {
		if got, err := parseEnvironment(lookup(test.set)); err != nil || got != test.want {
			t.Errorf("%v: %+v, %v; want %+v", test.set, got, err, test.want)
		}
	}
}

func TestEnvironmentTellsAllMistakes(t *testing.T) {
	for _, settle := range []string{"", "0", "901", "10s"} {
		_, err := parseEnvironment(lookup(map[string]string{originalsName: "", variantsName: "", queueName: "", settleName: settle}))
		if err == nil {
			t.Fatal("all of it is wrong, and passes")
		}
		for _, name := range []string{originalsName, variantsName, queueName, settleName} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("the error doesn't name %s: %v", name, err)
			}
		}
	}
}
