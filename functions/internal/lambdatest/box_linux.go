package lambdatest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Whom a function runs as: nobody of this machine.
const (
	uid = 993
	gid = 990
)

// findBox tries what this machine gives.
func findBox() (b box) {
	if err := (box{walls: true}).try(); err != nil {
		b.missing = append(b.missing, fmt.Sprintf("read-only root, /tmp, user and processes, since there are no namespaces: %v", err))
	} else {
		b.walls = true
	}
	if err := (box{memory: true, most: Memory}).try(); err != nil {
		b.missing = append(b.missing, fmt.Sprintf("memory of %d MB, since there is no cgroup: %v", Memory>>20, err))
	} else {
		b.memory = true
	}
	return b
}

// try has a process go into the box, and do nothing there.
func (b box) try() error {
	var said bytes.Buffer
	command := &exec.Cmd{Dir: "/", Env: []string{}, Stderr: &said, SysProcAttr: &syscall.SysProcAttr{}}
	g, err := b.confine(command, nothing)
	if err != nil {
		return err
	}
	defer g.remove()
	if err := command.Run(); err != nil {
		return fmt.Errorf("%w %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// confine makes of a command one that goes into the box and becomes the
// bootstrap there.
func (b box) confine(command *exec.Cmd, bootstrap string) (*group, error) {
	command.Path = "/proc/self/exe" // this test binary, see [enter]
	command.Args = []string{boxed, open, bootstrap, b.authority}
	if b.walls {
		command.Args[1] = walled
		wall(command.SysProcAttr)
	}
	g, err := b.newGroup()
	if err != nil {
		return nil, err
	}
	command.ExtraFiles = []*os.File{g.door} // becomes doorFD
	return g, nil
}

// start starts a process from a thread that lasts. The process is to end with
// its parent, see [enter], for which Linux takes the thread; and Go ends some.
func start(command *exec.Cmd) error {
	started := make(chan error)
	starting() <- func() { started <- command.Start() }
	return <-started
}

var starting = sync.OnceValue(func() chan<- func() {
	todo := make(chan func())
	go func() {
		runtime.LockOSThread()
		for do := range todo {
			do()
		}
	}()
	return todo
})

// wall has a process start in namespaces of its own, with the rights over them
// that [enter] needs.
func wall(attributes *syscall.SysProcAttr) {
	user, team, root := os.Geteuid(), os.Getegid(), os.Geteuid() == 0
	if root {
		user, team = uid, gid // root's processes aren't limited
	}
	attributes.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC
	attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: user, Size: 1}}
	attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: team, Size: 1}}
	attributes.GidMappingsEnableSetgroups = root
	attributes.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SETUID, unix.CAP_SETGID}
}

// inside is the path by which this process finds what a process of a box sees
// at path.
func inside(pid int, path string) string {
	return filepath.Join("/proc", fmt.Sprint(pid), "root", path)
}
