package worker

import (
	"os"

	"golang.org/x/sys/unix"
)

// enlarge gives the pipe room for 1 MB instead of 64 KB: fewer switches
// between the two processes save 1 to 2 ms on an 800 kB original. More than a
// user may have is refused, and then the pipe works as it is.
func enlarge(pipe *os.File) {
	unix.FcntlInt(pipe.Fd(), unix.F_SETPIPE_SZ, 1<<20)
}
