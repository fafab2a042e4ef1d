package answers

import (
	"context"
	"html"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/inforequest"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// The states of a proposal to publish for everybody what was often asked for.
const (
	Proposed = "proposed"
	Begun    = "begun" // a draft of the catalogue was begun; whether it is public the item says
	Declined = "declined"
)

// Proposal is what was often asked for, proposed to the unit (article 44).
type Proposal struct {
	Province   int
	ID         int64
	Agency     int64
	Region     agency.Code
	Subject    string
	Requests   int
	Applicants int
	Suggested  int
	State      string
	Category   string
	Item       int64
	Reason     string // why it was declined
	Person     int64
	Decider    int64
}

func (p *Proposal) target() account.Target {
	return account.Target{Agency: p.Agency, Division: int64(p.Region)}
}

// mayProposal refuses whoever neither handles requests nor drafts items there.
func mayProposal(a *account.Actor, t account.Target, verb string) error {
	switch {
	case a == nil || !slices.ContainsFunc([]string{inforequest.Handling, inforequest.Deciding, disclosure.Drafting}, func(v string) bool { return a.May(v, t) }):
		return fault.Say(fault.NotFound, "fault.not_found")
	case verb != "" && !a.May(verb, t):
		return fault.Say(fault.Forbidden, "answers.no_grant")
	}
	return nil
}

// oftenAt are the subjects of a unit that stand in no proposal yet.
func (s *Answers) oftenAt(tx *db.Tx, u agency.Agency) (out []inforequest.Sought, err error) {
	all, err := inforequest.OftenSought(tx, u)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		seen, err := proposedOf(tx, u.Province(), x.Requests)
		if err != nil {
			return nil, err
		}
		if !seen {
			out = append(out, x)
		}
	}
	return out, nil
}

// Offer records the proposal to publish what was often asked for; request is the
// newest that asked for it.
func (s *Answers) Offer(ctx context.Context, unit, request int64) (p *Proposal, err error) {
	defer fault.Wrap(&err, "answers.Offer(%d)", unit)
	err = s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if err := mayAt(a, account.Target{Agency: u.ID, Division: int64(u.Division)}, inforequest.Handling); err != nil {
			return err
		}
		all, err := s.oftenAt(tx, u)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(x inforequest.Sought) bool { return x.Requests[0] == request })
		if i < 0 {
			return fault.Say(fault.Conflict, "answers.not_often")
		}
		x := all[i]
		p = &Proposal{Province: u.Province(), ID: tx.ID(u.Province()), Agency: u.ID, Region: u.Division, Subject: x.Subject, Requests: len(x.Requests), Applicants: x.Applicants, Suggested: x.Suggested,
			State: Proposed, Person: a.Person}
		if err := insertProposal(tx, p); err != nil {
			return err
		}
		for _, id := range x.Requests {
			if err := insertProposed(tx, p, id); err != nil {
				return err
			}
		}
		return recordOften(tx, a, p, "propose")
	})
	return p, err
}

func recordOften(tx *db.Tx, a *account.Actor, p *Proposal, verb string) error {
	return audit.Append(tx, audit.Entry{Province: int64(p.Province), Person: a.Person, Login: a.Login, Agency: p.Agency, Verb: "answers.often_" + verb, Object: "proposal " + itoa(p.ID), Reason: p.Reason})
}

// Begin begins the draft of an item in a category the unit owes, filled with
// what was answered; whoever does it may draft there.
func (s *Answers) Begin(ctx context.Context, province int, id int64, category string) (v *disclosure.Version, err error) {
	defer fault.Wrap(&err, "answers.Begin(%d)", id)
	var p *Proposal
	var text disclosure.Text
	if err := s.read(ctx, func(tx *db.Tx) (err error) {
		if p, err = proposalByID(tx, province, id, ""); err != nil {
			return err
		}
		if err := mayProposal(account.From(ctx), p.target(), disclosure.Drafting); err != nil {
			return err
		}
		if p.State != Proposed {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		text, err = s.draftText(tx, p)
		return err
	}); err != nil {
		return nil, err
	}
	if s.Disclosure.Norm.Category(category) == nil {
		return nil, fault.Fields(fault.Field{Name: "category", Key: "answers.need_category"})
	}
	if v, err = s.Disclosure.Start(ctx, p.Agency, category, ""); err != nil {
		return nil, err
	}
	text.Form = v.Form
	if _, err := s.Disclosure.Save(ctx, province, v.ID, text); err != nil {
		return nil, err
	}
	return v, s.decide(ctx, province, id, disclosure.Drafting, "begin", func(p *Proposal) {
		p.State, p.Category, p.Item = Begun, category, v.Item
	})
}

// Decline refuses a proposal with the reason.
func (s *Answers) Decline(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "answers.Decline(%d)", id)
	if why, err = reasonOf("reason", why); err != nil {
		return err
	}
	return s.decide(ctx, province, id, inforequest.Deciding, "decline", func(p *Proposal) { p.State, p.Reason = Declined, why })
}

func (s *Answers) decide(ctx context.Context, province int, id int64, grant, verb string, change func(p *Proposal)) error {
	return s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := proposalByID(tx, province, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if err := mayProposal(a, p.target(), grant); err != nil {
			return err
		}
		if p.State != Proposed {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		change(p)
		p.Decider = a.Person
		if err := updateProposal(tx, p); err != nil {
			return err
		}
		return recordOften(tx, a, p, verb)
	})
}

// draftText is what the draft begins with: a published answer's words, which
// passed the gate, or the masked subject alone.
func (s *Answers) draftText(tx *db.Tx, p *Proposal) (t disclosure.Text, err error) {
	t = disclosure.Text{Title: p.Subject, FormedOn: clock.DateOf(tx.Now)}
	requests, err := requestsOf(tx, p)
	if err != nil {
		return t, err
	}
	for _, id := range requests {
		answer, err := s.tied(tx, p.Province, id)
		if err != nil {
			return t, err
		}
		if answer == 0 {
			continue
		}
		w, err := answerByID(tx, p.Province, answer, "")
		if err != nil {
			return t, err
		}
		if w.State == Published {
			t.Title = w.Text.Title
			for _, l := range lines(w.Text.Summary) {
				t.Body += "<p>" + html.EscapeString(strings.TrimSpace(l)) + "</p>"
			}
			return t, nil
		}
	}
	return t, nil
}

// MadePublic is the published item that a request led to, "" without one: its
// applicant is told.
func (s *Answers) MadePublic(tx *db.Tx, province int, request int64) (path string, err error) {
	p, err := proposalOf(tx, province, request)
	if err != nil || p == nil || p.Item == 0 {
		return "", err
	}
	rows, err := disclosure.ByIDs(tx, province, []int64{p.Item})
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Href(), nil
}
