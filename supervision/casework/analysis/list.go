package analysis

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// behind is what a list shows: the matters a figure counts.
type behind struct {
	place
	p     period
	today clock.Date
	cell
	hide []int64
}

// counts answers whether a matter is one of those the figure counts.
func (b behind) counts(f facts) bool {
	if slices.Contains(b.hide, f.about) && f.about != 0 {
		return false
	}
	switch b.dim {
	case byType:
		if f.kind != b.value {
			return false
		}
	case byChannel:
		if f.channel != b.value {
			return false
		}
	case byTopic:
		if f.topic != b.value {
			return false
		}
	}
	if d, ok := differences[b.m]; ok {
		return b.has(f, d[0]) && !b.has(f, d[1])
	}
	return b.has(f, b.m)
}

func (b behind) has(f facts, m measure) bool {
	return slices.ContainsFunc(f.seen, func(s seen) bool {
		if s.m != m || !b.p.has(monthOf(s.on)) {
			return false
		}
		if passing[m] != "" && b.dim == byAll && !b.p.over(b.today) && !s.on.Before(b.today) {
			return false
		}
		return b.dim != string(m) || s.code == b.value
	})
}

// mark is what the memo of such a matter holds, to look for.
func (b behind) mark() string {
	m := b.m
	if d, ok := differences[m]; ok {
		m = d[0]
	}
	when := strconv.Itoa(b.p.from / 100)
	if b.p.months() == 1 {
		when = monthKey(b.p.from)
	}
	return "%|" + string(m) + ":" + when + "-%"
}

// firstLook is how many memos are read first, perLook at most, and mostLooks how
// often: beyond it a page ends early and the next goes on.
const (
	firstLook = 64
	perLook   = 512
	mostLooks = 40
)

// cursor is how far a list was read: its last matter, and how many it had shown.
// The zero value is the beginning.
type cursor struct {
	since, matter int64
	shown         int
}

func (p cursor) String() string {
	return strconv.FormatInt(p.since, 10) + "." + strconv.FormatInt(p.matter, 10) + "." + strconv.Itoa(p.shown)
}

func parseCursor(s string) (p cursor) {
	if n, err := fmt.Sscanf(s, "%d.%d.%d", &p.since, &p.matter, &p.shown); err != nil || n != 3 {
		return cursor{}
	}
	return p
}

// find lists the memos behind a figure of n, the newest matter first, and where
// the next page begins: at the zero value when there is none. It begins with what
// had come when the period ended, for nothing later is counted in it, and ends
// when the figure is complete.
func (b behind) find(tx *db.Tx, n int64, from cursor, limit int) (out []counted, next cursor, err error) {
	at, look := from, firstLook
	if at == (cursor{}) {
		at.since = clock.Millis(b.p.end().Start())
	}
	for range mostLooks {
		xs, err := b.look(tx, at, look)
		if err != nil {
			return nil, cursor{}, err
		}
		for _, x := range xs {
			f, err := readMarks(x.agency, x.region, x.marks)
			if err != nil {
				return nil, cursor{}, err
			}
			if b.counts(f) {
				if len(out) == limit {
					return out, at, nil
				}
				out = append(out, x)
				at.shown++
			}
			at.since, at.matter = x.since, x.matter
		}
		if len(xs) < look || int64(at.shown) >= n {
			return out, cursor{}, nil
		}
		look = min(2*look, perLook)
	}
	return out, at, nil
}

// look reads memos that may be behind the figure, older than at; of the whole
// country those of each province, merged.
func (b behind) look(tx *db.Tx, at cursor, limit int) (out []counted, err error) {
	if !b.nation() {
		return b.lookIn(tx, b.place, at, limit)
	}
	provinces, err := provincesCounted(tx)
	if err != nil {
		return nil, err
	}
	for _, p := range provinces {
		xs, err := b.lookIn(tx, place{code: agency.Code(p) * 1e10}, at, limit)
		if err != nil {
			return nil, err
		}
		out = append(out, xs...)
	}
	slices.SortFunc(out, func(x, y counted) int { return cmp.Or(cmp.Compare(y.since, x.since), cmp.Compare(y.matter, x.matter)) })
	return out[:min(limit, len(out))], nil
}

func (b behind) lookIn(tx *db.Tx, in place, at cursor, limit int) ([]counted, error) {
	w := &db.Where{}
	if in.unit != 0 {
		w.And("k.province = ?", in.code.Province()).And("k.agency = ?", in.unit)
	} else {
		agency.WithinAs(w, "k.", in.code)
	}
	w.And("(k.since, k.matter) < (?, ?)", at.since, at.matter).And("k.marks like ?", b.mark())
	cond, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanCounted, "select "+countedCols+" from casework_counted k"+cond+" order by k.since desc, k.matter desc limit "+n, w.Args()...)
}

type listPage struct {
	Grid   ui.Grid
	Sum    string
	Closed int // of this page, those the reader may not open
	Older  string
	Back   string
	All    string
}

