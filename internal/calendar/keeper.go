package calendar

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Published is an edition with when it was published and by which person
// (0: it came with the program).
type Published struct {
	Edition
	At time.Time
	By int64
}

// Ancestors lists the divisions above one, the highest first, without the
// nation and without itself.
type Ancestors func(tx *db.Tx, division int64) ([]int64, error)

// Change tells what was published.
type Change struct {
	Division int64 // whose calendar; 0 is everybody's
	Editions []Edition
	By       int64 // the person who published, 0 the program
}

// Keeper keeps the published calendars. It composes each division's calendar
// once and keeps it until the next publication, by whatever process.
type Keeper struct {
	d         *db.DB
	ancestors Ancestors
	norm      []Edition                    // the norm's own days, between the nation's and the divisions'
	hooks     []func(*db.Tx, Change) error // set at wiring, before use

	mu      sync.Mutex
	current *snapshot            // as committed; guarded by mu
	pending map[*db.Tx]*snapshot // of publications not yet committed; guarded by mu
}

// snapshot is every newest edition under one mark.
type snapshot struct {
	mark     int64
	editions map[int64][]Edition // by division
	mu       sync.Mutex
	composed map[string]*Calendar // by the divisions that have editions; guarded by mu
}

// NewKeeper keeps the calendars of a store. ancestors may be nil where no
// division keeps a calendar of its own but the one asked for. norm are the days
// on which the norm served departs from the nation's calendar; they hold
// everywhere, and a division's own notice goes before them.
func NewKeeper(d *db.DB, ancestors Ancestors, norm ...Edition) *Keeper {
	return &Keeper{d: d, ancestors: ancestors, norm: norm, pending: map[*db.Tx]*snapshot{}}
}

// OnChange registers what a room does when a calendar is published: write it
// down, set counting the open deadlines anew in motion. It runs in the
// publishing transaction, where In already answers with the new calendar. It is
// called at wiring, before the first use.
func (k *Keeper) OnChange(f func(tx *db.Tx, c Change) error) { k.hooks = append(k.hooks, f) }

// In is the calendar of a division as this transaction sees it: one read when
// nothing was published since.
func (k *Keeper) In(tx *db.Tx, division int64) (_ *Calendar, err error) {
	defer fault.Wrap(&err, "calendar.In(%d)", division)
	s, err := k.snapshot(tx)
	if err != nil {
		return nil, err
	}
	return k.compose(tx, s, division)
}

// Every is In for many divisions of one transaction: what was published is asked once.
func (k *Keeper) Every(tx *db.Tx) (in func(division int64) (*Calendar, error), err error) {
	defer fault.Wrap(&err, "calendar.Every")
	s, err := k.snapshot(tx)
	return func(division int64) (*Calendar, error) { return k.compose(tx, s, division) }, err
}

// For is In for a page, outside any transaction.
func (k *Keeper) For(ctx context.Context, division int64) (c *Calendar, err error) {
	err = k.d.Read(ctx, func(tx *db.Tx) error {
		c, err = k.In(tx, division)
		return err
	})
	return c, err
}

func (k *Keeper) snapshot(tx *db.Tx) (*snapshot, error) {
	k.mu.Lock()
	s, mine := k.pending[tx]
	if !mine {
		s = k.current
	}
	k.mu.Unlock()
	if mine {
		return s, nil
	}
	mark, err := loadMark(tx, "")
	if err != nil || s != nil && s.mark == mark {
		return s, err
	}
	if s, err = load(tx, mark); err == nil {
		k.mu.Lock()
		k.current = s
		k.mu.Unlock()
	}
	return s, err
}

func load(tx *db.Tx, mark int64) (*snapshot, error) {
	ps, err := loadLatest(tx)
	if err != nil {
		return nil, err
	}
	s := &snapshot{mark: mark, editions: map[int64][]Edition{}, composed: map[string]*Calendar{}}
	for _, p := range ps {
		s.editions[p.Division] = append(s.editions[p.Division], p.Edition)
	}
	return s, nil
}

// compose lays the editions of the division's chain over each other, once for
// every set of divisions that has any.
func (k *Keeper) compose(tx *db.Tx, s *snapshot, division int64) (*Calendar, error) {
	chain := []int64{0}
	if division != 0 && (len(s.editions) > 1 || len(s.editions[0]) == 0) {
		if k.ancestors != nil {
			above, err := k.ancestors(tx, division)
			if err != nil {
				return nil, err
			}
			chain = append(chain, above...)
		}
		chain = append(chain, division)
	}
	var key strings.Builder
	var layers [][]Edition
	for _, d := range chain {
		if es := s.editions[d]; len(es) > 0 {
			fmt.Fprintf(&key, "%d,", d)
			layers = append(layers, es)
		}
		if d == 0 && len(k.norm) > 0 {
			layers = append(layers, k.norm)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.composed[key.String()]
	if !ok {
		c = New(layers...)
		s.composed[key.String()] = c
	}
	return c, nil
}

// History lists the published versions of a division, newest first; Encode of
// each is the file an administrator downloads.
func (k *Keeper) History(ctx context.Context, division int64) (ps []Published, err error) {
	defer fault.Wrap(&err, "calendar.History(%d)", division)
	err = k.d.Read(ctx, func(tx *db.Tx) error {
		ps, err = loadHistory(tx, division, 500)
		return err
	})
	return ps, err
}

// NextYearMissing is the alarm: from 15 December, when next year's national
// notice is not loaded, and while the running year's is not. It names the year.
func (k *Keeper) NextYearMissing(ctx context.Context, now time.Time) (year int, missing bool, err error) {
	c, err := k.For(ctx, 0)
	if err != nil {
		return 0, false, err
	}
	year, missing = c.NextYearMissing(now)
	return year, missing, nil
}

// NextYearMissing is the alarm on one calendar; see Keeper.NextYearMissing.
func (c *Calendar) NextYearMissing(now time.Time) (year int, missing bool) {
	today := clock.DateOf(now)
	if y := today.Year(); !c.covered[y] {
		return y, true
	}
	next := today.Year() + 1
	return next, !c.covered[next] && !today.Before(clock.NewDate(today.Year(), time.December, 15))
}
