package privacy

import (
	"bytes"
	"strings"
	"unicode/utf16"

	"yangguang/internal/fault"
)

// ole salvages text from .doc, .xls, .ppt, .wps and .et: they are not read in
// full, so a second person must look in any case, but what is found already
// stops the file. An encrypted .docx or .xlsx is such a container too.
func (in *inspection) ole(ext string, b []byte) error {
	encrypted := bytes.Contains(b, utf16le("EncryptedPackage")) || bytes.Contains(b, utf16le("EncryptionInfo"))
	switch ext {
	case ".docx", ".xlsx", ".pptx":
		if !encrypted {
			return fault.Say(fault.Invalid, "privacy.disguised", strings.TrimPrefix(ext, "."), string(OLE))
		}
	}
	in.rep.doubt(UncertainOLE)
	if encrypted {
		in.rep.doubt(UncertainEncrypted)
		return nil
	}
	if bytes.Contains(b, utf16le("_VBA_PROJECT")) || bytes.Contains(b, utf16le("Macros")) {
		in.rep.hide(HiddenMacro, Place{Part: Code}, 1)
	}
	in.salvage(b)
	return nil
}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// salvage scans the text that can be recognised in any bytes: single-byte
// rows of digits and words, and UTF-16 at even and odd offsets. Chinese words
// are kept from UTF-16, so that 身份证 before a number still counts.
func (in *inspection) salvage(b []byte) {
	seen := map[string]bool{} // by an earlier reading of the same bytes
	add := func(fs []Finding) {
		for _, f := range fs {
			if !seen[string(f.Kind)+f.Masked] {
				f.Place = Place{Part: Raw}
				in.rep.add(f)
			}
		}
		for _, f := range fs {
			seen[string(f.Kind)+f.Masked] = true
		}
	}
	add(Scan(narrow(b)))
	add(Scan(wide(b)))
	if len(b) > 1 {
		add(Scan(wide(b[1:])))
	}
}

// narrow keeps rows of printable single bytes, each on its own line.
func narrow(b []byte) string {
	out := make([]byte, 0, len(b)/4)
	for i := 0; i < len(b); {
		j := i
		for j < len(b) && b[j] >= 0x20 && b[j] < 0x7F {
			j++
		}
		if j-i >= 6 {
			out = append(append(out, b[i:j]...), "\n\n\n\n\n"...) // more than maxGap: never joined
		}
		i = j + 1
	}
	return string(out)
}

// wide keeps rows of likely UTF-16 characters: ASCII, Han, full-width forms.
func wide(b []byte) string {
	var out strings.Builder
	row := make([]rune, 0, 256)
	flush := func() {
		if len(row) >= 4 {
			out.WriteString(string(row))
			out.WriteString("\n\n\n\n\n")
		}
		row = row[:0]
	}
	for i := 0; i+1 < len(b); i += 2 {
		r := rune(b[i]) | rune(b[i+1])<<8
		switch {
		case r >= 0x20 && r < 0x7F, r >= 0x4E00 && r < 0xA000, r >= 0xFF01 && r < 0xFF60, r >= 0x3000 && r < 0x3020, r >= 0x2000 && r < 0x2070:
			row = append(row, r)
		default:
			flush()
		}
	}
	flush()
	return out.String()
}
