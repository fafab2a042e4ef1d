package knowledge

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// articlePage is one article at the desk.
type articlePage struct {
	Article  *Article
	Version  *Version // the one shown
	Standing bool     // it is the one that stands
	Tags     []tag
	Refusal  string // why it cannot be quoted
	Facts    []ui.Pair
	Counts   []ui.Figure
	Why      ui.Grid
	Versions ui.Grid
	Diff     []ui.DiffLine
	DiffWith string
	Reports  []ui.Entry
	Link     ui.Link // the published item
	Base     string
	Public   string
	Errors   ui.Errors
	Refused  string
	Said     string
	Actions  []ui.Action // forms of one button
	Edit     string
	Review   string
	// Forms, where the person may.
	MayConfirm, MayRetire, MayReport bool
	Next, Reason, Kind, Note         ui.Input
}

func (k *Knowledge) article(w http.ResponseWriter, r *http.Request) error {
	return k.showArticle(w, r, http.StatusOK, 0, nil, "")
}

// version shows one version of an article, and what it changed.
func (k *Knowledge) version(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("version"))
	if err != nil || n < 1 {
		return notFound()
	}
	return k.showArticle(w, r, http.StatusOK, n, nil, "")
}

func (k *Knowledge) showArticle(w http.ResponseWriter, r *http.Request, status, number int, bad ui.Errors, refused string) error {
	ctx, a := r.Context(), account.From(r.Context())
	province, id, err := numbers(r, "article")
	if err != nil {
		return err
	}
	p := articlePage{Errors: bad, Refused: refused, Base: href(ctx, deskPath(province, id)), Said: r.URL.Query().Get("said")}
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := articleByID(tx, province, id, "")
		if err != nil {
			return err
		}
		if !knows(a, x) {
			return notFound()
		}
		p.Article = x
		return k.fillArticle(tx, r, a, &p, number)
	})
	if err != nil {
		return err
	}
	crumbs := []ui.Link{{Text: p.Article.Title}}
	if number != 0 {
		crumbs = []ui.Link{{Text: p.Article.Title, Href: p.Base}, {Text: word(ctx, "version_n", number)}}
	}
	f := k.deskFrame(r, p.Version.Title, crumbs...)
	if number != 0 {
		f.Of = append(f.Of, word(ctx, "version_n", number))
	}
	return web.Render(w, r, status, articleView(f, p))
}

func (k *Knowledge) fillArticle(tx *db.Tx, r *http.Request, a *account.Actor, p *articlePage, number int) error {
	ctx, x := tx.Ctx, p.Article
	all, err := versionsOf(tx, x)
	if err != nil {
		return err
	}
	inside := writes(a, x.target())
	shown := number
	if shown == 0 {
		if shown = x.Standing; shown == 0 {
			shown = x.Working
		}
	}
	for i := range all {
		if v := &all[i]; v.Number == shown && (inside || v.Hash != "") {
			p.Version = v
		}
	}
	if p.Version == nil {
		return notFound()
	}
	p.Standing, p.Tags = shown == x.Standing, tags(tx, x)
	if !p.Standing {
		p.Tags = []tag{{tagKind(p.Version.State), word(ctx, "state_"+p.Version.State)}}
	}
	if key, args := unquotable(x, p.Version, today(tx)); key != "" {
		p.Refusal = i18n.T(ctx, "knowledge.quote_"+key, args...)
	}
	if p.Facts, err = k.factsOf(tx, x, p.Version); err != nil {
		return err
	}
	if p.Link, err = linked(tx, p.Version.Link); err != nil {
		return err
	}
	if err := p.versions(tx, all, r.URL.Query().Get("with"), inside); err != nil {
		return err
	}
	if number != 0 {
		return nil
	}
	if err := p.figures(tx); err != nil {
		return err
	}
	if x.InForce(today(tx)) && x.Audience == ForPublic {
		p.Public = href(ctx, publicRoot, "/", itoa(x.ID))
	}
	if inside {
		open, err := reportsOf(tx, x)
		if err != nil {
			return err
		}
		for _, rep := range open {
			p.Reports = append(p.Reports, ui.Entry{Title: word(ctx, "kind_"+rep.Kind), Href: href(ctx, reportPath(&rep)), Meta: word(ctx, "report_meta", word(ctx, "source_"+rep.Source), rep.Times), When: i18n.Date(ctx, rep.DueOn), WhenISO: rep.DueOn.String()})
		}
	}
	k.offer(tx, r, a, p)
	return nil
}

