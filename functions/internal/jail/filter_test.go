//go:build linux && (amd64 || arm64)

package jail

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

var archs = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

const (
	allow = unix.SECCOMP_RET_ALLOW
	kill  = unix.SECCOMP_RET_KILL_PROCESS
	pid   = 4711
)

func errno(e unix.Errno) uint32 { return unix.SECCOMP_RET_ERRNO | uint32(e) }

// decide interprets a filter for one system call.
func decide(t *testing.T, program code, arch, number uint32, args ...uint64) uint32 {
	t.Helper()
	data := binary.LittleEndian.AppendUint32(nil, number)
	data = binary.LittleEndian.AppendUint32(data, arch)
	data = binary.LittleEndian.AppendUint64(data, 0) // the instruction's address
	for i := range 6 {
		var value uint64
		if i < len(args) {
			value = args[i]
		}
		data = binary.LittleEndian.AppendUint64(data, value)
	}
	var accumulator uint32
	for at := 0; at < len(program); at++ {
		in := program[at]
		jump := func(taken bool) {
			if taken {
				at += int(in.Jt)
			} else {
				at += int(in.Jf)
			}
		}
		switch in.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			accumulator = binary.LittleEndian.Uint32(data[in.K:])
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			jump(accumulator == in.K)
		case unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K:
			jump(accumulator&in.K != 0)
		case unix.BPF_RET | unix.BPF_K:
			return in.K
		default:
			t.Fatalf("instruction %d is %+v", at, in)
		}
	}
	t.Fatalf("the filter has no verdict on call %d", number)
	return 0
}

// Every number is either in the table, or kills.
func TestFilterKnowsItsCalls(t *testing.T) {
	for name, arch := range archs {
		program := program(arch, pid, true)
		if n := len(program); n > 150 {
			t.Errorf("%s: the filter has %d instructions", name, n)
		}
		want := map[uint32]uint32{}
		for _, c := range free {
			want[uint32(c.number(arch))] = allow
		}
		for _, r := range refused {
			for _, c := range r.calls {
				want[uint32(c.number(arch))] = errno(r.errno)
			}
		}
		for _, j := range judged(pid, true) {
			delete(want, uint32(j.call.number(arch)))
		}
		judgedHere := map[uint32]bool{}
		for _, j := range judged(pid, true) {
			judgedHere[uint32(j.call.number(arch))] = true
		}
		const x32 = 0x40000000
		for number := range uint32(1024) {
			if judgedHere[number] {
				continue
			}
			verdict, named := want[number]
			if !named {
				verdict = kill
			}
			if got := decide(t, program, arch, number); got != verdict {
				t.Errorf("%s: call %d: verdict %#x, want %#x", name, number, got, verdict)
			}
			if got := decide(t, program, arch, number|x32); got != kill {
				t.Errorf("%s: call %d as of x32: verdict %#x", name, number, got)
			}
		}
		for _, foreign := range []uint32{unix.AUDIT_ARCH_I386, unix.AUDIT_ARCH_ARM, archs["amd64"] ^ archs["arm64"] ^ arch, 0} {
			for number := range uint32(1024) {
				if got := decide(t, program, foreign, number); got != kill {
					t.Errorf("%s: call %d of architecture %#x: verdict %#x", name, number, foreign, got)
				}
			}
		}
	}
}

