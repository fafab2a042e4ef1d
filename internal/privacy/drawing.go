package privacy

import (
	"bytes"
	"compress/zlib"
	"io"
)

// drawings inspects an Office drawing ([MS-ODRAW]): the texts of shapes and
// the pictures in them.
func (in *inspection) drawings(b []byte) error {
	in.strings(b, Place{Part: Shape})
	pixels, metafiles := in.blips(b)
	in.drawn += pixels + metafiles
	return in.pictures(b)
}

// maxPictures bounds the pictures looked at in one stream.
const maxPictures = 500

// pictures inspects every picture in bytes that hold them in some container:
// each begins with a mark that pixel data cannot imitate by chance. Metafiles
// are counted, since only a person can read them.
func (in *inspection) pictures(b []byte) error {
	for n := 0; len(b) > 8; n++ {
		i, kind := pictureAt(b)
		if i < 0 {
			return nil
		}
		if n >= maxPictures {
			in.rep.doubt(UncertainTooMuch)
			return nil
		}
		b = b[i:]
		size := pictureSize(kind, b)
		if *in.budget -= int64(size); *in.budget < 0 {
			return errBomb
		}
		if err := in.nested("picture"+map[Type]string{JPEG: ".jpg", PNG: ".png"}[kind], b[:size]); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

// pictureAt finds the next JPEG or PNG.
func pictureAt(b []byte) (int, Type) {
	j := bytes.Index(b, []byte("\xff\xd8\xff"))
	head := b
	if j >= 0 {
		head = b[:j]
	}
	if p := bytes.Index(head, []byte("\x89PNG\r\n\x1a\n")); p >= 0 {
		return p, PNG
	}
	return j, JPEG
}

// pictureSize is where the picture at the start of b ends.
func pictureSize(kind Type, b []byte) int {
	mark, tail := []byte{0xFF, 0xD9}, 2
	if kind == PNG {
		mark, tail = []byte("IEND"), 8
	}
	if i := bytes.Index(b[4:], mark); i >= 0 {
		return min(len(b), 4+i+tail)
	}
	return len(b)
}

// blips walks the records of a drawing and answers how many pictures of each
// sort it holds; metafiles are unpacked and their texts scanned.
func (in *inspection) blips(b []byte) (drawn, meta int) {
	for at := 0; at+8 <= len(b); {
		head, kind, size := le.Uint16(b[at:]), le.Uint16(b[at+2:]), int64(le.Uint32(b[at+4:]))
		at += 8
		switch {
		case kind < 0xF000 || kind > 0xF1FF && kind < 0xFF00:
			return drawn, meta
		case kind == 0xF007: // a picture's entry: 36 bytes, then its name and the picture
			at += 36
			continue
		case head&15 == 15:
			continue // a container: its records follow
		case kind >= 0xF01D && kind <= 0xF02A:
			drawn++
		case kind >= 0xF01A && kind <= 0xF01C:
			meta++
			in.metafile(b[at:min(int64(len(b)), int64(at)+size)])
		}
		if size > int64(len(b)-at) {
			return drawn, meta
		}
		at += int(size)
	}
	return drawn, meta
}

// metafile scans the texts of a packed EMF or WMF picture.
func (in *inspection) metafile(b []byte) {
	for _, head := range []int{50, 66} { // one or two identifiers before it
		if len(b) <= head {
			return
		}
		z, err := zlib.NewReader(bytes.NewReader(b[head:]))
		if err != nil {
			continue
		}
		raw, _ := io.ReadAll(io.LimitReader(z, max(0, min(8<<20, *in.budget+1))))
		*in.budget -= int64(len(raw))
		in.strings(raw, Place{Part: Shape})
		return
	}
}
