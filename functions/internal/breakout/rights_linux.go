//go:build linux && (amd64 || arm64)

package breakout

import "golang.org/x/sys/unix"

// onRights loosens the jail itself, or looks for a way around.
var onRights = []Attempt{
	{"become dumpable", func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) }, forbidden},
	{"let itself be traced", func() error { return unix.Prctl(unix.PR_SET_PTRACER, uintptr(parent), 0, 0, 0) }, forbidden},
	{"change a limit", func() error { return unix.Prlimit(0, unix.RLIMIT_CORE, &unix.Rlimit{}, nil) }, forbidden},
	{"change a limit by the older call", func() error { return raw(unix.SYS_SETRLIMIT, unix.RLIMIT_CORE) }, Killed},
	{"become another user", func() error { return raw(unix.SYS_SETUID) }, Killed},
	{"take capabilities", func() error { return raw(unix.SYS_CAPSET) }, Killed},
	{"filter otherwise", func() error { return raw(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER) }, Killed},
	{"filter as a jail is closed", closeAgain, Killed},
	{"confine otherwise", func() error { return raw(unix.SYS_LANDLOCK_RESTRICT_SELF) }, Killed},
	{"bypass the filter by io_uring", func() error { return raw(unix.SYS_IO_URING_SETUP, 1) }, Killed},
	{"command a descriptor", func() error { _, err := unix.IoctlGetInt(2, unix.TIOCINQ); return err }, "ENOTTY"}, // as one types into a terminal
	{"use the kernel's keys", func() error { return raw(unix.SYS_KEYCTL) }, Killed},
	{"count the machine's events", func() error { return raw(unix.SYS_PERF_EVENT_OPEN) }, Killed},
	{"read the kernel's log", func() error { return raw(unix.SYS_SYSLOG) }, Killed},
	{"set the clock", func() error { return raw(unix.SYS_CLOCK_SETTIME) }, Killed},
	{"restart the machine", func() error { return raw(unix.SYS_REBOOT) }, Killed},                         // without the numbers that it takes
	{"make a call of another architecture", func() error { return raw(1<<30 | unix.SYS_GETPID) }, Killed}, // amd64's x32
	{"make a call that is unknown", func() error { return raw(1000) }, Killed},
}

// closeAgain adds a filter as package jail does, but for the filter.
func closeAgain() error {
	return raw(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC|unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW)
}
