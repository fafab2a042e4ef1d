package privacy

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// meta is what a picture carries beside its pixels.
type meta struct {
	exif     []byte // TIFF structure
	gps      bool
	xmp      bool
	texts    []string
	trailing int // bytes after the end of the picture
}

func metaOf(t Type, b []byte) meta {
	var m meta
	switch t {
	case JPEG:
		m.jpeg(b)
	case PNG:
		m.png(b)
	case WebP:
		m.webp(b)
	}
	m.gps = m.gps || len(tag(m.exif, 0x8825)) > 0
	return m
}

func (m *meta) jpeg(b []byte) {
	i := 2
	for i+4 <= len(b) && b[i] == 0xFF {
		marker := b[i+1]
		if marker == 0xFF {
			i++
			continue
		}
		if marker == 0xD9 || marker == 0xDA {
			break
		}
		n := int(binary.BigEndian.Uint16(b[i+2:])) + 2
		if n < 4 || i+n > len(b) {
			return
		}
		m.segment(marker, b[i+4:i+n])
		i += n
	}
	if i > len(b) {
		return
	}
	// Pixel data escapes 0xFF, so the first end mark after it is the end; a
	// telephone's moving picture is a film hung on behind it.
	if end := bytes.Index(b[i:], []byte{0xFF, 0xD9}); end >= 0 {
		if rest := b[i+end+2:]; len(bytes.TrimRight(rest, "\x00 \r\n")) > 0 {
			m.trailing = len(rest)
		}
	}
}

func (m *meta) segment(marker byte, s []byte) {
	switch {
	case marker == 0xE1 && bytes.HasPrefix(s, []byte("Exif\x00\x00")):
		m.exif = s[6:]
		m.texts = append(m.texts, narrow(s))
	case marker == 0xE1 && bytes.Contains(s[:min(len(s), 64)], []byte("ns.adobe.com/x")):
		m.addXMP(s)
	case marker == 0xED, marker == 0xFE:
		m.texts = append(m.texts, strings.ToValidUTF8(string(s), "\n"))
	}
}

func (m *meta) addXMP(s []byte) {
	m.xmp = true
	m.gps = m.gps || bytes.Contains(s, []byte("GPSLatitude"))
	m.texts = append(m.texts, strings.ToValidUTF8(string(s), "\n"))
}

func (m *meta) png(b []byte) {
	i := 8
	for i+12 <= len(b) {
		n := int(binary.BigEndian.Uint32(b[i:]))
		if n < 0 || n > len(b)-i-12 {
			return
		}
		kind, data := string(b[i+4:i+8]), b[i+8:i+8+n]
		switch kind {
		case "eXIf":
			m.exif = data
		case "tEXt", "iTXt", "zTXt":
			if bytes.Contains(data, []byte("adobe.xmp")) {
				m.addXMP(data)
			} else {
				m.texts = append(m.texts, strings.ToValidUTF8(string(data), "\n"))
			}
		}
		i += 12 + n
		if kind == "IEND" {
			m.trailing = len(b) - i
			return
		}
	}
}

func (m *meta) webp(b []byte) {
	i := 12
	for i+8 <= len(b) {
		n := int(binary.LittleEndian.Uint32(b[i+4:]))
		if n < 0 || n > len(b)-i-8 {
			return
		}
		data := b[i+8 : i+8+n]
		switch string(b[i : i+4]) {
		case "EXIF":
			m.exif = bytes.TrimPrefix(data, []byte("Exif\x00\x00"))
		case "XMP ":
			m.addXMP(data)
		}
		i += 8 + n + n&1
	}
	if size := int(binary.LittleEndian.Uint32(b[4:])) + 8; size > 0 && size < len(b) {
		m.trailing = len(b) - size
	}
}

// tag is the raw value of an entry of the first EXIF directory; nil if absent.
func tag(tiff []byte, want uint16) []byte {
	if len(tiff) < 8 {
		return nil
	}
	var o binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		o = binary.BigEndian
	}
	at := int64(o.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return nil
	}
	n := int64(o.Uint16(tiff[at:]))
	for i := range n {
		e := at + 2 + i*12
		if e+12 > int64(len(tiff)) {
			return nil
		}
		if o.Uint16(tiff[e:]) == want {
			return tiff[e+8 : e+12]
		}
	}
	return nil
}

// orientation is EXIF's 1 to 8; 1 when nothing is said.
func orientation(tiff []byte) int {
	v := tag(tiff, 0x0112)
	if v == nil {
		return 1
	}
	if string(tiff[:2]) == "MM" {
		return int(v[1])
	}
	return int(v[0])
}
