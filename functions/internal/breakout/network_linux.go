//go:build linux && (amd64 || arm64)

package breakout

import "golang.org/x/sys/unix"

// onNetwork speaks to others: to the internet, and to what listens on this
// machine.
var onNetwork = []Attempt{
	{"make a TCP socket", func() error { return socket(unix.AF_INET, unix.SOCK_STREAM) }, Killed},
	{"make a UDP socket", func() error { return socket(unix.AF_INET6, unix.SOCK_DGRAM) }, Killed},
	{"make a unix socket", func() error { return socket(unix.AF_UNIX, unix.SOCK_STREAM) }, Killed},
	{"make a socket to the kernel", func() error { return socket(unix.AF_NETLINK, unix.SOCK_RAW) }, Killed},
	{"make a pair of sockets", func() error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err }, Killed},
	{"connect", func() error { return unix.Connect(control, &unix.SockaddrInet4{Port: 80}) }, Killed},
	{"listen", func() error { return unix.Listen(control, 1) }, Killed},
	{"send a message to an address", func() error { return raw(unix.SYS_SENDTO, control) }, Killed},
	{"send a descriptor", func() error { return raw(unix.SYS_SENDMSG, control) }, Killed},
}

// control is the descriptor of the worker's socket.
const control = 3

func socket(domain, kind int) error {
	fd, err := unix.Socket(domain, kind, 0)
	if err == nil {
		unix.Close(fd)
	}
	return err
}
