package review

import (
	"context"
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// Item is one thing that is judged.
type Item struct {
	ID     string    `json:"id"`
	Title  i18n.Text `json:"title"`
	Weight int       `json:"weight,omitempty"` // the points it may have; 0 of a fatal one
	Fatal  bool      `json:"fatal,omitempty"`  // found once, there are no points at all
}

// Sheet is what a call is judged by.
type Sheet struct {
	Version  int    `json:"-"` // 0: the usual one, until a unit writes its own
	Pass     int    `json:"pass"`
	PerMonth int    `json:"per_month"` // calls of a seat a month
	Items    []Item `json:"items"`
}

//go:embed sheet.json
var usual []byte

const (
	maxItems = 30
	maxTitle = 60
)

// usualSheet is the sheet of a unit that has none of its own.
func usualSheet() (*Sheet, error) {
	s := &Sheet{}
	return s, json.Unmarshal(usual, s)
}

// inForce asks for the newest version of a sheet.
const inForce = -1

// sheetOf is a version of a unit's sheet; 0 is the usual one.
func sheetOf(tx *db.Tx, u agency.Agency, version int) (*Sheet, error) {
	if version == 0 {
		return usualSheet()
	}
	found, err := sheets(tx, u, version)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return usualSheet()
	}
	return &found[0], nil
}

func sheets(tx *db.Tx, u agency.Agency, version int) ([]Sheet, error) {
	w := (&db.Where{}).And("province = ?", u.Province()).And("agency = ?", u.ID).If(version != inForce, "version = ?", version)
	where, args := w.SQL()
	return db.List(tx, func(r *db.Rows, s *Sheet) error {
		var items string
		if err := r.Scan(&s.Version, &items, &s.Pass, &s.PerMonth); err != nil {
			return err
		}
		return json.Unmarshal([]byte(items), &s.Items)
	}, "select version, items, pass, per_month from review_sheet"+where+" order by version desc limit 1", args...)
}

// readItems reads a sheet as it is typed: a line an item, points first, and a line
// a fatal one. Ids go by place, so that a version's marks stay with it.
func readItems(judged, fatal string) (out []Item, bad []fault.Field) {
	sum := 0
	for l := range strings.Lines(judged) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		points, title, _ := strings.Cut(l, " ")
		n, err := strconv.Atoi(points)
		title = strings.TrimSpace(title)
		if size := utf8.RuneCountInString(title); err != nil || n < 1 || n > 100 || size < 2 || size > maxTitle {
			return nil, []fault.Field{{Name: "items", Key: "review.bad_item", Args: []any{l, maxTitle}}}
		}
		sum += n
		out = append(out, Item{ID: "i" + strconv.Itoa(len(out)+1), Title: i18n.Text{Zh: title}, Weight: n})
	}
	if sum != 100 {
		bad = append(bad, fault.Field{Name: "items", Key: "review.bad_sum", Args: []any{sum}})
	}
	for l := range strings.Lines(fatal) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		if size := utf8.RuneCountInString(l); size < 2 || size > maxTitle {
			return nil, append(bad, fault.Field{Name: "fatal", Key: "review.bad_fatal", Args: []any{l, maxTitle}})
		}
		out = append(out, Item{ID: "f" + strconv.Itoa(len(out)+1), Title: i18n.Text{Zh: l}, Fatal: true})
	}
	if len(out) > maxItems {
		bad = append(bad, fault.Field{Name: "items", Key: "review.many_items", Args: []any{maxItems}})
	}
	return out, bad
}

// SaveSheet makes a new version of the actor's unit's sheet; what was drawn
// before is judged by the version it was drawn under.
func (s *Reviews) SaveSheet(ctx context.Context, judged, fatal string, pass, perMonth int) (err error) {
	defer fault.Wrap(&err, "review.SaveSheet")
	items, bad := readItems(judged, fatal)
	if pass < 1 || pass > 100 {
		bad = append(bad, fault.Field{Name: "pass", Key: "review.bad_pass"})
	}
	if perMonth < 1 || perMonth > 50 {
		bad = append(bad, fault.Field{Name: "per_month", Key: "review.bad_month"})
	}
	if len(bad) > 0 {
		return fault.Fields(bad...)
	}
	text, err := json.Marshal(items)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		u, a, err := unit(tx, Ruling)
		if err != nil {
			return err
		}
		now, err := sheetOf(tx, u, inForce)
		if err != nil {
			return err
		}
		c, id := u.Division, tx.ID(u.Province())
		if _, err := tx.Exec("insert into review_sheet (province, id, prefecture, county, region, agency, version, items, pass, per_month, by_person, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
			u.Province(), id, c.Prefecture(), c.County(), c, u.ID, now.Version+1, string(text), pass, perMonth, a.Person, clock.Millis(tx.Now)); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(u.Province()), Person: a.Person, Login: a.Login, Agency: u.ID, Verb: "review.sheet", Object: "review_sheet " + strconv.FormatInt(id, 10), Detail: strconv.Itoa(now.Version + 1)})
	})
}

// unit is where the actor works, when he holds a verb there.
func unit(tx *db.Tx, verb string) (agency.Agency, *account.Actor, error) {
	a := account.From(tx.Ctx)
	t := a.Behalf()
	if t.Agency == 0 || !a.May(verb, t) {
		return agency.Agency{}, nil, fault.Say(fault.Forbidden, "review.no_grant")
	}
	u, err := agency.Find(tx, t.Agency)
	return u, a, err
}
