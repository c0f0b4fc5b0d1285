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

// The name of a process that goes into a box, and its arguments: whether it has
// namespaces, which bootstrap it becomes, if any, and its authority, if any.
const (
	boxed   = "lambdatest-box"
	walled  = "walled"
	open    = "open"
	nothing = ""
)

// doorFD is where such a process has the door of its cgroup.
const doorFD = 3

// Every binary that has hosts can be executed again to go into a box. This is
// no matter of TestMain: one that forgot it would run its tests instead, which
// would do the same.
func init() {
	if os.Args[0] != boxed {
		return
	}
	runtime.LockOSThread() // rights belong to threads
	fmt.Fprintln(os.Stderr, "lambdatest:", enter(os.Args[1] == walled, os.Args[2], os.Args[3]))
	os.Exit(1)
}

// enter makes of this process a bootstrap in a box. It returns only an error.
func enter(walls bool, bootstrap, authority string) error {
	if _, err := os.NewFile(doorFD, "door").WriteString("0"); err != nil { // itself
		return fmt.Errorf("enter the cgroup: %w", err)
	}
	if walls {
		if err := confine(authority); err != nil {
			return err
		}
	}
	if err := limit(walls); err != nil {
		return err
	}
	if bootstrap == nothing {
		os.Exit(0)
	}
	// Nobody else would end a function that is busy with its event when the tests are killed.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("prctl: %w", err)
	}
	// The door is open, and whatever runs the tests may have left something else so.
	if err := unix.CloseRange(3, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("close_range: %w", err)
	}
	if walls {
		bootstrap = filepath.Join(taskRoot, filepath.Base(bootstrap))
	}
	return syscall.Exec(bootstrap, []string{bootstrap}, os.Environ())
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

// confine puts up the root and has this process, which comes in the function's
// folder, live there as a user without privileges.
//
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
func confine(authority string) error {
	b := &builder{root: "/tmp"}       // any folder will do: nobody else sees what is put on it
	certificates := b.read(authority) // while it still may
	b.try("keep to itself", unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""))
	b.become(uid, gid)
	b.mount("tmpfs", "/", "mode=755,size=1m")
	for _, path := range seen {
		b.show(path)
	}
	for _, path := range devices {
		b.show(path)
	}
	b.bind(".", taskRoot)
	b.write(authorityPath, certificates)
	b.folder("/proc")
	b.folder("/tmp")
	b.seal()
	b.mount("proc", "/proc", "")
	b.mount("tmpfs", "/tmp", fmt.Sprintf("mode=1777,size=%d", MaxStorage))
	b.move()
	return b.err
}

// builder builds a root, up to the first error.
type builder struct {
	root string
	err  error
}

func (b *builder) try(what string, err error) {
	if b.err == nil && err != nil {
		b.err = fmt.Errorf("%s: %w", what, err)
	}
}

// become gives up the groups of whoever runs the tests, and their files. Only
// this thread becomes another user; what it executes inherits that.
func (b *builder) become(uid, gid uintptr) {
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0); errno != 0 && errno != unix.EPERM { // only root may, and must
		b.try("setgroups", errno)
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESGID, gid, gid, gid); errno != 0 {
		b.try("setresgid", errno)
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uid, uid, uid); errno != 0 {
		b.try("setresuid", errno)
	}
}

// read returns a file's content; that of "" is none.
func (b *builder) read(path string) []byte {
	if path == "" {
		return nil
	}
	content, err := os.ReadFile(path)
	b.try("read "+path, err)
	return content
}

// write makes a file, unless it would be empty.
func (b *builder) write(path string, content []byte) {
	if len(content) > 0 {
		b.folder(filepath.Dir(path))
		b.try("write "+path, os.WriteFile(b.root+path, content, 0o644))
	}
}

func (b *builder) folder(path string) {
	b.try("make "+path, os.MkdirAll(b.root+path, 0o755))
}

func (b *builder) mount(kind, path, options string) {
	b.try("mount "+path, unix.Mount(kind, b.root+path, kind, unix.MS_NOSUID|unix.MS_NODEV, options))
}

// show lets a part of this machine be seen.
func (b *builder) show(path string) {
	if target, err := os.Readlink(path); err == nil {
		b.try("link "+path, os.Symlink(target, b.root+path))
		return
	}
	if _, err := os.Stat(path); err == nil {
		b.bind(path, path)
	}
}

func (b *builder) bind(from, to string) {
	if info, err := os.Stat(from); err == nil && !info.IsDir() {
		b.folder(filepath.Dir(to))
		b.try("make "+to, os.WriteFile(b.root+to, nil, 0o644))
	} else {
		b.folder(to)
	}
	b.try("show "+from, unix.Mount(from, b.root+to, "", unix.MS_BIND|unix.MS_REC, ""))
}

// seal makes all that is there read-only, for good.
func (b *builder) seal() {
	read := &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}
	b.try("make the root read-only", unix.MountSetattr(unix.AT_FDCWD, b.root, unix.AT_RECURSIVE, read))
}

// move goes into the root, leaves nothing else to be seen, and gives up the
// rights that it took.
func (b *builder) move() {
	b.try("go in", os.Chdir(b.root))
	b.try("go in", unix.PivotRoot(".", "."))
	b.try("leave", unix.Unmount(".", unix.MNT_DETACH))
	b.try("go to the code", os.Chdir(taskRoot))
	none := [2]unix.CapUserData{}
	b.try("give up rights", unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]))
}