// factsOf is what is to be known of a version beside its text.
func (k *Knowledge) factsOf(tx *db.Tx, x *Article, v *Version) ([]ui.Pair, error) {
	ctx := tx.Ctx
	n := newNames()
	u, err := n.unit(tx, x.Agency)
	if err != nil {
		return nil, err
	}
	place, err := n.place(tx, x.Region)
	if err != nil {
		return nil, err
	}
	people, err := account.Names(tx, []int64{v.Author, max(v.Reviewer, v.Author)})
	if err != nil {
		return nil, err
	}
	to := i18n.Date(ctx, v.To)
	if to == "" {
		to = word(ctx, "no_end")
	}
	out := []ui.Pair{{Term: word(ctx, "f_topic"), Text: k.topic(ctx, v.Topic)}, {Term: word(ctx, "owner"), Text: u.Name, Href: href(ctx, "/", u.Path())}, {Term: word(ctx, "f_holds"), Text: place},
		{Term: word(ctx, "f_audience"), Text: word(ctx, "audience_"+v.Audience)}, {Term: word(ctx, "f_from"), Text: i18n.Date(ctx, v.From)}, {Term: word(ctx, "f_to"), Text: to},
		{Term: word(ctx, "f_review"), Text: i18n.Date(ctx, v.Review)}, {Term: word(ctx, "version"), Text: word(ctx, "version_n", v.Number)},
		{Term: word(ctx, "author"), Text: people[v.Author]}}
	if v.Reviewer != 0 {
		out = append(out, ui.Pair{Term: word(ctx, "reviewer"), Text: people[v.Reviewer]}, ui.Pair{Term: word(ctx, "hash"), Text: v.Hash[:16]})
	}
	return out, nil
}

// versions lists the versions that passed, and compares the one shown with
// another: the one before, unless the address names one.
func (p *articlePage) versions(tx *db.Tx, all []Version, with string, inside bool) error {
	ctx := tx.Ctx
	p.Versions = ui.Grid{Caption: word(ctx, "versions"), Cards: true, Columns: []ui.Column{{Title: word(ctx, "version")}, {Title: word(ctx, "f_state")}, {Title: word(ctx, "f_from")}, {Title: word(ctx, "decided")}}}
	other, _ := strconv.Atoi(with)
	if other == 0 {
		other = p.Version.Number - 1
	}
	for i := range all {
		v := &all[i]
		if !inside && v.Hash == "" {
			continue
		}
		day := ""
		if !v.DecidedAt.IsZero() {
			day = i18n.Date(ctx, clock.DateOf(v.DecidedAt))
		}
		p.Versions.Rows = append(p.Versions.Rows, []ui.Cell{{Text: word(ctx, "version_n", v.Number), Href: p.Base + "/versions/" + strconv.Itoa(v.Number)}, {Text: word(ctx, "state_"+v.State), Tag: tagKind(v.State)},
			{Text: i18n.Date(ctx, v.From)}, {Text: day}})
		if v.Number == other && v.Number != p.Version.Number {
			p.Diff, p.DiffWith = ui.Compare(v.whole(ctx), p.Version.whole(ctx)), word(ctx, "changed_since", other)
		}
	}
	return nil
}

// whole is a text in lines, to be compared.
func (t *Text) whole(ctx context.Context) string {
	out := []string{t.Title}
	out = append(out, t.Questions...)
	out = append(out, lines(t.Answer)...)
	for _, x := range []struct{ name, text string }{{"law", t.Law}, {"law_article", t.LawArticle}, {"law_url", t.LawURL}, {"from", t.From.String()}, {"to", t.To.String()}, {"audience", word(ctx, "audience_"+t.Audience)}, {"link", t.Link}} {
		if x.text != "" {
			out = append(out, word(ctx, "labelled", word(ctx, "f_"+x.name), x.text))
		}
	}
	return strings.Join(out, "\n")
}

