//go:build linux && (amd64 || arm64)

package breakout

import "golang.org/x/sys/unix"

// onProcesses disturbs others. Signal 0 is none: it only asks whether one might
// be sent.
var onProcesses = []Attempt{
	{"signal the parent", func() error { return unix.Kill(parent, 0) }, Killed},
	{"signal everybody", func() error { return unix.Kill(-1, 0) }, Killed},
	{"signal a thread", func() error { return unix.Tgkill(parent, parent, 0) }, Killed},
	{"signal any thread", func() error { return raw(unix.SYS_TKILL, uintptr(parent)) }, Killed},
	{"signal with a value", func() error { return raw(unix.SYS_RT_SIGQUEUEINFO, uintptr(parent)) }, Killed},
	{"signal by a handle", func() error { return raw(unix.SYS_PIDFD_SEND_SIGNAL) }, Killed},
	{"have signals sent", func() error { _, err := unix.FcntlInt(2, unix.F_SETOWN, parent); return err }, forbidden},
	{"change a priority", func() error { return raw(unix.SYS_SETPRIORITY, unknown, uintptr(parent)) }, Killed}, // of nobody, or it would be changed
	{"read the parent's limits", func() error { return unix.Prlimit(parent, unix.RLIMIT_CORE, nil, &unix.Rlimit{}) }, forbidden},
}
