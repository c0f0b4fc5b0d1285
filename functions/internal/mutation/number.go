package mutation

import (
	"math/rand/v2"
	"slices"
)

// number is where a file holds a number: of 1 to 4 bytes, or in digits.
type number struct {
	span
	spelling
}

type spelling int

const (
	big     spelling = iota // the highest byte first
	little                  // the lowest byte first
	decimal                 // digits
)

// set writes another number: one at the edges of what the bytes can hold, or
// near to what it was.
func (n number) set(r *rand.Rand, data []byte) []byte {
	if n.spelling == decimal {
		return slices.Replace(data, n.from, n.to, []byte(texts[r.IntN(len(texts))])...)
	}
	run := n.of(data)
	old, top := n.get(run), uint32(1)<<(8*len(run)-1) // the highest bit
	values := []uint32{0, 1, top - 1, top, 2*top - 1, old + 1, old - 1, 2 * old, old / 2, old ^ top, r.Uint32()}
	n.put(run, values[r.IntN(len(values))])
	return data
}

// texts take the place of numbers in digits.
var texts = []string{"", "0", "1", "-1", "0.0001", "65536", "2147483648", "99999999999999999999", "1e9", "1e-9", "1e400", "100%", "nan"}

func (s spelling) get(run []byte) (value uint32) {
	for i, b := range run {
		value |= uint32(b) << s.shift(i, len(run))
	}
	return value
}

func (s spelling) put(run []byte, value uint32) {
	for i := range run {
		run[i] = byte(value >> s.shift(i, len(run)))
	}
}

// shift is by how many bits byte i of size is worth more than the lowest.
func (s spelling) shift(i, size int) int {
	if s == little {
		return 8 * i
	}
	return 8 * (size - 1 - i)
}
