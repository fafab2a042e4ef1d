package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/privacy"
)

// soughtText is a request for information and what becomes of it.
type soughtText struct {
	Unit    string           `yaml:"unit"`
	On      int              `yaml:"on"`
	Channel string           `yaml:"channel"`
	Subject string           `yaml:"subject"`
	Detail  string           `yaml:"detail"`
	Publish bool             `yaml:"publish"` // the applicant agrees that the answer is published
	Steps   []soughtStepText `yaml:"steps"`
}

type soughtStepText struct {
	After    int               `yaml:"after"` // days after the request
	Do       string            `yaml:"do"`
	Text     string            `yaml:"text"`
	Kind     string            `yaml:"kind"`
	Answer   string            `yaml:"answer"`
	By       string            `yaml:"by"`
	Days     int               `yaml:"days"`
	Pages    int               `yaml:"pages"`
	Decision string            `yaml:"decision"`
	Variant  string            `yaml:"variant"`
	Values   map[string]string `yaml:"values"`
}

// sought is a request that was made.
type sought struct {
	soughtText
	w    *world
	made *inforequest.Request
	code string
	name string
	n    int

	answered *answers.Answer
}

// planRequests lays the requests for information and their steps on their days,
// and the days' own work: what lapses, is silent, falls due.
func (w *world) planRequests(cal *calendar.Calendar) {
	if w.Requests == nil {
		return
	}
	names := newNamer(w.Seed+1, w.texts.People)
	for i, x := range w.texts.Sought {
		s := &sought{soughtText: x, w: w, n: i, name: names.next()}
		on := workday(cal, w.dayOf(x.On))
		w.errands[on] = append(w.errands[on], errand{"ask for " + x.Subject, s.file})
		for _, st := range x.Steps {
			d := workday(cal, on.AddDays(st.After))
			if d.After(w.span.last) {
				continue
			}
			w.errands[d] = append(w.errands[d], errand{st.Do + " " + x.Subject, func(ctx context.Context) error { return s.step(ctx, st) }})
		}
	}
	for d := w.span.opened; !d.After(w.span.last); d = d.AddDays(1) {
		if worked, _ := cal.Workday(d); worked {
			w.errands[d] = append(w.errands[d], errand{"tick", w.Requests.Tick})
		}
	}
}

// resident is an invented identity number whose check character fits; nobody
// was born on a thirtieth of February.
func resident(n int) string {
	d := fmt.Sprintf("3505251990023%04d", n)
	return d + string(privacy.CheckDigit(d))
}

func (s *sought) file(ctx context.Context) (err error) {
	u := s.w.units[s.Unit]
	f := inforequest.Filing{Agency: u.ID, Channel: s.Channel, Applicant: "natural", Asked: inforequest.Asked{Subject: s.Subject, Detail: s.Detail},
		Who:      inforequest.Identity{Name: s.name, IDKind: "resident", IDNumber: resident(s.n), Phone: fmt.Sprintf("1380000%04d", s.n), Address: "永春县桃城镇演示路" + fmt.Sprint(s.n+1) + "号"},
		Delivery: "web", Medium: "electronic", OpenAnswer: s.Publish, Token: "demo " + s.Subject, Confirmed: true, Verified: s.Channel != "web"}
	if s.Channel != "web" {
		ctx = u.staff[drafter].as(ctx)
		f.Delivery, f.SignedOn = "post", clock.DateOf(s.w.Clock.Now())
	}
	s.made, s.code, err = s.w.Requests.File(ctx, f)
	return words(err)
}

// step is what somebody does with the request.
func (s *sought) step(ctx context.Context, x soughtStepText) error {
	r, u := s.w.Requests, s.w.units[s.Unit]
	desk, head := u.staff[drafter].as(ctx), u.staff[approver].as(ctx)
	p, id, today := s.made.Province, s.made.ID, clock.DateOf(s.w.Clock.Now())
	handler := desk // in a county's office one person does both
	draft := inforequest.Draft{Decision: x.Decision, Variant: x.Variant, Values: letter.Values(x.Values), Reviewed: "不涉及国家秘密、工作秘密；个人信息和第三方权益已经审查。"}
	switch x.Do {
	case "confirm":
		return words(r.Confirm(desk, p, id, "电话确认"))
	case "assign":
		return words(r.Assign(desk, p, id, u.staff[drafter].id, "办公室"))
	case "clarify":
		return words(r.Clarify(handler, p, id, x.Text, x.Days))
	case "supplement":
		return words(r.Supplement(ctx, s.made.Number, s.code, x.Text))
	case "consult":
		return words(r.Ask(handler, p, id, x.Kind, x.Text, "永春县桃城镇（演示）"))
	case "heard":
		c, err := r.Open(handler, p, id)
		if err != nil {
			return words(err)
		}
		return words(r.Heard(handler, p, id, c.Consults[0].ID, x.Answer, x.Text, today))
	case "redact":
		text := "基层计划生育服务站改造项目合同（演示）\n第一条 工程地点：桃城镇。\n第二条 工期：九十天。\n第三条 单价：" + x.Text + "。\n第四条 质量标准：合格。\n"
		f, err := r.Attach(handler, p, id, inforequest.Source, "改造项目合同.txt", []byte(text))
		if err != nil {
			return words(err)
		}
		_, err = r.Redact(handler, p, id, f.ID, strings.Split(x.Text, "\n"), false, false)
		return words(err)
	case "extend":
		return words(r.Extend(head, p, id, x.Days, x.Text))
	case "charge":
		return words(r.Charge(handler, p, id, "page", x.Pages))
	case "submit":
		return words(r.Submit(handler, p, id, draft))
	case "approve":
		return words(r.Approve(head, p, id))
	case "deliver":
		return words(r.Deliver(desk, p, id, x.By, x.Text, today))
	case "answer":
		return s.answer(desk, x.Values)
	case "publish":
		return words(s.w.Answers.Approve(head, p, s.answered.ID))
	case "suggest":
		return words(r.Suggest(ctx, s.made.Number, s.code))
	case "offer":
		_, err := s.w.Answers.Offer(desk, u.ID, id)
		return words(err)
	case "withdraw":
		return words(r.Withdraw(ctx, s.made.Number, s.code))
	case "remedy":
		return words(r.AddRemedy(desk, p, id, x.Kind, today))
	case "outcome":
		c, err := r.Open(desk, p, id)
		if err != nil {
			return words(err)
		}
		i := slices.IndexFunc(c.Remedies, func(y inforequest.Remedy) bool { return y.Outcome == "" })
		return words(r.EndRemedy(desk, p, id, c.Remedies[i].ID, x.Answer, today))
	}
	return fmt.Errorf("nobody can %s a request", x.Do)
}

// answer writes the answer to a request for everybody, and submits it.
func (s *sought) answer(ctx context.Context, v map[string]string) (err error) {
	t := answers.Text{Title: v["title"], Asked: v["asked"], Summary: v["summary"]}
	if s.answered, err = s.w.Answers.Propose(ctx, s.made.Province, s.made.ID, t, true); err != nil {
		return words(err)
	}
	return words(s.w.Answers.Submit(ctx, s.answered.Province, s.answered.ID, t))
}
