package lambdatest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// user and team are whom a function runs as: nobody of this machine.
const (
	user = 993
	team = 990
)

// findBox tries what this machine gives.
func findBox() box {
	var b box
	if err := tryWalls(); err != nil {
		b.missing = append(b.missing, fmt.Sprintf("read-only root, /tmp, user and processes: this machine makes no namespaces: %v", err))
	} else {
		b.walls = true
	}
	if g, err := newGroup(); err != nil {
		b.missing = append(b.missing, fmt.Sprintf("memory of %d MB: this machine makes no cgroup: %v", Memory>>20, err))
	} else {
		b.memory = true
		g.remove()
	}
	return b
}

// tryWalls has a process go into a box, and do nothing there.
func tryWalls() error {
	var said bytes.Buffer
	command := &exec.Cmd{Path: "/proc/self/exe", Args: []string{boxed, walled}, Dir: "/", Env: []string{}, Stderr: &said}
	command.SysProcAttr = &syscall.SysProcAttr{}
	wall(command.SysProcAttr)
	if err := command.Run(); err != nil {
		return fmt.Errorf("%w %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// confine makes of a command one that goes into the box and becomes the
// bootstrap there.
func (b box) confine(command *exec.Cmd, bootstrap string) (*group, error) {
	command.Path = "/proc/self/exe" // this test binary, see [enter]
	command.Args = []string{boxed, open, bootstrap}
	if b.walls {
		command.Args = []string{boxed, walled, filepath.Join(taskRoot, filepath.Base(bootstrap))}
		wall(command.SysProcAttr)
	}
	if !b.memory {
		return &group{}, nil
	}
	g, err := newGroup()
	if err != nil {
		return nil, err
	}
	command.ExtraFiles = []*os.File{g.door} // becomes doorFD
	return g, nil
}

// wall has a process start in namespaces of its own, with the rights over them
// that [enter] needs.
func wall(attributes *syscall.SysProcAttr) {
	hostUser, hostTeam, root := os.Geteuid(), os.Getegid(), os.Geteuid() == 0
	if root {
		hostUser, hostTeam = user, team // whom the kernel counts processes of: it doesn't root's
	}
	attributes.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC
	attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: user, HostID: hostUser, Size: 1}}
	attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: team, HostID: hostTeam, Size: 1}}
	attributes.GidMappingsEnableSetgroups = root
	attributes.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SETUID, unix.CAP_SETGID}
}

// inside is the path by which this process finds what a process of a box sees
// at path.
func inside(pid int, path string) string {
	return filepath.Join("/proc", fmt.Sprint(pid), "root", path)
}
