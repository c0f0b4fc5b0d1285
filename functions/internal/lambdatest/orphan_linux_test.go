package lambdatest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// A function ends with its host, even in the midst of an event.
func TestNoOrphans(t *testing.T) {
	if os.Getenv("ORPHANED") != "" {
		host := newHost(t, nil)
		call(t, host, "count")
		fmt.Println(host.group.Load())
		call(t, host, "hang")
		return
	}
	killed := exec.Command(os.Args[0], "-test.run=^TestNoOrphans$")
	killed.Env = append(os.Environ(), "ORPHANED=1")
	out, err := killed.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var function int
	if _, err := fmt.Sscan(said, &function); err != nil {
		t.Fatalf("%q: %v", said, err)
	}
	time.Sleep(100 * time.Millisecond) // for the event to begin
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.Wait() // which says that it was killed
	for range 100 {
		about, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", function))
		if errors.Is(err, fs.ErrNotExist) || bytes.Contains(about, []byte(") Z ")) { // nobody has asked yet how it ended
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d goes on", function)
	syscall.Kill(-function, syscall.SIGKILL)
}
