package knowledge

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// reviewPage is a version under way, as whoever reviews reads it.
type reviewPage struct {
	Version  *Version
	Facts    []ui.Pair
	Diff     []ui.DiffLine
	DiffWith string
	Link     ui.Link // the published item
	Base     string
	Saves    string
	Errors   ui.Errors
	Refused  string
	MayPass  bool
	Own      bool // the person acting wrote at it
	MayTake  bool // his own: he may take it back
	Why      ui.Input
}

func (k *Knowledge) reviewForm(w http.ResponseWriter, r *http.Request) error {
	return k.showReview(w, r, http.StatusOK, nil, "")
}

func (k *Knowledge) showReview(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	ctx, a := r.Context(), account.From(r.Context())
	province, id, err := numbers(r, "article")
	if err != nil {
		return err
	}
	p := reviewPage{Errors: bad, Refused: refused, Base: href(ctx, deskPath(province, id)), Why: ui.Input{Name: "why", Label: word(ctx, "f_why"), Value: r.PostFormValue("why"), Error: bad.Of(ctx, "why"), MaxLen: maxReason, Rows: 3}}
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := articleByID(tx, province, id, "")
		if err != nil {
			return err
		}
		if !writes(a, x.target()) {
			return notFound()
		}
		if x.Working == 0 {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if p.Version, err = versionOf(tx, province, id, x.Working); err != nil {
			return err
		}
		hands, err := handsOf(tx, p.Version)
		if err != nil {
			return err
		}
		p.Own = slices.ContainsFunc(hands, a.Is)
		p.MayPass = p.Version.State == InReview && a.May(Reviewing, x.target())
		p.MayTake = p.Version.State == InReview && a.Is(p.Version.Author)
		if x.Standing != 0 {
			old, err := versionOf(tx, province, id, x.Standing)
			if err != nil {
				return err
			}
			p.Diff, p.DiffWith = ui.Compare(old.whole(ctx), p.Version.whole(ctx)), word(ctx, "changed_since", old.Number)
		}
		if p.Link, err = linked(tx, p.Version.Link); err != nil {
			return err
		}
		p.Facts, err = k.factsOf(tx, x, p.Version)
		return err
	})
	if err != nil {
		return err
	}
	p.Saves = strconv.Itoa(p.Version.Saves)
	f := k.deskFrame(r, word(ctx, "review_title", p.Version.Title), ui.Link{Text: p.Version.Title, Href: p.Base}, ui.Link{Text: word(ctx, "review")})
	f.Lead = word(ctx, "review_lead")
	return web.Render(w, r, status, reviewView(f, p))
}

// judge does a reviewer's step, or shows the review again.
func (k *Knowledge) judge(do doing) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return k.acted(w, r, do, "", func(bad ui.Errors, status int, refused string) error {
			err := k.showReview(w, r, status, bad, refused)
			if fault.Is(err, fault.Conflict) { // another has decided meanwhile
				return k.showArticle(w, r, status, 0, nil, refused)
			}
			return err
		})
	}
}

func (k *Knowledge) doReturn(ctx context.Context, r *http.Request, province int, id int64) error {
	return k.Return(ctx, province, id, r.PostForm.Get("why"))
}

func (k *Knowledge) doApprove(ctx context.Context, r *http.Request, province int, id int64) error {
	saves, _ := strconv.Atoi(r.PostForm.Get("saves"))
	return k.Approve(ctx, province, id, saves)
}
