package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"strconv"
	"time"

	"yangguang/agency"
	"yangguang/disclosure/inforequest/yearly"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

// yearlyText is what the offices write in their yearly reports.
type yearlyText struct {
	Problems  string            `yaml:"problems"`
	Other     string            `yaml:"other"`
	Sources   map[string]string `yaml:"sources"`
	Entered   map[string]string `yaml:"entered"`
	Corrected map[string]string `yaml:"corrected"` // what the county's first report had wrong
	Reason    string            `yaml:"reason"`
}

// mix is how requests really end, by group and in percent.
var mix = map[string]int64{"granted": 40, "partial": 16, "refused": 5, "unavailable": 25, "not_processed": 3, "closed": 11}

// YearlyFacts makes up the requests of a unit's year, the same each time it is
// asked, so that what one year carries forward the next takes over. It stands
// in for the room of requests.
func YearlyFacts(q norm.Requests) yearly.Facts {
	return func(tx *db.Tx, unit int64, year int, into yearly.Figures) error {
		u, err := agency.Find(tx, unit)
		if err != nil || u.Kind == agency.Village {
			return err
		}
		for i, kind := range q.Applicants {
			scale := int64(12)
			if u.Kind != agency.Authority {
				scale = 4
			}
			if i > 0 {
				scale = 2
			}
			made := func(what string, year int, n int64) int64 { return madeUp(u.Path(), what+kind.ID, year, n) }
			received, carried, forward := made("new", year, 4*scale)+scale, made("forward", year-1, scale), made("forward", year, scale)
			left := received + carried - forward
			for cell, n := range map[string]int64{yearly.New: received, yearly.Carried: carried, yearly.Forward: forward} {
				if err := into.Three.Add(cell, kind.ID, n); err != nil {
					return err
				}
			}
			if err := decideAll(q, into.Three, kind.ID, left); err != nil {
				return err
			}
		}
		if n := madeUp(u.Path(), "review", year, 4); u.Kind == agency.Authority {
			return into.Four.Add("review", "upheld", n)
		}
		return nil
	}
}

// decideAll spreads requests over the decisions as they really end; what does
// not come out even was disclosed.
func decideAll(q norm.Requests, t yearly.Table, kind string, left int64) error {
	rest := left
	for _, g := range q.Groups {
		n := left * mix[g.ID] / 100
		rest -= n
		var ids []string
		for _, d := range q.Decisions {
			if d.Group == g.ID {
				ids = append(ids, d.ID)
			}
		}
		for i, id := range ids {
			part := n / int64(len(ids))
			if i == 0 {
				part = n - part*int64(len(ids)-1)
			}
			if err := t.Add(id, kind, part); err != nil {
				return err
			}
		}
	}
	return t.Add(q.Decisions[0].ID, kind, rest)
}

// madeUp is a number below n that is always the same for the same question.
func madeUp(unit, what string, year int, n int64) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(unit + "/" + what + "/" + strconv.Itoa(year)))
	return int64(h.Sum32()) % n
}

// planYearly lays the reports of the last whole year, the county's correction
// and its draft of this year on their days.
func (w *world) planYearly() {
	if w.Yearly == nil {
		return
	}
	on := clock.NewDate(w.span.last.Year(), time.January, 22)
	if on.After(w.span.last) {
		on = clock.NewDate(w.span.last.Year()-1, time.January, 22)
	}
	lay := func(what string, d clock.Date, do func(ctx context.Context) error) {
		w.errands[d] = append(w.errands[d], errand{what, do})
	}
	year, n := on.Year()-1, 0
	for _, u := range w.order {
		switch {
		case u.key == "county":
			lay("report the year of county", on, func(ctx context.Context) error { return w.yearReport(ctx, u, year, w.texts.Yearly.Entered) })
		case u.plan.Kind == string(agency.Township):
			if n++; n%4 != 0 { // some are missing
				lay("report the year of "+u.key, on, func(ctx context.Context) error { return w.yearReport(ctx, u, year, w.texts.Yearly.Entered) })
			}
		}
	}
	county := w.units["county"]
	if d := on.AddDays(12); !d.After(w.span.last) {
		lay("correct the report of county", d, func(ctx context.Context) error { return w.correctReport(ctx, county, year) })
	}
	lay("draft the report of county", w.dayOf(-4), func(ctx context.Context) error {
		_, err := w.Yearly.Start(county.staff[drafter].as(ctx), county.ID, w.span.today.Year())
		return err
	})
}

// yearlyText is what an office hands in, with a first section made of the figures.
func (w *world) yearlyText(overview string, numbers map[string]string) yearly.Text {
	x := w.texts.Yearly
	t := yearly.Text{Overview: overview, Problems: x.Problems, Other: x.Other, Two: map[string]yearly.Entry{}}
	for _, id := range yearly.Entered {
		t.Two[id] = yearly.Entry{Number: numbers[id], Source: x.Sources[id]}
	}
	return t
}

// yearReport writes and publishes a unit's report of a year.
func (w *world) yearReport(ctx context.Context, u *unit, year int, numbers map[string]string) error {
	if u.staff[drafter] == nil || u.staff[approver] == nil {
		return fmt.Errorf("%s has nobody to write or approve its report", u.key)
	}
	v, err := w.Yearly.Start(u.staff[drafter].as(ctx), u.ID, year)
	if err != nil {
		return err
	}
	// A further writing of the first section: it was made of figures without the entered ones.
	if err := w.Yearly.Save(u.staff[drafter].as(ctx), v.Province, v.ID, v.Saved, w.yearlyText(v.Text.Overview, numbers)); err != nil {
		return err
	}
	return w.handInReport(ctx, u, v)
}

func (w *world) handInReport(ctx context.Context, u *unit, v *yearly.Revision) error {
	if err := w.Yearly.Submit(u.staff[drafter].as(ctx), v.Province, v.ID); err != nil {
		return err
	}
	return w.Yearly.Approve(u.staff[approver].as(ctx), v.Province, v.ID)
}

// correctReport publishes a further revision of the county's report.
func (w *world) correctReport(ctx context.Context, u *unit, year int) error {
	first, err := w.Yearly.Start(u.staff[drafter].as(ctx), u.ID, year) // begun already: the one that is public
	if err != nil {
		return err
	}
	v, err := w.Yearly.Correct(u.staff[drafter].as(ctx), first.Province, first.ID, w.texts.Yearly.Reason)
	if err != nil {
		return err
	}
	numbers := maps.Clone(w.texts.Yearly.Entered)
	maps.Copy(numbers, w.texts.Yearly.Corrected)
	if err := w.Yearly.Save(u.staff[drafter].as(ctx), v.Province, v.ID, v.Saved, w.yearlyText(v.Text.Overview, numbers)); err != nil {
		return err
	}
	return w.handInReport(ctx, u, v)
}
