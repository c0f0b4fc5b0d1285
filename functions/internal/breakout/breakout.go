// Package breakout holds what code would try that has taken over a worker: to
// reach the secrets of its parent, files, the network, other programs and other
// processes. None of it does harm where it succeeds.
//
// The jail's own tests try it in parts of a jail; package jailcheck tries all
// of it in a worker.
package breakout

import (
	"crypto/rand"
	"errors"
)

// Attempt is one thing to try.
type Attempt struct {
	Name string
	Try  func() error // nil once it has succeeded
	Stop string       // how a whole jail stops it: the name of an error, or [Killed]
}

// Killed is how an attempt ends at which the kernel kills the process.
const Killed = "SIGSYS"

// Find returns the attempt of a name.
func Find(name string) (Attempt, bool) {
	for _, attempt := range Attempts {
		if attempt.Name == name {
			return attempt, true
		}
	}
	return Attempt{}, false
}

// secret lies at the same address in every process of this executable, so that
// a child knows where its parent has it.
var secret [32]byte

// Plant puts a secret into this process's memory, for its children to look for.
func Plant() { rand.Read(secret[:]) }

// stolen reports whether what was read where the secret lies is one.
func stolen(read []byte) error {
	for _, b := range read {
		if b != 0 {
			return nil
		}
	}
	return errors.New("nothing is there")
}
