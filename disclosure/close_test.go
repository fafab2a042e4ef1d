package disclosure_test

import (
	"testing"

	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/fault"
)

// TestAnEarlierTextCanBeClosed: a correction that removed what should never
// have been public must not leave the old text in the history.
func TestAnEarlierTextCanBeClosed(t *testing.T) {
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		category := "county.2"
		it := h.Publish(t, h.County, category, h.Plain("通知"))
		by := h.As(h.Signer(h.County, "approver"))
		d := h.Disclosure
		disclosuretest.Refused(t, d.CloseEarlier(by, it.Province, it.ID, "含有不应公开的内容"), fault.Conflict, "disclosure.nothing_to_close")
		it = h.Correct(t, h.County, it, h.Plain("通知（更正）"))
		if err := d.CloseEarlier(h.As(h.Author), it.Province, it.ID, "含有不应公开的内容"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a drafter closed a text: %v", err)
		}
		if err := d.CloseEarlier(by, it.Province, it.ID, " "); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("closed without a reason: %v", err)
		}
		disclosuretest.Check(t, d.CloseEarlier(by, it.Province, it.ID, "含有不应公开的内容"))
		p, err := d.Public(h.Anyone(), h.County, it.Year, it.Serial)
		disclosuretest.Check(t, err)
		if last := p.Events[len(p.Events)-1]; last.Verb != "closed" || last.Reason != "含有不应公开的内容" {
			t.Errorf("the last public event is %q for %q", last.Verb, last.Reason)
		}
		for _, v := range p.Versions {
			if (v.Closed != "") != (v.State == disclosure.Superseded) {
				t.Errorf("version %d, %s, closed %q", v.Number, v.State, v.Closed)
			}
		}
	})
}
