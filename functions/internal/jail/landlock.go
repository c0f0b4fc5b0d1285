//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// folders are read by the loader of libraries, and by Go's runtime and the C
// library as they start.
var folders = []string{
	"/lib", "/lib64", "/usr/lib", "/usr/lib64",
	"/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage",
}

// loaders execute dynamic binaries; the kernel takes the one of its processor.
var loaders = []string{"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"}

const (
	readFile = unix.LANDLOCK_ACCESS_FS_READ_FILE
	execute  = unix.LANDLOCK_ACCESS_FS_EXECUTE
	readDir  = unix.LANDLOCK_ACCESS_FS_READ_DIR
)

// confine leaves to the current thread, and to all that comes of it, nothing
// of the file system but self, files, and the system's libraries. If it can't,
// [probeLandlock] finds out.
//
// https://docs.kernel.org/userspace-api/landlock.html
func confine(self string, files []string) {
	version, err := landlockVersion()
	if err != nil {
		return
	}
	governed := ruleset(version)
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&governed)), unsafe.Sizeof(governed), 0)
	if errno != 0 {
		return
	}
	defer unix.Close(int(fd))
	permit(fd, readFile, "/etc/ld.so.cache", "/proc/cpuinfo") // by the latter arm64's JPEG decoder chooses its code
	permit(fd, readFile|readDir, files...)
	permit(fd, readFile|execute, self)
	permit(fd, readFile|execute, loaders...)
	permit(fd, readFile|readDir, folders...)
	unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0)
}

// landlockVersion returns the version of landlock that the kernel has.
func landlockVersion() (int, error) {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	switch errno {
	case 0:
		return int(version), nil
	case unix.ENOSYS, unix.EOPNOTSUPP: // not built in, not switched on
		return 0, errors.New(NotOffered)
	}
	return 0, os.NewSyscallError("landlock_create_ruleset", errno)
}

// ruleset governs all that a version of landlock can, up to version 6. What
// isn't permitted of it is then forbidden. Moving files between folders
// (version 2) always is.
func ruleset(version int) unix.LandlockRulesetAttr {
	r := unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_REFER - 1}
	if version >= 3 {
		r.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= 4 {
		r.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if version >= 5 {
		r.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if version >= 6 {
		r.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	return r
}

// permit allows an access to files, or to all beneath folders. What isn't
// there needs no permission, and no file can be listed.
func permit(ruleset, access uintptr, paths ...string) {
	for _, path := range paths {
		fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		rule := unix.LandlockPathBeneathAttr{Allowed_access: uint64(access), Parent_fd: int32(fd)}
		var stat unix.Stat_t
		if unix.Fstat(fd, &stat) == nil && stat.Mode&unix.S_IFMT != unix.S_IFDIR {
			rule.Allowed_access &^= readDir
		}
		unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, ruleset, unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
		unix.Close(fd)
	}
}

// probeLandlock tries what landlock must not allow.
func probeLandlock() error {
	if _, err := landlockVersion(); err != nil {
		return err
	}
	fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		unix.Close(fd)
		return errors.New("the root folder can be read")
	}
	if err != unix.EACCES {
		return &os.PathError{Op: "open", Path: "/", Err: err}
	}
	return nil
}
