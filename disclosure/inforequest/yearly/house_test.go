package yearly

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// bureau is a county with its reports. The counts of a year come from a fake,
// as requests are another room's.
type bureau struct {
	*disclosuretest.House
	Yearly *Yearly
	counts map[int64]map[int]func(x Figures) // by agency and year
	t      testing.TB
}

// each runs f on every engine to be had.
func each(t *testing.T, f func(t *testing.T, o *bureau)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			f(t, officeOn(t, open(t, c, append(disclosuretest.Migrations[:len(disclosuretest.Migrations):len(disclosuretest.Migrations)], Migrations)...), c))
		})
	}
}

func newOffice(t testing.TB) *bureau {
	t.Helper()
	c := clock.NewFake(disclosuretest.Now)
	return officeOn(t, dbtest.SQLite(t, c, append(disclosuretest.Migrations[:len(disclosuretest.Migrations):len(disclosuretest.Migrations)], Migrations)...), c)
}

func officeOn(t testing.TB, d *db.DB, c *clock.Fake) *bureau {
	t.Helper()
	h := disclosuretest.Found(t, d, c)
	o := &bureau{House: h, t: t, counts: map[int64]map[int]func(Figures){}}
	f := &front.Front{Site: front.Site{Home: h.County.Division, Name: i18n.Text{Zh: "示例站", En: "Example"}, Demo: true}}
	o.Yearly = &Yearly{DB: d, Front: f, Norm: norm.Builtin(), Facts: func(_ *db.Tx, unit int64, year int, into Figures) error {
		if f := o.counts[unit][year]; f != nil {
			f(into)
		}
		return nil
	}}
	for _, p := range []disclosuretest.Person{h.Author, h.Approver, h.Reviewer} {
		disclosuretest.Check(t, d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("insert into person (id, name, created_at) values ($1, $2, 0)", p.ID, p.Name)
			return err
		}))
	}
	o.had(h.County, 2025, 20, 3, 0)
	return o
}

// had says that a unit received so many requests of natural persons in a year,
// left so many open, and took over so many.
func (o *bureau) had(u agency.Agency, year int, received, left, carried int64) {
	if o.counts[u.ID] == nil {
		o.counts[u.ID] = map[int]func(Figures){}
	}
	o.counts[u.ID][year] = func(x Figures) {
		for cell, n := range map[string]int64{New: received, Carried: carried, Forward: left, "granted": received + carried - left - 2, "refused_secret": 1, "closed_other": 1} {
			must(x.Three.Add(cell, "natural", n))
		}
		must(x.Four.Add("review", "upheld", 1))
	}
}

// as is a context in which a person acts with rights at a unit.
func (o *bureau) as(p disclosuretest.Person, u agency.Agency, verbs ...string) context.Context {
	return o.As(p.With(u, verbs...))
}

func (o *bureau) writer() context.Context   { return o.as(o.Author, o.County, Writing) }
func (o *bureau) approver() context.Context { return o.as(o.Approver, o.County, Approving) }

// whole is a text nothing is missing from.
func whole() Text {
	t := Text{Overview: "本年度依法开展政府信息公开工作，办理申请二十件，总体情况良好。", Problems: "主动公开的时效有待提高，下一步将按月检查并督促各股室。", Other: "无", Two: map[string]Entry{}}
	for i, id := range Entered {
		t.Two[id] = Entry{Number: string(rune('0' + i)), Source: "办公室台账"}
	}
	return t
}

// published takes a unit's report of a year to the public.
func (o *bureau) published(u agency.Agency, year int) *Revision {
	o.t.Helper()
	w := o.as(o.Author, u, Writing)
	v, err := o.Yearly.Start(w, u.ID, year)
	disclosuretest.Check(o.t, err)
	disclosuretest.Check(o.t, o.Yearly.Save(w, v.Province, v.ID, v.Saved, whole()))
	disclosuretest.Check(o.t, o.Yearly.Submit(w, v.Province, v.ID))
	disclosuretest.Check(o.t, o.Yearly.Approve(o.as(o.Approver, u, Approving), v.Province, v.ID))
	return o.get(v)
}

// get reads a revision again.
func (o *bureau) get(v *Revision) (out *Revision) {
	o.t.Helper()
	o.Read(o.t, func(tx *db.Tx) (err error) {
		out, err = findRevision(tx, v.Province, v.ID)
		return err
	})
	return out
}

// standIn is a context in which one person acts for another.
func (o *bureau) standIn(p, principal disclosuretest.Person, u agency.Agency, verb string) context.Context {
	return o.For(p, principal.With(u, verb))
}

func at(day string) time.Time { return clock.MustDate(day).Start() }
