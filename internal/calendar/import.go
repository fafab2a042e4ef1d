package calendar

import (
	"bytes"
	"context"
	"path"
	"strings"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// MaxFile is the largest calendar file accepted.
const MaxFile = 512 << 10

// File is a calendar file an administrator hands in.
type File struct {
	Division int64  // 0 is the nation
	Name     string // its extension says the format: .json or .csv
	Body     []byte
	Source   string // where it came from, when the file itself does not say (CSV)
	Notice   string // the notice's number, likewise
	URL      string
	By       int64 // the person publishing
}

// Import publishes the years of a file that differ from what stands, each as a
// new version, and tells every room in the same transaction. It returns what was published: nothing when nothing differs. A
// file with a mistake is refused whole, each mistake with its line.
//
// Whether By may publish for the division is the caller's to check.
func (k *Keeper) Import(ctx context.Context, f File) (published []Edition, err error) {
	defer fault.Wrap(&err, "calendar.Import(%d)", f.Division)
	switch {
	case len(f.Body) == 0:
		return nil, fault.Fields(fault.Field{Name: "file", Key: "calendar.file_required"})
	case len(f.Body) > MaxFile:
		return nil, fault.Say(fault.TooLarge, "calendar.too_large", MaxFile>>10)
	}
	editions, problems := Parse(f.Name, f.Body, f.Division)
	if len(problems) > 0 {
		return nil, refusal(problems)
	}
	csv := strings.EqualFold(path.Ext(f.Name), ".csv")
	for i := range editions {
		editions[i].fillFrom(f)
	}
	err = k.d.Write(ctx, func(tx *db.Tx) error {
		published, err = k.publish(tx, f.Division, f.By, editions, func(old, e *Edition) bool {
			if csv { // a CSV cannot speak of business hours: those that stand remain
				e.Hours = old.Hours
			}
			return true
		})
		return err
	})
	return published, err
}

func (e *Edition) fillFrom(f File) {
	for _, x := range []struct {
		to   *string
		from string
	}{{&e.Source, f.Source}, {&e.Notice, f.Notice}, {&e.URL, f.URL}} {
		if *x.to == "" {
			*x.to = x.from
		}
	}
}

func refusal(problems []Problem) error {
	fs := make([]fault.Field, len(problems))
	for i, p := range problems {
		fs[i] = fault.Field{Name: "file", Key: p.Key, Args: append([]any{p.Line}, p.Args...)}
	}
	return fault.Fields(fs...)
}

// Seed publishes the calendar that came with the program, at start-up: years
// nobody has published, and years that still stand as an earlier program
// published them. What a person published is never touched.
func (k *Keeper) Seed(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "calendar.Seed()")
	return k.d.Write(ctx, func(tx *db.Tx) error {
		latest, err := loadLatest(tx)
		if err != nil {
			return err
		}
		byPerson := map[int]bool{}
		for _, p := range latest {
			byPerson[p.Year] = byPerson[p.Year] || p.Division == 0 && p.By != 0
		}
		_, err = k.publish(tx, 0, 0, Seed(), func(_, e *Edition) bool { return !byPerson[e.Year] })
		return err
	})
}

// publish writes the editions that differ from what stands and wanted lets
// pass, then tells the rooms. wanted may amend the new edition.
func (k *Keeper) publish(tx *db.Tx, division, by int64, editions []Edition, wanted func(old, e *Edition) bool) ([]Edition, error) {
	if _, err := loadMark(tx, tx.ForUpdate()); err != nil { // publications wait for each other
		return nil, err
	}
	latest, err := loadLatest(tx)
	if err != nil {
		return nil, err
	}
	standing := map[int]Edition{}
	for _, p := range latest {
		if p.Division == division {
			standing[p.Year] = p.Edition
		}
	}
	var published []Edition
	for _, e := range editions {
		old := standing[e.Year]
		if !wanted(&old, &e) || old.Version > 0 && bytes.Equal(old.Encode(), e.Encode()) {
			continue
		}
		e.Version = old.Version + 1
		if err := insertEdition(tx, e, by); err != nil {
			return nil, err
		}
		published = append(published, e)
	}
	if len(published) == 0 {
		return nil, nil
	}
	return published, k.tell(tx, Change{Division: division, Editions: published, By: by})
}

// tell lets the rooms see the new calendars inside the transaction, and
// everybody once it is committed.
func (k *Keeper) tell(tx *db.Tx, c Change) error {
	mark, err := moveMark(tx)
	if err != nil {
		return err
	}
	s, err := load(tx, mark)
	if err != nil {
		return err
	}
	k.mu.Lock()
	k.pending[tx] = s
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		delete(k.pending, tx)
		k.mu.Unlock()
	}()
	for _, hook := range k.hooks {
		if err := hook(tx, c); err != nil {
			return err
		}
	}
	return nil
}
