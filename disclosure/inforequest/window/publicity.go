package window

import (
	"net/http"
	"slices"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/internal/db"
)

// publicity is what the applicant decides, and learns, about others reading the
// answer too.
type publicity struct {
	TakeBack bool   // the consent can be taken back
	Drafted  bool   // and a draft is on its way
	Suggest  bool   // everybody should have it: can be said
	Said     bool   // was said
	Answer   string // where the answer is published
	Item     string // where the information was published for everybody
}

func (p publicity) any() bool {
	return p.TakeBack || p.Suggest || p.Said || p.Answer != "" || p.Item != ""
}

func (w *Window) fillOpen(tx *db.Tx, p *publicity, c *inforequest.Case) (err error) {
	p.Drafted = c.Answer == answers.Draft || c.Answer == answers.InReview
	p.TakeBack = c.OpenAnswer && (c.Answer == "" || p.Drafted)
	p.Suggest = c.MaySuggest(c.Steps)
	p.Said = slices.ContainsFunc(c.Steps, func(s inforequest.Step) bool { return s.Kind == inforequest.Suggested })
	path, err := w.Answers.Of(tx, c.Province, c.ID)
	if err != nil {
		return err
	}
	if path != "" {
		p.Answer = href(tx.Ctx, path)
	}
	if path, err = w.Answers.MadePublic(tx, c.Province, c.ID); err == nil && path != "" {
		p.Item = href(tx.Ctx, path)
	}
	return err
}

// consent takes the consent back.
func (w *Window) consent(rw http.ResponseWriter, r *http.Request) error {
	k := keyOf(r)
	err := w.Requests.TakeBack(r.Context(), k.Number, k.Code)
	return w.after(rw, r, err, done(r, err, "consent_done"))
}

// suggest says that everybody should have the information.
func (w *Window) suggest(rw http.ResponseWriter, r *http.Request) error {
	k := keyOf(r)
	err := w.Requests.Suggest(r.Context(), k.Number, k.Code)
	return w.after(rw, r, err, done(r, err, "suggest_done"))
}
