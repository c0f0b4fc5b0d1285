package main

import (
	"fmt"
	"log/slog"
	"os/exec"
	"runtime"
)

// openers are the commands that open a URL in the browser that the user likes.
var openers = map[string][]string{
	"darwin":  {"open"},
	"windows": {"cmd", "/c", "start", ""}, // the empty word is a window's title
}

// openBrowser opens a URL, or says how else to.
func openBrowser(url string, log *slog.Logger) {
	command, ok := openers[runtime.GOOS]
	if !ok {
		command = []string{"xdg-open"}
	}
	if err := exec.Command(command[0], append(command[1:], url)...).Run(); err != nil { // what it says lists browsers that are not there
		log.Warn(fmt.Sprintf("no browser opens: open %s yourself", url), "error", err.Error())
	}
}
