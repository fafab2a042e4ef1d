package analysis

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/flow"
	"yangguang/internal/i18n"
	"yangguang/internal/privacy"
	"yangguang/supervision/casework"
)

// The states of a report.
const (
	Draft      = "draft"
	Submitted  = "submitted"  // with the leaders
	Instructed = "instructed" // 批示: something is to be done
	Closed     = "closed"
)

// Flow is the way of a report, and of the instructions on it.
var Flow = flow.Table{Name: "analysis", Rules: []flow.Rule{
	{From: Draft, Verb: "save", To: Draft, Who: Reading},
	{From: Draft, Verb: "submit", To: Submitted, Who: Reading},
	{From: Submitted, Verb: "revise", To: Draft, Who: Reading},
	{From: Submitted, Verb: "instruct", To: Instructed, Who: Instructing},
	{From: Submitted, Verb: "close", To: Closed, Who: Instructing},
	{From: Instructed, Verb: "revise", To: Draft, Who: Reading},
	{From: Instructed, Verb: "instruct", To: Instructed, Who: Instructing},
	{From: Instructed, Verb: "close", To: Closed, Who: Instructing}, // when each instruction is settled
	{From: "open", Verb: "answer", To: "answered", Own: true},
	{From: "answered", Verb: "answer", To: "answered", Own: true},
	{From: "answered", Verb: "settle", To: "settled", Who: Instructing},
	{From: "answered", Verb: "return", To: "open", Who: Instructing},
}}

// Report is a dated analysis that goes to the leaders.
type Report struct {
	Province    int
	ID          int64
	Agency      int64
	Region      agency.Code
	at          place
	Period      period
	State       string
	Last        int // number of the newest revision
	Author      int64
	BegunAt     time.Time
	SubmittedAt time.Time
	ClosedAt    time.Time
}

// Revision is one text of a report with the figures as they were.
type Revision struct {
	Number      int
	Text        Text
	Figures     Figures
	Saved       int // counts the savings, so that nobody overwrites another's
	Author      int64
	SavedAt     time.Time
	SubmittedAt time.Time
}

// Text is what people write in a report.
type Text struct {
	Summary  string `json:"summary"`  // 总体情况
	Problems string `json:"problems"` // 突出问题
	Cases    string `json:"cases"`    // 典型事项, without persons
	Advice   string `json:"advice"`   // 工作建议
}

// parts are the narrative fields in their order.
func (t *Text) parts() []struct {
	name string
	text *string
} {
	return []struct {
		name string
		text *string
	}{{"summary", &t.Summary}, {"problems", &t.Problems}, {"cases", &t.Cases}, {"advice", &t.Advice}}
}

const (
	mostText = 6000
	leastBit = 10
)

// wrong tells what is wrong with a text; whole asks for all that must be there.
func (t *Text) wrong(whole bool) (bad []fault.Field) {
	for _, p := range t.parts() {
		*p.text = strings.TrimSpace(strings.ReplaceAll(*p.text, "\r\n", "\n"))
		n := utf8.RuneCountInString(*p.text)
		switch {
		case n > mostText:
			bad = append(bad, fault.Field{Name: p.name, Key: "analysis.long", Args: []any{mostText}})
		case whole && n < leastBit && p.name != "cases":
			bad = append(bad, fault.Field{Name: p.name, Key: "analysis.short", Args: []any{leastBit}})
		case len(privacy.Scan(*p.text)) > 0:
			bad = append(bad, fault.Field{Name: p.name, Key: "analysis.personal"})
		}
	}
	return bad
}

// Instruction is what a leader asks to be done on a report.
type Instruction struct {
	ID         int64
	Leader     int64
	Content    string
	Follower   int64
	DueOn      clock.Date
	At         time.Time
	State      string
	Answer     string
	AnsweredAt time.Time
	SettledAt  time.Time
}

func (r *Report) target() account.Target {
	return account.Target{Agency: r.Agency, Division: int64(r.Region)}
}

