package function

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// maxUnzipped is how large a function's files may be, in bytes.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxUnzipped = 262_144_000

// scratch is a folder that is removed when this process is gone, even by
// SIGKILL: whoever removes it waits for the end of its standard input.
type scratch struct {
	dir  string
	life io.Closer // the other end; nobody closes it
}

// unpacked is where this process's zips are unpacked, for all its stacks.
var unpacked = sync.OnceValues(func() (scratch, error) {
	dir, err := os.MkdirTemp("", "functions-")
	if err != nil {
		return scratch{}, err
	}
	keeper := exec.Command("sh", "-c", `cat >/dev/null; rm -rf "$0"`, dir)
	keeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's Ctrl-C is not for it
	life, err := keeper.StdinPipe()
	if err != nil {
		return scratch{}, err
	}
	return scratch{dir, life}, errors.Join(os.Chmod(dir, 0o755), keeper.Start()) // for the functions' user
})

// unpack unpacks a function's zip, unless that was done before, and returns
// where. Assets are named by their hash, so equal names have equal files.
func unpack(archive string) (folder string, err error) {
	shared, err := unpacked()
	if err != nil {
		return "", err
	}
	folder = filepath.Join(shared.dir, strings.TrimSuffix(filepath.Base(archive), ".zip"))
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		return folder, err
	}
	z, err := zip.OpenReader(archive)
	if err != nil {
		return "", fmt.Errorf("the asset %s: %w", archive, err)
	}
	defer z.Close()
	unfinished, err := os.MkdirTemp(shared.dir, ".unpacking-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(unfinished)
	var size uint64
	for _, file := range z.File {
		if size += file.UncompressedSize64; size > maxUnzipped {
			return "", fmt.Errorf("the asset %s has more than the %d bytes that Lambda unzips", archive, maxUnzipped)
		}
		if err := extract(file, unfinished); err != nil {
			return "", fmt.Errorf("the asset %s: %w", archive, err)
		}
	}
	if err := os.Chmod(unfinished, 0o755); err != nil { // for the function's user
		return "", err
	}
	if err := os.Rename(unfinished, folder); err != nil && !errors.Is(err, fs.ErrExist) { // another was faster
		return "", err
	}
	return folder, nil
}

// extract writes one file, with the rights that the zip says: a bootstrap
// without that of execution does not start.
func extract(file *zip.File, dir string) (err error) {
	if !filepath.IsLocal(file.Name) {
		return fmt.Errorf("the file %q would lie outside", file.Name)
	}
	path := filepath.Join(dir, file.Name)
	if file.FileInfo().IsDir() {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	in, err := file.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, file.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
