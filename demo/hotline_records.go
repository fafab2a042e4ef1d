package demo

import (
	"context"
	"time"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/recording"
	"yangguang/supervision/hotline/roster"
	"yangguang/supervision/hotline/studio"
	"yangguang/supervision/hotline/training"
)

// Records are what the hotline keeps beside its queue; nil: nothing.
type Records struct {
	Recordings *recording.Recordings
	Trainings  *training.Trainings
	Rosters    *roster.Rosters
	Studio     *studio.Studio
	Text       func(manager context.Context, line hotline.Ref, to, from, said string) error // sets the number for texts of a line and brings one
}

// recordsText are the subject, the note and the post of the hotline's records.
type recordsText struct {
	Subject string `yaml:"subject"`
	Post    string `yaml:"post"`
	Note    string `yaml:"note"`
	Text    string `yaml:"text"`
	// The greeting in the county's own words, and its pinyin.
	Greeting string `yaml:"greeting"`
	Pinyin   string `yaml:"pinyin"`
}

// planRecords lays training, the rosters of this month and the next, and one
// recording on their days.
func (w *world) planRecords(cal *calendar.Calendar) {
	if w.Records == nil || w.Hotline == nil {
		return
	}
	on := workday(cal, w.span.last)
	w.errands[on] = append(w.errands[on], errand{"train the hotline", w.trainHotline}, errand{"word a prompt", w.wordGreeting},
		errand{"draw up the roster", func(ctx context.Context) error { return w.drawRoster(ctx, cal) }}, errand{"record a call", w.recordCall})
	// One of last month too, for whoever reviews calls.
	if before := workday(cal, clock.NewDate(w.span.today.Year(), w.span.today.Month(), 1).AddDays(-1)); before.Before(on) {
		w.errands[before] = append(w.errands[before], errand{"record a call", w.recordCall})
	}
}

// trainHotline examines who answers; the qualification ends within the month, so
// that the reminder is seen.
func (w *world) trainHotline(ctx context.Context) error {
	u, t := w.units["county"], w.Records.Trainings
	head, agent := u.staff[approver].as(ctx), u.staff[drafter]
	today, text := w.span.today, w.texts.Records
	if err := t.Hold(head, training.Session{Subject: text.Subject, Day: today.AddDays(-29), Minutes: 90, Persons: []int64{agent.id}}); err != nil {
		return words(err)
	}
	if err := t.Examine(head, training.Result{Person: agent.id, Subject: text.Subject, Day: today.AddDays(-28), Score: 92, Pass: 80}); err != nil {
		return words(err)
	}
	if err := t.Qualify(head, training.Qualification{Person: agent.id, From: today.AddDays(-28), To: today.AddDays(25), Review: today.AddDays(20)}); err != nil {
		return words(err)
	}
	// The head answers too, and nobody qualifies himself.
	other, own := u.staff[overseer].as(ctx), u.staff[approver].id
	if err := t.Examine(other, training.Result{Person: own, Subject: text.Subject, Day: today.AddDays(-28), Score: 95, Pass: 80}); err != nil {
		return words(err)
	}
	if err := t.Qualify(other, training.Qualification{Person: own, From: today.AddDays(-28), To: today.AddDays(300), Review: today.AddDays(200)}); err != nil {
		return words(err)
	}
	for i, month := range []int{int(today.Month()), 12} {
		err := t.Plan(head, training.Planned{Year: today.Year() + i, Month: month, Subject: text.Subject, Minutes: 90, Note: text.Note})
		if err != nil {
			return words(err)
		}
	}
	return nil
}

// drawRoster publishes this month's and the next month's leaders, two mornings a
// week, and begins the month after.
func (w *world) drawRoster(ctx context.Context, cal *calendar.Calendar) error {
	u, s := w.units["county"], w.Records.Rosters
	writer, head := u.staff[drafter].as(ctx), u.staff[approver]
	first := clock.NewDate(w.span.today.Year(), w.span.today.Month(), 1)
	for n := range 3 {
		month := first.AddMonths(n)
		x, err := s.Begin(writer, w.line.Ref(), month.String()[:7])
		if err != nil {
			return words(err)
		}
		for d := month; d.Month() == month.Month(); d = d.AddDays(1) {
			if work, _ := cal.Workday(d); !work || d.Weekday() != time.Tuesday && d.Weekday() != time.Friday {
				continue
			}
			begins := d.Start().Add(9 * time.Hour)
			if _, err := s.Put(writer, x.Province, x.ID, roster.Slot{Begins: begins, Ends: begins.Add(2 * time.Hour), Person: head.id, Post: w.texts.Records.Post, Place: roster.AtDesk}); err != nil {
				return words(err)
			}
		}
		if n == 2 {
			break // waits for the second person
		}
		if err := s.Publish(head.as(ctx), x.Province, x.ID); err != nil {
			return words(err)
		}
	}
	return nil
}

// wordGreeting gives the greeting the county's own words; nobody recorded it yet,
// so that callers hear the usual one.
func (w *world) wordGreeting(ctx context.Context) error {
	return words(w.Records.Studio.Word(w.units["county"].staff[drafter].as(ctx), studio.Name{Lang: "zh", Key: "greeting"}, w.texts.Records.Greeting, w.texts.Records.Pinyin))
}

// recordCall keeps one call of half a minute; both parties hum.
func (w *world) recordCall(ctx context.Context) error {
	u, s := w.units["county"], w.Records.Recordings
	c, err := w.Hotline.Arrive(ctx, hotline.Arrival{Line: w.line})
	if err != nil {
		return err
	}
	r, err := s.Begin(ctx, c.Ref(), recording.Meta{Line: w.line.ID, Agency: w.line.Agency, Region: w.line.Region, Seat: w.seats[0].ID, Person: u.staff[drafter].id}, false)
	if err != nil {
		return err
	}
	sound := make([]byte, 30*16000)
	for i := range sound {
		// A-law of a square wave: the caller low, the agent higher, each in turn.
		turn, half := i/32000%2, 16/(1+i%2)
		sound[i] = 0xd5 // silence
		if turn == i%2 {
			sound[i] = 0xa5 ^ byte(i/2/half%2<<7)
		}
	}
	if _, err := r.Write(sound); err != nil {
		return err
	}
	if err := r.Close(); err != nil {
		return err
	}
	if err := w.Hotline.Ended(ctx, c.Ref(), hotline.Ending{By: "caller", Why: "hangup", Chosen: true}); err != nil {
		return err
	}
	_, err = s.Adopt(ctx)
	return err
}

// textHotline has somebody who cannot hear text the hotline just now: a
// conversation ends after a day of silence, and a visitor is to see one that goes
// on. The numbers are visibly invented, so nothing is sent back to one.
func (w *world) textHotline(ctx context.Context) error {
	if w.Records == nil || w.Hotline == nil {
		return nil
	}
	w.Clock.Set(w.Until)
	return words(w.Records.Text(w.units["county"].staff[approver].as(ctx), w.line.Ref(), "000088880009", "00000000101", w.texts.Records.Text))
}