// may is whoever may do a verb of the flow to a report.
func (r *Report) may(tx *db.Tx, verb string) (*account.Actor, string, error) {
	a := account.From(tx.Ctx)
	if a == nil || !a.May(Reading, r.target()) && !a.May(Instructing, r.target()) {
		return nil, "", fault.Say(fault.NotFound, "fault.not_found")
	}
	rule, err := Flow.Next(r.State, verb)
	if err != nil {
		return nil, "", err
	}
	if !a.May(rule.Who, r.target()) {
		return nil, "", fault.Say(fault.Forbidden, "analysis.no_grant")
	}
	return a, rule.To, nil
}

func (s *Analysis) note(tx *db.Tx, a *account.Actor, r *Report, verb string) error {
	return audit.Append(tx, audit.Entry{Province: int64(r.Province), Person: a.Person, Login: a.Login, Agency: r.Agency, Verb: "analysis." + verb, Object: "report " + strconv.FormatInt(r.ID, 10), Detail: "revision " + strconv.Itoa(r.Last)})
}

// Begin starts a report of the acting person's unit on a place and period, with
// the figures as they are now.
func (s *Analysis) Begin(ctx context.Context, at place, p period) (r *Report, err error) {
	defer fault.Wrap(&err, "analysis.Begin")
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		a := account.From(ctx)
		unit := a.Behalf().Agency
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		if !at.may(a, Reading) || !a.May(Reading, account.Target{Agency: u.ID, Division: int64(u.Division)}) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		r = &Report{Province: u.Province(), ID: tx.ID(u.Province()), Agency: u.ID, Region: u.Division, at: at, Period: p, State: Draft, Last: 1, Author: a.Person, BegunAt: tx.Now}
		v := &Revision{Number: 1, Author: a.Person, SavedAt: tx.Now}
		if v.Figures, err = s.compose(tx, r); err != nil {
			return err
		}
		if err := insertReport(tx, r); err != nil {
			return err
		}
		if err := putRevision(tx, r, v); err != nil {
			return err
		}
		return s.note(tx, a, r, "report_begin")
	})
	return r, err
}

// change locks a report, checks the flow, and writes what f does.
func (s *Analysis) change(ctx context.Context, province int, id int64, verb string, f func(tx *db.Tx, a *account.Actor, r *Report) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findReport(tx, province, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		a, to, err := r.may(tx, verb)
		if err != nil {
			return err
		}
		r.State = to
		if err := f(tx, a, r); err != nil {
			return err
		}
		if err := updateReport(tx, r); err != nil {
			return err
		}
		return s.note(tx, a, r, "report_"+verb)
	})
}

// Save keeps the text of a draft and counts its figures anew.
func (s *Analysis) Save(ctx context.Context, province int, id int64, saved int, t Text) (err error) {
	defer fault.Wrap(&err, "analysis.Save(%d)", id)
	if bad := t.wrong(false); len(bad) > 0 {
		return fault.Fields(bad...)
	}
	return s.change(ctx, province, id, "save", func(tx *db.Tx, a *account.Actor, r *Report) error {
		v, err := revisionOf(tx, r, r.Last)
		if err != nil {
			return err
		}
		if v.Saved != saved {
			return fault.Say(fault.Conflict, "analysis.saved_meanwhile")
		}
		v.Text, v.Author, v.SavedAt = t, a.Person, tx.Now
		v.Saved++
		if v.Figures, err = s.compose(tx, r); err != nil {
			return err
		}
		return putRevision(tx, r, v)
	})
}

// Submit takes a draft to the leaders: text and figures stay as they are.
func (s *Analysis) Submit(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "analysis.Submit(%d)", id)
	return s.change(ctx, province, id, "submit", func(tx *db.Tx, _ *account.Actor, r *Report) error {
		v, err := revisionOf(tx, r, r.Last)
		if err != nil {
			return err
		}
		if bad := v.Text.wrong(true); len(bad) > 0 {
			return fault.Fields(bad...)
		}
		v.SubmittedAt, r.SubmittedAt = tx.Now, tx.Now
		if r.State, err = stateAfter(tx, r); err != nil {
			return err
		}
		return putRevision(tx, r, v)
	})
}

// stateAfter keeps a report that was revised among those instructed on.
func stateAfter(tx *db.Tx, r *Report) (string, error) {
	xs, err := instructionsOf(tx, r)
	if len(xs) > 0 {
		return Instructed, err
	}
	return Submitted, err
}