func (p *articlePage) figures(tx *db.Tx) error {
	ctx := tx.Ctx
	c, err := countsOf(tx, p.Article)
	if err != nil {
		return err
	}
	p.Counts = []ui.Figure{{Label: word(ctx, "n_used"), Value: i18n.Number(ctx, int64(c.Used))}, {Label: word(ctx, "n_solved"), Value: i18n.Number(ctx, int64(c.Solved))}, {Label: word(ctx, "n_unsolved"), Value: i18n.Number(ctx, int64(c.Unsolved))}}
	p.Why = ui.Grid{Caption: word(ctx, "why_unsolved"), Columns: []ui.Column{{Title: word(ctx, "f_no_reason")}, {Title: word(ctx, "n_unsolved"), Number: true}}}
	for _, why := range unsolvedReasons {
		if n := c.Why[why]; n > 0 {
			p.Why.Rows = append(p.Why.Rows, ui.Text(word(ctx, "no_"+why), i18n.Number(ctx, int64(n))))
		}
	}
	return nil
}

// offer fills in what the person may do now.
func (k *Knowledge) offer(tx *db.Tx, r *http.Request, a *account.Actor, p *articlePage) {
	ctx, x, t := tx.Ctx, p.Article, p.Article.target()
	write, review := a.May(Writing, t), a.May(Reviewing, t)
	if x.Working != 0 && write {
		p.Edit = p.Base + "/edit"
	}
	if x.Working != 0 && (write || review) {
		p.Review = p.Base + "/review"
	}
	if x.Working == 0 && write {
		p.Actions = append(p.Actions, ui.Action{Text: word(ctx, "do_revise"), To: p.Base + "/revise", Kind: "secondary"})
	}
	p.MayConfirm = review && x.State == Valid && !x.over(today(tx)) && !x.Review.After(today(tx).AddDays(ahead))
	p.MayRetire = review && x.State == Valid
	p.MayReport = x.Standing != 0
	in := func(name string, most, rows int) ui.Input {
		i := ui.Input{Name: name, Label: word(ctx, "f_"+name), Value: r.PostFormValue(name), MaxLen: most, Rows: rows, Error: p.Errors.Of(ctx, name)}
		if i18n.Has(i18n.ZH, "knowledge.f_"+name+"_help") {
			i.Help = word(ctx, "f_"+name+"_help")
		}
		return i
	}
	p.Next, p.Reason, p.Kind, p.Note = in("next", 0, 0), in("reason", maxReason, 3), in("kind", 0, 0), in("note", maxReason, 3)
	if p.Next.Value = ui.JoinDate(r.PostFormValue, "next"); p.Next.Value == "" {
		p.Next.Value = today(tx).AddMonths(12).String()
	}
	p.Kind.Options = options(ctx, "", "kind_", reportKinds...)
}

// doing is what a form of an article's page asks for.
type doing func(ctx context.Context, r *http.Request, province int, id int64) error

// act does one thing and shows the article again, or the page below it.
func (k *Knowledge) act(do doing, then string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return k.acted(w, r, do, then, func(bad ui.Errors, status int, refused string) error {
			return k.showArticle(w, r, status, 0, bad, refused)
		})
	}
}

func (k *Knowledge) acted(w http.ResponseWriter, r *http.Request, do doing, then string, again func(bad ui.Errors, status int, refused string) error) error {
	province, id, err := numbers(r, "article")
	if err != nil {
		return err
	}
	err = do(r.Context(), r, province, id)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return again(bad, http.StatusUnprocessableEntity, "")
	}
	if fault.Is(err, fault.Conflict) {
		key, args, _ := fault.Sentence(err)
		return again(nil, http.StatusConflict, i18n.T(r.Context(), key, args...))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, deskPath(province, id)+then)
}

func (k *Knowledge) doRevise(ctx context.Context, _ *http.Request, province int, id int64) error {
	return k.Revise(ctx, province, id)
}

func (k *Knowledge) doRecall(ctx context.Context, _ *http.Request, province int, id int64) error {
	return k.Recall(ctx, province, id)
}

func (k *Knowledge) doRetire(ctx context.Context, r *http.Request, province int, id int64) error {
	return k.Retire(ctx, province, id, r.PostForm.Get("reason"))
}

func (k *Knowledge) doReport(ctx context.Context, r *http.Request, province int, id int64) error {
	return k.Report(ctx, province, id, r.PostForm.Get("kind"), r.PostForm.Get("note"))
}

func (k *Knowledge) doConfirm(ctx context.Context, r *http.Request, province int, id int64) error {
	d, err := clock.ParseDate(ui.JoinDate(r.PostForm.Get, "next"))
	if err != nil {
		return fault.Fields(fault.Field{Name: "next", Key: "knowledge.bad_date"})
	}
	return k.Confirm(ctx, province, id, d)
}
