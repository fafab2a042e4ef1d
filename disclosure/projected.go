package disclosure

import (
	"encoding/json"

	"yangguang/disclosure/form"
)

// Hidden is one figure of a text the public does not read.
type Hidden struct {
	Figure string `json:"figure"`           // form.Figure or form.FieldFigure
	Below  int64  `json:"below,omitempty"`  // said to be fewer than this; 0: nothing is said of its size
	Why    string `json:"why"`              // one of the Why words
	For    string `json:"for,omitempty"`    // the figure of this text it protects or follows
	Unit   string `json:"unit,omitempty"`   // where what it protects stands elsewhere: in this unit's table, "" for the own,
	Period string `json:"period,omitempty"` // of this period
	Loose  bool   `json:"loose,omitempty"`  // internal/suppress: a reader cannot tell that it is not small
}

// Why a figure is hidden.
const (
	WhySmall   = "small"   // 1 up to k-1 people
	WhyProtect = "protect" // with it a small figure could be worked out
	WhyFollow  = "follow"  // it grows with a number of people that is hidden
	WhyWindow  = "window"  // the unit publishes the same over another time alone (norm.Form.Window)
)

func (h Hidden) mark() string {
	if h.Below > 0 {
		return form.Fewer(h.Below)
	}
	return form.Dark
}

// HiddenOf are the figures of a version the public does not read, as decided
// when it was submitted, approved and published.
func HiddenOf(v *Version) []Hidden {
	var out []Hidden
	if v.Hidden == "" || json.Unmarshal([]byte(v.Hidden), &out) != nil {
		return nil
	}
	return out
}

// Projected is a version as the public reads it: a copy in which every hidden
// figure has its mark, and without the note of what is hidden. Whatever is made
// for the public (pages, history, print, files, feeds, index, log) is made of
// this and of nothing else; Public and WithTexts give no other.
func (d *Disclosure) Projected(v *Version) *Version {
	out := *v
	out.Hidden = ""
	if v.Hidden == "" || v.Data == "" {
		return &out
	}
	var data form.Data
	var all []Hidden
	f := d.Norm.Form(v.Form)
	err := json.Unmarshal([]byte(v.Hidden), &all)
	if err == nil && f != nil {
		data, err = form.Decode([]byte(v.Data))
	}
	if err != nil || f == nil { // a form that is gone: better nothing than what was hidden
		out.Data = ""
		return &out
	}
	b, err := form.Encode(form.Hide(*f, data, Marks(all)))
	if out.Data = string(b); err != nil {
		out.Data = ""
	}
	return &out
}

// Marks is what form.Hide puts in the place of hidden figures.
func Marks(all []Hidden) map[string]string {
	out := make(map[string]string, len(all))
	for _, h := range all {
		out[h.Figure] = h.mark()
	}
	return out
}
