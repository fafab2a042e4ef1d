package disclosure

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// OldAddress is the one spelling of an address on an earlier site: host, path
// and query without scheme, port and fragment; without a host it begins with a
// slash. It is "" for what is no address.
func OldAddress(raw string) string {
	raw = strings.TrimSpace(raw)
	if raw == "" || utf8.RuneCountInString(raw) > 500 {
		return ""
	}
	if !strings.Contains(raw, "://") && !strings.HasPrefix(raw, "/") && strings.Contains(strings.SplitN(raw, "/", 2)[0], ".gov.") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	path := u.Path
	if !utf8.ValidString(path) || strings.ContainsRune(path, 0) {
		path = u.EscapedPath()
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if path == "/" {
		return "" // a front page is nobody's old address
	}
	return strings.ToLower(u.Hostname()) + path
}

// OldHref is where the item lives now that had one of the addresses before;
// NotFound when none did. An address two provinces know is nobody's.
func OldHref(tx *db.Tx, addresses ...string) (href string, err error) {
	defer fault.Wrap(&err, "disclosure.OldHref")
	for _, a := range addresses {
		if a == "" {
			continue
		}
		rows, err := db.List(tx, scanRow, "select "+itemCols+", a.name, a.slug"+rowFrom+
			" join old_address o on o.province = i.province and o.item = i.id where o.path = $1 and i.state <> 'unpublished' order by i.province, i.id limit 2", a)
		if err != nil {
			return "", err
		}
		if len(rows) == 1 {
			return rows[0].Href(), nil
		}
	}
	return "", fault.Say(fault.NotFound, "fault.not_found")
}

// insertOldAddress points an old address at an item; one whose item was taken
// down points at the new one from now on.
func insertOldAddress(tx *db.Tx, it *Item, path string) error {
	_, err := tx.Exec(`insert into old_address (province, path, item) values ($1, $2, $3)
 on conflict (province, path) do update set item = excluded.item`, it.Province, path, it.ID)
	return err
}

func numberTaken(tx *db.Tx, province int, number string) (bool, error) {
	var n int
	err := tx.Row("select count(*) from item where province = $1 and number = $2", province, number).Scan(&n)
	return n > 0, err
}

// freeSerial takes the next serial that no item of the year has.
func freeSerial(tx *db.Tx, it *Item) (err error) {
	for {
		if it.Serial, err = nextSerial(tx, it.Province, it.Agency, it.Year); err != nil {
			return err
		}
		taken, err := serialTaken(tx, it)
		if err != nil || !taken {
			return err
		}
	}
}

func serialTaken(tx *db.Tx, it *Item) (bool, error) {
	var n int
	err := tx.Row("select count(*) from item where province = $1 and agency = $2 and year = $3 and serial = $4", it.Province, it.Agency, it.Year, it.Serial).Scan(&n)
	return n > 0, err
}

// claimSerial takes the serial an old number names, so that it is not given
// again; an item that has it already keeps it.
func claimSerial(tx *db.Tx, it *Item) error {
	taken, err := serialTaken(tx, it)
	if err != nil {
		return err
	}
	if taken {
		return freeSerial(tx, it)
	}
	_, err = tx.Exec(`insert into item_serial (province, agency, year, last) values ($1, $2, $3, $4)
 on conflict (province, agency, year) do update set last = case when item_serial.last < excluded.last then excluded.last else item_serial.last end`,
		it.Province, it.Agency, it.Year, it.Serial)
	return err
}

// Twin says in which way an entry of the past is here already: "number",
// "address", "doc_number", or "title" with the same day; "" when it is not.
func Twin(tx *db.Tx, u agency.Agency, number, docNumber, title string, on clock.Date, old string) (string, error) {
	province, day := u.Division.Province(), int64(86_400_000)
	from := clock.Millis(on.Start())
	for _, q := range []struct {
		what, sql string
		asked     bool
		args      []any
	}{
		{"number", "select count(*) from item where province = $1 and number = $2", number != "", []any{province, number}},
		{"doc_number", "select count(*) from doc_number where province = $1 and agency = $2 and number = $3", docNumber != "", []any{province, u.ID, docNumber}},
		{"address", "select count(*) from old_address o join item i on i.province = o.province and i.id = o.item where o.province = $1 and o.path = $2 and i.state = 'published'", old != "", []any{province, old}},
		{"title", "select count(*) from item where province = $1 and agency = $2 and title = $3 and state = 'published' and published_at >= $4 and published_at < $5",
			title != "" && !on.IsZero(), []any{province, u.ID, title, from, from + day}},
	} {
		if !q.asked {
			continue
		}
		var n int
		if err := tx.Row(q.sql, q.args...).Scan(&n); err != nil {
			return "", err
		}
		if n > 0 {
			return q.what, nil
		}
	}
	return "", nil
}

// Touched counts a batch's items that somebody corrected, or is correcting.
func Touched(tx *db.Tx, u agency.Agency, batch int64) (n int, err error) {
	err = tx.Row(`select count(*) from item i where i.province = $1 and i.agency = $2 and i.imported = $3
 and exists (select 1 from item_version v where v.province = i.province and v.item = i.id and v.number > 1 and v.state <> 'discarded')`,
		u.Division.Province(), u.ID, batch).Scan(&n)
	return n, err
}