// Revise begins a further revision; the earlier one stays as it was.
func (s *Analysis) Revise(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "analysis.Revise(%d)", id)
	return s.change(ctx, province, id, "revise", func(tx *db.Tx, a *account.Actor, r *Report) error {
		v, err := revisionOf(tx, r, r.Last)
		if err != nil {
			return err
		}
		r.Last++
		next := &Revision{Number: r.Last, Text: v.Text, Author: a.Person, SavedAt: tx.Now}
		if next.Figures, err = s.compose(tx, r); err != nil {
			return err
		}
		return putRevision(tx, r, next)
	})
}

// Instruct is a leader's word (批示): what is to be done, by whom, until when.
func (s *Analysis) Instruct(ctx context.Context, province int, id int64, x Instruction) (err error) {
	defer fault.Wrap(&err, "analysis.Instruct(%d)", id)
	x.Content = strings.TrimSpace(x.Content)
	return s.change(ctx, province, id, "instruct", func(tx *db.Tx, a *account.Actor, r *Report) error {
		var bad []fault.Field
		if n := utf8.RuneCountInString(x.Content); n < 4 || n > 2000 {
			bad = append(bad, fault.Field{Name: "content", Key: "analysis.need_content"})
		}
		if x.DueOn.IsZero() || x.DueOn.Before(clock.DateOf(tx.Now)) || x.DueOn.After(clock.DateOf(tx.Now).AddDays(366)) {
			bad = append(bad, fault.Field{Name: "due_on", Key: "analysis.need_due"})
		}
		may, err := followers(tx, r)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(may, func(p account.Person) bool { return p.ID == x.Follower }) {
			bad = append(bad, fault.Field{Name: "follower", Key: "analysis.need_follower"})
		}
		if len(bad) > 0 {
			return fault.Fields(bad...)
		}
		x.ID, x.Leader, x.At, x.State = tx.ID(r.Province), a.Person, tx.Now, "open"
		return insertInstruction(tx, r, x)
	})
}

// followers are those of the unit who can be asked to follow an instruction.
func followers(tx *db.Tx, r *Report) (out []account.Person, err error) {
	for _, v := range []string{casework.Handling, casework.Accepting, casework.Reviewing, Reading} {
		ps, err := account.Holders(tx, v, r.target(), 100)
		if err != nil {
			return nil, err
		}
		for _, p := range ps {
			if !slices.ContainsFunc(out, func(o account.Person) bool { return o.ID == p.ID }) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// instruction locks a report and changes one instruction on it.
func (s *Analysis) instruction(ctx context.Context, province int, report, id int64, verb string, f func(tx *db.Tx, a *account.Actor, x *Instruction) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findReport(tx, province, report, tx.ForUpdate())
		if err != nil {
			return err
		}
		x, err := findInstruction(tx, r, id)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		own := a != nil && a.Is(x.Follower)
		if a == nil || !own && !a.May(Reading, r.target()) && !a.May(Instructing, r.target()) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		rule, err := Flow.Next(x.State, verb)
		if err != nil {
			return err
		}
		if rule.Own && !own || rule.Who != "" && !a.May(rule.Who, r.target()) || r.State == Closed {
			return fault.Say(fault.Forbidden, "analysis.no_grant")
		}
		x.State = rule.To
		if err := f(tx, a, x); err != nil {
			return err
		}
		if err := updateInstruction(tx, r, x); err != nil {
			return err
		}
		return s.note(tx, a, r, "instruction_"+verb)
	})
}

// Answer says what was done about an instruction.
func (s *Analysis) Answer(ctx context.Context, province int, report, id int64, text string) (err error) {
	defer fault.Wrap(&err, "analysis.Answer(%d)", id)
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < leastBit || n > 4000 {
		return fault.Fields(fault.Field{Name: "answer", Key: "analysis.short", Args: []any{leastBit}})
	}
	return s.instruction(ctx, province, report, id, "answer", func(tx *db.Tx, _ *account.Actor, x *Instruction) error {
		x.Answer, x.AnsweredAt = text, tx.Now
		return nil
	})
}

// Settle takes what was done as done, or sends it back.
func (s *Analysis) Settle(ctx context.Context, province int, report, id int64, done bool) (err error) {
	defer fault.Wrap(&err, "analysis.Settle(%d)", id)
	verb := map[bool]string{true: "settle", false: "return"}[done]
	return s.instruction(ctx, province, report, id, verb, func(tx *db.Tx, _ *account.Actor, x *Instruction) error {
		if done {
			x.SettledAt = tx.Now
		}
		return nil
	})
}

// Close ends a report once each instruction on it is settled.
func (s *Analysis) Close(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "analysis.Close(%d)", id)
	return s.change(ctx, province, id, "close", func(tx *db.Tx, _ *account.Actor, r *Report) error {
		xs, err := instructionsOf(tx, r)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(xs, func(x Instruction) bool { return x.State != "settled" }) {
			return fault.Say(fault.Conflict, "analysis.unsettled")
		}
		r.ClosedAt = tx.Now
		return nil
	})
}

