package lambdatest

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// taskRoot is where Lambda puts the function's code.
const taskRoot = "/var/task"

// box is what a function's process is confined to, as Lambda confines it: a
// root that can't be written to, its code in [taskRoot], a /tmp of its own, a
// user without privileges who sees no processes but the function's, and
// Lambda's limits of descriptors, processes and memory. The network stays this
// machine's, where the tests have their S3 server.
//
// A machine may refuse some of it. The function then runs without.
type box struct {
	walls   bool     // all of it but memory
	memory  bool     // its limit
	most    int64    // bytes of memory, of all processes together
	missing []string // what this machine refuses, and why

	authority string // file that the function may read at [authorityPath]; "" means none
}

// authorityPath is among the folders of layers, of which Lambda has /opt.
const authorityPath = "/opt/authority.pem"

// trusted is the file of certificates as the function sees it; "" means none.
func (b box) trusted() string {
	if b.walls && b.authority != "" {
		return authorityPath
	}
	return b.authority
}

// theBox is the one that this machine gives.
var theBox = sync.OnceValue(findBox)

// Missing says which of Lambda's limits this machine can't set, and why. The
// tests run without those.
func Missing() []string { return theBox().missing }

// root is the function's folder as the function sees it.
func (b box) root(bootstrap string) string {
	if b.walls {
		return taskRoot
	}
	return filepath.Dir(bootstrap)
}

// launch starts a process. What it is and where it runs is known by then.
func (b box) launch(command *exec.Cmd, bootstrap string) (*group, error) {
	if _, err := exec.LookPath(bootstrap); err != nil { // which a box would say less plainly
		return nil, err
	}
	command.Dir = filepath.Dir(bootstrap)
	g, err := b.confine(command, bootstrap)
	if err != nil {
		return nil, err
	}
	if err := start(command); err != nil {
		g.remove()
		return nil, err
	}
	return g, nil
}

// files names what is in /tmp of the box that process pid is in.
func (b box) files(pid int) []string {
	if !b.walls {
		return nil // it is everybody's
	}
	entries, err := os.ReadDir(inside(pid, "/tmp"))
	if err != nil {
		return nil // the process has ended, and its /tmp with it
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}
