package tutorial

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

const root = "../../.." // of the repository

// TestOnYourMachine types the tutorial's first part.
func TestOnYourMachine(t *testing.T) {
	address := free(t)
	shell := typist(t, nil, map[string]string{
		"ARGS": "--open=false --addr " + address + " --variants " + t.TempDir(), // of make run
	}, fmt.Sprintf("connect-to = 127.0.0.1:8080:%s\n", address))
	shell.Ready = "curl -sfo /dev/null http://127.0.0.1:8080/"
	run(t, shell, section(t, "On your machine"))
	for _, name := range pictures[:len(pictures)-1] {
		checkPicture(t, name)
	}
}

// patience is how long a part may take, since some of its commands wait for what
// may never come.
const patience = 5 * time.Minute

func run(t *testing.T, shell Shell, steps []Step) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	if _, err := shell.Run(ctx, steps); err != nil {
		t.Fatal(err)
	}
}

// section returns a part of the tutorial.
func section(t *testing.T, title string) []Step {
	t.Helper()
	steps := slices.DeleteFunc(read(t, "tutorial.md"), func(s Step) bool { return s.Section != title })
	if len(steps) == 0 {
		t.Fatalf("the tutorial has no commands under %q", title)
	}
	return steps
}

func read(t *testing.T, name string) []Step {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	steps, err := Read(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// TestInYourAccount types the second part into an account of the twin's.
func TestInYourAccount(t *testing.T) {
	shell := newAccount(t)
	run(t, shell, section(t, "In your account"))
	checkPicture(t, "replaced.jpg")
}

// typist is a shell at the top of the repository, with further programs and
// variables, and settings of curl.
func typist(t *testing.T, programs, env map[string]string, curlrc string) Shell {
	t.Helper()
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	write(t, filepath.Join(home, ".curlrc"), curlrc)
	program := func(name, script string) { write(t, filepath.Join(home, name), "#!/bin/sh\n"+script+"\n") }
	program("make", installed)
	for name, script := range programs {
		program(name, script)
	}
	shell := Shell{Dir: dir, Env: append(os.Environ(), "CURL_HOME="+home, "PATH="+home+":"+os.Getenv("PATH"), "HOST="+runtime.GOOS+"-"+runtime.GOARCH)}
	for name, value := range env {
		shell.Env = append(shell.Env, name+"="+value)
	}
	return shell
}

// installed is make without what installs, also where make calls itself: `make
// test` has seen to that, and a test changes nothing that others use.
const installed = `PATH=${PATH#*:}
without="-o build/codecs/$HOST/.installed -o build/fonts/.made -o node_modules/.installed"
exec make $without MAKE="make $without" "$@"`

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// free is an address at which nobody listens.
func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// Both languages have the same commands.
func TestLanguagesAgree(t *testing.T) {
	english, korean := read(t, "tutorial.md"), read(t, "tutorial.ko.md")
	if len(english) != len(korean) {
		t.Errorf("the English tutorial has %d steps, the Korean %d", len(english), len(korean))
	}
	for i := range min(len(english), len(korean)) {
		e, k := english[i], korean[i]
		if e.Command != k.Command || e.Prints != k.Prints || e.Beside != k.Beside {
			t.Errorf("line %d of the English tutorial and line %d of the Korean differ:\n%s\n%s", e.Line, k.Line, e.Command, k.Command)
		}
	}
}
