//go:build !linux

package lambdatest

import "os/exec"

func findBox() box {
	return box{missing: []string{"all: only Linux has such limits"}}
}

func (box) confine(command *exec.Cmd, bootstrap string) (*group, error) {
	command.Path, command.Args = bootstrap, []string{bootstrap}
	return &group{}, nil
}

func start(command *exec.Cmd) error { return command.Start() }

func inside(_ int, path string) string { return path }

type group struct{}

func (*group) peak() int64 { return 0 }
func (*group) remove()     {}