func TestFilterJudgesArguments(t *testing.T) {
	const thread = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_THREAD | unix.CLONE_SYSVSEM
	const high = 1 << 32
	for _, test := range []struct {
		call string
		args []uint64
		want uint32
	}{
		{"clone", []uint64{thread}, allow},
		{"clone", []uint64{uint64(unix.SIGCHLD)}, kill},
		{"clone", []uint64{unix.CLONE_VM | unix.CLONE_VFORK}, kill},
		{"clone", []uint64{thread | unix.CLONE_NEWUSER}, kill},
		{"clone", []uint64{thread | unix.CLONE_NEWCGROUP}, kill},
		{"mmap", []uint64{0, 4096, unix.PROT_READ | unix.PROT_WRITE}, allow},
		{"mmap", []uint64{unix.PROT_EXEC, 4096, unix.PROT_READ}, allow},
		{"mmap", []uint64{0, 4096, unix.PROT_READ | unix.PROT_EXEC}, errno(unix.EACCES)},
		{"mmap", []uint64{0, 4096, high | unix.PROT_EXEC}, errno(unix.EACCES)},
		{"mprotect", []uint64{0, 4096, unix.PROT_NONE}, allow},
		{"mprotect", []uint64{0, 4096, unix.PROT_EXEC}, errno(unix.EACCES)},
		{"openat", []uint64{0, 0, unix.O_RDONLY | unix.O_CLOEXEC}, allow},
		{"openat", []uint64{0, 0, unix.O_RDONLY | unix.O_DIRECTORY}, allow},
		{"openat", []uint64{0, 0, unix.O_WRONLY}, errno(unix.EACCES)},
		{"openat", []uint64{0, 0, unix.O_RDWR}, errno(unix.EACCES)},
		{"openat", []uint64{0, 0, unix.O_CREAT}, errno(unix.EACCES)},
		{"openat", []uint64{0, 0, unix.O_TRUNC}, errno(unix.EACCES)},
		{"openat", []uint64{0, 0, unix.O_TMPFILE}, errno(unix.EACCES)},
		{"seccomp", []uint64{unix.SECCOMP_SET_MODE_FILTER, everyThread}, allow},
		{"seccomp", []uint64{unix.SECCOMP_SET_MODE_FILTER, 0}, kill},
		{"seccomp", []uint64{unix.SECCOMP_SET_MODE_FILTER, everyThread | unix.SECCOMP_FILTER_FLAG_NEW_LISTENER}, kill},
		{"seccomp", []uint64{unix.SECCOMP_SET_MODE_STRICT, everyThread}, kill},
		{"prctl", []uint64{unix.PR_SET_NAME}, allow},
		{"prctl", []uint64{unix.PR_SET_VMA}, allow},
		{"prctl", []uint64{unix.PR_SET_DUMPABLE, 1}, errno(unix.EPERM)},
		{"fcntl", []uint64{3, unix.F_GETFL}, allow},
		{"fcntl", []uint64{3, unix.F_DUPFD_CLOEXEC}, allow},
		{"fcntl", []uint64{3, unix.F_SETOWN}, errno(unix.EPERM)},
		{"fcntl", []uint64{3, unix.F_SETSIG}, errno(unix.EPERM)},
		{"tgkill", []uint64{pid, 1, 9}, allow},
		{"tgkill", []uint64{pid + 1, pid + 1, 9}, kill},
		{"tgkill", []uint64{0xffffffff, 1, 9}, kill},
		{"prlimit64", []uint64{0, unix.RLIMIT_STACK, 0}, allow},
		{"prlimit64", []uint64{pid + 1, unix.RLIMIT_STACK, 0}, errno(unix.EPERM)},
		{"prlimit64", []uint64{0, unix.RLIMIT_STACK, 1}, errno(unix.EPERM)},
		{"prlimit64", []uint64{0, unix.RLIMIT_STACK, high}, errno(unix.EPERM)},
	} {
		for name, arch := range archs {
			for _, j := range judged(pid, true) {
				if j.call.name != test.call {
					continue
				}
				if got := decide(t, program(arch, pid, true), arch, uint32(j.call.number(arch)), test.args...); got != test.want {
					t.Errorf("%s: %s%#x: verdict %#x, want %#x", name, test.call, test.args, got, test.want)
				}
			}
		}
	}
}

// The last filter forbids two calls; of all others the first one is the judge.
func TestLastFilter(t *testing.T) {
	for name, arch := range archs {
		for _, fonts := range []bool{false, true} {
			for number := range uint32(1024) {
				want := uint32(allow)
				switch {
				case number == uint32(seccomp.number(arch)):
					want = kill
				case number == uint32(openat.number(arch)) && !fonts:
					want = errno(unix.EACCES)
				}
				if got := decide(t, last(arch, fonts), arch, number); got != want {
					t.Errorf("%s, fonts %v: call %d: verdict %#x, want %#x", name, fonts, number, got, want)
				}
			}
		}
	}
}

// The numbers are the kernel's, as package unix has them for both processors.
func TestCallNumbers(t *testing.T) {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "golang.org/x/sys/unix").Output()
	if err != nil {
		t.Fatal(err)
	}
	calls := free
	for _, r := range refused {
		calls = append(calls, r.calls...)
	}
	for _, j := range judged(pid, true) {
		calls = append(calls, j.call)
	}
	seen := map[string]bool{}
	for _, c := range calls {
		if seen[c.name] {
			t.Errorf("%s is in the tables twice", c.name)
		}
		seen[c.name] = true
	}
	for name, arch := range archs {
		source, err := os.ReadFile(filepath.Join(string(bytes.TrimSpace(dir)), "zsysnum_linux_"+name+".go"))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{}
		for _, m := range regexp.MustCompile(`SYS_(\w+)\s+= (\d+)`).FindAllStringSubmatch(string(source), -1) {
			want[strings.ToLower(m[1])], _ = strconv.Atoi(m[2])
		}
		for _, c := range calls {
			number, found := want[c.name]
			if !found {
				number = none
			}
			if got := c.number(arch); got != number {
				t.Errorf("%s on %s is %d, want %d", c.name, name, got, number)
			}
		}
	}
}
