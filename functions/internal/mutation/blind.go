package mutation

import (
	"bytes"
	"math/rand/v2"
	"slices"
)

// blind damage needs no idea of what the bytes mean.
var blind = []damage{
	{"flip", flip},
	{"cut", cut},
	{"remove", remove},
	{"repeat", repeat},
	{"blank", blank},
	{"scramble", scramble},
	{"splice", splice},
}

// span is a run of a file's bytes.
type span struct{ from, to int }

// anywhere is a random run, more often short than long.
func anywhere(r *rand.Rand, data []byte) span {
	if len(data) == 0 {
		return span{}
	}
	from := r.IntN(len(data))
	longest := min(len(data)-from, 1<<r.IntN(14))
	return span{from, from + 1 + r.IntN(longest)}
}

func (s span) of(data []byte) []byte { return data[s.from:s.to] }

func flip(r *rand.Rand, data, _ []byte) []byte {
	if len(data) > 0 {
		data[r.IntN(len(data))] ^= byte(1 + r.IntN(255))
	}
	return data
}

func cut(r *rand.Rand, data, _ []byte) []byte {
	return data[:anywhere(r, data).from]
}

func remove(r *rand.Rand, data, _ []byte) []byte {
	s := anywhere(r, data)
	return slices.Delete(data, s.from, s.to)
}

func repeat(r *rand.Rand, data, _ []byte) []byte {
	s := anywhere(r, data)
	return slices.Insert(data, s.to, bytes.Repeat(s.of(data), 1+r.IntN(3))...)
}

func blank(r *rand.Rand, data, _ []byte) []byte {
	fill := []byte{0, 0xff, 0x80, 0x7f}[r.IntN(4)]
	run := anywhere(r, data).of(data)
	for i := range run {
		run[i] = fill
	}
	return data
}

func scramble(r *rand.Rand, data, _ []byte) []byte {
	run := anywhere(r, data).of(data)
	for i := range run {
		run[i] = byte(r.Uint32())
	}
	return data
}

// splice goes on with another image in the middle of the file.
func splice(r *rand.Rand, data, other []byte) []byte {
	return slices.Concat(data[:anywhere(r, data).from], other[anywhere(r, other).from:])
}
