package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/outcome"
)

// matterText is a matter the public brings and what becomes of it.
type matterText struct {
	Unit    string           `yaml:"unit"`
	On      int              `yaml:"on"`
	Channel string           `yaml:"channel"`
	Type    string           `yaml:"type"`
	Class   string           `yaml:"class"`
	About   string           `yaml:"about"`
	Outside string           `yaml:"outside"`
	Subject string           `yaml:"subject"`
	Text    string           `yaml:"text"`
	Place   string           `yaml:"place"`
	Steps   []matterStepText `yaml:"steps"`
}

type matterStepText struct {
	After     int      `yaml:"after"` // days after the matter came
	Do        string   `yaml:"do"`
	To        string   `yaml:"to"`
	Co        []string `yaml:"co"`
	Whom      string   `yaml:"whom"`
	Text      string   `yaml:"text"`
	By        string   `yaml:"by"`
	Days      int      `yaml:"days"`
	Result    string   `yaml:"result"`
	Reason    string   `yaml:"reason"`
	Solved    string   `yaml:"solved"`
	Satisfied string   `yaml:"satisfied"`
	Title     string   `yaml:"title"`
	Asked     string   `yaml:"asked"`
}

// usualText is a matter that is brought again and again.
type usualText struct {
	Type    string `yaml:"type"`
	Weight  int    `yaml:"weight"`
	Subject string `yaml:"subject"`
	Text    string `yaml:"text"`
	Reply   string `yaml:"reply"`
	Result  string `yaml:"result"`
}

// matter is one that was brought.
type matter struct {
	matterText
	w    *world
	made *casework.Matter
	code string
	name string
	n    int
}

// perYear is how many of the usual matters a year has for each unit that takes part.
const perYear = 7

// planCasework lays matters and their steps on their days, and the days' own
// work: what lapses, what warns.
func (w *world) planCasework(cal *calendar.Calendar) {
	if w.Casework == nil {
		return
	}
	names := newNamer(w.Seed+2, w.texts.People)
	lay := func(on clock.Date, what string, do func(ctx context.Context) error) {
		if d := workday(cal, on); !d.After(w.span.last) {
			w.errands[d] = append(w.errands[d], errand{what, do})
		}
	}
	for i, x := range append(slices.Clone(w.texts.Matters), w.usualMatters()...) {
		s := &matter{matterText: x, w: w, n: i, name: names.next()}
		if !s.fits() {
			continue // a demonstration with few townships
		}
		on := workday(cal, w.dayOf(x.On))
		lay(on, "bring "+x.Subject, s.file)
		for _, st := range x.Steps {
			lay(on.AddDays(st.After), st.Do+" "+x.Subject, func(ctx context.Context) error { return s.step(ctx, st) })
		}
	}
	for d := w.span.opened; !d.After(w.span.last); d = d.AddDays(1) {
		lay(d, "what is due", func(ctx context.Context) error {
			_, err := w.Casework.Due(ctx)
			return err
		})
	}
}

// named is a unit by its key, or by "town:3" the third township.
func (w *world) named(key string) *unit {
	var n int
	if _, err := fmt.Sscanf(key, "town:%d", &n); err != nil {
		return w.units[key]
	}
	for _, u := range w.order {
		if strings.HasPrefix(u.key, "t") {
			if n--; n == 0 {
				return u
			}
		}
	}
	return nil
}

func (s *matter) unit() *unit { return s.w.named(s.Unit) }

// fits answers whether every unit the matter names is there.
func (s *matter) fits() bool {
	there := func(key string) bool { return key == "" || s.w.named(key) != nil }
	return s.unit() != nil && there(s.About) && !slices.ContainsFunc(s.Steps, func(x matterStepText) bool { return x.Do == "dispatch" && !there(x.To) })
}

// usualMatters are a year of what is brought everywhere, the same each time.
func (w *world) usualMatters() (out []matterText) {
	r := rand.New(rand.NewPCG(w.Seed+3, 5))
	var bag []usualText
	for _, x := range w.texts.Usual {
		for range x.Weight {
			bag = append(bag, x)
		}
	}
	days := w.span.last.Sub(w.span.opened)
	units := []string{"county", "county", "county", "fyb"}
	for i := 1; w.named(fmt.Sprintf("town:%d", i)) != nil; i++ {
		units = append(units, fmt.Sprintf("town:%d", i))
	}
	for range perYear * len(units) {
		x, u := pick(r, bag), pick(r, units)
		m := matterText{Unit: u, On: r.IntN(max(days-2, 1)), Type: x.Type, Subject: x.Subject, Text: x.Text, Channel: pick(r, []string{"phone", "phone", "phone", "web", "web", "counter", "letter", "hotline12345"})}
		if strings.Contains(x.Subject, "孕检预约") { // a rise towards the end, for whoever looks at what is hot
			m.On = max(0, days-3-r.IntN(25))
		}
		m.Steps = w.usualSteps(r, x)
		out = append(out, m)
	}
	return out
}

func (w *world) usualSteps(r *rand.Rand, x usualText) []matterStepText {
	solved := pick(r, []string{"yes", "yes", "yes", "yes", "partly", "no"})
	rate := matterStepText{Do: "rate", Solved: solved, Satisfied: map[string]string{"yes": "yes", "partly": "fair", "no": "no"}[solved], Reason: pick(r, []string{"not_solved", "slow", "unclear", "policy"})}
	if x.Type == "enquiry" {
		rate.After = 1
		if solved == "no" { // it would be taken up again, and nobody here would answer it
			rate.Solved, rate.Satisfied = "partly", "fair"
		}
		return []matterStepText{{Do: "answer", By: "phone", Text: x.Reply}, rate}
	}
	took := 2 + r.IntN(9)
	if r.IntN(14) == 0 {
		took += 12 // late
	}
	if x.Type == "petition" {
		took += 20
	}
	steps := []matterStepText{{Do: "accept", After: 1}, {Do: "take", After: 1}, {Do: "submit", After: took, Result: x.Result, Text: x.Reply + "如有疑问，请凭编号联系承办人。"}, {Do: "approve", After: took + 1}, {Do: "deliver", After: took + 1, By: "phone", Text: "电话告知本人"}}
	if r.IntN(5) > 0 && solved != "no" {
		rate.After = took + 3
		steps = append(steps, rate)
	}
	return steps
}

