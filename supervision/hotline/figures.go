package hotline

import (
	"context"
	"time"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Place is what figures are asked of: one agency, or a division and all below it.
type Place struct {
	Agency   int64
	Division agency.Code // asked when Agency is 0
}

// Figures are the sums of ended calls. facts says what each word means; the
// pages publish the same beside the figures.
type Figures struct {
	Arrived, Chosen, Outside, Quick, Offered, Answered, Swift, Abandoned, Interrupted int64
	WaitMS, TalkMS, Rated, Stars                                                      int64
}

// Connected is 接通率 in per mille; ok is false when nobody was offered.
func (f Figures) Connected() (perMille int, ok bool) { return share(f.Answered, f.Offered) }

// InTime is 15秒接听率 in per mille; ok is false when nobody was offered.
func (f Figures) InTime() (perMille int, ok bool) { return share(f.Swift, f.Offered) }

func share(n, of int64) (int, bool) {
	if of == 0 {
		return 0, false
	}
	return int(n * 1000 / of), true // never rounded up: 949 ‰ is not 95 %
}

// Wait is the mean wait of those answered.
func (f Figures) Wait() time.Duration { return mean(f.WaitMS, f.Answered) }

// Talk is the mean length of a talk.
func (f Figures) Talk() time.Duration { return mean(f.TalkMS, f.Answered) }

func mean(ms, n int64) time.Duration {
	if n == 0 {
		return 0
	}
	return time.Duration(ms/n) * time.Millisecond
}

const sums = `coalesce(sum(arrived), 0), coalesce(sum(chosen), 0), coalesce(sum(outside), 0), coalesce(sum(quick), 0), coalesce(sum(offered), 0), coalesce(sum(answered), 0), coalesce(sum(swift), 0), coalesce(sum(abandoned), 0),
 coalesce(sum(interrupted), 0), coalesce(sum(wait_ms), 0), coalesce(sum(talk_ms), 0), coalesce(sum(rated), 0), coalesce(sum(stars), 0)`

func figuresIn(tx *db.Tx, p Place, from, to clock.Date) (f Figures, err error) {
	var w db.Where
	within(&w, p)
	w.And("day between ? and ?", from.String(), to.String())
	where, args := w.SQL()
	err = tx.Row("select "+sums+" from hotline_tally"+where, args...).Scan(&f.Arrived, &f.Chosen, &f.Outside, &f.Quick, &f.Offered, &f.Answered, &f.Swift, &f.Abandoned, &f.Interrupted, &f.WaitMS, &f.TalkMS, &f.Rated, &f.Stars)
	return f, err
}

// within narrows a listing to a place. Lines belong to agencies of counties and
// above, so the sums carry no region of their own.
func within(w *db.Where, p Place) {
	switch c := p.Division; {
	case p.Agency != 0:
		w.And("province = ?", db.ProvinceOf(p.Agency)).And("agency = ?", p.Agency)
	case c.Level() == agency.LevelNation:
	case c.Level() == agency.LevelProvince:
		w.And("province = ?", c.Province())
	case c.Level() == agency.LevelPrefecture:
		w.And("province = ?", c.Province()).And("prefecture = ?", c)
	default:
		w.And("province = ?", c.Province()).And("county = ?", c.County())
	}
}

// Figures are the sums of the calls that arrived on the days from from to to, by
// the day they arrived, as they were counted when each ended.
func (h *Hotline) Figures(ctx context.Context, p Place, from, to clock.Date) (f Figures, err error) {
	defer fault.Wrap(&err, "hotline.Figures")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		f, err = figuresIn(tx, p, from, to)
		return err
	})
	return f, err
}

// DayFigures are the figures of one day.
type DayFigures struct {
	Day string
	Figures
}

// ByDay are the figures of each day that had calls, the newest first.
func (h *Hotline) ByDay(ctx context.Context, p Place, from, to clock.Date) (out []DayFigures, err error) {
	defer fault.Wrap(&err, "hotline.ByDay")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		var w db.Where
		within(&w, p)
		w.And("day between ? and ?", from.String(), to.String())
		limit := " limit " + w.Next(400)
		where, args := w.SQL()
		out, err = db.List(tx, func(r *db.Rows, d *DayFigures) error {
			f := &d.Figures
			return r.Scan(&d.Day, &f.Arrived, &f.Chosen, &f.Outside, &f.Quick, &f.Offered, &f.Answered, &f.Swift, &f.Abandoned, &f.Interrupted, &f.WaitMS, &f.TalkMS, &f.Rated, &f.Stars)
		}, "select day, "+sums+" from hotline_tally"+where+" group by day order by day desc"+limit, args...)
		return err
	})
	return out, err
}

