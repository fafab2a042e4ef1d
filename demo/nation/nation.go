// Package nation fills an empty store with a whole nation of fictional units,
// for trials of scale: every division's authority, office or committee, the
// obligations the norm's lists name (12, 3 and 8 categories, also the inherited
// and the optional), a part of them met, and a million published items with
// Chinese text, searchable, counted and in the public log.
//
// It goes around the use cases, since a million reviews would take days: so it
// writes only where nothing is, everything it writes is marked as fictional, and
// the items carry no review that happened. It stores nothing about people.
package nation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
	"yangguang/internal/search"
	"yangguang/norm"
)

// Options say how much is made.
type Options struct {
	DB         *db.DB
	Catalogue  *catalogue.Catalogue
	Disclosure *disclosure.Disclosure
	Scale      float64 // 1: every county; 0.001: three of them
	Items      int     // at scale 1; a million when 0
	Seed       uint64
	Progress   io.Writer
}

// Report counts what was made.
type Report struct {
	Units, Dues, Items int
}

// ErrNotEmpty says that the store holds units or items already.
var ErrNotEmpty = errors.New("the database holds units already; a nation is loaded only into an empty one (give --data another folder, or --database another database)")

// step is how many divisions one transaction fills.
const step = 2000

// loader is the work under way.
type loader struct {
	Options
	rng       *rand.Rand
	today     clock.Date
	above     map[agency.Code]int64 // the authority or office of a division that others stand below
	names     map[agency.Code]string
	counties  int
	took      bool // whether the county being read is among the chosen
	templates map[agency.Kind][]template
	chance    float64 // that something met is met by an item
	rep       Report
}

// template is an obligation every agency of a kind begins with.
type template struct {
	cat norm.Category
	due catalogue.Due
}

