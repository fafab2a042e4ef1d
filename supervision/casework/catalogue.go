package casework

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Route is an entry of a dispatcher's catalogue (派单目录): which unit leads on a
// topic in a part of its area, and which help.
type Route struct {
	Province  int
	ID        int64
	Agency    int64
	Topic     string
	Region    agency.Code // where it holds; the most precise wins
	Unit      int64
	Co        []int64
	Note      string
	ValidFrom clock.Date
	ValidTo   clock.Date // none: still is
}

const routeCols = "province, id, agency, topic, region, unit, co_units, note, valid_from, valid_to"

func scanRoute(r *db.Rows, x *Route) error {
	var co string
	err := r.Scan(&x.Province, &x.ID, &x.Agency, &x.Topic, &x.Region, &x.Unit, &co, &x.Note, &x.ValidFrom, &x.ValidTo)
	for _, s := range strings.Fields(co) {
		if id, perr := strconv.ParseInt(s, 10, 64); perr == nil {
			x.Co = append(x.Co, id)
		}
	}
	return err
}

// Routes lists a unit's catalogue, by topic.
func (c *Casework) Routes(ctx context.Context, unit int64) (out []Route, err error) {
	defer fault.Wrap(&err, "casework.Routes(%d)", unit)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := c.officer(tx, unit, "")
		if err != nil {
			return err
		}
		out, err = db.List(tx, scanRoute, "select "+routeCols+" from casework_catalogue where province = $1 and agency = $2 order by topic, id limit 2000", u.Province(), unit)
		return err
	})
	return out, err
}

// SetRoute adds an entry, or ends one (ValidTo) when its ID is set.
func (c *Casework) SetRoute(ctx context.Context, r Route) (err error) {
	defer fault.Wrap(&err, "casework.SetRoute(%d)", r.Agency)
	r.Note = strings.TrimSpace(r.Note)
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		u, a, err := c.officer(tx, r.Agency, Accepting)
		if err != nil {
			return err
		}
		if r.ID != 0 {
			if _, err := tx.Exec("update casework_catalogue set valid_to = $4 where province = $1 and id = $2 and agency = $3", u.Province(), r.ID, u.ID, r.ValidTo); err != nil {
				return err
			}
			return c.auditUnit(tx, a, u, "end_route")
		}
		k := checker{}
		k.when(c.Norm.Casework.Topic(r.Topic) == nil, "topic", "casework.need_topic")
		k.when(!u.Division.Contains(r.Region), "region", "casework.need_region")
		k.when(r.ValidFrom.IsZero(), "valid_from", "casework.need_valid_from")
		k.length("note", r.Note, 0, maxLine)
		for i, id := range append([]int64{r.Unit}, r.Co...) {
			below, err := agency.InSubtree(tx, u.ID, id)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			k.when(err != nil || !below || id == u.ID, map[bool]string{true: "lead", false: "co"}[i == 0], "casework.not_below")
		}
		if err := k.err(); err != nil {
			return err
		}
		co := make([]string, len(r.Co))
		for i, id := range r.Co {
			co[i] = strconv.FormatInt(id, 10)
		}
		if _, err := tx.Exec("insert into casework_catalogue (province, id, agency, topic, region, unit, co_units, note, valid_from, by_person, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
			u.Province(), tx.ID(u.Province()), u.ID, r.Topic, r.Region, r.Unit, strings.Join(co, " "), r.Note, r.ValidFrom, a.Person, clock.Millis(tx.Now)); err != nil {
			return err
		}
		return c.auditUnit(tx, a, u, "add_route")
	})
}

func (c *Casework) auditUnit(tx *db.Tx, a *account.Actor, u agency.Agency, verb string) error {
	return audit.Append(tx, audit.Entry{Province: int64(u.Province()), Agency: u.ID, Person: a.Person, Login: a.Login, Verb: "casework." + verb, Object: "agency " + u.Path()})
}

// Suggested is the entry of the catalogue for a matter at the unit that has it:
// the most precise that holds today and is not the unit complained of; nil without one.
func (c *Casework) Suggested(ctx context.Context, m *Matter, place agency.Code) (out *Route, err error) {
	defer fault.Wrap(&err, "casework.Suggested(%d)", m.ID)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.List(tx, scanRoute, "select "+routeCols+" from casework_catalogue where province = $1 and agency = $2 and topic = $3 order by id desc limit 2000", m.Province, m.Holder, m.Topic)
		if err != nil {
			return err
		}
		today := clock.DateOf(tx.Now)
		rows = slices.DeleteFunc(rows, func(r Route) bool {
			return r.ValidFrom.After(today) || !r.ValidTo.IsZero() && r.ValidTo.Before(today) || m.Hidden && r.Unit == m.About || !r.Region.Contains(place)
		})
		for i := range rows {
			if out == nil || rows[i].Region.Level() > out.Region.Level() {
				out = &rows[i]
			}
		}
		return nil
	})
	return out, err
}
