//go:build linux

// Command machine is the first process of an emulated machine. It checks the
// jails that workers have there, says how that went, and switches the machine
// off.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() {
	defer unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	if err := errors.Join(mount(), check(0, "--fonts"), check(65534)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(os.Args[1]) // what the host waits for
}

// mount mounts what the kernel shows of itself.
func mount() error {
	return errors.Join(
		unix.Mount("proc", "/proc", "proc", 0, ""),
		unix.Mount("sysfs", "/sys", "sysfs", 0, ""),
		unix.Mount("devtmpfs", "/dev", "devtmpfs", 0, ""),
	)
}

// check checks the jail that a user's workers have.
func check(user uint32, flags ...string) error {
	command := exec.Command("/primrose", append([]string{"jail-check"}, flags...)...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	return command.Run()
}
