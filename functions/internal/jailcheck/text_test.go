package jailcheck

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/vips"
	"primrose/functions/internal/worker"
)

// Text looks in the jail as it does outside.
func TestTextInTheJail(t *testing.T) {
	library, err := vips.Find()
	if err != nil {
		t.Fatal(err)
	}
	fonts, err := vips.FindFonts()
	if err != nil {
		t.Fatal(err)
	}
	outside, err := engine.New(library, fonts)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := worker.NewPool(worker.Config{Role: role, Fonts: true, Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	job := engine.Job{Options: "fm=png", Limits: limits(true)}
	drawn := map[string][]byte{}
	for _, family := range []string{"serif", "sans-serif", "monospace"} {
		for _, text := range []string{"iiii", "WWWW"} {
			svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text y="25" font-size="20" font-family="%s">%s</text></svg>`, family, text)
			inside, err := pool.Do(t.Context(), job, bytes.NewReader([]byte(svg)))
			if err != nil {
				t.Fatal(err)
			}
			want, err := outside.Run(job, file(t, svg))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(inside.Body, want.Body) {
				t.Errorf("%s in %s looks different in the jail", text, family)
			}
			drawn[family+" "+text] = inside.Body
		}
	}
	if bytes.Equal(drawn["serif WWWW"], drawn["monospace WWWW"]) {
		t.Error("serif letters look like those of equal width")
	}
}

// A worker that may not read the fonts refuses to write, rather than to draw
// boxes.
func TestNoTextWithoutFonts(t *testing.T) {
	pool, err := worker.NewPool(worker.Config{Role: role, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	_, err = pool.Do(t.Context(), engine.Job{Options: "fm=png,txt=SGk", Limits: limits(false)}, bytes.NewReader(sample.Rose()))
	if problem.Of(err).Code != problem.Internal {
		t.Errorf("without fonts, text is written: %v", err)
	}
}

func file(t *testing.T, content string) *os.File {
	t.Helper()
	path := t.TempDir() + "/original"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
