// Package jail takes from a process what it doesn't need, so that whoever
// takes it over by an image finds nothing to use and nowhere to go.
//
// The jail has layers, each of which stops something that the others don't:
//
//   - [Undumpable]: the parent, which holds the credentials, can't be looked
//     into by processes of the same user, nor can the worker by its siblings.
//   - [NoNewPrivs]: no program gives the process more rights than it has.
//   - [Limits]: no core dumps, no growing files, few descriptors.
//   - [Landlock]: of the file system only the libraries, the service's own
//     fonts and the executable itself can be read, and nothing written; no TCP,
//     and no signals to other processes.
//   - [Seccomp]: of the kernel only the calls that decoding, encoding and Go's
//     runtime need. Any other, such as one for a socket or another program,
//     kills the process. Files are opened for fonts alone, and not even for them
//     once the jail is closed.
//
// The parent calls [Conceal] once and starts a worker by [Start]. Landlock
// holds for a thread and what comes of it, and Go has threads before main, so a
// process can't confine itself: it is the child of a confined thread. The worker
// loads its library, which takes files and executable memory, and then calls
// [Seal], before it sees the first byte of an image. Before it
// begins with its last job, and so knows whether text will be drawn, it calls
// [Close].
//
// # What a missing layer means
//
// All but landlock have been in every Linux kernel since 4.17: where one of
// them is missing, something that this package relies on has changed, and it
// should be found out. Landlock came with 5.13 and must be switched on at the
// kernel's start, which a function in AWS Lambda can't do. A kernel without it
// is no reason for an alarm that would never end: the jail is weaker, which the
// log says, but it is the jail that this kernel gives. Without landlock, a
// process that may yet draw text can read any file that its user may: an empty
// environment and the parent's being undumpable are then what keeps secrets away.
package jail

import (
	"fmt"
	"slices"
)

// Layer is one of the jail's walls.
type Layer string

// The layers.
const (
	Undumpable Layer = "undumpable"
	NoNewPrivs Layer = "no_new_privs"
	Limits     Layer = "rlimits"
	Landlock   Layer = "landlock"
	Seccomp    Layer = "seccomp"
)

// Layers are all of them.
var Layers = []Layer{Undumpable, NoNewPrivs, Limits, Landlock, Seccomp}

// Report says of each layer why it doesn't hold, or "" if it does. A layer
// that it doesn't mention doesn't hold.
type Report map[Layer]string

// NotOffered is the reason of a kernel that doesn't have a layer.
const NotOffered = "this kernel does not offer it"

// Note takes down what an attempt at a layer came to.
func (r Report) Note(layer Layer, err error) {
	r[layer] = ""
	if err != nil {
		r[layer] = err.Error()
	}
}

// Missing names the layers that don't hold, each with its reason.
func (r Report) Missing() []string {
	var missing []string
	for _, layer := range Layers {
		if lack := r.Lack(layer); lack != "" {
			missing = append(missing, fmt.Sprintf("%s: %s", layer, lack))
		}
	}
	return missing
}

// Lack says why a layer doesn't hold, or "" if it does.
func (r Report) Lack(layer Layer) string {
	reason, known := r[layer]
	if !known {
		return "nothing is known of it"
	}
	return reason
}

// Whole reports whether all layers hold, but for landlock on a kernel that
// doesn't offer it.
func (r Report) Whole() bool {
	return !slices.ContainsFunc(Layers, func(layer Layer) bool {
		lack := r.Lack(layer)
		tolerated := layer == Landlock && lack == NotOffered
		return lack != "" && !tolerated
	})
}
