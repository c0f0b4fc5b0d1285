package worker

import (
	"errors"
	"net"
	"os"
	"strconv"
	"syscall"
)

// socketpair returns the two ends of a control socket: ours for the
// runtime's poller, theirs to be inherited.
func socketpair() (ours *net.UnixConn, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	file := os.NewFile(uintptr(fds[0]), "control")
	defer file.Close() // the connection has a duplicate
	theirs = os.NewFile(uintptr(fds[1]), "control")
	conn, err := net.FileConn(file)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	ours, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, nil, errors.Join(errors.New("the control socket is no unix socket"), conn.Close(), theirs.Close())
	}
	return ours, theirs, nil
}

// originalPipe returns a pipe whose read end blocks, as the worker's library
// expects it to. The flag belongs to the open file, so it travels with it.
func originalPipe() (pipe, sink *os.File, err error) {
	pipe, sink, err = os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	if err := syscall.SetNonblock(int(pipe.Fd()), false); err != nil {
		return nil, nil, errors.Join(err, pipe.Close(), sink.Close())
	}
	enlarge(pipe)
	return pipe, sink, nil
}

// disinherit keeps from workers what this process itself was given: Go marks
// what it opens, but not what was open before.
func disinherit() {
	for _, list := range []string{"/proc/self/fd", "/dev/fd"} {
		entries, err := os.ReadDir(list)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
				syscall.CloseOnExec(fd)
			}
		}
		return
	}
}
