//go:build linux && (amd64 || arm64)

package jail

import "golang.org/x/sys/unix"

// call is a system call with its numbers, which differ between processors.
type call struct {
	name         string
	amd64, arm64 int
}

// none is the number of a call that a processor doesn't have.
const none = -1

// number returns the call's number on an architecture as audit names it.
func (c call) number(arch uint32) int {
	if arch == unix.AUDIT_ARCH_AARCH64 {
		return c.arm64
	}
	return c.amd64
}

// free are the calls that may be made with any arguments: memory, threads,
// clocks, open descriptors, and looking at files.
var free = []call{
	{"futex", 202, 98},
	{"read", 0, 63},
	{"write", 1, 64},
	{"madvise", 28, 233},
	{"munmap", 11, 215},
	{"mremap", 25, 216},
	{"brk", 12, 214},
	{"mincore", 27, 232},

	{"readv", 19, 65},
	{"writev", 20, 66},
	{"pread64", 17, 67},
	{"recvmsg", 47, 212},
	{"lseek", 8, 62},
	{"dup", 32, 23},
	{"close", 3, 57},
	{"epoll_create1", 291, 20},
	{"epoll_ctl", 233, 21},
	{"epoll_pwait", 281, 22},
	{"eventfd2", 290, 19},

	{"access", 21, none},
	{"faccessat", 269, 48},
	{"stat", 4, none},
	{"lstat", 6, none},
	{"fstat", 5, 80},
	{"newfstatat", 262, 79},
	{"statfs", 137, 43},
	{"fstatfs", 138, 44},
	{"readlink", 89, none},
	{"readlinkat", 267, 78},
	{"getdents64", 217, 61},
	{"getcwd", 79, 17},

	{"clock_gettime", 228, 113},
	{"gettimeofday", 96, 169},
	{"nanosleep", 35, 101},
	{"clock_nanosleep", 230, 115},
	{"restart_syscall", 219, 128},
	{"getrandom", 318, 278},
	{"getrusage", 98, 165},
	{"sysinfo", 99, 179},

	{"getpid", 39, 172},
	{"gettid", 186, 178},
	{"sched_yield", 24, 124},
	{"sched_getaffinity", 204, 123},
	{"set_robust_list", 273, 99},
	{"rseq", 334, 293},
	{"sigaltstack", 131, 132},
	{"rt_sigaction", 13, 134},
	{"rt_sigprocmask", 14, 135},
	{"rt_sigreturn", 15, 139},
	{"exit", 60, 93},
	{"exit_group", 231, 94},
}

// refused are the calls that fail as they may anywhere, since well-behaved
// code makes them and goes on without.
var refused = []struct {
	errno unix.Errno
	calls []call
}{
	{unix.ENOSYS, []call{{"clone3", 435, 435}}}, // its flags lie in memory, out of the filter's sight; the C library then takes clone
	// GLib asks what standard error is before it logs.
	{unix.ENOTTY, []call{{"ioctl", 16, 29}}},
	{unix.ENOTSOCK, []call{{"getpeername", 52, 205}}},
	// Fontconfig tries to lock and to renew its cache; open's flags aren't worth a look, for libraries take openat.
	{unix.EACCES, []call{{"open", 2, none}, {"link", 86, none}, {"linkat", 265, 37}, {"unlink", 87, none}, {"unlinkat", 263, 35}}},
}

// namespaces are the flags of clone that would make one.
const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
	unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET

// writing are the flags of openat with which more than reading is asked for.
const writing = unix.O_ACCMODE | unix.O_CREAT | unix.O_TRUNC | unix.O_TMPFILE&^unix.O_DIRECTORY

// openat is how files are opened: all other calls that do are refused anyway.
var openat = call{"openat", 257, 56}

// seccomp puts a filter in front of those that are there.
var seccomp = call{"seccomp", 317, 277}

// judged are the calls that depend on their arguments. pid is the process's;
// fonts says whether files may be read.
func judged(pid uint32, fonts bool) []judgement {
	kill, allow, perm := verdict(unix.SECCOMP_RET_KILL_PROCESS), verdict(unix.SECCOMP_RET_ALLOW), fail(unix.EPERM)
	reading := fail(unix.EACCES) // the C library tries now and then, and goes on without
	if fonts {
		reading = allow
	}
	return []judgement{
		{call{"clone", 56, 220}, ifBits(arg(0), namespaces, kill, ifBits(arg(0), unix.CLONE_THREAD, allow, kill))},
		{call{"mmap", 9, 222}, ifBits(arg(2), unix.PROT_EXEC, fail(unix.EACCES), allow)},
		{call{"mprotect", 10, 226}, ifBits(arg(2), unix.PROT_EXEC, fail(unix.EACCES), allow)},
		{openat, ifBits(arg(2), writing, fail(unix.EACCES), reading)},
		// [Close] adds a filter, in this one way.
		{seccomp, ifOneOf(arg(0), []uint32{unix.SECCOMP_SET_MODE_FILTER}, ifOneOf(arg(1), []uint32{everyThread}, allow, kill), kill)},
		// A thread may have a name, and so may memory.
		{call{"prctl", 157, 167}, ifOneOf(arg(0), []uint32{unix.PR_SET_NAME, unix.PR_SET_VMA}, allow, perm)},
		// A descriptor may not be told to send signals to others.
		{call{"fcntl", 72, 25}, ifOneOf(arg(1), []uint32{unix.F_DUPFD, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL, unix.F_DUPFD_CLOEXEC}, allow, perm)},
		// Go interrupts its own threads.
		{call{"tgkill", 234, 131}, ifOneOf(arg(0), []uint32{pid}, allow, kill)},
		// Limits may be read: without a new one, and of this process.
		{call{"prlimit64", 302, 261}, ifZero(arg(0), ifZero(arg(2), ifZero(high(2), allow, perm), perm), perm)},
	}
}
