package privacy

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"image"
	"io"
	"path"
	"strings"
)

// tokens walks the XML of a part, calling f for every token. Namespaces are
// not resolved: only local names matter here.
func (in *inspection) tokens(f *zip.File, each func(xml.Token) error) error {
	rc, err := in.open(f)
	if err != nil {
		return in.broken(err)
	}
	defer func() { _ = rc.Close() }()
	one := &oneToken{Reader: rc}
	d := xml.NewDecoder(one)
	d.Strict = false
	for {
		if err := cmp.Or(in.ctx.Err(), in.goOn()); err != nil {
			return err
		}
		one.left = maxToken
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return in.broken(err)
		}
		if err := each(t); err != nil {
			return err
		}
	}
}

// maxToken is how long one text or one element with its attributes may be: the
// XML reader holds it whole, several times over.
const maxToken = 8 << 20

// oneToken stops reading with errBomb when a token does not end.
type oneToken struct {
	io.Reader
	left int
}

func (o *oneToken) Read(p []byte) (int, error) {
	n, err := o.Reader.Read(p)
	if o.left -= n; o.left < 0 {
		return 0, errBomb
	}
	return n, err
}

// broken notes a part that cannot be read; a bomb is an error at once.
func (in *inspection) broken(err error) error {
	if in.stops(err) {
		return err
	}
	in.rep.doubt(UncertainBroken)
	return nil
}

// Attr is an element's attribute by its local name; "" where it has none.
func Attr(s xml.StartElement, local string) string {
	for _, a := range s.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

func isTrue(v string) bool { return v == "1" || v == "true" || v == "on" }

// telling are the attributes whose values a person wrote or a cache kept.
var telling = map[string]bool{"descr": true, "title": true, "alt": true, "name": true, "tooltip": true, "Target": true,
	"prompt": true, "promptTitle": true, "error": true, "errorTitle": true, "v": true, "display": true, "author": true, "tag": true,
	"alias": true, "string": true, "value": true, "string-value": true}

// words collects an element's telling attributes.
func words(b *strings.Builder, s xml.StartElement) {
	for _, a := range s.Attr {
		if telling[a.Name.Local] && a.Value != "" {
			b.WriteString(a.Value)
			b.WriteByte('\n')
		}
	}
}

// flushAt is how much text is gathered before it is scanned.
const flushAt = 1 << 20

// generic scans all text of an XML part of which only the text matters.
func (in *inspection) generic(f *zip.File, p Place) error {
	var b strings.Builder
	flush := func() {
		in.rep.text(b.String(), p)
		b.Reset()
	}
	err := in.tokens(f, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			words(&b, t)
		case xml.CharData:
			b.Write(t)
		case xml.Comment:
			b.Write(t)
		case xml.EndElement:
			if l := t.Name.Local; l != "r" && l != "t" && l != "span" {
				b.WriteByte('\n')
				if b.Len() > flushAt {
					flush()
				}
			}
		}
		return nil
	})
	flush()
	return err
}

// other inspects a part that workbooks and documents have in common.
func (in *inspection) other(f *zip.File) error {
	name := partName(f.Name)
	switch ext := path.Ext(name); {
	case strings.HasSuffix(name, "/"), strings.Contains(name, "printersettings"):
		return nil
	case strings.HasSuffix(name, "vbaproject.bin"):
		in.rep.hide(HiddenMacro, Place{Part: Code}, 1)
		return in.raw(f, Code)
	case ext == ".rels":
		return in.relations(f)
	case strings.HasPrefix(name, "docprops/"):
		return in.properties(f)
	case ext == ".xml", ext == ".vml":
		err := in.generic(f, Place{Part: partOf(name)})
		return err
	case ext == ".odttf", ext == ".ttf", ext == ".fntdata":
		return nil
	}
	return in.embedded(f)
}

// partOf tells a part by its name.
func partOf(name string) Part {
	for _, p := range []struct {
		in string
		to Part
	}{{"comment", Comment}, {"pivot", Pivot}, {"externallink", Link}, {"drawing", Shape}, {"chart", Shape}, {"diagram", Shape},
		{"header", Header}, {"footer", Header}, {"footnote", Footnote}, {"endnote", Footnote}, {"customxml", Properties}, {"people", Properties}, {"person", Properties}} {
		if strings.Contains(name, p.in) {
			return p.to
		}
	}
	return Properties
}

