//go:build linux

package lambdatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func init() {
	acts["explore"] = func() any { return explore() }
	acts["900 threads"] = func() any { return occupy(900) }
	acts["1100 threads"] = func() any { return occupy(1100) }
	acts["400 MB"] = func() any { return fill(400 << 20) }
	acts["600 MB"] = func() any { return fill(600 << 20) }
}

// inherited are the open files that the function has before it does anything,
// but for what Go's runtime has opened.
var inherited = func() (files []string) {
	entries, _ := filepath.Glob("/proc/self/fd/*")
	for _, entry := range entries {
		if file, err := os.Readlink(entry); err == nil && !strings.HasPrefix(file, "anon_inode:[event") {
			files = append(files, file)
		}
	}
	return files
}()

// explore is what the function finds when it looks around.
func explore() map[string]string {
	found := map[string]string{
		"user":        fmt.Sprint(os.Getuid(), os.Getgid(), os.Geteuid(), os.Getegid()),
		"groups":      fmt.Sprint(os.Getgroups()),
		"rights":      status("CapEff") + status("CapAmb") + status("CapInh"),
		"code":        fmt.Sprintln(os.Executable()),
		"folder":      fmt.Sprintln(os.Getwd()),
		"descriptors": regexp.MustCompile(`:\[\d+\]`).ReplaceAllString(strings.Join(inherited, " "), ""),
		"left":        fmt.Sprint(descriptorsLeft()),
		"root":        strings.Join(names("/"), " "),
		"home":        fmt.Sprint(names("/root"), names("/home")),
		"tmp":         fmt.Sprint(names("/tmp"), capacity("/tmp")),
		"processes":   strings.Join(slices.DeleteFunc(names("/proc"), notNumber), " "),
		"become root": fmt.Sprint(syscall.Setuid(0)),
		"mount":       fmt.Sprint(syscall.Mount("tmpfs", "/usr", "tmpfs", 0, "")),
		"remount":     fmt.Sprint(syscall.Mount("", "/usr", "", syscall.MS_REMOUNT|syscall.MS_BIND, "")),
	}
	for _, folder := range []string{"/", "/usr", "/etc", "/dev", taskRoot, "/var", "/tmp"} {
		found["write to "+folder] = fmt.Sprint(errors.Unwrap(os.WriteFile(filepath.Join(folder, "trace"), nil, 0o600)))
	}
	return found
}

func status(field string) string {
	text, _ := os.ReadFile("/proc/self/status")
	_, value, _ := strings.Cut(string(text), "\n"+field+":\t")
	value, _, _ = strings.Cut(value, "\n")
	return strings.TrimLeft(value, "0")
}

func names(folder string) []string {
	entries, _ := os.ReadDir(folder)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func notNumber(name string) bool { _, err := strconv.Atoi(name); return err != nil }

// capacity is in bytes.
func capacity(folder string) uint64 {
	var s syscall.Statfs_t
	syscall.Statfs(folder, &s)
	return s.Blocks * uint64(s.Bsize)
}

// descriptorsLeft opens files until no more can be, and returns the highest
// number and why it was the last.
func descriptorsLeft() (highest uintptr, err error) {
	var files []*os.File
	for {
		file, err := os.Open(os.DevNull)
		if err != nil {
			for _, file := range files {
				file.Close()
			}
			return highest, errors.Unwrap(err)
		}
		highest = file.Fd()
		files = append(files, file)
	}
}

// occupy starts n threads and returns their number.
func occupy(n int) int {
	started := make(chan int)
	for range n {
		go func() {
			runtime.LockOSThread()
			started <- 1
			select {}
		}()
	}
	sum := 0
	for range n {
		sum += <-started
	}
	return sum
}

// fill takes n bytes of memory and returns their number.
func fill(n int) int {
	pages := make([]byte, n)
	for i := 0; i < n; i += 4096 {
		pages[i] = 1
	}
	defer runtime.KeepAlive(pages)
	return len(pages)
}

// boxedHost is patient: what is tried here takes its time.
func boxedHost(t *testing.T, given func(box) bool) *Host {
	t.Helper()
	if !given(theBox()) {
		t.Skip(Missing())
	}
	host := newHost(t, nil)
	host.config.Timeout = time.Minute
	return host
}

func walls(b box) bool  { return b.walls }
func memory(b box) bool { return b.memory }

func TestBox(t *testing.T) {
	host := boxedHost(t, walls)
	found := map[string]string{}
	if err := json.Unmarshal(call(t, host, "explore").Body, &found); err != nil {
		t.Fatal(err)
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"user":                 "993 990 993 990",
		"groups":               "[] <nil>",
		"rights":               "",
		"code":                 filepath.Join(taskRoot, filepath.Base(binary)) + " <nil>\n",
		"folder":               taskRoot + " <nil>\n",
		"descriptors":          "/dev/null pipe pipe",
		"left":                 "1023 too many open files",
		"home":                 "[] []",
		"tmp":                  "[] 536870912",
		"processes":            "1",
		"become root":          "invalid argument", // there is none
		"mount":                "operation not permitted",
		"remount":              "operation not permitted",
		"write to /":           "read-only file system",
		"write to /usr":        "read-only file system",
		"write to /etc":        "read-only file system",
		"write to /dev":        "read-only file system",
		"write to /var":        "read-only file system",
		"write to " + taskRoot: "read-only file system",
		"write to /tmp":        "<nil>",
	} {
		if found[name] != want {
			t.Errorf("%s: %s, want %s", name, found[name], want)
		}
	}
	for name := range strings.FieldsSeq(found["root"]) {
		if !slices.Contains([]string{"bin", "dev", "etc", "lib", "lib64", "proc", "sbin", "sys", "tmp", "usr", "var"}, name) {
			t.Errorf("the root has /%s", name)
		}
	}
	if files := host.Usage().Files; !slices.Equal(files, []string{"trace"}) {
		t.Errorf("in /tmp the host sees %q, want the trace", files)
	}
	host.Stop()
	if got := call(t, host, "explore"); !strings.Contains(string(got.Body), `"tmp":"[] 5`) {
		t.Errorf("the next process finds %s, want /tmp empty", got.Body)
	}
}

func TestProcessesAreLimited(t *testing.T) {
	host := boxedHost(t, walls)
	if got := call(t, host, "900 threads"); string(got.Body) != "900" {
		t.Errorf("900 threads: %s, %v", got.Body, got.Error)
	}
	if got := call(t, host, "1100 threads"); got.Error == nil || got.Error.Type != "Runtime.ExitError" {
		t.Errorf("1,100 threads: %s, %v; want none", got.Body, got.Error)
	}
}

func TestMemoryIsLimited(t *testing.T) {
	host := boxedHost(t, memory)
	if got := call(t, host, "400 MB"); string(got.Body) != strconv.Itoa(400<<20) {
		t.Errorf("400 MB: %s, %v", got.Body, got.Error)
	}
	host.Stop()
	if got := host.Usage().Memory; got < 400<<20 || got > Memory {
		t.Errorf("a function that took 400 MB had %d bytes", got)
	}
	if got := call(t, host, "600 MB"); got.Error == nil || !strings.Contains(got.Error.Message, "killed") {
		t.Errorf("600 MB: %s, %v; want it killed", got.Body, got.Error)
	}
}

func TestMemoryIsTheFunctions(t *testing.T) {
	host := boxedHost(t, memory)
	host.box.most = 256 << 20
	if got := call(t, host, "400 MB"); got.Error == nil || !strings.Contains(got.Error.Message, "killed") {
		t.Errorf("400 MB of 256: %s, %v; want it killed", got.Body, got.Error)
	}
}
