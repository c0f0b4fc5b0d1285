//go:build linux && (amd64 || arm64)

package jail

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// code is a part of a filter. A filter looks at one system call, and ends with
// a verdict on it.
type code []unix.SockFilter

// judgement is the code that a call comes to.
type judgement struct {
	call call
	code code
}

// program is the filter of an architecture, for the process of a number.
// Whatever it doesn't name, and any call made as by another architecture
// (x32 has numbers of its own on amd64), kills the process.
func program(arch, pid uint32, fonts bool) code {
	kill := verdict(unix.SECCOMP_RET_KILL_PROCESS)
	rest := kill
	add := func(calls []call, then code) {
		var numbers []uint32
		for _, c := range calls {
			if n := c.number(arch); n != none {
				numbers = append(numbers, uint32(n))
			}
		}
		if len(numbers) > 0 {
			rest = ifAccumulator(numbers, then, rest)
		}
	}
	for _, r := range refused {
		add(r.calls, fail(r.errno))
	}
	for _, j := range judged(pid, fonts) {
		add([]call{j.call}, j.code)
	}
	add(free, verdict(unix.SECCOMP_RET_ALLOW)) // added last, and so looked at first
	return slices.Concat(load(offsetArch), jump(unix.BPF_JEQ, arch, len(kill), 0), kill, load(offsetNumber), rest)
}

// last is the filter of an architecture behind which no other can be added,
// and without fonts no file opened. It stands in front of [program], so whatever
// it allows is judged there.
func last(arch uint32, fonts bool) code {
	rest := verdict(unix.SECCOMP_RET_ALLOW)
	if !fonts {
		rest = ifAccumulator([]uint32{uint32(openat.number(arch))}, fail(unix.EACCES), rest)
	}
	return slices.Concat(load(offsetNumber), ifAccumulator([]uint32{uint32(seccomp.number(arch))}, verdict(unix.SECCOMP_RET_KILL_PROCESS), rest))
}

// Where a filter finds what it looks at: struct seccomp_data.
const (
	offsetNumber = 0
	offsetArch   = 4
	offsetArgs   = 16
)

func load(offset uint32) code {
	return code{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}}
}

// arg loads the lower half of an argument, which is all of an int; high the
// upper one. Both architectures have the lower half first.
func arg(i uint32) code  { return load(offsetArgs + 8*i) }
func high(i uint32) code { return load(offsetArgs + 8*i + 4) }

func verdict(k uint32) code          { return code{{Code: unix.BPF_RET | unix.BPF_K, K: k}} }
func fail(errno unix.Errno) code     { return verdict(unix.SECCOMP_RET_ERRNO | uint32(errno)) }
func ifZero(what, yes, no code) code { return ifOneOf(what, []uint32{0}, yes, no) }

func ifOneOf(what code, values []uint32, yes, no code) code {
	return slices.Concat(what, ifAccumulator(values, yes, no))
}

// ifBits takes yes if any of the bits is set.
func ifBits(what code, bits uint32, yes, no code) code {
	return slices.Concat(what, jump(unix.BPF_JSET, bits, 0, len(yes)), yes, no)
}

// ifAccumulator takes yes if what was loaded last is one of the values.
func ifAccumulator(values []uint32, yes, no code) code {
	var c code
	for i, value := range values {
		after := len(values) - 1 - i
		if after > 0 {
			c = append(c, jump(unix.BPF_JEQ, value, after, 0)...)
		} else {
			c = append(c, jump(unix.BPF_JEQ, value, 0, len(yes))...)
		}
	}
	return slices.Concat(c, yes, no)
}

// jump skips that many instructions if the test succeeds, or fails: at most 255.
func jump(test uint16, k uint32, ifTrue, ifFalse int) code {
	return code{{Code: unix.BPF_JMP | unix.BPF_K | test, K: k, Jt: uint8(ifTrue), Jf: uint8(ifFalse)}}
}

// here is the architecture of this process.
func here() uint32 {
	if runtime.GOARCH == "arm64" {
		return unix.AUDIT_ARCH_AARCH64
	}
	return unix.AUDIT_ARCH_X86_64
}

// everyThread are the flags by which a filter is put in front of all threads.
// Kernels before 5.16 slow a filtered process down, lest code in it reads by
// speculation what it must not. All that is in this one, it may read.
const everyThread = unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW

// filter puts the code in front of every system call of every thread, and of
// the filters that are there: of their verdicts the strictest counts. It can't
// be taken away again.
//
// https://docs.kernel.org/userspace-api/seccomp_filter.html
func filter(c code) error {
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, everyThread,
		uintptr(unsafe.Pointer(&unix.SockFprog{Len: uint16(len(c)), Filter: &c[0]})))
	if errno != 0 {
		return os.NewSyscallError("seccomp", errno)
	}
	if thread != 0 {
		return fmt.Errorf("seccomp: thread %d can't take the filter", thread)
	}
	return nil
}
