// Package vips drives libvips, the image library, without cgo.
//
// libvips describes its own operations through GObject introspection. So the
// binding knows no operation by heart (but for [Image.Enlarge], which mends what
// two packages would otherwise mend each): [Call] looks up an operation by name,
// checks every argument against the type and range that libvips declares,
// runs it and hands back the results that were asked for. What libvips can
// do, and what its operations are called, its own documentation tells.
//
//	img, err := vips.New("jpegload_source", vips.Args{"source": src})
//	...
//	defer img.Close()
//	err = img.Apply("resize", vips.Args{"scale": 0.5, "kernel": "lanczos3"})
//
// An [Image] is a recipe more than pixels: most operations only note what is
// to be done, and the work happens when an image is saved or its pixels are
// read. Broken files may therefore be found out late.
//
// Everything that holds memory of libvips has a Close method, and nothing
// has a finalizer. libvips collects its error messages in one place for the
// whole process: calls at the same time are safe, but may mix up messages.
package vips

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/ebitengine/purego"
)

var (
	opening sync.Mutex
	opened  string
)

// Open loads the shared library at path, as found by [Find], and prepares it.
// All of the other functions need it. Opening the same library again does
// nothing; a process has but one.
//
// It sets one thread an image, because a second costs more CPU than it saves
// time on images of the web's sizes; no cache of operations, because requests
// rarely repeat; and no loaders that libvips itself calls untrusted.
func Open(path string) error {
	opening.Lock()
	defer opening.Unlock()
	switch opened {
	case "":
	case path:
		return nil
	default:
		return fmt.Errorf("libvips is already open from %s", opened)
	}
	if err := bind(path); err != nil {
		return fmt.Errorf("open libvips: %w", err)
	}
	gSetenv("VIPS_WARNING", "off", 1)             // its warnings reach us as errors, where they matter
	gSetenv("VIPS_DISC_THRESHOLD", "1000000m", 1) // what is decoded whole stays in memory: there is no disc in the jail
	if vipsInit("primrose") != 0 {
		return fmt.Errorf("start libvips: %w", takeError("init"))
	}
	vipsConcurrencySet(1)
	vipsCacheSetMax(0)
	vipsBlockUntrustedSet(1)
	counter = purego.NewCallback(count)
	opened = path
	return nil
}

// fontsConf is the file of a folder of fonts that says which font stands for
// which name.
const fontsConf = "fonts.conf"

// UseFonts has text drawn by the fonts of a folder, as found by [FindFonts], and
// by no others; by none at all if the folder is "". It must be called before the
// first text is drawn.
func UseFonts(folder string) {
	hasFonts = folder != ""
	conf := os.DevNull
	if folder != "" {
		conf = filepath.Join(folder, fontsConf)
	}
	gSetenv("FONTCONFIG_FILE", conf, 1)
	gSetenv("PANGOCAIRO_BACKEND", "fontconfig", 1) // on macOS too, which would take the system's
}

// hasFonts is whether there are any.
var hasFonts bool

// HasFonts tells whether text can be drawn. Without fonts, libvips draws boxes.
func HasFonts() bool { return hasFonts }

// LimitPipes bounds how many bytes libvips holds of a pipe that its loader
// can't read in one go.
func LimitPipes(bytes int64) { vipsPipeReadLimitSet(bytes) }

// Do runs f on a thread of its own and frees what libvips keeps for a thread
// thereafter. Without it, a goroutine that moves between threads leaves
// buffers behind on each.
func Do(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer vipsThreadShutdown()
	return f()
}

// Error is a failure that libvips reports.
type Error struct {
	Operation string
	Message   string
}

func (e *Error) Error() string { return e.Operation + ": " + e.Message }
