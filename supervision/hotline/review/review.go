// Package review keeps clause 3.1.2 in what is heard: each month some recorded
// calls of every seat are drawn at random, somebody else listens and scores them
// by a sheet (质检).
//
// What is stored about people: of the staff alone, their points, a note and what
// they objected. Nothing of the caller, who is in the recording and nowhere else;
// listening is an access to it like any other, with its reason and its row.
//
// Who may read: whoever scores (review.score) or rules on objections
// (review.rule) at the unit, and each agent his own results. Nobody scores
// himself; who rules is neither the agent nor the reviewer. Sealed calls are never
// recorded and so never drawn.
package review

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/supervision/hotline/recording"
)

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Reviews is the room.
type Reviews struct {
	DB         *db.DB
	Front      *front.Front
	Recordings *recording.Recordings
}

// The grant verbs of the room.
const (
	Scoring = "review.score"
	Ruling  = "review.rule" // also the score sheet
)

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return []string{Scoring, Ruling} }

// The states of a review.
const (
	Open     = "open"     // to be scored
	Scored   = "scored"   // the agent may object, once
	Objected = "objected" // to be ruled on
	Ruled    = "ruled"
	Void     = "void" // the recording is no longer there
)

// States lists them in order.
var States = []string{Open, Scored, Objected, Ruled, Void}

const (
	upheld  = "upheld"
	changed = "changed"

	maxNote = 1000
	// objecting is how long an agent may object.
	objecting = 10 * 24 * time.Hour
	// shortest is how long a call must be for there to be something to judge.
	shortest = 10
)

// Review is one recording of a sample.
type Review struct {
	Province   int
	ID         int64
	Agency     int64
	Region     agency.Code
	Draw       int64
	Month      string
	Recording  int64
	Seat       int64
	Agent      int64
	State      string
	Sheet      int // its version
	Reviewer   int64
	Marks      map[string]int
	Fatal      []string
	Score      int
	Passed     bool
	Note       string
	Scored     time.Time
	Objection  string
	Objected   time.Time
	Ruler      int64
	Ruling     string
	RulingNote string
	Ruled      time.Time
}

func (x *Review) target() account.Target {
	return account.Target{Agency: x.Agency, Division: int64(x.Region)}
}

// maySee lets through who scores or rules at the unit, and the agent once he is
// scored; for everybody else there is none.
func maySee(a *account.Actor, x *Review) error {
	staff := a != nil && (a.May(Scoring, x.target()) || a.May(Ruling, x.target()))
	if staff && !a.Is(x.Agent) || a != nil && a.Person == x.Agent && x.State != Open && x.State != Void {
		return nil
	}
	return fault.Say(fault.NotFound, "fault.not_found")
}

// mayScore refuses the agent himself and whoever stands for him.
func mayScore(a *account.Actor, x *Review) error {
	if err := maySee(a, x); err != nil {
		return err
	}
	if !a.May(Scoring, x.target()) || a.Is(x.Agent) {
		return fault.Say(fault.Forbidden, "review.no_grant")
	}
	return nil
}

// Draw is a month's sample of a unit.
type Draw struct {
	Province int
	ID       int64
	Agency   int64
	Region   agency.Code
	Month    string
	Seed     string
	PerSeat  int
	Pool     int
	Drawn    int
	At       time.Time
}

// sample chooses n recordings of each seat: those whose SHA-256 of seed and file
// name is smallest, so that anybody who has the seed can choose them again.
func sample(seed string, n int, pool []recording.Recording) (out []recording.Recording) {
	key := func(x recording.Recording) string {
		sum := sha256.Sum256([]byte(seed + " " + x.File))
		return hex.EncodeToString(sum[:])
	}
	pool = slices.Clone(pool)
	slices.SortFunc(pool, func(a, b recording.Recording) int { return strings.Compare(key(a), key(b)) })
	took := map[int64]int{}
	for _, x := range pool {
		if took[x.Seat] < n {
			took[x.Seat]++
			out = append(out, x)
		}
	}
	return out
}

// monthOf is the bounds of a month written 2026-11.
func monthOf(month string) (from, to time.Time, err error) {
	d, err := clock.ParseDate(month + "-01")
	if err != nil {
		return from, to, fault.Fields(fault.Field{Name: "month", Key: "review.need_month"})
	}
	return d.Start(), d.AddMonths(1).Start(), nil
}

