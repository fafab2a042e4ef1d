package privacy

import "strings"

// salvage scans the text that can be recognised in any bytes: single-byte
// rows of digits and words, and UTF-16 at even and odd offsets. Chinese words
// are kept from UTF-16, so that 身份证 before a number still counts. What was
// found before in the same file is not told again.
func (in *inspection) salvage(b []byte) { in.strings(b, Place{Part: Raw}) }

// strings is salvage with the part of the file the bytes belong to.
func (in *inspection) strings(b []byte, p Place) {
	if len(b) < 6 {
		return
	}
	for _, read := range []func() string{func() string { return narrow(b) }, func() string { return wide(b) }, func() string { return wide(b[1:]) }} {
		if in.rep.late() {
			return
		}
		in.fresh(in.scan(read()), p)
	}
}

// scan is Scan for as long as there is time.
func (in *inspection) scan(text string) []Finding {
	s := scanner{text: text, line: 1, patience: in.rep.patience}
	s.scan()
	return s.found
}

// fresh adds the findings that no earlier reading of the file has told.
func (in *inspection) fresh(fs []Finding, p Place) {
	if len(fs) == 0 {
		return
	}
	if in.known == nil {
		in.known = map[string]bool{}
	}
	for _, f := range in.rep.Findings[min(in.counted, len(in.rep.Findings)):] {
		in.known[string(f.Kind)+f.Masked] = true
	}
	for _, f := range fs {
		if !in.known[string(f.Kind)+f.Masked] {
			f.Place = p
			in.rep.add(f)
		}
	}
	for _, f := range fs {
		in.known[string(f.Kind)+f.Masked] = true
	}
	in.counted = len(in.rep.Findings)
}

// apart stands between rows that do not belong together: more than maxGap.
const apart = "\n\n\n\n\n"

// narrow keeps rows of printable single bytes, each on its own line.
func narrow(b []byte) string {
	out := make([]byte, 0, 64)
	for i := 0; i < len(b); {
		j := i
		digits := false
		for j < len(b) && b[j] >= 0x20 && b[j] < 0x7F {
			digits = digits || b[j]-'0' <= 9
			j++
		}
		if j-i >= 6 && digits {
			out = append(append(out, b[i:j]...), apart...)
		}
		i = j + 1
	}
	return string(out)
}

// wide keeps rows of likely UTF-16 characters: ASCII, Han, full-width forms.
func wide(b []byte) string {
	var out strings.Builder
	row := make([]rune, 0, 256)
	digits := false
	flush := func() {
		if len(row) >= 4 && digits {
			out.WriteString(string(row))
			out.WriteString(apart)
		}
		row, digits = row[:0], false
	}
	for i := 0; i+1 < len(b); i += 2 {
		r := rune(b[i]) | rune(b[i+1])<<8
		switch {
		case r >= 0x20 && r < 0x7F, r >= 0x4E00 && r < 0xA000, r >= 0xFF01 && r < 0xFF60, r >= 0x3000 && r < 0x3020, r >= 0x2000 && r < 0x2070:
			digits = digits || r >= '0' && r <= '9' || r >= '０' && r <= '９'
			row = append(row, r)
		default:
			flush()
		}
	}
	flush()
	return out.String()
}
