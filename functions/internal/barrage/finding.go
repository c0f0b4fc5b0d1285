package barrage

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"primrose/functions/internal/engine"
)

// Finding is an image that was answered as none may be.
type Finding struct {
	Image  string     `json:"image"`  // what was mutated
	Done   []string   `json:"done"`   // to it
	Chance uint64     `json:"chance"` // of the run
	Number uint64     `json:"number"` // of the mutation in the run
	Job    engine.Job `json:"job"`
	Reason string     `json:"reason"`
	File   string     `json:"-"` // where the mutated image was kept; "" if it wasn't
}

func (f *Finding) String() string {
	return fmt.Sprintf("%s, mutation %d of chance %d by %v: %s", f.Image, f.Number, f.Chance, f.Done, f.Reason)
}

// find makes a finding of a shot, and keeps its image with what is known.
func (b *Barrage) find(s shot, reason error) *Finding {
	f := &Finding{Image: s.image, Done: s.done, Chance: b.config.Chance, Number: s.number, Job: s.job, Reason: reason.Error()}
	if b.config.Findings == "" {
		return f
	}
	f.File = filepath.Join(b.config.Findings, fmt.Sprintf("%d-%d-%s", f.Chance, f.Number, filepath.Base(f.Image)))
	if err := f.keep(s.data); err != nil {
		f.Reason += fmt.Sprintf(" (and its image could not be kept: %v)", err)
	}
	return f
}

func (f *Finding) keep(data []byte) error {
	if err := os.MkdirAll(filepath.Dir(f.File), 0o755); err != nil {
		return err
	}
	told, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.File+".json", append(told, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(f.File, data, 0o644)
}

// read returns what was kept beside a file.
func read(file string) (f Finding, err error) {
	told, err := os.ReadFile(file + ".json")
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(told, &f)
}