const perPage = 30

// list shows the matters behind a figure to whoever may read them.
func (s *Analysis) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, q := account.From(ctx), r.URL.Query()
	var pg listPage
	var b behind
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		at, err := findPlace(tx, q.Get("place"), q.Get("unit"), s.Front.Home)
		if err != nil {
			return err
		}
		today := clock.DateOf(tx.Now)
		p, ok := parsePeriod(q.Get("period"), today)
		m := measure(q.Get("measure"))
		_, both := differences[m]
		if !ok || !at.may(a, Reading) || !both && !slices.Contains(measures, m) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		if !at.exact(a) {
			return fault.Say(fault.Forbidden, "analysis.no_list")
		}
		b = behind{place: at, p: p, today: today, cell: cell{at.scope(), q.Get("dim"), q.Get("value"), m}}
		if !slices.Contains([]string{byAll, byType, byChannel, byTopic, string(m)}, b.dim) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		if b.hide, err = hiddenFrom(tx); err != nil {
			return err
		}
		v, err := s.look(tx, at, p, true, false)
		if err != nil {
			return err
		}
		pg.Sum = v.text(ctx, b.cell, p)
		n, _ := v.count(b.cell, p)
		xs, next, err := b.find(tx, n, parseCursor(q.Get("before")), perPage)
		if err != nil {
			return err
		}
		if next != (cursor{}) {
			q.Set("before", next.String())
			pg.Older = web.URL(ctx, "/desk/analysis/list") + "?" + q.Encode()
		}
		return s.fillList(tx, a, &pg, xs)
	})
	if err != nil {
		return err
	}
	pg.Back = web.URL(ctx, "/desk/analysis") + "?" + b.query() + "&period=" + b.p.key()
	title := word(ctx, "m_"+string(b.m))
	if b.dim != byAll {
		title = word(ctx, "list_of", title, titleOf(ctx, &s.Norm.Casework, b.dim, b.value))
	}
	pg.All = deskFilter(r, b)
	f := s.desk(r, word(ctx, "list_title", title), ui.Link{Text: word(ctx, "title", b.name), Href: pg.Back}, ui.Link{Text: title})
	f.Lead = word(ctx, "list_lead", b.name, b.p.said(ctx), pg.Sum)
	return web.Render(w, r, http.StatusOK, listView(f, pg))
}

// fillList shows those matters of a page the reader may open, and says how many
// more the figure counts.
func (s *Analysis) fillList(tx *db.Tx, a *account.Actor, pg *listPage, xs []counted) error {
	ctx := tx.Ctx
	pg.Grid = ui.Grid{Caption: word(ctx, "list_table"), Cards: true, Nothing: word(ctx, "list_none"), Columns: []ui.Column{{Title: word(ctx, "col_number")}, {Title: word(ctx, "col_subject")}, {Title: word(ctx, "by_type")}, {Title: word(ctx, "col_filed")}, {Title: word(ctx, "col_due")}, {Title: word(ctx, "col_state")}}}
	ids := map[int][]int64{}
	for _, x := range xs {
		ids[x.province] = append(ids[x.province], x.matter)
	}
	found := map[int64]casework.Matter{}
	for p, of := range ids {
		ms, err := casework.Readable(tx, a, p, of)
		if err != nil {
			return err
		}
		for _, m := range ms {
			found[m.ID] = m
		}
	}
	for _, x := range xs {
		m, ok := found[x.matter]
		if !ok {
			pg.Closed++
			continue
		}
		subject := m.Subject
		if subject == "" { // confidential, or destroyed
			subject = word(ctx, "no_subject")
		}
		row := []ui.Cell{{Text: m.Number, Href: web.URL(ctx, "/desk/matters/"+strconv.Itoa(m.Province)+"/"+strconv.FormatInt(m.ID, 10))}, {Text: subject}, {Text: titleOf(ctx, &s.Norm.Casework, byType, m.Type)}, {Text: i18n.Date(ctx, clock.DateOf(m.FiledAt))}, {}, {Text: word(ctx, "state_"+m.State), Tag: ui.TagReview}}
		if !m.FirstDue.IsZero() {
			row[4].Text = i18n.Time(ctx, m.FirstDue)
		}
		pg.Grid.Rows = append(pg.Grid.Rows, row)
	}
	return nil
}

// deskFilter leads to the worklist with as much of the figure's filter as it knows.
func deskFilter(r *http.Request, b behind) string {
	q := url.Values{"view": {"all"}, "from": {b.p.first().String()}, "to": {b.p.end().AddDays(-1).String()}, "measure": {string(b.m)}}
	if slices.Contains([]string{byType, byTopic, byChannel}, b.dim) {
		q.Set(b.dim, b.value)
	}
	if b.unit != 0 {
		q.Set("agency", strconv.FormatInt(b.unit, 10))
	}
	return web.URL(r.Context(), "/desk/matters") + "?" + strings.TrimSuffix(q.Encode(), "&")
}
