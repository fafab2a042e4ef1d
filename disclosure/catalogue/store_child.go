package catalogue

import (
	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// ByChild counts the obligations within a division, a part for each division
// directly below it; what its own agencies owe is ByAgency.
func ByChild(tx *db.Tx, c agency.Code) ([]Part, error) {
	key, where := "region", "region between $2 and $3"
	switch c.Level() {
	case agency.LevelNation:
		key = "province * 10000000000"
	case agency.LevelProvince:
		key, where = "case when prefecture = 0 then region else prefecture end", "province = $4 and region between $2 and $3"
	case agency.LevelPrefecture:
		key, where = "case when county = 0 then region / 1000 * 1000 else county end", "prefecture = $4 and region between $2 and $3"
	case agency.LevelCounty:
		key, where = "region / 1000 * 1000", "county = $4 and region between $2 and $3"
	case agency.LevelTownship:
		where = "county = $4 and region between $2 and $3"
	default:
		return nil, nil
	}
	lo, hi := c.Range()
	args := []any{clock.DateOf(tx.Now), lo + 1, hi}
	switch c.Level() {
	case agency.LevelProvince:
		args = append(args, c.Province())
	case agency.LevelPrefecture:
		args = append(args, c)
	case agency.LevelCounty, agency.LevelTownship:
		args = append(args, c.County())
	}
	return db.List(tx, func(r *db.Rows, p *Part) error {
		return r.Scan(append([]any{&p.Region}, p.dest()...)...)
	}, "select "+key+" as place, "+figureCols+" from due where "+where+" group by 1 order by 1 limit 1000", args...)
}

// Add sums figures of places that do not overlap.
func (f Figures) Add(o Figures) Figures {
	return Figures{f.Units + o.Units, f.Owed + o.Owed, f.OnTime + o.OnTime, f.Late + o.Late, f.Overdue + o.Overdue, f.Pending + o.Pending}
}

// Fallen is how many have come due or were met before: what a share is of.
func (f Figures) Fallen() int64 { return f.OnTime + f.Late + f.Overdue }

// OverdueAfter lists what is past its day and unmet, the longest first,
// within a division or of one agency, beginning after a row (Due{} for the
// first page).
func OverdueAfter(tx *db.Tx, c agency.Code, unit int64, after Due, limit int) ([]Due, error) {
	w := (&db.Where{}).And("met_on is null").And("due_on < ?", clock.DateOf(tx.Now))
	lo, hi := c.Range()
	w.If(c != agency.Nation, column(c)+" between ? and ?", lo, hi).If(unit != 0, "agency = ?", unit)
	w.If(after.Agency != 0, "(due_on, province, agency, category) > (?, ?, ?, ?)", after.DueOn, after.Province, after.Agency, after.Category)
	sql, _ := w.SQL()
	top := w.Next(limit)
	return db.List(tx, scanDue, "select "+dueCols+" from due"+sql+" order by due_on, province, agency, category limit "+top, w.Args()...)
}