// DrawMonth draws a unit's sample of a month that is over, once: again it gives
// what was drawn. seed "" takes a random one.
func (s *Reviews) DrawMonth(ctx context.Context, unit int64, month, seed string) (d *Draw, err error) {
	defer fault.Wrap(&err, "review.DrawMonth(%d)", unit)
	from, to, err := monthOf(month)
	if err != nil {
		return nil, err
	}
	if seed == "" {
		seed = rand.Text()
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if tx.Now.Before(to) {
			return fault.Say(fault.Conflict, "review.month_runs")
		}
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		if d, err = drawOf(tx, u, month); !fault.Is(err, fault.NotFound) {
			return err
		}
		sheet, err := sheetOf(tx, u, inForce)
		if err != nil {
			return err
		}
		pool, err := recording.Between(tx, u.ID, from, to, shortest)
		if err != nil {
			return err
		}
		chosen := sample(seed, sheet.PerMonth, pool)
		d = &Draw{Province: u.Province(), ID: tx.ID(u.Province()), Agency: u.ID, Region: u.Division, Month: month, Seed: seed, PerSeat: sheet.PerMonth, Pool: len(pool), Drawn: len(chosen), At: tx.Now}
		if err := insertDraw(tx, d); err != nil {
			return err
		}
		for _, r := range chosen {
			x := &Review{Province: u.Province(), ID: tx.ID(u.Province()), Agency: u.ID, Region: u.Division, Draw: d.ID, Month: month, Recording: r.ID, Seat: r.Seat, Agent: r.Person, Sheet: sheet.Version}
			if err := insertReview(tx, x); err != nil {
				return err
			}
		}
		return audit.Append(tx, audit.Entry{Province: int64(u.Province()), Agency: u.ID, Verb: "review.draw", Object: "review " + strconv.FormatInt(d.ID, 10), Detail: month})
	})
	return d, err
}

// Register names the job that draws last month's samples.
func (s *Reviews) Register(r *jobs.Runner) {
	r.Every("review.draw", jobs.Daily(3, 40), func(ctx context.Context, _ jobs.Job) error { return s.DrawAll(ctx) })
}

// DrawAll draws last month's sample of every unit that has recordings of it.
func (s *Reviews) DrawAll(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "review.DrawAll")
	first := clock.DateOf(s.DB.Clock().Now())
	first = clock.NewDate(first.Year(), first.Month(), 1)
	month := first.AddMonths(-1)
	var units []int64
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		units, err = recording.Units(tx, month.Start(), first.Start())
		return err
	}); err != nil {
		return err
	}
	for _, u := range units {
		if _, err := s.DrawMonth(ctx, u, month.String()[:7], ""); err != nil {
			return err
		}
	}
	return s.void(ctx)
}

// void takes off what waits to be scored and can no longer be heard: sounds that
// were destroyed on time, and calls that became sealed ones.
func (s *Reviews) void(ctx context.Context) error {
	var gone []Review
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		gone, err = silent(tx)
		return err
	}); err != nil {
		return err
	}
	for i := range gone {
		if err := s.DB.Write(ctx, func(tx *db.Tx) error {
			x, err := lockReview(tx, gone[i].Province, gone[i].ID)
			if err != nil || x.State != Open {
				return err
			}
			x.State = Void
			return updateReview(tx, x)
		}); err != nil {
			return err
		}
	}
	return nil
}

// on takes a step with a review: locked, checked, recorded.
func (s *Reviews) on(ctx context.Context, province int, id int64, act string, f func(tx *db.Tx, a *account.Actor, x *Review) error) (err error) {
	defer fault.Wrap(&err, "review.%s(%d)", act, id)
	a := account.From(ctx)
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := lockReview(tx, province, id)
		if err != nil {
			return err
		}
		if err := maySee(a, x); err != nil {
			return err
		}
		if err := f(tx, a, x); err != nil {
			return err
		}
		if err := updateReview(tx, x); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(province), Person: a.Person, Login: a.Login, Agency: x.Agency, Verb: "review." + act, Object: "review " + strconv.FormatInt(id, 10)})
	})
}

// Judgement is what a reviewer found.
type Judgement struct {
	Marks map[string]int // points by item
	Fatal []string
	Note  string
}

