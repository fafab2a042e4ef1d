package privacy

import (
	"archive/zip"
	"encoding/xml"
	"path"
	"strings"
)

// pptx inspects a presentation: its slides, shown or not, notes, comments,
// tables and properties. Slides are numbered as their parts are.
func (in *inspection) pptx(z *zip.Reader) error {
	for _, f := range z.File {
		name := partName(f.Name)
		var err error
		switch dir := path.Dir(name); {
		case path.Ext(name) != ".xml", name == "[content_types].xml":
			err = in.other(f)
		case dir == "ppt/slides":
			in.rep.Pages++
			err = in.slide(f)
		case dir == "ppt/notesslides":
			err = in.story(f, Comment)
			in.rep.hide(HiddenComment, Place{Part: Comment}, 1)
		case strings.Contains(name, "comment"):
			in.rep.hide(HiddenComment, Place{Part: Comment}, 1)
			err = in.generic(f, Place{Part: Comment})
		case dir == "ppt/slidelayouts", dir == "ppt/slidemasters", dir == "ppt/notesmasters", dir == "ppt/handoutmasters":
			err = in.story(f, Header)
		default:
			err = in.other(f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// slide reads a slide, whose paragraphs and tables are named as Word's are.
func (in *inspection) slide(f *zip.File) error {
	hidden := 0
	err := in.tokens(f, func(t xml.Token) error {
		if s, ok := t.(xml.StartElement); ok && s.Name.Local == "sld" && (Attr(s, "show") == "0" || Attr(s, "show") == "false") {
			hidden++
		}
		return nil
	})
	if err != nil {
		return err
	}
	in.rep.hide(HiddenText, Place{Part: Unseen}, hidden)
	return in.story(f, Body)
}
