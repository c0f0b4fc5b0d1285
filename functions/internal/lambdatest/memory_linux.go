package lambdatest

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// group is a cgroup that limits the memory of what is in it, in total.
type group struct {
	folder string // none: it limits nothing
	files  interfaceFiles
	door   *os.File // a process that writes 0 to it goes in
}

// interfaceFiles are the names of a cgroup's files, by its version.
type interfaceFiles struct{ limit, swap, peak string }

var (
	// https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
	version2 = interfaceFiles{"memory.max", "memory.swap.max", "memory.peak"}
	// https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
	version1 = interfaceFiles{"memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max_usage_in_bytes"}
)

// newGroup makes the box's group, or without a limit one that is none.
func (b box) newGroup() (*group, error) {
	if b.memory {
		return limitedGroup(b.most)
	}
	door, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	return &group{door: door}, err
}

// limitedGroup makes a group that may have most bytes: below the one that this process is in,
// or where that may have none, below the next that may.
func limitedGroup(most int64) (*group, error) {
	own, files, err := ownGroup()
	if err != nil {
		return nil, err
	}
	if files == version1 {
		return makeGroup(own, files, most)
	}
	err = errors.New("none above this process passes memory on")
	for folder := own; ; folder = filepath.Dir(folder) {
		passed, none := os.ReadFile(filepath.Join(folder, "cgroup.subtree_control"))
		if none != nil {
			return nil, err
		}
		if slices.Contains(strings.Fields(string(passed)), "memory") {
			var g *group
			if g, err = makeGroup(folder, files, most); err == nil {
				return g, nil
			}
		}
	}
}

func makeGroup(parent string, files interfaceFiles, most int64) (*group, error) {
	sweep(parent)
	folder, err := os.MkdirTemp(parent, "lambdatest-")
	if err != nil {
		return nil, err
	}
	g := &group{folder: folder, files: files}
	if err := g.furnish(most); err != nil {
		g.remove()
		return nil, err
	}
	return g, nil
}

// sweep removes groups that tests left which were killed. Those that are in use
// can't be removed, and those that are new may be about to.
func sweep(parent string) {
	old, _ := filepath.Glob(filepath.Join(parent, "lambdatest-*"))
	for _, folder := range old {
		if info, err := os.Stat(folder); err == nil && time.Since(info.ModTime()) > time.Minute {
			os.Remove(folder)
		}
	}
}

func (g *group) furnish(most int64) (err error) {
	if err := g.write(g.files.limit, most); err != nil {
		return err
	}
	swap := int64(0)
	if g.files == version1 {
		swap = most // with memory
	}
	if err := g.write(g.files.swap, swap); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) { // this kernel knows no swap
		return err
	}
	g.door, err = os.OpenFile(filepath.Join(g.folder, "cgroup.procs"), os.O_WRONLY, 0)
	return err
}

func (g *group) write(name string, value int64) error {
	file, err := os.OpenFile(filepath.Join(g.folder, name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(strconv.FormatInt(value, 10))
	return errors.Join(err, file.Close())
}

// peak is the most memory, in bytes, that was in use at a time; 0 if unknown.
func (g *group) peak() int64 {
	text, err := os.ReadFile(filepath.Join(g.folder, g.files.peak))
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}

// remove removes the group. Nothing is in it any more, or won't be in a moment.
func (g *group) remove() {
	g.door.Close()
	for range 100 {
		if g.folder == "" || os.Remove(g.folder) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// ownGroup finds the folder of this process's group that governs memory.
func ownGroup() (folder string, files interfaceFiles, err error) {
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return "", files, err
	}
	defer mounts.Close()
	var unified string
	for lines := bufio.NewScanner(mounts); lines.Scan(); {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		place, kind := strings.Fields(before), strings.Fields(after)
		switch {
		case len(place) < 5 || len(kind) < 3:
		case kind[0] == "cgroup" && slices.Contains(strings.Split(kind[2], ","), "memory"):
			return within(place, "memory"), version1, nil
		case kind[0] == "cgroup2":
			unified = within(place, "")
		}
	}
	if unified == "" {
		return "", files, errors.New("none is mounted")
	}
	return unified, version2, nil
}

// within is the folder of this process's group of a controller, by a line of
// mountinfo.
func within(mount []string, controller string) string {
	root, point := mount[3], mount[4]
	groups, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(groups)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) == 3 && slices.Contains(strings.Split(parts[1], ","), controller) {
			return filepath.Join(point, strings.TrimPrefix(parts[2], root))
		}
	}
	return point
}
