package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"

	"primrose/functions/internal/barrage"
	"primrose/functions/internal/format"
	"primrose/functions/internal/seed"
)

// images is the trial of one format: its images are mutated.
type images struct {
	format format.Format // "" for files of formats that aren't served
	of     []seed.Image
	all    []seed.Image // of all formats, for pieces
}

func (i images) String() string {
	return fmt.Sprintf("mutated images, %s", cmp.Or(string(i.format), "others"))
}

// ranges returns a trial for each format.
func (s settings) ranges() (trials []images, err error) {
	all, err := seed.Images()
	if err != nil {
		return nil, err
	}
	if s.corpus != "" {
		more, err := read(os.DirFS(s.corpus))
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	slices.SortStableFunc(all, func(a, b seed.Image) int { return cmp.Compare(a.Format, b.Format) })
	for _, img := range all {
		if len(trials) == 0 || trials[len(trials)-1].format != img.Format {
			trials = append(trials, images{format: img.Format, all: all})
		}
		last := &trials[len(trials)-1]
		last.of = append(last.of, img)
	}
	return trials, nil
}

// read returns the files of a folder.
func read(folder fs.FS) (images []seed.Image, err error) {
	err = fs.WalkDir(folder, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := fs.ReadFile(folder, path)
		if len(data) > 0 {
			images = append(images, seed.Image{Name: path, Format: format.Sniff(data), Data: data})
		}
		return err
	})
	return images, err
}

func (i images) run(ctx context.Context, s settings) (row, error) {
	b, err := barrage.New(barrage.Config{Chance: s.chance, Findings: s.findings})
	if err != nil {
		return row{}, err
	}
	defer b.Close()
	ctx, cancel := context.WithTimeout(ctx, s.time)
	defer cancel()
	tally := b.Run(ctx, i.of, i.all, math.MaxUint64)
	r := row{name: i.String(), inputs: tally.Inputs, tally: &tally}
	for _, f := range tally.Findings {
		r.findings = append(r.findings, fmt.Sprintf("%v; see %s", f, f.File))
	}
	if silent := tally.Deaths - len(tally.Findings); silent > 0 {
		r.findings = append(r.findings, fmt.Sprintf("%v: %d workers died after they had answered", i, silent))
	}
	return r, nil
}
