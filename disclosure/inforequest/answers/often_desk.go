package answers

import (
	"net/http"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/disclosure/inforequest"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// unitsLooked is how many of an officer's units are looked through.
const unitsLooked = 40

// oftenRow is one subject asked for often.
type oftenRow struct {
	Subject, Unit, Counts string
	UnitID, Request       string
	May                   bool
}

// oftenPage is article 44 at the desk.
type oftenPage struct {
	Rows      []oftenRow
	Proposals ui.Grid
	Action    string
	Refused   string
}

// unitsOf are the units where the person handles or decides requests.
func unitsOf(tx *db.Tx, ranges []account.Range) (out []agency.Agency, err error) {
	for _, x := range ranges {
		var found []agency.Agency
		if x.Agency != 0 {
			u, err := agency.Find(tx, x.Agency)
			if err != nil {
				return nil, err
			}
			found = []agency.Agency{u}
		} else if c, ok := (agency.Scope{Lo: agency.Code(x.Lo), Hi: agency.Code(x.Hi)}).Division(); ok {
			if found, err = agency.List(tx, agency.Filter{Within: c, Limit: unitsLooked}); err != nil {
				return nil, err
			}
		}
		for _, u := range found {
			if len(out) < unitsLooked && !slices.ContainsFunc(out, func(o agency.Agency) bool { return o.ID == u.ID }) {
				out = append(out, u)
			}
		}
	}
	return out, nil
}

func (s *Answers) often(w http.ResponseWriter, r *http.Request) error {
	return s.showOften(w, r, http.StatusOK, "")
}

func (s *Answers) showOften(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	ctx := r.Context()
	a := account.From(ctx)
	p := oftenPage{Action: href(ctx, oftenRoot), Refused: refused}
	p.Proposals = ui.Grid{Caption: word(ctx, "proposals"), Cards: true, Nothing: word(ctx, "no_proposals"), Columns: []ui.Column{{Title: word(ctx, "subject")}, {Title: word(ctx, "unit")}, {Title: word(ctx, "counts_head")}, {Title: word(ctx, "state")}}}
	err := s.read(ctx, func(tx *db.Tx) error {
		units, err := unitsOf(tx, scope(a))
		if err != nil {
			return err
		}
		for _, u := range units {
			if !s.Requests.Takes(u) {
				continue
			}
			all, err := s.oftenAt(tx, u)
			if err != nil {
				return err
			}
			for _, x := range all {
				p.Rows = append(p.Rows, oftenRow{Subject: x.Subject, Unit: u.Name, Counts: word(ctx, "counts", len(x.Requests), x.Applicants, x.Suggested), UnitID: itoa(u.ID), Request: itoa(x.Requests[0]),
					May: a.May(inforequest.Handling, account.Target{Agency: u.ID, Division: int64(u.Division)})})
			}
		}
		return s.fillProposals(tx, a, &p)
	})
	if err != nil {
		return err
	}
	f := s.deskFrame(r, word(ctx, "often"), ui.Link{Text: word(ctx, "often")})
	f.Lead = word(ctx, "often_lead")
	return web.Render(w, r, status, oftenView(f, p))
}

func (s *Answers) fillProposals(tx *db.Tx, a *account.Actor, p *oftenPage) error {
	ctx := tx.Ctx
	ranges := scope(a)
	for _, x := range a.Scope(disclosure.Drafting) {
		if !slices.Contains(ranges, x) {
			ranges = append(ranges, x)
		}
	}
	all, err := proposals(tx, ranges, []string{Proposed, Begun, Declined}, deskShown)
	if err != nil {
		return err
	}
	for _, x := range all {
		u, err := agency.Find(tx, x.Agency)
		if err != nil {
			return err
		}
		p.Proposals.Rows = append(p.Proposals.Rows, []ui.Cell{{Text: x.Subject, Href: href(ctx, proposalPath(&x))}, {Text: u.Name}, {Text: word(ctx, "counts", x.Requests, x.Applicants, x.Suggested)},
			{Text: word(ctx, "often_"+x.State), Tag: oftenTag(x.State)}})
	}
	return nil
}

func oftenTag(state string) ui.TagKind {
	return map[string]ui.TagKind{Proposed: ui.TagWaiting, Begun: ui.TagPublished, Declined: ui.TagWithdrawn}[state]
}

func proposalPath(p *Proposal) string {
	return oftenRoot + "/" + strconv.Itoa(p.Province) + "/" + itoa(p.ID)
}

// propose44 records a proposal.
func (s *Answers) propose44(w http.ResponseWriter, r *http.Request) error {
	unit, err := web.Int64(r.PostForm.Get("unit"))
	if err != nil {
		return err
	}
	request, err := web.Int64(r.PostForm.Get("request"))
	if err != nil {
		return err
	}
	p, err := s.Offer(r.Context(), unit, request)
	if fault.Is(err, fault.Conflict) {
		key, args, _ := fault.Sentence(err)
		return s.showOften(w, r, http.StatusConflict, i18n.T(r.Context(), key, args...))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, proposalPath(p))
}

// proposalPage is one proposal.
type proposalPage struct {
	Facts      []ui.Pair
	Text       []string
	Title      string
	Category   ui.Input
	Reason     ui.Input
	Base       string
	MayBegin   bool
	MayDecline bool
	Item       string
	Errors     ui.Errors
	Refused    string
}

func (s *Answers) proposal(w http.ResponseWriter, r *http.Request) error {
	return s.showProposal(w, r, http.StatusOK, nil, "")
}

func (s *Answers) showProposal(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	ctx := r.Context()
	province, id, err := numbers(r, "proposal")
	if err != nil {
		return err
	}
	p := proposalPage{Errors: bad, Refused: refused}
	title := ""
	err = s.read(ctx, func(tx *db.Tx) error {
		x, err := proposalByID(tx, province, id, "")
		if err != nil {
			return err
		}
		if err := mayProposal(account.From(ctx), x.target(), ""); err != nil {
			return err
		}
		title = x.Subject
		return s.fillProposal(tx, r, x, &p)
	})
	if err != nil {
		return err
	}
	f := s.deskFrame(r, title, ui.Link{Text: word(ctx, "often"), Href: href(ctx, oftenRoot)}, ui.Link{Text: title})
	f.Lead, f.Narrow = word(ctx, "proposal_lead"), true
	return web.Render(w, r, status, proposalView(f, p))
}

func (s *Answers) fillProposal(tx *db.Tx, r *http.Request, x *Proposal, p *proposalPage) error {
	ctx, a := tx.Ctx, account.From(tx.Ctx)
	u, err := agency.Find(tx, x.Agency)
	if err != nil {
		return err
	}
	text, err := s.draftText(tx, x)
	if err != nil {
		return err
	}
	p.Title, p.Text, p.Base = text.Title, lines(disclosure.PlainText(text.Body)), href(ctx, proposalPath(x))
	p.Facts = []ui.Pair{{Term: word(ctx, "unit"), Text: u.Name}, {Term: word(ctx, "counts_head"), Text: word(ctx, "counts", x.Requests, x.Applicants, x.Suggested)},
		{Term: word(ctx, "state"), Of: ui.Tag(oftenTag(x.State), word(ctx, "often_"+x.State))}}
	if x.Reason != "" {
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "f_reason"), Text: x.Reason})
	}
	if c := s.Disclosure.Norm.Category(x.Category); c != nil {
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "category"), Text: c.Title.In(ctx)})
	}
	if x.Item != 0 {
		rows, err := disclosure.ByIDs(tx, x.Province, []int64{x.Item})
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			p.Item = href(ctx, rows[0].Href())
		}
	}
	p.MayBegin, p.MayDecline = x.State == Proposed && a.May(disclosure.Drafting, x.target()), x.State == Proposed && a.May(inforequest.Deciding, x.target())
	p.Category = ui.Input{Name: "category", Label: word(ctx, "category"), Value: r.PostFormValue("category"), Error: p.Errors.Of(ctx, "category"), Options: []ui.Option{{Text: word(ctx, "choose")}}}
	if cg := s.Disclosure.Norm.Catalogue(string(u.Kind)); cg != nil {
		for _, c := range cg.ActiveOn(clock.DateOf(tx.Now)) {
			if !c.Inherited {
				p.Category.Options = append(p.Category.Options, ui.Option{Value: c.ID, Text: c.Title.In(ctx)})
			}
		}
	}
	p.Reason = ui.Input{Name: "reason", Label: word(ctx, "f_decline"), Value: r.PostFormValue("reason"), Error: p.Errors.Of(ctx, "reason"), MaxLen: maxReason, Rows: 3}
	return nil
}

