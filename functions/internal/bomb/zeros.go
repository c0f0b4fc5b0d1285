package bomb

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"sync"
)

// zeros returns the zlib stream (RFC 1950) of n zero bytes, about n/1030 long.
// It is put together of a deflated MiB, which makes a stream of many GB as
// quick as a copy.
func zeros(n int64) []byte {
	stream := []byte{0x78, 0xda}
	stream = append(stream, bytes.Repeat(deflatedMiB(), int(n>>20))...)
	stream = append(stream, deflated(int(n&(1<<20-1)), true)...)
	// Adler-32 of zeros: the sum of bytes stays at 1, and the sum of sums counts them.
	return binary.BigEndian.AppendUint32(stream, uint32(n%65521)<<16|1)
}

var deflatedMiB = sync.OnceValue(func() []byte { return deflated(1<<20, false) })

// deflated compresses n zeros, as the last piece of a stream or as one that
// ends at a byte's boundary.
func deflated(n int, last bool) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // it fails for unknown levels only
	w.Write(make([]byte, n))
	if last {
		w.Close()
	} else {
		w.Flush()
	}
	return b.Bytes()
}
