package knowledge

import (
	"regexp"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
)

// itemPath is the address of a published item: /350525/wjj/2026-00012.
var itemPath = regexp.MustCompile(`^/([0-9]{1,12})/([a-z0-9-]+)/([0-9]{4})-([0-9]+)$`)

// linked is the published item an article leads to; without words where there is
// none, or none any more.
func linked(tx *db.Tx, path string) (l ui.Link, err error) {
	m := itemPath.FindStringSubmatch(path)
	if m == nil {
		return l, nil
	}
	c, perr := agency.ParseCode(m[1])
	if perr != nil {
		return l, nil //nolint:nilerr // no code, so no item
	}
	year, _ := strconv.Atoi(m[3])
	serial, _ := strconv.Atoi(m[4])
	u, err := agency.FindByPath(tx, c, m[2])
	if err == nil {
		l.Text, err = disclosure.PublishedTitle(tx, u, year, serial)
	}
	if fault.Is(err, fault.NotFound) {
		return ui.Link{}, nil
	}
	l.Href = href(tx.Ctx, path)
	return l, err
}

// leads refuses an address that is no published item's.
func leads(tx *db.Tx, t Text) error {
	if t.Link == "" {
		return nil
	}
	l, err := linked(tx, t.Link)
	if err == nil && l.Text == "" {
		err = fault.Fields(fault.Field{Name: "link", Key: "knowledge.no_item"})
	}
	return err
}
