package jail

import (
	"slices"
	"testing"
)

func whole() Report {
	return Report{Undumpable: "", NoNewPrivs: "", Limits: "", Landlock: "", Seccomp: ""}
}

func TestReport(t *testing.T) {
	if r := whole(); !r.Whole() || r.Missing() != nil {
		t.Errorf("a whole jail: %v, missing %q", r.Whole(), r.Missing())
	}
	for _, layer := range Layers {
		r := whole()
		r[layer] = NotOffered
		if got, want := r.Whole(), layer == Landlock; got != want {
			t.Errorf("%s that the kernel doesn't offer: whole is %v, want %v", layer, got, want)
		}
		if want := []string{string(layer) + ": " + NotOffered}; !slices.Equal(r.Missing(), want) {
			t.Errorf("missing is %q, want %q", r.Missing(), want)
		}
		r[layer] = "operation not permitted"
		if r.Whole() {
			t.Errorf("the jail is whole without %s", layer)
		}
		delete(r, layer)
		if r.Whole() || len(r.Missing()) != 1 {
			t.Errorf("nothing is known of %s: whole is %v, missing %q", layer, r.Whole(), r.Missing())
		}
	}
	if r := Report(nil); r.Whole() || len(r.Missing()) != len(Layers) {
		t.Errorf("a process that doesn't report: whole is %v, missing %q", r.Whole(), r.Missing())
	}
}