// Recount counts the same from the events alone, without the rows of calls or
// the sums: whoever doubts a figure can follow it call by call.
func (h *Hotline) Recount(ctx context.Context, p Place, from, to clock.Date) (f Figures, err error) {
	defer fault.Wrap(&err, "hotline.Recount")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		var w db.Where
		within(&w, p)
		where, args := w.SQL()
		lines, err := db.List(tx, db.One[int64], "select id from hotline_line"+where+" order by id limit 10000", args...)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := recount(tx, l, from, to, &f); err != nil {
				return err
			}
		}
		return nil
	})
	return f, err
}

// aheadOf is how long after its arrival a call may still have events that count.
const aheadOf = 24 * time.Hour

func recount(tx *db.Tx, line int64, from, to clock.Date, f *Figures) error {
	rows, err := tx.Query("select call, kind, at, code, n from hotline_event where province = $1 and line = $2 and at >= $3 and at < $4 order by call, at, id",
		db.ProvinceOf(line), line, clock.Millis(from.Start()), clock.Millis(to.End().Add(aheadOf)))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var history []CallEvent
	for rows.Next() {
		var e CallEvent
		if err := rows.Scan(&e.Call, &e.Kind, &e.At, &e.Code, &e.N); err != nil {
			return err
		}
		if len(history) > 0 && history[0].Call != e.Call {
			f.count(history, from, to)
			history = history[:0]
		}
		history = append(history, e)
	}
	f.count(history, from, to)
	return rows.Err()
}

// count adds one call as its events tell it.
func (f *Figures) count(history []CallEvent, from, to clock.Date) {
	var arrived, queued, answered, ended, stars int64
	chosen, interrupted, in := false, false, false
	for _, e := range history {
		switch e.Kind {
		case evArrived:
			arrived, in = e.At, e.N == 0
		case evQueued:
			if queued == 0 {
				queued = e.At
			}
		case evAnswered:
			if answered == 0 {
				answered = e.At
			}
		case evRated:
			stars = int64(e.N)
		case evEnded: // the first counts: a later one took the call for interrupted
			if ended != 0 {
				continue
			}
			ended, chosen, interrupted = e.At, e.N == 1, e.Code == "interrupted"
		}
	}
	if day := clock.DateOf(clock.FromMillis(arrived)); !in || ended == 0 || day.Before(from) || day.After(to) {
		return
	}
	f.Arrived++
	if interrupted {
		f.Interrupted++
	}
	if stars > 0 {
		f.Rated++
		f.Stars += stars
	}
	switch {
	case answered > 0:
		f.Offered++
		f.Answered++
		if answered-queued <= Swift.Milliseconds() {
			f.Swift++
		}
		f.WaitMS += answered - queued
		f.TalkMS += ended - answered
	case chosen:
		f.Chosen++
	case queued == 0:
		f.Outside++
	case !interrupted && ended-queued <= AbandonAfter.Milliseconds():
		f.Quick++
	default:
		f.Offered++
		f.Abandoned++
	}
}

// Wallboard is how the hotline of a place stands now.
type Wallboard struct {
	At      time.Time
	Waiting int
	Longest time.Duration
	Talking int
	Seats   map[string]int // by state
	Backs   int            // call-backs open
	Today   Figures
}

// Board is how the hotline of a place stands now.
func (h *Hotline) Board(ctx context.Context, p Place) (b Wallboard, err error) {
	defer fault.Wrap(&err, "hotline.Board")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		b = Wallboard{At: tx.Now, Seats: map[string]int{}}
		var w db.Where
		within(&w, p)
		where, args := w.And("state <> 'ended'").SQL()
		var since int64
		if err := tx.Row("select coalesce(sum(case when state in ('queued', 'offered') and way = 'in' then 1 else 0 end), 0), coalesce(sum(case when state = 'talking' then 1 else 0 end), 0), coalesce(min(case when state in ('queued', 'offered') and way = 'in' then queued_at end), 0) from hotline_call"+where, args...).
			Scan(&b.Waiting, &b.Talking, &since); err != nil {
			return err
		}
		if since > 0 {
			b.Longest = tx.Now.Sub(clock.FromMillis(since))
		}
		var s db.Where
		within(&s, p)
		where, args = s.And("active = ?", true).SQL()
		type count struct {
			state string
			n     int
		}
		seats, err := db.List(tx, func(r *db.Rows, c *count) error { return r.Scan(&c.state, &c.n) }, "select state, count(*) from hotline_seat"+where+" group by state order by state", args...)
		if err != nil {
			return err
		}
		for _, c := range seats {
			b.Seats[c.state] = c.n
		}
		var k db.Where
		within(&k, p)
		where, args = k.And("state in ('open', 'taken')").SQL()
		if err := tx.Row("select count(*) from hotline_callback"+where, args...).Scan(&b.Backs); err != nil {
			return err
		}
		today := clock.DateOf(tx.Now)
		b.Today, err = figuresIn(tx, p, today, today)
		return err
	})
	return b, err
}
