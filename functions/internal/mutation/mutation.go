// Package mutation damages images, from a byte that flips to what only
// somebody does who knows the format: lengths that lie, dimensions that a
// decoder must not believe, pieces that are missing, twice there, or another
// image's. The same random numbers do the same damage.
package mutation

import (
	"math/rand/v2"
	"slices"
)

// Mutate returns a damaged copy of an image, and what was done to it. The
// image other, of any format, is there to take pieces of. Checksums are put
// right more often than not: they would keep the damage from the decoder.
func Mutate(r *rand.Rand, data, other []byte) (mutated []byte, done []string) {
	mutated = slices.Clone(data)
	for more := true; more; more = r.IntN(3) == 0 { // decoders stop at the first damage that they see
		d := damages[r.IntN(len(damages))]
		mutated = d.do(r, mutated, other)
		done = append(done, d.name)
	}
	if r.IntN(8) > 0 {
		seal(mutated)
	}
	return mutated, done
}

// damage is a way to change a file. do may overwrite data.
type damage struct {
	name string
	do   func(r *rand.Rand, data, other []byte) []byte
}

// damages are drawn with equal odds: what goes by the file's structure is
// listed twice, for it gets furthest.
var damages = slices.Concat(blind, knowing, knowing)