// Score keeps what a reviewer found, after he listened.
func (s *Reviews) Score(ctx context.Context, province int, id int64, in Judgement) error {
	in.Note = strings.TrimSpace(in.Note)
	return s.on(ctx, province, id, "score", func(tx *db.Tx, a *account.Actor, x *Review) error {
		if err := mayScore(a, x); err != nil {
			return err
		}
		if x.State != Open {
			return fault.Say(fault.Conflict, "review.not_now")
		}
		if heard, err := recording.Heard(tx, province, x.Recording, a.Person); err != nil || !heard {
			if err == nil {
				err = fault.Say(fault.Conflict, "review.not_heard")
			}
			return err
		}
		if err := s.judge(tx, x, in); err != nil {
			return err
		}
		x.State, x.Reviewer, x.Note, x.Scored = Scored, a.Person, in.Note, tx.Now
		return nil
	})
}

// judge puts points into a review as its sheet says; a fatal item makes them 0.
func (s *Reviews) judge(tx *db.Tx, x *Review, in Judgement) error {
	u, err := agency.Find(tx, x.Agency)
	if err != nil {
		return err
	}
	sheet, err := sheetOf(tx, u, x.Sheet)
	if err != nil {
		return err
	}
	var bad []fault.Field
	x.Marks, x.Fatal, x.Score = map[string]int{}, nil, 0
	for _, i := range sheet.Items {
		if i.Fatal {
			if slices.Contains(in.Fatal, i.ID) {
				x.Fatal = append(x.Fatal, i.ID)
			}
			continue
		}
		n, given := in.Marks[i.ID]
		if !given || n < 0 || n > i.Weight {
			bad = append(bad, fault.Field{Name: "mark_" + i.ID, Key: "review.bad_mark", Args: []any{i.Weight}})
		}
		x.Marks[i.ID] = n
		x.Score += n
	}
	if len(x.Fatal) > 0 {
		x.Score = 0
	}
	x.Passed = x.Score >= sheet.Pass
	n := utf8.RuneCountInString(in.Note)
	if n > maxNote || n < 4 && !x.Passed {
		bad = append(bad, fault.Field{Name: "note", Key: "review.need_note", Args: []any{maxNote}})
	}
	return fault.Fields(bad...)
}

// Object says that the agent does not agree, once, within ten days.
func (s *Reviews) Object(ctx context.Context, province int, id int64, why string) error {
	why = strings.TrimSpace(why)
	return s.on(ctx, province, id, "object", func(tx *db.Tx, a *account.Actor, x *Review) error {
		if a.Person != x.Agent {
			return fault.Say(fault.Forbidden, "review.no_grant")
		}
		if x.State != Scored || tx.Now.After(x.Scored.Add(objecting)) {
			return fault.Say(fault.Conflict, "review.not_now")
		}
		if n := utf8.RuneCountInString(why); n < 4 || n > maxNote {
			return fault.Fields(fault.Field{Name: "objection", Key: "review.need_objection", Args: []any{maxNote}})
		}
		x.State, x.Objection, x.Objected = Objected, why, tx.Now
		return nil
	})
}

// Rule decides on an objection: the points stay, or are given anew.
func (s *Reviews) Rule(ctx context.Context, province int, id int64, anew *Judgement, why string) error {
	why = strings.TrimSpace(why)
	return s.on(ctx, province, id, "rule", func(tx *db.Tx, a *account.Actor, x *Review) error {
		if !a.May(Ruling, x.target()) || a.Is(x.Agent) || a.Is(x.Reviewer) {
			return fault.Say(fault.Forbidden, "review.no_grant")
		}
		if x.State != Objected {
			return fault.Say(fault.Conflict, "review.not_now")
		}
		if n := utf8.RuneCountInString(why); n < 4 || n > maxNote {
			return fault.Fields(fault.Field{Name: "ruling_note", Key: "review.need_ruling", Args: []any{maxNote}})
		}
		x.Ruling = upheld
		if anew != nil {
			anew.Note = x.Note
			if anew.Note == "" {
				anew.Note = why
			}
			if err := s.judge(tx, x, *anew); err != nil {
				return err
			}
			x.Ruling = changed
		}
		x.State, x.Ruler, x.RulingNote, x.Ruled = Ruled, a.Person, why, tx.Now
		return nil
	})
}

func marksOf(text string) (out map[string]int) {
	if text != "" {
		_ = json.Unmarshal([]byte(text), &out) // of a row of ours
	}
	return out
}
