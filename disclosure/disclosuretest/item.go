package disclosuretest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

// Plain is a text of one paragraph, formed today.
func (h *House) Plain(title string) disclosure.Text {
	return disclosure.Text{Title: title, Body: "现将有关事项公布如下。", FormedOn: clock.DateOf(h.Clock.Now())}
}

// Text is Plain, with the form of a category filled where it has one.
func (h *House) Text(category, period, title string) disclosure.Text {
	tx := h.Plain(title)
	tx.Period = period
	if f := h.Disclosure.Norm.Form(h.Disclosure.Norm.Category(category).Form); f != nil {
		tx.Form, tx.Data, tx.Body = f.ID, Fill(f), ""
	}
	return tx
}

// Fill answers every required question of a form, with zeros so that sums hold.
func Fill(f *norm.Form) form.Data {
	out := form.Data{Fields: answers(f.Fields)}
	for _, r := range f.Rows {
		out.Rows = append(out.Rows, form.Row{ID: r.ID, Cells: answers(f.Columns)})
	}
	if len(f.Rows) == 0 && len(f.Columns) > 0 {
		out.Rows = append(out.Rows, form.Row{ID: "1", Cells: answers(f.Columns)})
	}
	return out
}

func answers(fs []norm.Field) map[string]string {
	out := map[string]string{}
	for _, f := range fs {
		switch {
		case f.Numeric():
			out[f.ID] = "0"
			if f.Min != nil && *f.Min > 0 {
				out[f.ID] = fmt.Sprint(*f.Min)
			}
		case !f.Required:
		case f.Type == "date":
			out[f.ID] = "2026-09-30"
		case f.Type == "month":
			out[f.ID] = "2026-09"
		case f.Type == "choice":
			out[f.ID] = f.Choices[0].ID
		case f.Type == "url":
			out[f.ID] = "https://example.org/"
		case f.Type == "phone":
			out[f.ID] = "12356"
		default:
			out[f.ID] = "按规定办理"
		}
	}
	return out
}

// Opinion ticks everything and names a basis.
func Opinion() disclosure.Opinion {
	return disclosure.Opinion{Checks: []string{"secrecy", "privacy", "accuracy", "legality"}, Basis: "政府信息公开条例第十七条"}
}

// Signer is who signs a step of a unit's review in Publish.
func (h *House) Signer(u agency.Agency, slot string) Person {
	p := map[string]Person{"author": h.Author, "reviewer": h.Reviewer, "reviewer2": h.Second, "approver": h.Approver}[slot]
	p.Rights = h.Everybody.Rights
	return p.Of(u)
}

// Draft begins an item as the unit's author and saves the text.
func (h *House) Draft(t testing.TB, u agency.Agency, category string, text disclosure.Text) *disclosure.Version {
	t.Helper()
	ctx := h.As(h.Signer(u, "author"))
	v, err := h.Disclosure.Start(ctx, u.ID, category, text.Period)
	Check(t, err)
	v, err = h.Disclosure.Save(ctx, v.Province, v.ID, text)
	Check(t, err)
	return v
}

// Submitted is Draft handed to the first reviewer.
func (h *House) Submitted(t testing.TB, u agency.Agency, category string, text disclosure.Text) *disclosure.Version {
	t.Helper()
	v := h.Draft(t, u, category, text)
	Check(t, h.Disclosure.Submit(h.As(h.Signer(u, "author")), v.Province, v.ID))
	return h.Version(t, v)
}

// Reviewed is Submitted with every review step signed; it waits for approval.
func (h *House) Reviewed(t testing.TB, u agency.Agency, category string, text disclosure.Text) *disclosure.Version {
	t.Helper()
	v := h.Submitted(t, u, category, text)
	h.Review(t, u, v)
	return h.Version(t, v)
}

// Review signs every review step of a submitted version.
func (h *House) Review(t testing.TB, u agency.Agency, v *disclosure.Version) {
	t.Helper()
	for _, s := range h.Disclosure.Norm.Review(v.Rule).Steps {
		if s.Slot != "approver" {
			Check(t, h.Disclosure.Pass(h.As(h.Signer(u, s.Slot)), v.Province, v.ID, Opinion()))
		}
	}
}

// Publish takes an item through its whole review.
func (h *House) Publish(t testing.TB, u agency.Agency, category string, text disclosure.Text) *disclosure.Item {
	t.Helper()
	v := h.Reviewed(t, u, category, text)
	Check(t, h.Disclosure.Approve(h.As(h.Signer(u, "approver")), v.Province, v.ID, Opinion(), time.Time{}))
	return h.Item(t, v)
}

// Correct publishes a further version of an item.
func (h *House) Correct(t testing.TB, u agency.Agency, it *disclosure.Item, text disclosure.Text) *disclosure.Item {
	t.Helper()
	ctx := h.As(h.Signer(u, "author"))
	v, err := h.Disclosure.Correct(ctx, it.Province, it.ID)
	Check(t, err)
	if text.Reason == "" {
		text.Reason = "更正数字"
	}
	_, err = h.Disclosure.Save(ctx, v.Province, v.ID, text)
	Check(t, err)
	Check(t, h.Disclosure.Submit(ctx, v.Province, v.ID))
	h.Review(t, u, v)
	Check(t, h.Disclosure.Approve(h.As(h.Signer(u, "approver")), v.Province, v.ID, Opinion(), time.Time{}))
	return h.Item(t, v)
}

// Version reads a version again.
func (h *House) Version(t testing.TB, v *disclosure.Version) *disclosure.Version {
	t.Helper()
	s, err := h.Disclosure.Open(h.As(h.Everybody), v.Province, v.ID)
	Check(t, err)
	return s.Version
}

// Item reads the item of a version again.
func (h *House) Item(t testing.TB, v *disclosure.Version) *disclosure.Item {
	t.Helper()
	s, err := h.Disclosure.Open(h.As(h.Everybody), v.Province, v.ID)
	Check(t, err)
	return s.Item
}

// Owed reads a unit's obligation of a category.
func (h *House) Owed(t testing.TB, u agency.Agency, category string) (string, bool, [3]int) {
	t.Helper()
	var period string
	var met bool
	var counts [3]int
	h.Read(t, func(tx *db.Tx) error {
		xs, err := h.Disclosure.Catalogue.Of(tx, u)
		for _, x := range xs {
			if x.Category == category {
				period, met, counts = x.Period, !x.MetOn.IsZero(), [3]int{x.OnTime, x.Late, x.Missed}
			}
		}
		return err
	})
	return period, met, counts
}

// TakeDown ends an item's publication.
func (h *House) TakeDown(t testing.TB, it *disclosure.Item, kind, reason string) {
	t.Helper()
	Check(t, h.Disclosure.TakeDown(h.As(h.Everybody), it.Province, it.ID, kind, reason))
}

// Anyone is the context of a visitor.
func (h *House) Anyone() context.Context { return h.t.Context() }
