//go:build linux && (amd64 || arm64)

package jail

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// What each layer stops by itself, if the others fail. They hide each other's
// gaps from who tries the whole jail.

// own are acts besides the attempts of package breakout.
var own = map[string]func() error{
	"connect by TCP": func() error { return dial(unix.Connect) },
	"listen by TCP":  func() error { return dial(unix.Bind) },
	"write where it may read": func() error {
		fd, err := unix.Open("/usr/lib/os-release", unix.O_WRONLY, 0)
		unix.Close(fd)
		return err
	},
}

// dial has a socket do something with a port of this machine that nobody has.
func dial(do func(int, unix.Sockaddr) error) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	if err := do(socket, &unix.SockaddrInet4{Port: 1, Addr: [4]byte{127, 0, 0, 1}}); err != unix.ECONNREFUSED {
		return err
	}
	return nil
}

func TestLandlockAlone(t *testing.T) {
	needLandlock(t)
	version, err := landlockVersion()
	if err != nil {
		t.Fatal(err)
	}
	root := users()[0]
	for _, test := range []struct {
		act, want string
		since     int // version of landlock
	}{
		{"read users", "EACCES", 1},
		{"list the root folder", "EACCES", 1},
		{"list all processes", "EACCES", 1},
		{"read the parent's environment", "EACCES", 1},
		{"create a file", "EACCES", 1},
		{"create a nameless file", "EACCES", 1},
		{"write to a device", "EACCES", 1},
		{"write where it may read", "EACCES", 1},
		{"connect by TCP", "EACCES", 4},
		{"listen by TCP", "EACCES", 4},
		{"signal the parent", "EPERM", 6},
	} {
		if version < test.since {
			t.Logf("version %d of landlock doesn't know how to stop who would %s", version, test.act)
			continue
		}
		if got := run(t, confined, root, acting, test.act); got != test.want {
			t.Errorf("to %s: %q, want %s", test.act, got, test.want)
		}
		if got := run(t, freely, root, acting, test.act); got == test.want && os.Getuid() == 0 {
			t.Errorf("to %s: %s without landlock, too", test.act, got)
		}
	}
}

// limiting is what a role does that tells its limits.
const limiting = "tell limits"

func tellLimits() string {
	var core, size, files syscall.Rlimit
	for resource, limit := range map[int]*syscall.Rlimit{unix.RLIMIT_CORE: &core, unix.RLIMIT_FSIZE: &size, unix.RLIMIT_NOFILE: &files} {
		if err := syscall.Getrlimit(resource, limit); err != nil {
			return err.Error()
		}
	}
	return fmt.Sprint(core, size, files)
}

func TestLimits(t *testing.T) {
	if got, want := run(t, freely, users()[0], inside, limiting), "{0 0} {0 0} {64 64}"; got != want {
		t.Errorf("core, file size and descriptors: %s, want %s", got, want)
	}
	if got, want := run(t, limited, users()[0], inside, limiting), "{0 0} {0 0} {32 32}"; got != want {
		t.Errorf("where there may be 32 descriptors: %s, want %s", got, want)
	}
}
