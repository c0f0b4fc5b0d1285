package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// target is a fuzz target of Go's.
type target struct {
	dir  string // of its package
	name string
}

func (t target) String() string { return filepath.ToSlash(t.dir) + " " + t.name }

// skipped are folders in which no package of ours is.
var skipped = []string{"testdata", "node_modules", "build", "cdk.out", ".git"}

var declaration = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// find returns the targets below the folders, but not those of modules that
// lie within another.
func find(folders []string) (targets []target, err error) {
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && path != folder && (slices.Contains(skipped, entry.Name()) || isModule(path)):
				return fs.SkipDir
			case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
				return nil
			}
			text, err := os.ReadFile(path)
			for _, found := range declaration.FindAllSubmatch(text, -1) {
				targets = append(targets, target{filepath.Dir(path), string(found[1])})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return targets, nil
}

func isModule(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil
}

// run fuzzes the target. Inputs that are interesting are hardly minimised:
// that takes Go longer than to find more of them.
func (t target) run(ctx context.Context, s settings) (row, error) {
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", s.time.String(), "-fuzzminimizetime", "10x", "-timeout", "0", ".")
	command.Dir = t.dir
	output, err := command.CombinedOutput()
	if ctx.Err() != nil {
		return row{}, ctx.Err()
	}
	r := row{name: t.String(), inputs: executions(output)}
	if err == nil || timeUp.Match(output) {
		return r, nil
	}
	file := filepath.Join(s.findings, strings.Map(plain, t.String())+".txt")
	if err := os.MkdirAll(s.findings, 0o755); err != nil {
		return row{}, err
	}
	r.findings = []string{fmt.Sprintf("%v: %v, see %s", t, err, file)}
	return r, os.WriteFile(file, output, 0o644)
}

// timeUp is how Go's fuzzing sometimes fails when its time is over and nothing
// was found: https://go.dev/issue/75804. A finding names its input.
var timeUp = regexp.MustCompile(`(?m)^--- FAIL: Fuzz\w+ \(.+\)\n +context deadline exceeded\nFAIL$`)

// plain makes a file's name of a text.
func plain(c rune) rune {
	if strings.ContainsRune(`/\ .`, c) {
		return '-'
	}
	return c
}

var progress = regexp.MustCompile(`execs: (\d+)`)

// executions returns how many inputs the target was given: what its last line
// of progress says.
func executions(output []byte) int {
	found := progress.FindAllSubmatch(bytes.TrimSpace(output), -1)
	if len(found) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(string(found[len(found)-1][1])) // digits
	return n
}
