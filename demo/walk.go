package demo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"yangguang/disclosure/coverage"
	"yangguang/internal/clock"
)

// hours are when the phases of a working day begin.
var hours = []time.Duration{9*time.Hour + 5*time.Minute, 10*time.Hour + 40*time.Minute, 15*time.Hour + 10*time.Minute, 16*time.Hour + 30*time.Minute}

// closing is when what is left beside publishing is done.
const closing = 17*time.Hour + 5*time.Minute

// walk lives the days from the opening to yesterday.
func (w *world) walk(ctx context.Context) error {
	month := 0
	for d := w.span.opened; !d.After(w.span.last); d = d.AddDays(1) {
		w.at(d, 6*time.Minute)
		if d.Day() <= 2 { // periods end with a month, and the rows roll on the day after or the next
			if err := w.roll(ctx, d.Month() == time.January && d.Day() == 2); err != nil {
				return err
			}
		}
		if err := w.change(ctx, d); err != nil {
			return err
		}
		if err := w.day(ctx, d); err != nil {
			return fmt.Errorf("%s: %w", d, err)
		}
		if err := w.runErrands(ctx, d); err != nil {
			return fmt.Errorf("%s: %w", d, err)
		}
		if m := int(d.Month()); m != month {
			month = m
			w.say("%d-%02d, %d items so far", d.Year(), m, w.started)
		}
	}
	if err := w.ask(ctx); err != nil {
		return err
	}
	w.Clock.Set(w.Until)
	return w.roll(ctx, true)
}

// roll does what the nightly job does: periods that ended make way for the
// next; and, when a year begins, categories whose first period came are owed.
func (w *world) roll(ctx context.Context, sync bool) error {
	if err := coverage.CloseMonth(ctx, w.Disclosure.DB); err != nil {
		return err
	}
	if _, err := w.Disclosure.Catalogue.Roll(ctx, w.Disclosure.DB); err != nil || !sync {
		return err
	}
	_, err := w.Disclosure.Catalogue.SyncAll(ctx, w.Disclosure.DB)
	return err
}

// at moves the clock to a time of a day, never back.
func (w *world) at(d clock.Date, h time.Duration) {
	if t := d.Start().Add(h); t.After(w.Clock.Now()) {
		w.Clock.Set(t)
	}
}

// day carries the day's work through its phases. Units work at the same time,
// so that their commits share one write to disk; each unit's own work keeps
// its order, so that the same seed gives the same numbers.
func (w *world) day(ctx context.Context, d clock.Date) error {
	jobs := w.days[d]
	if len(jobs) == 0 {
		return nil
	}
	var queues [][]*job
	at := map[*unit]int{}
	for _, j := range jobs {
		i, ok := at[j.unit]
		if !ok {
			i = len(queues)
			at[j.unit] = i
			queues = append(queues, nil)
		}
		queues[i] = append(queues[i], j)
		if j.of == nil {
			w.started++
		}
	}
	for phase, h := range hours {
		w.at(d, h)
		err := inParallel(ctx, len(queues), func(ctx context.Context, i int) error {
			for _, j := range queues[i] {
				w.Clock.Advance(7 * time.Second)
				if err := w.work(ctx, j, phase); err != nil {
					return fmt.Errorf("%s %s %q: %w", j.unit.key, j.Category, j.Title, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, j := range jobs {
		if j.Key != "" && j.of == nil {
			w.done[j.Key] = j
		}
	}
	return nil
}

// inParallel runs f for 0..n-1, eight at a time, until one fails.
func inParallel(ctx context.Context, n int, f func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(8, n) {
		wg.Go(func() {
			for i := range next {
				if err := f(ctx, i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}