// Load fills the store.
func Load(ctx context.Context, o Options) (rep Report, err error) {
	defer fault.Wrap(&err, "nation.Load")
	if o.Scale <= 0 || o.Scale > 1 {
		o.Scale = 1
	}
	if o.Items == 0 {
		o.Items = 1_000_000
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	l := newLoader(o)
	if err := o.DB.Read(ctx, func(tx *db.Tx) error {
		if full, err := occupied(tx); err != nil || full {
			return errors.Join(err, map[bool]error{true: ErrNotEmpty}[full])
		}
		return l.prepare(tx)
	}); err != nil {
		return rep, err
	}
	// Nothing is there, and so all of it is logged: no server will look for more.
	if _, err := o.Disclosure.LogExisting(ctx); err != nil {
		return rep, err
	}
	last, begun, said := agency.Nation, false, 0
	for {
		var ds []agency.Division
		if err := o.DB.Read(ctx, func(tx *db.Tx) (err error) { ds, err = divisionsAfter(tx, last, begun, step); return err }); err != nil {
			return l.rep, err
		}
		if len(ds) == 0 {
			if err := errors.Join(catalogue.Fold(ctx, o.DB), search.Settle(ctx, o.DB)); err != nil {
				return l.rep, err
			}
			return l.rep, o.DB.Write(ctx, func(tx *db.Tx) error { return fresh.Change(tx, 0, fresh.Everything) })
		}
		last, begun = ds[len(ds)-1].Code, true
		if err := l.chunk(ctx, ds); err != nil {
			return l.rep, err
		}
		if l.rep.Units/20000 > said {
			said = l.rep.Units / 20000
			_, _ = fmt.Fprintf(o.Progress, "nation: %d units, %d obligations, %d items\n", l.rep.Units, l.rep.Dues, l.rep.Items)
		}
	}
}

func newLoader(o Options) *loader {
	l := &loader{Options: o, rng: rand.New(rand.NewPCG(o.Seed, 2008)), today: clock.DateOf(o.DB.Clock().Now()), above: map[agency.Code]int64{}, names: map[agency.Code]string{}}
	l.chance = float64(o.Items) / 4_200_000 // of 5.13 million obligations, about so many are met
	return l
}

// prepare reads what each kind of agency owes today.
func (l *loader) prepare(tx *db.Tx) error {
	l.templates = map[agency.Kind][]template{}
	for _, k := range []agency.Kind{agency.Authority, agency.Township, agency.Village} {
		u := agency.Agency{Kind: k, FoundedOn: founded, State: agency.Active, Division: 110000000000}
		cg := l.Catalogue.Norm.Catalogue(string(k))
		if cg == nil {
			continue
		}
		for _, cat := range cg.Categories {
			if k == agency.Township && cat.Optional {
				continue
			}
			x, ok, err := l.Catalogue.Opening(tx, u, cat)
			if err != nil {
				return err
			}
			if ok {
				l.templates[k] = append(l.templates[k], template{cat, x})
			}
		}
	}
	return nil
}

// founded is when every unit of the nation was, so that none has a date of its
// own.
var founded = clock.MustDate("2019-01-01")

// chunk founds the units of some divisions, in one transaction.
func (l *loader) chunk(ctx context.Context, ds []agency.Division) error {
	return l.DB.Write(ctx, func(tx *db.Tx) error {
		rep := l.rep
		units, dues, items := l.divisions(tx, ds)
		if err := agency.Load(tx, units); err != nil {
			return err
		}
		if err := catalogue.Load(tx, dues); err != nil {
			return err
		}
		docs, logged := make([]search.Doc, len(items)), make([]disclosure.First, len(items))
		for i := range items {
			if err := insertItem(tx, &items[i]); err != nil {
				return err
			}
			docs[i], logged[i] = items[i].doc(), items[i].first()
		}
		if err := search.Load(tx, docs); err != nil {
			return err
		}
		if err := l.Disclosure.LogLoaded(tx, logged); err != nil {
			return err
		}
		rep.Units, rep.Dues, rep.Items = rep.Units+len(units), rep.Dues+len(dues), rep.Items+len(items)
		l.rep = rep
		return nil
	})
}

// divisions makes the units of some divisions, what they owe and the items.
func (l *loader) divisions(tx *db.Tx, ds []agency.Division) (units []agency.Agency, dues []catalogue.Due, items []item) {
	for _, d := range ds {
		if !l.chosen(d) {
			continue
		}
		u := l.unit(tx, d)
		units = append(units, u)
		serial := 0
		for _, t := range l.templates[u.Kind] {
			x, it := l.due(tx, u, t, &serial)
			dues = append(dues, x)
			if it != nil {
				items = append(items, *it)
			}
		}
	}
	return units, dues, items
}

// chosen answers whether a division takes part: with a scale below one, whole
// counties spread over the nation, and all that stands above.
func (l *loader) chosen(d agency.Division) bool {
	l.names[d.Code] = d.Name
	if d.Level < agency.LevelCounty {
		l.took = l.Scale == 1 // townships of a prefecture without counties
		return true
	}
	if d.Level == agency.LevelCounty {
		l.counties++
		l.took = int(float64(l.counties)*l.Scale) != int(float64(l.counties-1)*l.Scale)
	}
	return l.took
}

func (l *loader) unit(tx *db.Tx, d agency.Division) agency.Agency {
	u := agency.Agency{ID: tx.ID(d.Code.Province()), Division: d.Code, Kind: agency.Authority, Slug: "bureau", State: agency.Active, FoundedOn: founded, ValidFrom: founded, Demo: true,
		Contact: agency.Contact{Phone: "000-0000"}}
	name := d.Name
	switch d.Level {
	case agency.LevelTownship:
		u.Kind, u.Slug, name = agency.Township, "office", name+"人民政府"
	case agency.LevelVillage:
		u.Kind, u.Slug = agency.Village, "committee"
	default:
		name += "卫生健康部门"
	}
	u.Name = name + "（演示）"
	u.ShortName = u.Name
	if d.Code != agency.Nation {
		u.Superior = l.above[d.Code.Parent()]
	}
	if d.Level < agency.LevelVillage {
		l.above[d.Code] = u.ID
	}
	return u
}

// due is what an agency owes in a category: most of it met in time, some late,
// some not at all; of what is met, a part by an item.
func (l *loader) due(tx *db.Tx, u agency.Agency, t template, serial *int) (catalogue.Due, *item) {
	x := t.due
	x.Province, x.Agency, x.Kind, x.Region = u.Province(), u.ID, u.Kind, u.Division
	switch p := l.rng.IntN(100); {
	case p < 72:
		x.MetOn = x.DueOn.AddDays(-l.rng.IntN(20))
	case p < 82:
		x.MetOn = x.DueOn.AddDays(1 + l.rng.IntN(60))
	}
	if x.MetOn.After(l.today) || !x.MetOn.IsZero() && x.MetOn.Before(x.OpensOn) {
		x.MetOn = clock.Date{}
	}
	if x.MetOn.IsZero() {
		return x, nil
	}
	if x.MetLate() {
		x.Late = 1
	} else {
		x.OnTime = 1
	}
	if l.rng.Float64() >= l.chance {
		return x, nil
	}
	*serial++
	it := l.item(tx, u, t.cat, x, *serial)
	x.Item = it.ID
	return x, it
}

// item is a published text.
type item struct {
	ID, Version, Event int64
	Unit               agency.Agency
	Category, Period   string
	Serial             int
	On                 clock.Date
	At                 int64
	Timely             bool
	Title, Text        string
}

func (it *item) number() string { return disclosure.DefaultNumber(it.Unit, it.On.Year(), it.Serial) }

func (it *item) doc() search.Doc {
	return search.Doc{Province: int64(it.Unit.Province()), ID: it.ID, Kind: "item", Title: it.Title, Body: it.Text, At: clock.FromMillis(it.At), Scopes: it.scopes()}
}

// html is the text as a version keeps it.
func (it *item) html() string {
	return "<p>" + strings.ReplaceAll(it.Text, "\n", "</p><p>") + "</p>"
}

// first is the item as its room has it, for the public log.
func (it *item) first() disclosure.First {
	at, timely := clock.FromMillis(it.At), it.Timely
	return disclosure.First{
		Item: &disclosure.Item{Province: it.Unit.Province(), ID: it.ID, Agency: it.Unit.ID, Category: it.Category, Period: it.Period, Number: it.number(),
			Year: it.On.Year(), Serial: it.Serial, Timely: &timely, PublishedAt: at},
		Version: &disclosure.Version{Number: 1, Title: it.Title, Body: it.html(), FormedOn: it.On, PublishedAt: at},
	}
}

// scopes are the terms disclosure narrows a search by.
func (it *item) scopes() []string {
	return disclosure.Scopes(it.Category, it.Unit.ID, it.Unit.Division)
}
