package tutorial

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin"
	"primrose/functions/internal/twin/network"
)

// newAccount is a shell in an account in which nothing is deployed. What the
// CDK CLI deploys is what was synthesised for this machine.
func newAccount(t *testing.T) Shell {
	t.Helper()
	n, clock := listen(t), &network.Clock{}
	hurry(t, clock)
	account := twin.NewAccount(n, clock, t.TempDir())
	t.Cleanup(account.Close)
	shell := visitor(t, n)
	shell.Env = append(shell.Env, "CDK_APP="+assembly(t))
	return shell
}

// assembly is the folder of what was synthesised for this machine.
func assembly(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(root + "/build/twin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
		t.Fatalf("%v: run make assembly in the repository's folder", err)
	}
	return dir
}

func listen(t *testing.T) *network.Network {
	t.Helper()
	n, err := network.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

// visitor is a shell whose programs find AWS in the network, as its operator.
func visitor(t *testing.T, n *network.Network) Shell {
	t.Helper()
	return typist(t, map[string]string{"aws": awsCLI(t)}, map[string]string{
		"AWS_ENDPOINT_URL":            "http://" + n.Address(),
		"AWS_ACCESS_KEY_ID":           s3server.AccessKey,
		"AWS_SECRET_ACCESS_KEY":       s3server.SecretKey,
		"AWS_SESSION_TOKEN":           "",
		"AWS_REGION":                  "eu-central-1",
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"HTTP_PROXY":                  "http://" + n.Address(), // to a name of its own, that of the KeyValueStore's API
		"NO_PROXY":                    "127.0.0.1",
	}, fmt.Sprintf("connect-to = \"::%s\"\ncacert = %s\nnoproxy = *\n", n.Address(), n.AuthorityFile()))
}

// awsCLI loads Debian's AWS CLI, and returns a program that has it run a command.
// It is told by a flag only where AWS is.
func awsCLI(t *testing.T) string {
	t.Helper()
	script, err := filepath.Abs("testdata/aws.py")
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "aws")
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", script, socket)
	if _, err := cmd.StdinPipe(); err != nil { // which ends with this process
		t.Fatal(err)
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Wait() })
	if line, err := bufio.NewReader(said).ReadString('\n'); err != nil {
		t.Fatalf("the AWS CLI is not loaded: %q, %v; install Debian's package awscli", line, err)
	}
	return fmt.Sprintf(`exec /usr/bin/python3 -IS %s %s --endpoint-url "$AWS_ENDPOINT_URL" "$@"`, script, socket)
}

// hurry lets time pass ten times as fast, for all that waits for a purge.
func hurry(t *testing.T, clock *network.Clock) {
	const step = 100 * time.Millisecond
	go func() {
		for ; t.Context().Err() == nil; time.Sleep(step) {
			clock.Advance(9 * step)
		}
	}()
}
