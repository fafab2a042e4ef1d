package privacy

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// extensions lists, for each type, the file names it may come under. A file
// under any other known extension is disguised.
var extensions = map[Type]string{
	XLSX: ".xlsx .xlsm", DOCX: ".docx .docm", PDF: ".pdf", JPEG: ".jpg .jpeg", PNG: ".png", WebP: ".webp",
	CSV: ".csv .tsv", Text: ".txt .text .md .log", HTML: ".html .htm", OLE: ".doc .xls .ppt .wps .et .dps .docx .xlsx .pptx",
	PPTX: ".pptx .pptm", OFD: ".ofd", ODF: ".odt .ods .ott .ots .odp", Office: ".xlsb .xltx .dotx", Zip: ".zip",
	RTF: ".rtf .doc .wps",
}

// fits answers whether a file's extension may carry the type. A text may be
// called .csv, .txt, .md or .html; an extension nobody knows fits only Unknown.
func fits(ext string, t Type) bool {
	ext = strings.ToLower(ext)
	switch t {
	case Unknown:
		for _, known := range extensions {
			if ext != "" && hasWord(known, ext) {
				return false
			}
		}
		return true
	case JPEG, PNG, WebP:
		// Telephones and messengers mix these up; a picture is a picture.
		return hasWord(extensions[JPEG], ext) || hasWord(extensions[PNG], ext) || hasWord(extensions[WebP], ext)
	case Text, CSV, HTML:
		return hasWord(extensions[Text], ext) || hasWord(extensions[CSV], ext) || hasWord(extensions[HTML], ext)
	}
	return hasWord(extensions[t], ext)
}

func hasWord(list, word string) bool {
	for _, w := range strings.Fields(list) {
		if w == word {
			return true
		}
	}
	return false
}

// sniff is a file's type by its content, and its zip archive when it is one.
func sniff(r io.ReaderAt, size int64, ext string) (Type, *zip.Reader) {
	head := make([]byte, min(size, 4096))
	n, _ := r.ReadAt(head, 0)
	head = head[:n]
	has := func(p string) bool { return bytes.HasPrefix(head, []byte(p)) }
	switch {
	case has("MZ"), has("\x7fELF"), has("#!"), has("\xca\xfe\xba\xbe"), has("\xcf\xfa\xed\xfe"):
		return Program, nil
	case has("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return OLE, nil
	case has("{\\rtf"):
		return RTF, nil
	case has("\xff\xd8\xff"):
		return JPEG, nil
	case has("\x89PNG\r\n\x1a\n"):
		return PNG, nil
	case has("RIFF") && len(head) > 12 && string(head[8:12]) == "WEBP":
		return WebP, nil
	case bytes.Contains(head[:min(n, 1024)], []byte("%PDF-")):
		return PDF, nil
	case has("PK\x03\x04"), has("PK\x05\x06"):
		return sniffZip(r, size)
	}
	return sniffText(head, ext), nil
}

func sniffZip(r io.ReaderAt, size int64) (Type, *zip.Reader) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return Zip, nil
	}
	office, odf, content := false, false, false
	for _, f := range z.File {
		switch strings.ToLower(strings.TrimPrefix(f.Name, "/")) {
		case "xl/workbook.xml":
			return XLSX, z
		case "word/document.xml":
			return DOCX, z
		case "ppt/presentation.xml":
			return PPTX, z
		case "ofd.xml":
			return OFD, z
		case "mimetype":
			odf = true
		case "content.xml":
			content = true
		case "[content_types].xml":
			office = true
		}
	}
	if odf && content {
		return ODF, z
	}
	office = office || odf || content
	if office {
		return Office, z
	}
	return Zip, z
}

func sniffText(head []byte, ext string) Type {
	s, ok := decodeText(trimRune(head))
	if !ok || len(head) == 0 {
		return Unknown
	}
	low := strings.ToLower(strings.TrimSpace(s))
	switch {
	case strings.HasPrefix(low, "<!doctype html"), strings.HasPrefix(low, "<html"), strings.HasPrefix(low, "<head"), strings.HasPrefix(low, "<body"), strings.HasPrefix(low, "<table"), strings.HasPrefix(low, "<meta"):
		return HTML
	case hasWord(extensions[HTML], strings.ToLower(ext)):
		return HTML
	case hasWord(extensions[CSV], strings.ToLower(ext)):
		return CSV
	}
	return Text
}

// trimRune cuts bytes of an incomplete character off the end of a sample.
func trimRune(b []byte) []byte {
	if len(b) < 4096 {
		return b
	}
	for i := 1; i <= 3; i++ {
		if utf8.RuneStart(b[len(b)-i]) && !utf8.FullRune(b[len(b)-i:]) {
			return b[:len(b)-i]
		}
	}
	if !utf8.Valid(b) && len(b) > 4000 {
		// GB 18030: a half character at the end; cut at the last line or blank.
		if i := bytes.LastIndexAny(b, "\n, \t"); i > 0 {
			return b[:i]
		}
	}
	return b
}

// decodeText turns UTF-8, UTF-16 with a mark or GB 18030 into UTF-8; ok is
// false when the bytes are no text.
func decodeText(b []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}), bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		out, _, err := transform.Bytes(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder(), b)
		return string(out), err == nil && !controls(out)
	case utf8.Valid(b):
		b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		return string(b), !controls(b)
	}
	out, _, err := transform.Bytes(simplifiedchinese.GB18030.NewDecoder(), b)
	if err != nil || bytes.Count(out, []byte("\uFFFD"))*100 > len(out) {
		return "", false
	}
	return string(out), !controls(out)
}

// decodeLoose reads bytes of a binary file as GB 18030, line ends in place of
// what is no text.
func decodeLoose(b []byte) (string, bool) {
	clean := make([]byte, len(b))
	for i, c := range b {
		if clean[i] = c; c < 0x20 && c != '\t' {
			clean[i] = '\n'
		}
	}
	out, _, err := transform.Bytes(simplifiedchinese.GB18030.NewDecoder(), clean)
	return string(out), err == nil
}

// controls answers whether bytes hold control characters no text has.
func controls(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b {
			return true
		}
	}
	return false
}
