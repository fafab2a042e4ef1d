package desk

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// opinionOf reads what a reviewer ticked and wrote.
func opinionOf(r *http.Request) disclosure.Opinion {
	o := disclosure.Opinion{Checks: r.PostForm["checks"], Basis: strings.TrimSpace(r.PostForm.Get("basis")), Note: strings.TrimSpace(r.PostForm.Get("note"))}
	o.Revision, _ = strconv.Atoi(r.PostForm.Get("version"))
	return o
}

func (d *Desk) pass(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (string, error) {
	return "passed", d.Disclosure.Pass(r.Context(), v.Province, v.ID, o)
}

func (d *Desk) sendBack(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (string, error) {
	return "returned", d.Disclosure.Return(r.Context(), v.Province, v.ID, o.Note)
}

func (d *Desk) refer(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (string, error) {
	return "referred", d.Disclosure.Refer(r.Context(), v.Province, v.ID, o.Note)
}

func (d *Desk) withdraw(r *http.Request, v *disclosure.Version, _ disclosure.Opinion) (string, error) {
	return "withdrawn", d.Disclosure.Withdraw(r.Context(), v.Province, v.ID)
}

func (d *Desk) recall(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (string, error) {
	return "recalled", d.Disclosure.Recall(r.Context(), v.Province, v.ID, o.Note)
}

func (d *Desk) emergency(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (string, error) {
	return "emergency", d.Disclosure.Emergency(r.Context(), v.Province, v.ID, o)
}

// passAfter and approveAfter are the full review of what was published in an
// emergency.
func (d *Desk) passAfter(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (string, error) {
	return "passed", d.Disclosure.PassAfter(r.Context(), v.Province, v.ID, o)
}

func (d *Desk) approveAfter(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (string, error) {
	return "completed", d.Disclosure.ApproveAfter(r.Context(), v.Province, v.ID, o)
}

// rule answers a doubt from below: the review goes on, or it must not be
// published as it is.
func (d *Desk) rule(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (string, error) {
	release := r.PostForm.Get("ruling") == "release"
	deed := "refused"
	if release {
		deed = "ruled"
	} else if r.PostForm.Get("ruling") != "refuse" {
		return "", fault.Fields(fault.Field{Name: "ruling", Key: "desk.need_ruling"})
	}
	return deed, d.Disclosure.Rule(r.Context(), v.Province, v.ID, release, o.Basis, o.Note)
}

// approve is the last signature: at once, or at a time.
func (d *Desk) approve(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (string, error) {
	if r.PostForm.Get("when") != "later" {
		return "approved", d.Disclosure.Approve(r.Context(), v.Province, v.ID, o, time.Time{})
	}
	at, err := publishAt(ui.JoinDate(r.PostForm.Get, "publish_on"), r.PostForm.Get("publish_at"))
	if err != nil {
		return "", err
	}
	err = d.Disclosure.Approve(r.Context(), v.Province, v.ID, o, at)
	if fs := fault.FieldsOf(err); len(fs) == 1 && fs[0].Name == "publish_at" {
		fs[0].Name = "publish_on"
		err = fault.Fields(fs...)
	}
	return "scheduled", err
}

// publishAt reads a day and a time of day, as clocks show them here.
func publishAt(on, at string) (time.Time, error) {
	day, err := clock.ParseDate(on)
	if err != nil {
		return time.Time{}, fault.Fields(fault.Field{Name: "publish_on", Key: "desk.need_publish_on"})
	}
	t, err := time.Parse("15:04", strings.ReplaceAll(strings.TrimSpace(at), "：", ":"))
	if err != nil {
		return time.Time{}, fault.Fields(fault.Field{Name: "publish_at", Key: "desk.need_publish_at"})
	}
	return day.Start().Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute), nil
}

// release records why something the gate saw may be published.
func (d *Desk) release(r *http.Request, v *disclosure.Version, _ disclosure.Opinion) (string, error) {
	id, err := web.Int64(r.PostForm.Get("finding"))
	if err != nil {
		return "", err
	}
	return "released", beside("reason", "release-"+r.PostForm.Get("finding"), d.Disclosure.ReleaseFinding(r.Context(), v.Province, v.ID, id, r.PostForm.Get("reason")))
}

// clear records that a person looked at a file the gate could not read.
func (d *Desk) clear(r *http.Request, v *disclosure.Version, _ disclosure.Opinion) (string, error) {
	id, err := web.Int64(r.PostForm.Get("file"))
	if err != nil {
		return "", err
	}
	return "cleared", beside("reason", "clear-"+r.PostForm.Get("file"), d.Disclosure.ClearFile(r.Context(), v.Province, v.ID, id, r.PostForm.Get("reason")))
}

// beside moves a refusal to the field as this page names it: many small forms
// on one page ask for the same thing.
func beside(from, to string, err error) error {
	fs := fault.FieldsOf(err)
	if len(fs) == 0 {
		return err
	}
	out := make([]fault.Field, len(fs))
	for i, f := range fs {
		if out[i] = f; f.Name == from {
			out[i].Name = to
		}
	}
	return fault.Fields(out...)
}

func (d *Desk) discard(r *http.Request, v *disclosure.Version, _ disclosure.Opinion) (string, error) {
	return "discarded", d.Disclosure.Discard(r.Context(), v.Province, v.ID)
}

// discardForm asks once more before a draft ends.
func (d *Desk) discardForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := d.openDraft(r)
	if err != nil {
		return err
	}
	path := func(more string) string {
		return web.URL(ctx, versionPath(s.Version.Province, s.Version.ID, more))
	}
	c := ui.Check{Action: path("/discard"), Back: path("/edit"), Send: i18n.T(ctx, "desk.discard"), Danger: true, Pairs: []ui.Pair{
		{Term: i18n.T(ctx, "desk.title"), Text: first(s.Version.Title, d.categoryTitle(ctx, s.Item.Category))},
		{Term: i18n.T(ctx, "desk.unit"), Text: s.Unit.Name}}}
	f := d.frame(r, i18n.T(ctx, "desk.discard_title"), ui.Link{Text: i18n.T(ctx, "desk.items"), Href: web.URL(ctx, "/desk/items")}, ui.Link{Text: i18n.T(ctx, "desk.discard")})
	f.Side = nil
	f.Lead, f.Narrow = i18n.T(ctx, "desk.discard_lead"), true
	return d.show(w, r, http.StatusOK, f, ui.Confirm(c))
}
