package lambdatest

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// The name of a process that goes into a box, and its first argument: whether
// it has namespaces. The second is the bootstrap; without one it was a try.
const (
	boxed  = "lambdatest-box"
	walled = "walled"
	open   = "open"
)

// doorFD is where such a process has the door of its cgroup, if it has one.
const doorFD = 3

// Every binary that has hosts can be executed again to go into a box. This is
// no matter of TestMain: one that forgot it would run its tests instead, which
// would do the same.
func init() {
	if os.Args[0] != boxed {
		return
	}
	runtime.LockOSThread() // rights belong to threads
	fmt.Fprintln(os.Stderr, "lambdatest:", enter(os.Args[1] == walled, os.Args[2:]))
	os.Exit(1)
}

// enter makes of this process a bootstrap in a box. It returns only an error.
func enter(walls bool, bootstrap []string) error {
	if door := os.NewFile(doorFD, "door"); len(bootstrap) > 0 {
		door.WriteString("0") // itself; without a cgroup, there is no door
		door.Close()
	}
	if walls {
		if err := build(); err != nil {
			return err
		}
	}
	if err := limit(walls); err != nil {
		return err
	}
	if len(bootstrap) == 0 {
		os.Exit(0)
	}
	// Whatever runs the tests may have left something open.
	if err := unix.CloseRange(3, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("close_range: %w", err)
	}
	return syscall.Exec(bootstrap[0], bootstrap, os.Environ())
}

// limit sets Lambda's limits. Without namespaces, a user's other processes
// would be counted, too.
func limit(walls bool) error {
	limits := map[int]uint64{unix.RLIMIT_NOFILE: MaxDescriptors, unix.RLIMIT_CORE: 0}
	if walls {
		limits[unix.RLIMIT_NPROC] = MaxProcesses
	}
	for resource, most := range limits {
		// syscall's, unlike unix's, keeps Go from setting NOFILE back.
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("limit %d: %w", resource, err)
		}
	}
	return nil
}

// The parts of this machine that a function may see, if they are there. Links
// stay links.
var (
	seen    = []string{"/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage"}
	devices = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}
)

// build puts up the root and has this process, which comes in the function's
// folder, live there as a user without privileges.
//
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
func build() error {
	m := &mason{root: "/tmp"} // any folder will do: nobody else sees what is put on it
	m.try("keep to itself", unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""))
	m.become(user, team)
	m.mount("tmpfs", "/", "mode=755,size=1m")
	for _, path := range seen {
		m.show(path)
	}
	for _, path := range devices {
		m.show(path)
	}
	m.bind(".", taskRoot)
	m.folder("/proc")
	m.folder("/tmp")
	m.seal()
	m.mount("proc", "/proc", "")
	m.mount("tmpfs", "/tmp", fmt.Sprintf("mode=1777,size=%d", MaxStorage))
	m.move()
	return m.err
}

// mason builds a root, up to the first error.
type mason struct {
	root string
	err  error
}

func (m *mason) try(what string, err error) {
	if m.err == nil && err != nil {
		m.err = fmt.Errorf("%s: %w", what, err)
	}
}

// become gives up the groups of whoever runs the tests, and their files. Only
// this thread becomes another user; what it executes inherits that.
func (m *mason) become(user, team uintptr) {
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0); errno != 0 && errno != unix.EPERM { // only root may, and must
		m.try("setgroups", errno)
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESGID, team, team, team); errno != 0 {
		m.try("setresgid", errno)
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, user, user, user); errno != 0 {
		m.try("setresuid", errno)
	}
}

func (m *mason) folder(path string) {
	m.try("make "+path, os.MkdirAll(m.root+path, 0o755))
}

func (m *mason) mount(kind, path, options string) {
	m.try("mount "+path, unix.Mount(kind, m.root+path, kind, unix.MS_NOSUID|unix.MS_NODEV, options))
}

// show lets a part of this machine be seen.
func (m *mason) show(path string) {
	if target, err := os.Readlink(path); err == nil {
		m.try("link "+path, os.Symlink(target, m.root+path))
		return
	}
	if _, err := os.Stat(path); err == nil {
		m.bind(path, path)
	}
}

func (m *mason) bind(from, to string) {
	if info, err := os.Stat(from); err == nil && !info.IsDir() {
		m.folder(filepath.Dir(to))
		m.try("make "+to, os.WriteFile(m.root+to, nil, 0o644))
	} else {
		m.folder(to)
	}
	m.try("show "+from, unix.Mount(from, m.root+to, "", unix.MS_BIND|unix.MS_REC, ""))
}

// seal makes all that is there read-only, for good.
func (m *mason) seal() {
	read := &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}
	m.try("make the root read-only", unix.MountSetattr(unix.AT_FDCWD, m.root, unix.AT_RECURSIVE, read))
}

// move goes into the root, leaves nothing else to be seen, and gives up the
// rights that it took.
func (m *mason) move() {
	m.try("go in", os.Chdir(m.root))
	m.try("go in", unix.PivotRoot(".", "."))
	m.try("leave", unix.Unmount(".", unix.MNT_DETACH))
	m.try("go to the code", os.Chdir(taskRoot))
	none := [2]unix.CapUserData{}
	m.try("give up rights", unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]))
}
