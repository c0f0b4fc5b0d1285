// Package tooltest runs the programs that tests and the twin need: scripts of
// Node.js', and servers on 127.0.0.1, as long as the process runs.
package tooltest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// patience is how long a server may take until it answers.
const patience = 20 * time.Second

// leash runs "$@" until standard input ends, which happens when the process
// that holds its other end is gone, and then removes folder $0.
const leash = `"$@" & cat >/dev/null; kill $!; wait; rm -rf "$0"`

// Serve runs a program that is to listen on the address which command is
// given, and waits until it answers there. It stops when the test binary does,
// even by SIGKILL, or when life is closed; folder dir is then removed. Who
// drops life leaves its end to the garbage collector.
func Serve(dir string, command func(address string) []string, answers func(address string) bool) (address string, life io.Closer, err error) {
	address, err = freeAddress()
	if err != nil {
		return "", nil, err
	}
	words := command(address)
	cmd := exec.Command("sh", append([]string{"-c", leash, dir}, words...)...)
	life, err = cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if answers(address) {
			return address, life, nil
		}
	}
	return "", nil, errors.Join(fmt.Errorf("%s does not answer at %s", words[0], address), life.Close(), cmd.Wait())
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// Find looks for a program at PRIMROSE_ and its name, then in build/bin of
// this and every parent folder, then in PATH.
func Find(name string) (string, error) {
	if program := os.Getenv("PRIMROSE_" + strings.ToUpper(name)); program != "" {
		return program, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		program := filepath.Join(dir, "build", "bin", name)
		if _, err := os.Stat(program); !errors.Is(err, fs.ErrNotExist) {
			return program, err
		}
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s isn't there: run `make tools` in the repository's folder", name)
	}
	return program, nil
}
