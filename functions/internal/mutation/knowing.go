package mutation

import (
	"math/rand/v2"
	"slices"
)

// knowing damage goes by the file's structure; without one it does nothing.
var knowing = []damage{
	{"number", misstate},
	{"number", misstate},
	{"drop", drop},
	{"double", double},
	{"swap", swap},
	{"graft", graft},
	{"swell", swell},
}

// misstate has one of the file's numbers lie.
func misstate(r *rand.Rand, data, _ []byte) []byte {
	numbers := layoutOf(data).numbers
	if len(numbers) == 0 {
		return data
	}
	n := numbers[r.IntN(len(numbers))]
	return n.set(r, data)
}

// piece is a random piece of a file's; empty if it has none.
func piece(r *rand.Rand, data []byte) span {
	pieces := layoutOf(data).pieces
	if len(pieces) == 0 {
		return span{}
	}
	return pieces[r.IntN(len(pieces))]
}

func drop(r *rand.Rand, data, _ []byte) []byte {
	p := piece(r, data)
	return slices.Delete(data, p.from, p.to)
}

func double(r *rand.Rand, data, _ []byte) []byte {
	p := piece(r, data)
	return slices.Insert(data, p.to, slices.Clone(p.of(data))...)
}

func swap(r *rand.Rand, data, _ []byte) []byte {
	a, b := piece(r, data), piece(r, data)
	if a.from > b.from {
		a, b = b, a
	}
	if a.to > b.from { // the same, or one within the other
		return data
	}
	return slices.Concat(data[:a.from], b.of(data), data[a.to:b.from], a.of(data), data[b.to:])
}

// graft puts one of another image's pieces in.
func graft(r *rand.Rand, data, other []byte) []byte {
	return slices.Insert(data, piece(r, data).from, piece(r, other).of(other)...)
}

// swell puts bytes into a piece that its length doesn't count.
func swell(r *rand.Rand, data, _ []byte) []byte {
	p := piece(r, data)
	if p.from == p.to {
		return data
	}
	more := make([]byte, 1+r.IntN(64))
	for i := range more {
		more[i] = byte(r.Uint32())
	}
	return slices.Insert(data, p.from+r.IntN(p.to-p.from), more...)
}