// again shows a proposal after an act that was refused.
func (s *Answers) again(w http.ResponseWriter, r *http.Request, err error) error {
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.showProposal(w, r, http.StatusUnprocessableEntity, bad, "")
	}
	if fault.Is(err, fault.Conflict) {
		key, args, _ := fault.Sentence(err)
		return s.showProposal(w, r, http.StatusConflict, nil, i18n.T(r.Context(), key, args...))
	}
	return err
}

// begin leads to the draft it began.
func (s *Answers) begin(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "proposal")
	if err != nil {
		return err
	}
	v, err := s.Begin(r.Context(), province, id, r.PostForm.Get("category"))
	if err != nil {
		return s.again(w, r, err)
	}
	return web.See(w, r, "/desk/items/"+strconv.Itoa(province)+"/"+itoa(v.ID)+"/edit")
}

func (s *Answers) decline(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "proposal")
	if err != nil {
		return err
	}
	if err := s.Decline(r.Context(), province, id, r.PostForm.Get("reason")); err != nil {
		return s.again(w, r, err)
	}
	return web.See(w, r, "/desk/answers/often/"+strconv.Itoa(province)+"/"+itoa(id))
}

// waitingOften are the proposals for whoever drafts the unit's items.
func (s *Answers) waitingOften(tx *db.Tx, a *account.Actor) (out front.Waiting, err error) {
	ctx := tx.Ctx
	out = front.Waiting{Kind: "answers.wait_often", Mine: true}
	if !a.Holds(disclosure.Drafting) {
		return out, nil
	}
	all, err := proposals(tx, a.Scope(disclosure.Drafting), []string{Proposed}, deskShown)
	for i := range all {
		x := &all[i]
		out.Works = append(out.Works, ui.Work{Href: href(ctx, proposalPath(x)), Title: x.Subject, Meta: []string{word(ctx, "often")}, Tag: oftenTag(x.State), TagWords: word(ctx, "often_"+x.State),
			Next: word(ctx, "next_often"), Spent: -1})
	}
	return out, err
}
