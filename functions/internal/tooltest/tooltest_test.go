package tooltest

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLeash(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", leash, filepath.Join(dir, "gone"), "sleep", "600")
	life, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	life.Close()
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("the server outlives the test binary")
	}
}

func TestFindNamesTheRemedy(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PRIMROSE_VERSITYGW", "")
	t.Setenv("PATH", "")
	if _, err := Find("versitygw"); err == nil || !strings.Contains(err.Error(), "make tools") {
		t.Errorf("Find = %v, want a sentence that names `make tools`", err)
	}
}
