package bomb

// A TIFF's tags (TIFF 6.0, section 8).
const (
	imageWidth      = 256
	imageLength     = 257
	bitsPerSample   = 258
	compression     = 259
	photometric     = 262
	stripOffsets    = 273
	samplesPerPixel = 277
	rowsPerStrip    = 278
	stripByteCounts = 279
	tileWidth       = 322
	tileLength      = 323
	tileOffsets     = 324
	tileByteCounts  = 325
)

// tag is an entry of a directory: so many numbers of 32 bits, which lie at
// value, or one that is value.
type tag struct {
	id           uint16
	count, value uint32
}

// TIFF is grey and has but one strip, of n zeros deflated. Of its pixels the
// most are missing. next is where the next directory lies; 8 is this one.
func TIFF(width, height int, n int64, next uint32) []byte {
	const deflate, zero = 8, 1
	data := zeros(n)
	const entries = 8
	at := uint32(8 + 2 + 12*entries + 4)
	return append(directory(next, []tag{
		{imageWidth, 1, uint32(width)}, {imageLength, 1, uint32(height)}, {bitsPerSample, 1, 8}, {compression, 1, deflate},
		{photometric, 1, zero}, {stripOffsets, 1, at}, {rowsPerStrip, 1, uint32(height)}, {stripByteCounts, 1, uint32(len(data))},
	}), data...)
}

// TIFFTiles claims count tiles of 16 px, which all lie at the file's begin.
func TIFFTiles(width, height int, count uint32) []byte {
	const deflate, zero = 8, 1
	return directory(0, []tag{
		{imageWidth, 1, uint32(width)}, {imageLength, 1, uint32(height)}, {bitsPerSample, 1, 8}, {compression, 1, deflate},
		{photometric, 1, zero}, {samplesPerPixel, 1, 1}, {tileWidth, 1, 16}, {tileLength, 1, 16},
		{tileOffsets, count, 8}, {tileByteCounts, count, 8},
	})
}

func directory(next uint32, tags []tag) []byte {
	const long = 4
	file := le(nil, "II*\x00", uint32(8), uint16(len(tags)))
	for _, t := range tags {
		file = le(file, t.id, uint16(long), t.count, t.value)
	}
	return le(file, next)
}
