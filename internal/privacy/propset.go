package privacy

import (
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// summary scans a property set ([MS-OLEPS]): title, author, comments and the
// rest of what a program wrote about the file.
func (in *inspection) summary(b []byte) {
	if len(b) < 48 {
		return
	}
	var texts strings.Builder
	people := 0
	sets := min(int(le.Uint32(b[24:])), 8)
	for i := range sets {
		if 28+20*i+20 > len(b) {
			break
		}
		at := int64(le.Uint32(b[28+20*i+16:]))
		if at+8 > int64(len(b)) {
			in.rep.doubt(UncertainBroken)
			continue
		}
		people += propertySet(b[at:], &texts, i == 0)
	}
	in.rep.text(texts.String(), Place{Part: Properties})
	in.rep.hide(HiddenProperty, Place{Part: Properties}, people)
}

// propertySet writes the texts of one set and counts the names of persons:
// author (4) and last editor (8) of the first set.
func propertySet(b []byte, texts *strings.Builder, first bool) (people int) {
	n := min(int(le.Uint32(b[4:])), 512)
	page := uint16(0)
	for _, naming := range []bool{true, false} { // the code page may stand anywhere
		for i := range n {
			if 8+8*i+8 > len(b) {
				return people
			}
			id, at := le.Uint32(b[8+8*i:]), int64(le.Uint32(b[8+8*i+4:]))
			if at+8 > int64(len(b)) {
				continue
			}
			v := b[at:]
			if naming {
				if id == 1 {
					page = le.Uint16(v[4:])
				}
				continue
			}
			s := propertyText(v, page)
			texts.WriteString(s + "\n")
			if first && (id == 4 || id == 8) && strings.TrimSpace(s) != "" {
				people++
			}
		}
	}
	return people
}

// propertyText is a value of text: in bytes of a code page or in UTF-16.
func propertyText(v []byte, page uint16) string {
	kind, size := le.Uint32(v), int64(le.Uint32(v[4:]))
	switch kind {
	case 30:
		raw := strings.TrimRight(string(v[8:min(8+size, int64(len(v)))]), "\x00")
		switch page {
		case 1200:
			var b strings.Builder
			writeUTF16(&b, []byte(raw))
			return b.String()
		case 936, 54936:
			if s, err := simplifiedchinese.GB18030.NewDecoder().String(raw); err == nil {
				return s
			}
		}
		return strings.ToValidUTF8(raw, "\n")
	case 31:
		var b strings.Builder
		writeUTF16(&b, v[8:min(8+2*size, int64(len(v)))])
		return strings.TrimRight(b.String(), "\x00")
	}
	return ""
}
