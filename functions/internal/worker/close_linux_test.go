package worker

import (
	"golang.org/x/sys/unix"

	"primrose/functions/internal/refusaltest"
)

func init() {
	refuseFilters = func() error { return refusaltest.Call(unix.SYS_SECCOMP, unix.ENOMEM) }
}