func (s *matter) file(ctx context.Context) (err error) {
	u := s.unit()
	f := casework.Filing{Agency: u.ID, Channel: s.Channel, Type: s.Type, Class: s.Class, Outside: s.Outside, Told: casework.Told{Subject: s.Subject, Text: s.Text, Place: s.Place},
		Who: casework.Contact{Name: s.name, Phone: fmt.Sprintf("1390000%04d", s.n)}, Token: fmt.Sprintf("demo %d %s", s.n, s.Subject)}
	if s.About != "" {
		f.About = s.w.named(s.About).ID
	}
	if s.Channel != "web" && s.Channel != "email" {
		ctx = u.staff[drafter].as(ctx)
	}
	s.made, s.code, err = s.w.Casework.File(ctx, f)
	return words(err)
}

// holder is the unit that has the matter now.
func (s *matter) holder(ctx context.Context) (*unit, error) {
	k, err := s.w.Casework.Follow(ctx, s.made.Number, s.code)
	if err != nil {
		return nil, words(err)
	}
	for _, u := range s.w.order {
		if u.ID == k.Holder {
			return u, nil
		}
	}
	return nil, fmt.Errorf("nobody holds %s", s.made.Number)
}

// step is what somebody does with the matter.
func (s *matter) step(ctx context.Context, x matterStepText) error {
	c, p, id := s.w.Casework, s.made.Province, s.made.ID
	at, err := s.holder(ctx)
	if err != nil {
		return err
	}
	var owner *unit
	for _, u := range s.w.order {
		if u.ID == s.made.Agency {
			owner = u
		}
	}
	front, desk, head := owner.staff[drafter].as(ctx), at.staff[drafter].as(ctx), at.staff[approver].as(ctx)
	switch x.Do {
	case "accept":
		return words(c.Accept(front, p, id, ""))
	case "refuse":
		return words(c.Refuse(front, p, id, x.Reason, x.Text))
	case "ask":
		return words(c.Ask(front, p, id, x.Text))
	case "answer":
		return words(c.Answer(front, p, id, x.Text, nil, x.By))
	case "refer":
		return words(c.Refer(front, p, id, x.To, x.Whom, x.Text))
	case "take":
		return words(c.Take(desk, p, id))
	case "dispatch":
		to := s.w.named(x.To)
		var co []int64
		for _, k := range x.Co {
			co = append(co, s.w.named(k).ID)
		}
		return words(c.Dispatch(desk, p, id, to.ID, co, x.Text))
	case "sign":
		return words(c.Sign(desk, p, id))
	case "object":
		return words(c.Object(desk, p, id, x.Reason, x.Text))
	case "overrule":
		return words(c.Rule(front, p, id, false, x.Text))
	case "assign":
		return words(c.Assign(desk, p, id, at.staff[drafter].id, "综合办公室"))
	case "contribute":
		return words(c.Contribute(s.w.named("fyb").staff[drafter].as(ctx), p, id, x.Text))
	case "suspend":
		return words(c.Suspend(head, p, id, x.Reason, x.Text))
	case "extend":
		return words(c.Extend(head, p, id, x.Days, x.Text))
	case "submit":
		r := casework.Reply{Result: x.Result, Text: x.Text}
		if x.Days > 0 {
			r.PromiseOn = clock.DateOf(s.w.Clock.Now()).AddDays(x.Days)
		}
		return words(c.SubmitReply(desk, p, id, r))
	case "approve":
		return words(c.Approve(head, p, id))
	case "keep":
		return words(c.Keep(desk, p, id, x.Text))
	}
	return s.after(ctx, front, x)
}

// after is what follows the reply, and what the person himself does.
func (s *matter) after(ctx, front context.Context, x matterStepText) error {
	c, p, id := s.w.Casework, s.made.Province, s.made.ID
	switch x.Do {
	case "deliver":
		return words(c.Deliver(front, p, id, x.By, x.Text))
	case "rate":
		return words(c.Rate(ctx, s.made.Number, s.code, casework.Rating{Channel: "web", Solved: x.Solved, Satisfied: x.Satisfied, Discontent: x.Reason}))
	case "propose_release":
		return words(c.ProposeRelease(front, p, id, x.Text))
	case "release":
		return words(c.DecideRelease(ctx, s.made.Number, s.code, "released", x.Text))
	case "statement":
		return words(c.State(s.w.named(s.About).staff[drafter].as(ctx), p, id, x.Text))
	case "case":
		made, err := s.w.Outcomes.Propose(front, p, id, outcome.Text{Title: x.Title, Asked: x.Asked, Reply: x.Text})
		if err != nil || x.Days == 0 {
			return words(err)
		}
		return words(s.w.Outcomes.Publish(s.unit().staff[approver].as(ctx), made.Province, made.ID))
	case "remedy":
		_, _, err := c.Remedy(ctx, s.made.Number, s.code, x.Text, "demo remedy "+s.made.Number)
		return words(err)
	}
	return fmt.Errorf("nobody can %s a matter", x.Do)
}
