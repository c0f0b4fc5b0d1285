package config

import (
	"strings"
	"testing"
	"time"
)

func TestStagesAreValid(t *testing.T) {
	if err := Validate(Stages()); err != nil {
		t.Error(err)
	}
}

// Each field at its limits and one step past them.
func TestServiceValidate(t *testing.T) {
	tests := []struct {
		name string
		set  func(*Service)
		want string // the field that the error names, or empty
	}{
		{"as it comes", func(s *Service) {}, ""},
		{"undo one day", func(s *Service) { s.Originals.Undo = Day }, ""},
		{"undo half a day", func(s *Service) { s.Originals.Undo = Day / 2 }, "Originals.Undo"},
		{"expiry zero", func(s *Service) { s.Variants.Expiry = 0 }, "Variants.Expiry"},
		{"expiry a day and an hour", func(s *Service) { s.Variants.Expiry = Day + time.Hour }, "Variants.Expiry"},
		{"x86_64", func(s *Service) { s.Image.Architecture = X86_64 }, ""},
		{"amd64", func(s *Service) { s.Image.Architecture = "amd64" }, "Image.Architecture"},
		{"least memory", func(s *Service) { s.Image.Memory = 128 }, ""},
		{"too little memory", func(s *Service) { s.Image.Memory = 127 }, "Image.Memory"},
		{"most memory", func(s *Service) { s.Image.Memory = 10240 }, ""},
		{"too much memory", func(s *Service) { s.Image.Memory = 10241 }, "Image.Memory"},
		{"longest deadline", func(s *Service) { s.Image.Deadline = 27 * time.Second }, ""},
		{"deadline past the API's", func(s *Service) { s.Image.Deadline = 28 * time.Second }, "Image.Deadline"},
		{"no deadline", func(s *Service) { s.Image.Deadline = 0 }, "Image.Deadline"},
		{"half a second", func(s *Service) { s.Image.Deadline = 1500 * time.Millisecond }, "Image.Deadline"},
		{"negative concurrency", func(s *Service) { s.Image.Reserved = -1 }, "Image.Reserved"},
		{"logs for a day", func(s *Service) { s.Image.LogRetention = Day }, ""},
		{"logs for two days", func(s *Service) { s.Image.LogRetention = 2 * Day }, "Image.LogRetention"},
		{"no bytes", func(s *Service) { s.Limits.Bytes = 0 }, "Limits.Bytes"},
		{"no pixels", func(s *Service) { s.Limits.Pixels = 0 }, "Limits.Pixels"},
		{"one frame", func(s *Service) { s.Limits.Frames = 1 }, ""},
		{"no frames", func(s *Service) { s.Limits.Frames = 0 }, "Limits.Frames"},
		{"all decoders", func(s *Service) { s.Limits.Decoders = []Decoder{TIFF, SVG} }, ""},
		{"unknown decoder", func(s *Service) { s.Limits.Decoders = []Decoder{"psd"} }, "Limits.Decoders[0]"},
		{"decoder twice", func(s *Service) { s.Limits.Decoders = []Decoder{SVG, SVG} }, "twice"},
		{"no rate", func(s *Service) { s.API.Rate = 0 }, "API.Rate"},
		{"no burst", func(s *Service) { s.API.Burst = 0 }, "API.Burst"},
		{"key version 0", func(s *Service) { s.API.KeyVersion = 0 }, "API.KeyVersion"},
		{"price class", func(s *Service) { s.Edge.PriceClass = "PriceClass_100" }, "Edge.PriceClass"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := Default()
			test.set(&s)
			err := s.Validate()
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want an error that names %s", err, test.want)
			}
		})
	}
}

func TestStageValidate(t *testing.T) {
	s := Stage{Name: "Production!", Account: "42", Region: "Frankfurt"} // and a service without any setting
	err := s.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"Name", "Account", "Region", "Originals.Undo", "Image.Memory", "Edge.PriceClass"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: all of them are wanted at once:\n%v", want, err)
		}
	}
}

func TestTheSameStageTwice(t *testing.T) {
	away := Prod()
	away.Region = "ap-northeast-2"
	if err := Validate([]Stage{Prod(), away}); err == nil {
		t.Error("two stages of one name passed: their stacks would have one name as well")
	}
}

// Whatever the deadline, each party waits longer than the one it waits for, within the quotas.
func TestTimesFollowTheDeadline(t *testing.T) {
	for s := 1; s <= 27; s++ {
		i := Image{Deadline: time.Duration(s) * time.Second}
		if !(i.Deadline < i.FirstByte() && i.FirstByte() <= 60*time.Second) {
			t.Errorf("deadline %s: the edge waits %s, want longer and at most CloudFront's 60 s", i.Deadline, i.FirstByte())
		}
		if !(i.FirstByte() < i.Timeout() && i.Timeout() <= 900*time.Second) {
			t.Errorf("deadline %s: the function has %s, want longer than the edge's %s and at most Lambda's 900 s", i.Deadline, i.Timeout(), i.FirstByte())
		}
	}
}
