package casedesk

import (
	"context"
	"slices"
	"strconv"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/supervision/casework"
)

func iso(t time.Time) string { return t.In(clock.Shanghai).Format(time.RFC3339) }

// timeline is what happened, newest first.
func (d *Desk) timeline(ctx context.Context, k *casework.Case) []ui.Event {
	var out []ui.Event
	for i := range slices.Backward(k.Entries) {
		e := &k.Entries[i]
		if e.Kind == "replied" || e.Kind == "ended" { // they only move clocks
			continue
		}
		x := ui.Event{When: i18n.Time(ctx, e.At), WhenISO: iso(e.At), Title: d.happened(ctx, k, e), Text: e.Note}
		if e.Public {
			x.Of = ui.Tag(ui.TagPublished, t(ctx, "seen_by_person"))
		}
		switch e.Kind {
		case "warn":
			x.Kind = ui.TagWaiting
		case "note":
			x.Kind = ui.TagReview
		}
		out = append(out, x)
	}
	return out
}

// happened says an entry in words: what, by whom, for which unit.
func (d *Desk) happened(ctx context.Context, k *casework.Case, e *casework.Entry) string {
	s := d.what(ctx, k, e)
	if name := k.People[e.Person]; name != "" {
		s += " · " + name
	}
	if u := k.Units[e.Unit]; u != "" && e.Kind != "dispatch" {
		s += " · " + u
	}
	return s
}

func (d *Desk) what(ctx context.Context, k *casework.Case, e *casework.Entry) string {
	n := d.norm()
	key := "ev_" + e.Kind
	switch e.Kind {
	case "filed":
		return t(ctx, key, words(ctx, "channel_"+e.Code))
	case "dispatch":
		return t(ctx, key, k.Units[e.Unit], k.Units[e.Ref])
	case "assign":
		return t(ctx, key, k.People[e.Ref])
	case "refuse":
		if x := n.Refusal(e.Code); x != nil {
			return t(ctx, key, x.Title.In(ctx))
		}
		return t(ctx, key, e.Code)
	case "refer":
		return t(ctx, key, choice(ctx, n.Targets, e.Code))
	case "object":
		return t(ctx, key, choice(ctx, n.Objections, e.Code))
	case "suspend":
		return t(ctx, key, choice(ctx, n.Grounds, e.Code))
	case "submit", "approve":
		return t(ctx, key, choice(ctx, n.Results, e.Code))
	case "deliver":
		return t(ctx, key, d.delivery(ctx, e.Code))
	case "promise":
		if on, err := clock.ParseDate(e.Code); err == nil {
			return t(ctx, key, i18n.Date(ctx, on))
		}
	case "extend":
		s := d.Cases.ClockOf(&k.Matter, "extension").Span
		s.N = e.N
		return t(ctx, key, span(ctx, s))
	case "rate":
		return t(ctx, key, t(ctx, "rated_"+e.Code))
	case "remedy":
		return t(ctx, key, words(ctx, "stage_"+e.Code))
	case "warn":
		return t(ctx, key, t(ctx, "clock_"+e.Code), strconv.Itoa(e.N))
	}
	return t(ctx, key)
}
