package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"primrose/functions/internal/lambdatest"
)

// All tests of this package run within Lambda's limits, see package
// lambdatest. These say what is used of them.

// The function does its work with little of what it is given, in a whole jail.
// What this machine can't limit is said by a skip.
func TestLambdasLimits(t *testing.T) {
	d := deploy(t, map[string]string{jailName: "required"})
	d.put(t, "rose.jpg", photo(t))
	for _, format := range []string{"jpg", "pjpg", "png", "webp", "avif", "gif", "json"} {
		d.want(t, 200, "/rose.jpg/-/fm="+format+",w=300")
	}
	if got := d.operate(t, `{"operation":"getSample"}`); got.Error != nil {
		t.Error(got.Error)
	}
	function := d.Pid()
	for name, pid := range map[string]int{"function": function, "worker": onlyChild(t, function)} {
		descriptors, threads := used(pid)
		t.Logf("%s: %d of %d descriptors, %d of %d processes and threads", name, descriptors, lambdatest.MaxDescriptors, threads, lambdatest.MaxProcesses)
		if descriptors > lambdatest.MaxDescriptors/10 || threads > lambdatest.MaxProcesses/10 {
			t.Errorf("the %s uses more than a tenth of what both may", name)
		}
	}
	d.Stop()
	u := d.Usage()
	t.Logf("%d MB of %d MB of memory, ready after %v of %v", u.Memory>>20, lambdatest.Memory>>20, u.Init, lambdatest.MaxInit)
	if missing := lambdatest.Missing(); len(missing) > 0 {
		t.Skipf("NOT LIMITED HERE: %s", strings.Join(missing, "; "))
	}
}

// used counts the open descriptors and the threads of a process.
func used(pid int) (descriptors, threads int) {
	entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)) // only Linux tells
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	return len(entries), len(tasks)
}

var largest = flag.Bool("largest", false, "make the largest variants, and use them as originals, within Lambda's limits: minutes")

// TestLargest makes the largest variant of each format, then a small one of
// that, in less than a third of the memory that a stage has by default. What is
// too much for it is refused, before this machine, like Lambda, kills somebody.
func TestLargest(t *testing.T) {
	if !*largest {
		t.Skip("minutes: -largest runs it")
	}
	for _, variant := range []string{"fm=jpg,h=8192,w=8192", "fm=pjpg,h=8192,w=8192", "fm=png,h=8192,w=8192", "fm=webp,h=8192,w=8192", "fm=avif,h=4096,w=4096", "fm=gif,h=4096,w=4096"} {
		t.Run(variant, func(t *testing.T) {
			made := makeAlone(t, photo(t), "fit=scale,"+variant)
			if made.Status == 200 {
				makeAlone(t, made.Body, "fm=jpg,w=300")
			}
		})
	}
}

// makeAlone makes one variant in a function of its own, says what that took, and
// checks that the function works afterwards.
func makeAlone(t *testing.T, original []byte, options string) response {
	t.Helper()
	d := deploy(t, nil)
	d.put(t, "large", original)
	d.put(t, "rose.jpg", photo(t))
	got := d.request(t, "GET", "/large/-/"+options, nil)
	function := d.Pid()
	d.want(t, 200, "/rose.jpg/-/w=300")
	if d.Pid() != function || got.Status != 200 && got.Status != 422 {
		t.Errorf("%s of %d bytes: %d %.200s; want it made or refused, and the function alive", options, len(original), got.Status, got.Body)
	}
	d.Stop()
	verdict := "made"
	if got.Status != 200 {
		verdict = fmt.Sprintf("refused: %.120s", got.Body)
	}
	t.Logf("%s of %d bytes: %d %s; %d MB of %d MB", options, len(original), got.Status, verdict, d.Usage().Memory>>20, lambdatest.Memory>>20)
	return got
}
