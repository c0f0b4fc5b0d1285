package bundle

import (
	"os"
	"os/exec"
	"path/filepath"
)

// Fonts is the folder of the fonts, which the functions' own command makes first if it is not there as
// their sources want it.
func Fonts(root string) (string, error) {
	folder, err := filepath.Abs(filepath.Join(root, "build", "fonts"))
	if err != nil {
		return "", err
	}
	install := exec.Command("go", "run", "./fonts", folder)
	install.Dir = filepath.Join(root, "functions")
	install.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	return folder, run(install)
}

// fonts are those that the image function finds beside itself, with their configuration and licences.
func fonts(root string) ([]entry, error) {
	folder, err := Fonts(root)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(folder, "[^.]*"))
	var entries []entry
	for _, file := range files {
		entries = append(entries, entry{"fonts/" + filepath.Base(file), 0o644, file})
	}
	return entries, err
}
