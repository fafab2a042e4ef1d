package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"yangguang/internal/calendar"
	"yangguang/supervision/hotline"
)

// The county's number and the callers' are visibly invented: no network has them.
const (
	demoLine   = "000088880000"
	demoReport = "000088880001"
	demoCaller = "0000000%04d"
)

// hotlineText is what the lines are called.
type hotlineText struct {
	Name          string `yaml:"name"`
	Purpose       string `yaml:"purpose"`
	Report        string `yaml:"report"`
	ReportPurpose string `yaml:"report_purpose"`
}

// hotlineDays is how long before today the hotline was opened: on every day of the
// year there is a working day of the month before among them, so that a sample of
// its recordings can be drawn.
const hotlineDays = 36

// planHotline opens the county's hotline a month ago and has people call it.
func (w *world) planHotline(cal *calendar.Calendar) {
	if w.Hotline == nil {
		return
	}
	r := rand.New(rand.NewPCG(w.Seed+5, 7))
	first := true
	for d := w.span.today.AddDays(-hotlineDays); !d.After(w.span.last); d = d.AddDays(1) {
		if ok, _ := cal.Workday(d); !ok {
			continue
		}
		if first {
			w.errands[d] = append(w.errands[d], errand{"open the hotline", w.openHotline})
			first = false
		}
		w.errands[d] = append(w.errands[d], errand{"answer the hotline", func(ctx context.Context) error { return w.answerHotline(ctx, r) }})
	}
}

// openHotline makes two lines and the seats of those who answer.
func (w *world) openHotline(ctx context.Context) error {
	u := w.units["county"]
	head := u.staff[approver].as(ctx)
	h := w.Hotline
	l := hotline.Line{Agency: u.ID, Number: demoLine, Name: w.texts.Hotline.Name, Purpose: w.texts.Hotline.Purpose, Mode: hotline.Own, Hours: "always", Ring: 20 * time.Second, WrapUp: 30 * time.Second, OverflowAfter: 30 * time.Second, Open: true, Record: true}
	var err error
	if w.line, err = h.SaveLine(head, l); err != nil {
		return words(err)
	}
	l.Number, l.Name, l.Purpose, l.Sealed, l.Record = demoReport, w.texts.Hotline.Report, w.texts.Hotline.ReportPurpose, true, false
	if _, err := h.SaveLine(head, l); err != nil {
		return words(err)
	}
	for i, role := range []string{drafter, approver} {
		p := u.staff[role]
		s := hotline.Seat{Agency: u.ID, Person: p.id, Label: fmt.Sprintf("80%02d", 16+i), Active: true, Skills: []hotline.Skill{{Kind: "dialect", Code: "nan", Level: 5 - i}}}
		if role == approver {
			s.Skills = append(s.Skills, hotline.Skill{Kind: "report", Level: 1}, hotline.Skill{Kind: "leader", Level: 1})
		}
		if s, err = h.SaveSeat(head, s); err != nil {
			return words(err)
		}
		w.seats = append(w.seats, s.Ref())
	}
	return nil
}

// demoNode is a process that nobody runs.
const demoNode = "demo"

// answerHotline is a day of calls: most are answered, some in time, a few hang up.
func (w *world) answerHotline(ctx context.Context, r *rand.Rand) error {
	desk := w.units["county"].staff[drafter]
	h := w.Hotline
	h.Node = demoNode // the process its calls come to, and its seat's page speaks with
	defer func() { h.Node = "" }()
	if _, err := h.SignOn(desk.as(ctx), desk.id, "browser"); err != nil {
		return words(err)
	}
	if err := h.AtNode(ctx, w.seats[0], demoNode); err != nil { // as if its page were open
		return words(err)
	}
	for range 5 + r.IntN(6) {
		if err := w.oneCall(ctx, r); err != nil {
			return words(err)
		}
	}
	return words(h.SignOff(desk.as(ctx), w.seats[0]))
}

func (w *world) oneCall(ctx context.Context, r *rand.Rand) error {
	h, own := w.Hotline, w.units["county"].staff[drafter].as(ctx)
	c, err := h.Arrive(ctx, hotline.Arrival{Line: w.line, Caller: fmt.Sprintf(demoCaller, r.IntN(200))})
	if err != nil {
		return err
	}
	chance := r.IntN(100)
	if chance < 6 { // listens to what an errand needs, and has heard enough
		w.Clock.Advance(40 * time.Second)
		return h.Ended(ctx, c.Ref(), hotline.Ending{By: "caller", Why: "hangup", Chosen: true})
	}
	if err := h.Queue(ctx, c.Ref(), hotline.Want{}); err != nil {
		return err
	}
	if chance < 10 { // nobody is free
		w.Clock.Advance(time.Duration(3+r.IntN(30)) * time.Second)
		return h.Ended(ctx, c.Ref(), hotline.Ending{By: "caller", Why: "hangup"})
	}
	if err := h.Ready(own, w.seats[0]); err != nil {
		return err
	}
	offers, err := h.Assign(ctx)
	if err != nil {
		return err
	}
	for _, o := range offers {
		if err := w.talk(ctx, own, o, r); err != nil {
			return err
		}
	}
	return h.Away(own, w.seats[0], "break")
}

// talk is a call that is answered; two of three callers say how it was.
func (w *world) talk(ctx, own context.Context, o hotline.Offer, r *rand.Rand) error {
	h := w.Hotline
	w.Clock.Advance(time.Duration(2+r.IntN(16)) * time.Second)
	if err := h.Take(own, o.Ref()); err != nil {
		return err
	}
	if err := h.Bridged(ctx, o.Call, o.Seat); err != nil {
		return err
	}
	w.Clock.Advance(time.Duration(30+r.IntN(60)) * time.Second)
	if err := h.Ended(ctx, o.Call, hotline.Ending{By: "caller", Why: "hangup"}); err != nil || r.IntN(3) == 0 {
		return err
	}
	return h.Rate(ctx, o.Call, 3+r.IntN(3))
}