// properties scans metadata; an author's name is worth a hint of its own.
func (in *inspection) properties(f *zip.File) error {
	var b strings.Builder
	element, people := "", 0
	err := in.tokens(f, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			element = t.Name.Local
			words(&b, t)
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); s != "" {
				b.WriteString(s + "\n")
				if element == "creator" || element == "lastModifiedBy" || element == "Manager" {
					people++
				}
			}
		}
		return nil
	})
	in.rep.text(b.String(), Place{Part: Properties})
	in.rep.hide(HiddenProperty, Place{Part: Properties}, people)
	return err
}

// relations scans link targets and notes content fetched from elsewhere.
func (in *inspection) relations(f *zip.File) error {
	var b strings.Builder
	outside := 0
	err := in.tokens(f, func(t xml.Token) error {
		if s, ok := t.(xml.StartElement); ok && s.Name.Local == "Relationship" {
			words(&b, s)
			if Attr(s, "TargetMode") == "External" && !strings.HasSuffix(Attr(s, "Type"), "/hyperlink") {
				outside++
			}
		}
		return nil
	})
	in.rep.text(b.String(), Place{Part: Link})
	in.rep.hide(HiddenLink, Place{Part: Link}, outside)
	return err
}

// embedded inspects a file inside the file: a picture, another document, or
// something only a person can judge.
func (in *inspection) embedded(f *zip.File) error {
	b, err := in.bytes(f)
	if err != nil {
		return in.broken(err)
	}
	return in.nested(path.Base(f.Name), b)
}

func (in *inspection) nested(name string, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if in.depth+1 >= MaxDepth {
		in.rep.doubt(UncertainTooMuch)
		return nil
	}
	rep := Report{patience: in.rep.patience}
	inner := inspection{gate: in.gate, ctx: in.ctx, sight: in.sight, rep: &rep, budget: in.budget, depth: in.depth + 1}
	err := inner.file(name, bytes.NewReader(b), int64(len(b)))
	switch {
	case in.stops(err):
		return err
	case err != nil || rep.Type == Unknown:
		rep.doubt(UncertainEmbedded)
	}
	switch rep.Type {
	case JPEG, PNG, WebP:
		rep.Pictures++
		if icon(b) {
			rep.Uncertain = "" // a line, a bullet: too small to hold a number
		}
	case Unknown:
		if isDrawing(b) {
			rep.Pictures++
			rep.Uncertain = UncertainPicture
		} else {
			rep.hide(HiddenEmbedded, Place{}, 1)
		}
	default:
		rep.hide(HiddenEmbedded, Place{}, 1)
	}
	in.rep.inner(rep, Place{Part: Embedded})
	return nil
}

// icon answers whether a picture is too small to show a line of digits.
func icon(b []byte) bool {
	c, _, err := image.DecodeConfig(bytes.NewReader(b))
	return err == nil && (c.Width < 8 || c.Height < 6 || c.Width*c.Height <= 48*48)
}

// isDrawing answers whether bytes are a metafile, GIF, BMP, TIFF or SVG.
func isDrawing(b []byte) bool {
	for _, magic := range []string{"GIF8", "BM", "II*\x00", "MM\x00*", "\xd7\xcd\xc6\x9a", "\x01\x00\x00\x00", "\x01\x00\x09\x00", "<svg"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}

// raw salvages what can be read from a binary part.
func (in *inspection) raw(f *zip.File, _ Part) error {
	b, err := in.bytes(f)
	if err != nil {
		return in.broken(err)
	}
	in.salvage(b)
	return nil
}

// office scans the text of every XML part of a format not read in full.
func (in *inspection) office(z *zip.Reader) error {
	for _, f := range z.File {
		var err error
		switch name := partName(f.Name); path.Ext(name) {
		case ".xml":
			err = in.generic(f, Place{Part: Raw})
		case "":
		default:
			err = in.other(f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// archive inspects each file of a plain zip; a person decides in any case.
func (in *inspection) archive(z *zip.Reader) error {
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if err := in.embedded(f); err != nil {
			return err
		}
	}
	return nil
}
