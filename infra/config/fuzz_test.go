package config

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever is written into a stage, Validate returns: with nothing, or with lines each of which says
// what to change. Stages are given as JSON, so that any field may have any value of its type.
func FuzzValidate(f *testing.F) {
	full := Prod()
	full.Domain = Domain{Names: []string{"a.example.com", "example.com"}, Zone: Zone{ID: "Z1", Name: "example.com"}}
	full.Service.Edge.Signing = Signing{Mode: SigningRequired, Keys: []string{"a", "b"}}
	full.Service.Edge.Widths = []int{320, 640}
	full.Service.Alarms = Alarms{Topic: "arn:aws:sns:eu-central-1:123456789012:a", EdgeTopic: "arn:aws:sns:us-east-1:123456789012:b"}
	full.Service.Limits.Decoders = []Decoder{TIFF}
	for _, stage := range []Stage{{}, Dev(), full} {
		text, err := json.Marshal(stage)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"Domain":{"Names":["","."],"Certificate":"arn:aws:acm:::certificate/","Zone":{"Name":"."}}}`))
	f.Add([]byte(`{"Service":{"Image":{"Memory":-9223372036854775808,"Deadline":-1},"Limits":{"Pixels":9223372036854775807}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var stage Stage
		if json.Unmarshal(text, &stage) != nil {
			t.Skip()
		}
		err := Validate([]Stage{stage, stage}) // which cannot be valid together
		if err == nil {
			t.Fatal("the same stage twice is valid")
		}
		if alone := stage.Validate(); alone != nil && !strings.Contains(err.Error(), alone.Error()) {
			t.Errorf("of two stages it is not said what is wrong with one:\n%v\n%v", err, alone)
		}
	})
}

// What is valid keeps what the infrastructure relies on, whatever passes on the way.
func FuzzValidStagesKeepTheirPromises(f *testing.F) {
	f.Add(1769, int64(25*time.Second), int64(100_000_000), 0, 0, "320,640")
	f.Add(128, int64(27*time.Second), int64(1<<25), 5, 5, "1,8192")
	f.Fuzz(func(t *testing.T, memory int, deadline, pixels int64, reserved, provisioned int, widths string) {
		s := Default()
		s.Image.Memory, s.Image.Deadline, s.Limits.Pixels = memory, time.Duration(deadline), pixels
		s.Image.Reserved, s.Image.Provisioned = reserved, provisioned
		if err := json.Unmarshal([]byte("["+widths+"]"), &s.Edge.Widths); err != nil || s.Validate() != nil {
			t.Skip()
		}
		if s.Image.FirstByte() > 60*time.Second {
			t.Errorf("the edge waits %s, which CloudFront does not", s.Image.FirstByte())
		}
		if s.Limits.Pixels > int64(s.Image.Memory)<<20/4 {
			t.Errorf("%d pixels do not fit into %d MiB", s.Limits.Pixels, s.Image.Memory)
		}
		if s.Image.Reserved > 0 && s.Image.Provisioned > s.Image.Reserved {
			t.Errorf("%d are kept warm of %d", s.Image.Provisioned, s.Image.Reserved)
		}
		if !slices.IsSorted(s.Edge.Widths) || len(s.Edge.Widths) > 40 {
			t.Errorf("widths %d are no ladder", s.Edge.Widths)
		}
	})
}