// Figures are those of a report as they were, in both languages.
type Figures struct {
	Zh Composed `json:"zh"`
	En Composed `json:"en"`
}

// In are the figures in the reader's language.
func (f Figures) In(ctx context.Context) Composed {
	if i18n.LangOf(ctx) == i18n.EN {
		return f.En
	}
	return f.Zh
}

// Composed is what a report says by figures alone.
type Composed struct {
	Title  string   `json:"title"`
	On     string   `json:"on"` // the day they were counted
	Says   []string `json:"says"`
	Tables []Table  `json:"tables"`
	Notes  []string `json:"notes"`
}

// Table is a table in words.
type Table struct {
	Title string     `json:"title"`
	Heads []string   `json:"heads"`
	Rows  [][]string `json:"rows"`
}

// compose makes a report's figures of what its author may see.
func (s *Analysis) compose(tx *db.Tx, r *Report) (out Figures, err error) {
	a := account.From(tx.Ctx)
	exact := r.at.exact(a)
	if !exact && (r.Period.months() != 1 || !r.Period.over(clock.DateOf(tx.Now))) {
		return out, fault.Fields(fault.Field{Name: "period", Key: "analysis.need_month"})
	}
	v, err := s.look(tx, r.at, r.Period, exact, false)
	if err != nil {
		return out, err
	}
	v.desk = true
	var heat []found
	if r.at.unit == 0 {
		if heat, err = hotIn(tx, []account.Range{{Lo: int64(r.at.code), Hi: int64(r.at.code)}}, 0, 10); err != nil {
			return out, err
		}
	}
	out.Zh = s.composeIn(i18n.With(tx.Ctx, i18n.ZH), v, heat)
	out.En = s.composeIn(i18n.With(tx.Ctx, i18n.EN), v, heat)
	return out, nil
}

func (s *Analysis) composeIn(ctx context.Context, v *view, heat []found) (out Composed) {
	b := s.board(ctx, v)
	out.Title, out.On = word(ctx, "report_title", v.name, v.p.said(ctx)), i18n.Date(ctx, v.today)
	for _, c := range b.Cards {
		line := word(ctx, "sentence", c.Label, strings.TrimSpace(c.Value+" "+c.Unit))
		if c.Note != "" {
			line += word(ctx, "in_brackets", c.Note)
		}
		out.Says = append(out.Says, line)
	}
	grids := b.grids()
	for _, id := range gridOrder {
		g := grids[id]
		if len(g.Rows) == 0 {
			continue
		}
		t := Table{Title: g.Caption, Rows: texts(g)}
		for _, c := range g.Columns {
			t.Heads = append(t.Heads, c.Title)
		}
		out.Tables = append(out.Tables, t)
	}
	if len(heat) > 0 {
		g := hotTable(ctx, heat, nil)
		t := Table{Title: g.Caption, Rows: texts(g)}
		for _, c := range g.Columns {
			t.Heads = append(t.Heads, c.Title)
		}
		out.Tables = append(out.Tables, t)
	}
	for _, id := range []string{"hidden", "unranked", "change"} {
		out.Notes = append(out.Notes, word(ctx, "rule_"+id, v.k))
	}
	return out
}
