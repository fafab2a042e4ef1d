package analysis

import (
	"context"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// FindHot looks at the subjects of the last whole week in every place and keeps
// what rose suddenly. What is hidden from a unit is not looked at.
func (s *Analysis) FindHot(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "analysis.FindHot")
	var provinces []int
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		provinces, err = provincesCounted(tx)
		return err
	}); err != nil {
		return err
	}
	for _, p := range provinces {
		if err := s.findHotIn(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Analysis) findHotIn(ctx context.Context, province int) error {
	end := clock.DateOf(s.DB.Clock().Now())
	lines := map[agency.Code][]line{}
	if err := s.DB.Read(ctx, func(tx *db.Tx) error { return linesOf(tx, province, end, lines) }); err != nil {
		return err
	}
	words := map[agency.Code]vocabulary{}
	for _, at := range slices.Sorted(maps.Keys(lines)) {
		v := read(lines[at])
		for _, c := range places(at) {
			if words[c] == nil {
				words[c] = vocabulary{}
			}
			words[c].join(v)
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, at := range slices.Sorted(maps.Keys(words)) {
			for _, h := range words[at].rising() {
				if err := putHot(tx, at, end, h); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// places are a county, or what has none, and all above it in its province.
func places(c agency.Code) (out []agency.Code) {
	for _, x := range []agency.Code{c, c.Prefecture(), c.At(agency.LevelProvince)} {
		if x != agency.Nation && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// perLines is how many subjects are read at a time.
const perLines = 5000

// linesOf reads the subjects of this week and those before it, by county.
func linesOf(tx *db.Tx, province int, end clock.Date, into map[agency.Code][]line) error {
	from := end.AddDays(-7 * (weeks + 1))
	type one struct {
		id, at  int64
		region  agency.Code
		subject string
		who     []byte
	}
	for at, id := millis(from), int64(0); ; {
		rows, err := db.List(tx, func(r *db.Rows, x *one) error { return r.Scan(&x.id, &x.at, &x.region, &x.subject, &x.who) },
			"select m.id, m.filed_at, m.region, m.subject, m.who from casework m where m.province = $1 and (m.filed_at > $2 or m.filed_at = $2 and m.id > $3) and m.filed_at < $4 and not m.hidden order by m.filed_at, m.id limit $5", province, at, id, millis(end), perLines)
		if err != nil {
			return err
		}
		for _, x := range rows {
			c := x.region
			if c.County() != agency.Nation {
				c = c.County()
			}
			into[c] = append(into[c], line{x.subject, string(x.who), weeks - (end.Sub(clock.DateOf(clock.FromMillis(x.at)))-1)/7})
			at, id = x.at, x.id
		}
		if len(rows) < perLines {
			return nil
		}
	}
}

func putHot(tx *db.Tx, at agency.Code, end clock.Date, h hot) error {
	_, err := tx.Exec(`insert into casework_hot (province, id, place, prefecture, county, term, week, persons, matters, expected, found_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
 on conflict (province, place, week, term) do nothing`, at.Province(), tx.ID(at.Province()), at, at.Prefecture(), at.County(), h.term, end, h.persons, h.matters, int(math.Round(h.expected*100)), clock.Millis(tx.Now))
	return err
}

// found is a hot word as pages show it.
type found struct {
	province int
	id       int64
	place    agency.Code
	term     string
	week     clock.Date // the day after its last
	persons  int
	matters  int
	expected int // hundredths
}

func scanFound(r *db.Rows, x *found) error {
	return r.Scan(&x.province, &x.id, &x.place, &x.term, &x.week, &x.persons, &x.matters, &x.expected)
}

const foundCols = "h.province, h.id, h.place, h.term, h.week, h.persons, h.matters, h.expected"

// freshDays is how long a rise is told of.
const freshDays = 14

// hotIn lists what rose lately where the ranges allow, the newest first.
func hotIn(tx *db.Tx, ranges []account.Range, unseenBy int64, limit int) ([]found, error) {
	w := (&db.Where{}).And("h.week >= ?", clock.DateOf(tx.Now).AddDays(-freshDays))
	cond, args := "1 = 0", []any(nil)
	for _, r := range ranges {
		cond += " or h.place between ? and ?"
		args = append(args, r.Lo, r.Hi)
	}
	w.And("("+cond+")", args...)
	if unseenBy != 0 {
		w.And("not exists (select 1 from casework_hot_seen x where x.province = h.province and x.hot = h.id and x.person = ?)", unseenBy)
	}
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanFound, "select "+foundCols+" from casework_hot h"+sql+" order by h.week desc, h.persons desc, h.id limit "+n, w.Args()...)
}

// hotGrid is what rose lately in one place itself.
func (s *Analysis) hotGrid(tx *db.Tx, at agency.Code, limit int) (ui.Grid, error) {
	xs, err := db.List(tx, scanFound, "select "+foundCols+" from casework_hot h where h.province = $1 and h.place = $2 and h.week >= $3 order by h.week desc, h.persons desc, h.id limit $4",
		at.Province(), at, clock.DateOf(tx.Now).AddDays(-freshDays), limit)
	if err != nil {
		return ui.Grid{}, err
	}
	return hotTable(tx.Ctx, xs, nil), nil
}

func hotTable(ctx context.Context, xs []found, names map[agency.Code]string) ui.Grid {
	g := ui.Grid{Caption: word(ctx, "hot"), Cards: true, Nothing: word(ctx, "hot_none"), Columns: []ui.Column{{Title: word(ctx, "hot_term")}, {Title: word(ctx, "hot_persons"), Number: true}, {Title: word(ctx, "hot_expected"), Number: true}, {Title: word(ctx, "m_contacts"), Number: true}, {Title: word(ctx, "hot_week")}}}
	if names != nil {
		g.Columns = append(g.Columns, ui.Column{Title: word(ctx, "place")})
	}
	for _, x := range xs {
		row := ui.Text(x.term, strconv.Itoa(x.persons), decimal(float64(x.expected)/100), strconv.Itoa(x.matters), word(ctx, "week", i18n.Date(ctx, x.week.AddDays(-7)), i18n.Date(ctx, x.week.AddDays(-1))))
		if names != nil {
			row = append(row, ui.Cell{Text: names[x.place]})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// hotItem is one rise with what can be done about it.
type hotItem struct {
	Title, Note, Seen string
}

type hotsPage struct {
	Grid ui.Grid
	New  []hotItem
}

func (s *Analysis) hotPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a := account.From(ctx)
	var pg hotsPage
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		xs, err := hotIn(tx, a.Scope(Reading), 0, 200)
		if err != nil {
			return err
		}
		names, err := namesOf(tx, xs)
		if err != nil {
			return err
		}
		pg.Grid = hotTable(ctx, xs, names)
		fresh, err := hotIn(tx, a.Scope(Reading), a.Person, 50)
		for _, x := range fresh {
			pg.New = append(pg.New, hotItem{Title: word(ctx, "hot_title", names[x.place], x.term), Note: word(ctx, "hot_note", x.persons, decimal(float64(x.expected)/100)),
				Seen: web.URL(ctx, "/desk/analysis/hot/"+strconv.Itoa(x.province)+"/"+strconv.FormatInt(x.id, 10)+"/seen")})
		}
		return err
	})
	if err != nil {
		return err
	}
	f := s.desk(r, word(ctx, "hot"), ui.Link{Text: word(ctx, "hot")})
	f.Lead = word(ctx, "hot_lead")
	return web.Render(w, r, http.StatusOK, hotView(f, pg))
}

func namesOf(tx *db.Tx, xs []found) (map[agency.Code]string, error) {
	out := map[agency.Code]string{}
	for _, x := range xs {
		if _, ok := out[x.place]; ok {
			continue
		}
		d, err := agency.FindDivision(tx, x.place)
		if err != nil {
			return nil, err
		}
		out[x.place] = d.Name
	}
	return out, nil
}

// hotSeen takes a rise out of somebody's inbox: he has seen it.
func (s *Analysis) hotSeen(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID(r, "province")
	if err != nil {
		return err
	}
	id, err := web.PathID(r, "hot")
	if err != nil {
		return err
	}
	ctx := r.Context()
	a := account.From(ctx)
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := db.Only(db.List(tx, scanFound, "select "+foundCols+" from casework_hot h where h.province = $1 and h.id = $2", int(p), id))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(a.Scope(Reading), func(r account.Range) bool { return r.Lo <= int64(x.place) && int64(x.place) <= r.Hi }) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		if _, err := tx.Exec("insert into casework_hot_seen (province, hot, person, at) values ($1, $2, $3, $4) on conflict (province, hot, person) do nothing", x.province, x.id, a.Person, clock.Millis(tx.Now)); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(x.province), Person: a.Person, Login: a.Login, Verb: "analysis.hot_seen", Object: "topic " + strconv.FormatInt(x.id, 10)})
	})
	if err != nil {
		return err
	}
	return web.See(w, r, "/desk/analysis/hot")
}

// Waiting is what the sub-room has for the inbox of the person acting: what
// rose suddenly in his places, reports for him, instructions he is to follow.
func (s *Analysis) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "analysis.Waiting")
	a := account.From(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if a.Holds(Reading) {
			xs, err := hotIn(tx, a.Scope(Reading), a.Person, 50)
			if err != nil {
				return err
			}
			names, err := namesOf(tx, xs)
			if err != nil {
				return err
			}
			g := front.Waiting{Kind: "analysis.wait_hot"}
			for _, x := range xs {
				g.Works = append(g.Works, ui.Work{Href: web.URL(ctx, "/desk/analysis/hot"), Title: word(ctx, "hot_title", names[x.place], x.term), Meta: []string{word(ctx, "hot_note", x.persons, decimal(float64(x.expected)/100))},
					Tag: ui.TagWaiting, TagWords: word(ctx, "hot_tag"), Next: word(ctx, "hot_next"), Spent: -1})
			}
			if len(g.Works) > 0 {
				out = append(out, g)
			}
		}
		more, err := s.waitingReports(tx, a)
		out = append(out, more...)
		return err
	})
	return out, err
}
