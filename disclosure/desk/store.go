package desk

import (
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// reach is where a person may do any of the verbs.
func reach(a *account.Actor, verbs ...string) []account.Range {
	var out []account.Range
	seen := map[account.Range]bool{}
	for _, v := range verbs {
		for _, r := range a.Scope(v) {
			if !seen[r] {
				seen[r] = true
				out = append(out, r)
			}
		}
	}
	return out
}

// within narrows a listing to ranges of divisions; table is the alias of the
// table that has the divisions of a row, and unit the column of its agency.
func within(w *db.Where, ranges []account.Range, table, unit string) *db.Where {
	if len(ranges) == 0 {
		return w.And("1 = 0")
	}
	var parts []string
	var args []any
	for _, r := range ranges {
		if r.Agency != 0 {
			parts, args = append(parts, unit+" = ?"), append(args, r.Agency)
			if c := agency.Code(r.Lo); c.Valid() && r.Lo != 0 && c.Province() == agency.Code(r.Hi).Province() {
				parts[len(parts)-1] = "(" + table + "province = ? and " + unit + " = ?)"
				args = append(args[:len(args)-1], c.Province(), r.Agency)
			}
			continue
		}
		cond, of := inRange(table, agency.Scope{Lo: agency.Code(r.Lo), Hi: agency.Code(r.Hi)})
		parts, args = append(parts, cond), append(args, of...)
	}
	return w.And("("+strings.Join(parts, " or ")+")", args...)
}

// inRange is the condition that a row lies in a range: by equality where it is a
// division. A range that is none is a development zone.
func inRange(table string, s agency.Scope) (cond string, args []any) {
	lo, hi := s.Lo, s.Hi
	c, ok := s.Division()
	switch {
	case !ok:
		return table + "region between ? and ?", []any{lo, hi}
	case c == agency.Nation:
		return "1 = 1", nil
	case c.Level() == agency.LevelProvince:
		return table + "province = ?", []any{c.Province()}
	case c.Level() == agency.LevelPrefecture:
		return table + "province = ? and " + table + "prefecture = ?", []any{c.Province(), c}
	case c.Level() == agency.LevelCounty:
		return table + "province = ? and " + table + "county = ?", []any{c.Province(), c}
	}
	return table + "province = ? and " + table + "region between ? and ?", []any{c.Province(), lo, hi}
}

// maxUnits is how many units one page lets choose from.
const maxUnits = 200

// unitsIn narrows a list of agencies, which are kept in the order of regions.
func unitsIn(w *db.Where, ranges []account.Range) *db.Where {
	if len(ranges) == 0 {
		return w.And("1 = 0")
	}
	var parts []string
	var args []any
	for _, r := range ranges {
		if r.Agency != 0 {
			parts, args = append(parts, "id = ?"), append(args, r.Agency)
			continue
		}
		parts, args = append(parts, "region between ? and ?"), append(args, r.Lo, r.Hi)
	}
	return w.And("("+strings.Join(parts, " or ")+")", args...)
}

// units lists the active agencies in reach, with what choosing one needs.
func units(tx *db.Tx, ranges []account.Range) ([]agency.Agency, error) {
	w := unitsIn(&db.Where{}, ranges).And("state = 'active'")
	sql, _ := w.SQL()
	limit := w.Next(maxUnits)
	return db.List(tx, func(r *db.Rows, a *agency.Agency) error {
		a.State = agency.Active
		return r.Scan(&a.ID, &a.Division, &a.Kind, &a.Slug, &a.Name)
	}, "select id, region, kind, slug, name from agency"+sql+" order by region, id limit "+limit, w.Args()...)
}

// owed is an obligation that is not met, as the desk lists it.
type owed struct {
	Agency           int64
	Region           agency.Code
	Unit             string
	Category, Period string
	DueOn            clock.Date
	Asked            int // 催公开: how often the public asked
}

// unmet lists obligations that fall due by a day, the longest overdue first.
func unmet(tx *db.Tx, ranges []account.Range, by clock.Date, limit int) ([]owed, error) {
	w := within(&db.Where{}, ranges, "d.", "d.agency").And("d.met_on is null").And("d.due_on <= ?", by)
	sql, _ := w.SQL()
	most := w.Next(limit)
	return db.List(tx, func(r *db.Rows, x *owed) error {
		return r.Scan(&x.Agency, &x.Region, &x.Unit, &x.Category, &x.Period, &x.DueOn, &x.Asked)
	}, `select d.agency, d.region, a.name, d.category, d.period, d.due_on, coalesce(n.times, 0) from due d join agency a on a.id = d.agency
 left join nudge n on n.province = d.province and n.agency = d.agency and n.category = d.category and n.period = d.period`+
		sql+" order by d.due_on, d.province, d.agency, d.category limit "+most, w.Args()...)
}

// listed is an item with its newest version, as the desk lists it.
type listed struct {
	Province                     int
	Item, Version                int64
	Number                       int // of the version
	State, Step, Rule            string
	Title, Category, Period      string
	Index, DocNumber             string
	ItemState, Validity          string
	Agency                       int64
	Unit                         string
	SavedAt, PublishedAt, PlanAt time.Time
	Timely                       *bool
	EndedAt                      time.Time
	EndsOn                       clock.Date
}

// notice is as much of the item as says where its notice period stands.
func (x *listed) notice() *disclosure.Item {
	return &disclosure.Item{State: x.ItemState, EndsOn: x.EndsOn}
}

const listedCols = `i.province, i.id, v.id, v.number, v.state, v.step, v.rule, case v.title when '' then i.title else v.title end, i.category, i.period,
 i.number, v.doc_number, i.state, i.validity, i.agency, a.name, v.saved_at, i.published_at, v.publish_at, i.timely, i.ended_at, i.ends_on`

func scanListed(r *db.Rows, x *listed) error {
	return r.Scan(&x.Province, &x.Item, &x.Version, &x.Number, &x.State, &x.Step, &x.Rule, &x.Title, &x.Category, &x.Period,
		db.OrZero(&x.Index), db.OrZero(&x.DocNumber), &x.ItemState, &x.Validity, &x.Agency, &x.Unit, db.OrZero(&x.SavedAt),
		db.OrZero(&x.PublishedAt), db.OrZero(&x.PlanAt), &x.Timely, db.OrZero(&x.EndedAt), &x.EndsOn)
}

// listQuery narrows the list of items.
type listQuery struct {
	Ranges                []account.Range
	State, Category, Text string
	Unit                  int64
	BeforeAt, BeforeID    int64
	Limit                 int
}

var likeEscape = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func like(s string) string {
	return "%" + likeEscape.Replace(strings.ToLower(strings.TrimSpace(s))) + "%"
}

// listItems lists items by their newest version, the last touched first.
func listItems(tx *db.Tx, q listQuery) ([]listed, error) {
	w := within(&db.Where{}, q.Ranges, "i.", "i.agency")
	switch q.State {
	case disclosure.ItemPublished, disclosure.ItemTakenDown:
		w.And("i.state = ?", q.State)
	case "":
		w.And("(v.state <> 'discarded' or i.state <> 'unpublished')")
	default:
		w.And("v.state = ?", q.State)
	}
	w.If(q.Category != "", "i.category = ?", q.Category).If(q.Unit != 0, "i.agency = ?", q.Unit)
	if q.Text != "" {
		t := like(q.Text)
		w.And("(lower(v.title) like ? escape '!' or lower(i.number) like ? escape '!' or lower(v.doc_number) like ? escape '!')", t, t, t)
	}
	w.If(q.BeforeID != 0, "(v.saved_at, i.id) < (?, ?)", q.BeforeAt, q.BeforeID)
	sql, _ := w.SQL()
	limit := w.Next(q.Limit)
	return db.List(tx, scanListed, "select "+listedCols+` from item i join agency a on a.id = i.agency
 join item_version v on v.province = i.province and v.item = i.id
 and v.number = (select max(m.number) from item_version m where m.province = i.province and m.item = i.id)`+
		sql+" order by v.saved_at desc, i.id desc limit "+limit, w.Args()...)
}

// listRegister lists numbered items, the newest number first, by the version
// that is or last was public.
func listRegister(tx *db.Tx, q listQuery) ([]listed, error) {
	w := within(&db.Where{}, q.Ranges, "i.", "i.agency").And("i.number is not null")
	w.If(q.Unit != 0, "i.agency = ?", q.Unit)
	if q.Text != "" {
		t := like(q.Text)
		w.And("(lower(v.title) like ? escape '!' or lower(i.number) like ? escape '!' or lower(v.doc_number) like ? escape '!')", t, t, t)
	}
	w.If(q.BeforeID != 0, "(i.published_at, i.id) < (?, ?)", q.BeforeAt, q.BeforeID)
	sql, _ := w.SQL()
	limit := w.Next(q.Limit)
	return db.List(tx, scanListed, "select "+listedCols+` from item i join agency a on a.id = i.agency
 join item_version v on v.province = i.province and v.id = i.current`+sql+" order by i.published_at desc, i.id desc limit "+limit, w.Args()...)
}

// itemNumbered is the id of the item with an index number, and its title.
func itemNumbered(tx *db.Tx, province int, number string) (id int64, err error) {
	err = tx.Row("select id from item where province = $1 and number = $2 and state = 'published'", province, number).Scan(&id)
	return id, err
}

// numberOf is the index number of an item.
func numberOf(tx *db.Tx, province int, item int64) (number string, err error) {
	err = tx.Row("select coalesce(number, '') from item where province = $1 and id = $2", province, item).Scan(&number)
	return number, err
}

// newestOf is the item's version last begun, with the one that is public.
func newestOf(tx *db.Tx, province int, item int64) (newest, current int64, err error) {
	err = tx.Row(`select v.id, coalesce(i.current, v.id) from item i join item_version v on v.province = i.province and v.item = i.id
 where i.province = $1 and i.id = $2 order by v.number desc limit 1`, province, item).Scan(&newest, &current)
	return newest, current, err
}

// past is one version in an item's history.
type past struct {
	ID                   int64
	Number               int
	Title, State, Reason string
	Closed               string // why it can no longer be read
	SavedAt, PublishedAt time.Time
}

func pastOf(tx *db.Tx, province int, item int64) ([]past, error) {
	return db.List(tx, func(r *db.Rows, p *past) error {
		return r.Scan(&p.ID, &p.Number, &p.Title, &p.State, &p.Reason, db.OrZero(&p.SavedAt), db.OrZero(&p.PublishedAt), &p.Closed)
	}, "select id, number, title, state, reason, saved_at, published_at, closed from item_version where province = $1 and item = $2 order by number desc limit 100", province, item)
}

func eventsOf(tx *db.Tx, province int, item int64) ([]disclosure.Event, error) {
	return db.List(tx, func(r *db.Rows, e *disclosure.Event) error {
		return r.Scan(db.OrZero(&e.At), &e.Verb, db.OrZero(&e.Version), &e.Reason)
	}, "select at, verb, version, reason from item_event where province = $1 and item = $2 order by id desc limit 200", province, item)
}

// word is an error report without its sealed text.
type word struct {
	Province         int
	ID, Item, Agency int64
	Kind, State      string
	At               time.Time
	DueOn            clock.Date
	Answer           string
	Title, Unit      string
}

const wordCols = "r.province, r.id, r.item, r.agency, r.kind, r.state, r.at, r.due_on, r.answer, i.title, a.name"

func scanWord(r *db.Rows, x *word) error {
	return r.Scan(&x.Province, &x.ID, &x.Item, &x.Agency, &x.Kind, &x.State, db.OrZero(&x.At), &x.DueOn, &x.Answer, &x.Title, &x.Unit)
}

const wordFrom = " from error_report r join item i on i.province = r.province and i.id = r.item join agency a on a.id = r.agency"

// words lists error reports in reach, open ones first.
func words(tx *db.Tx, ranges []account.Range, state string, limit int) ([]word, error) {
	w := within(&db.Where{}, ranges, "i.", "r.agency").If(state != "", "r.state = ?", state)
	sql, _ := w.SQL()
	most := w.Next(limit)
	return db.List(tx, scanWord, "select "+wordCols+wordFrom+sql+" order by case r.state when 'open' then 0 else 1 end, r.at desc, r.id desc limit "+most, w.Args()...)
}

// oneWord is a report in reach; none when it is out of reach.
func oneWord(tx *db.Tx, ranges []account.Range, province int, id int64) ([]word, error) {
	w := within(&db.Where{}, ranges, "i.", "r.agency").And("r.province = ?", province).And("r.id = ?", id)
	sql, args := w.SQL()
	return db.List(tx, scanWord, "select "+wordCols+wordFrom+sql+" order by r.id limit 1", args...)
}

// standing is how a unit's obligations stand.
type standing struct {
	Agency                     int64
	Region                     agency.Code
	Kind                       agency.Kind
	Slug, Unit                 string
	Owed, Overdue, Met, Missed int
}

// mostChosen bounds the units chosen from a division above the county.
const mostChosen = 200

// narrowed puts, in place of a division with more units than a page holds, the
// units in it whose overdue obligations are the oldest: all of them are too many
// to look at, let alone to count on every visit.
func narrowed(tx *db.Tx, ranges []account.Range) ([]account.Range, error) {
	var out []account.Range
	for _, r := range ranges {
		c, ok := (agency.Scope{Lo: agency.Code(r.Lo), Hi: agency.Code(r.Hi)}).Division()
		if r.Agency != 0 || !ok || c.Level() >= agency.LevelCounty {
			out = append(out, r)
			continue
		}
		f, err := catalogue.Total(tx, c)
		if err != nil {
			return nil, err
		}
		if f.Units <= maxBelow {
			out = append(out, r)
			continue
		}
		late, err := catalogue.Overdue(tx, c, 0, catalogue.Due{}, 5*mostChosen)
		if err != nil {
			return nil, err
		}
		seen := map[int64]bool{}
		for i := range late {
			x := &late[i]
			if !seen[x.Agency] && len(seen) < mostChosen {
				seen[x.Agency] = true
				out = append(out, account.Range{Lo: int64(x.Region), Hi: int64(x.Region), Agency: x.Agency})
			}
		}
	}
	return out, nil
}

// standings lists the units in reach, those with most overdue first.
func standings(tx *db.Tx, ranges []account.Range, limit int) ([]standing, error) {
	ranges, err := narrowed(tx, ranges)
	if err != nil || len(ranges) == 0 {
		return nil, err
	}
	w := within(&db.Where{}, ranges, "d.", "d.agency")
	sql, _ := w.SQL()
	today := w.Next(clock.DateOf(tx.Now))
	most := w.Next(limit)
	return db.List(tx, func(r *db.Rows, s *standing) error {
		return r.Scan(&s.Agency, &s.Region, &s.Kind, &s.Slug, &s.Unit, &s.Owed, &s.Met, &s.Overdue, &s.Missed)
	}, `select d.agency, a.region, a.kind, a.slug, a.name, count(*), sum(case when d.met_on is not null then 1 else 0 end),
 sum(case when d.met_on is null and d.due_on < `+today+` then 1 else 0 end), sum(d.missed) from due d join agency a on a.id = d.agency`+sql+
		" group by d.agency, a.region, a.kind, a.slug, a.name order by 8 desc, 9 desc, a.region, d.agency limit "+most, w.Args()...)
}

// totals are the figures of all units in reach, however many are listed.
type totals struct{ Units, LateUnits, Overdue int }

func totalsOf(tx *db.Tx, ranges []account.Range) (x totals, err error) {
	if len(ranges) == 1 && ranges[0].Agency == 0 {
		if c, ok := (agency.Scope{Lo: agency.Code(ranges[0].Lo), Hi: agency.Code(ranges[0].Hi)}).Division(); ok {
			f, err := catalogue.Total(tx, c)
			return totals{int(f.Units), int(f.UnitsBehind), int(f.Overdue)}, err
		}
	}
	w := within(&db.Where{}, ranges, "d.", "d.agency")
	sql, _ := w.SQL()
	today := w.Next(clock.DateOf(tx.Now))
	late := "d.met_on is null and d.due_on < " + today
	err = tx.Row("select count(distinct d.agency), count(distinct case when "+late+" then d.agency end), coalesce(sum(case when "+late+
		" then 1 else 0 end), 0) from due d"+sql, w.Args()...).Scan(&x.Units, &x.LateUnits, &x.Overdue)
	return x, err
}
