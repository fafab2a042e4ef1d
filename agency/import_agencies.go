package agency

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

var agencyTable = []column{
	{id: "division", required: true, width: 16},
	{id: "kind", required: true, width: 14, kinds: true},
	{id: "name", required: true, width: 36},
	{id: "short_name", width: 20},
	{id: "slug", width: 16},
	{id: "credit_code", width: 22},
	{id: "superior", width: 24},
	{id: "address", width: 36},
	{id: "hours", width: 24},
	{id: "phone", width: 16},
	{id: "fax", width: 16},
	{id: "email", width: 24},
	{id: "website", width: 28},
	{id: "founded_on", width: 14},
}

// Import says in whose name a sheet is read.
type Import struct {
	By     int64
	Within Code // rows outside this division are refused (a township's administrator onboards its villages only); Nation: none
	Demo   bool
}

// AgencyTemplate writes the empty workbook to fill in, in the reader's language.
func AgencyTemplate(ctx context.Context, w io.Writer) error {
	return writeSheet(ctx, w, agencyTable, nil)
}

// CheckAgencies tells what ImportAgencies would say, and writes nothing.
func (r *Registry) CheckAgencies(ctx context.Context, in Import, file io.Reader) (*Report, error) {
	return r.importAgencies(ctx, in, file, false)
}

// ImportAgencies founds every agency of a sheet, or none when any row has a problem.
func (r *Registry) ImportAgencies(ctx context.Context, in Import, file io.Reader) (*Report, error) {
	return r.importAgencies(ctx, in, file, true)
}

func (r *Registry) importAgencies(ctx context.Context, in Import, file io.Reader, commit bool) (rep *Report, err error) {
	defer fault.Wrap(&err, "agency.ImportAgencies")
	t, err := readSheet(ctx, file, agencyTable)
	if err != nil {
		return nil, err
	}
	return r.run(ctx, t, commit, func(tx *db.Tx, row tableRow) error {
		f, err := founding(ctx, tx, in, row)
		if err != nil {
			return err
		}
		_, err = r.FoundIn(tx, f)
		return err
	})
}

// errUndo ends a transaction that must leave nothing behind.
var errUndo = errors.New("agency: undo")

// run carries out each row in one transaction and undoes it all after a check or a problem. So the check says
// exactly what the import will, also where rows depend on each other.
func (r *Registry) run(ctx context.Context, t *table, commit bool, one func(*db.Tx, tableRow) error) (*Report, error) {
	var rep *Report
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		rep = &Report{Rows: len(t.rows), table: t}
		if err := rep.passes(tx, one); err != nil {
			return err
		}
		if !commit || !rep.OK() {
			return errUndo
		}
		rep.Written = rep.Rows
		return nil
	})
	if err != nil && !errors.Is(err, errUndo) {
		return nil, err
	}
	slices.SortStableFunc(rep.Problems, func(a, b Problem) int { return a.Row - b.Row })
	return rep, nil
}

// errLater says that a row names an agency that a later row may found.
var errLater = fault.Say(fault.Invalid, "agency.superior_unknown")

// passes goes over the rows until none that waited for another can be done.
func (r *Report) passes(tx *db.Tx, one func(*db.Tx, tableRow) error) error {
	for rows, left := r.table.rows, []tableRow(nil); len(rows) > 0; rows, left = left, nil {
		for _, row := range rows {
			err := one(tx, row)
			if errors.Is(err, errLater) {
				left = append(left, row)
			} else if err := r.add(row, err); err != nil {
				return err
			}
		}
		if len(left) == len(rows) {
			for _, row := range left {
				r.Problems = append(r.Problems, Problem{Row: row.number, Column: r.table.reference(), Key: "agency.reference_unknown"})
			}
			return nil
		}
	}
	return nil
}

// reference is the column by which a row names an agency.
func (t *table) reference() string {
	if t.known("superior") != "" {
		return "superior"
	}
	return "agency"
}

func founding(ctx context.Context, tx *db.Tx, in Import, row tableRow) (f Founding, err error) {
	c, cells := &checker{tx: tx}, row.cells
	division := sheetCode(c, in, cells["division"])
	kind := sheetKind(ctx, c, cells["kind"])
	on, ok := sheetDate(cells["founded_on"])
	if !ok {
		c.say("founded_on", "agency.date_malformed")
	}
	if err := c.done(); err != nil {
		return f, err
	}
	f = Founding{
		By: in.By, Division: division, Kind: kind, Slug: strings.ToLower(cells["slug"]), Name: cells["name"],
		ShortName: cells["short_name"], CreditCode: cells["credit_code"], FoundedOn: on, Demo: in.Demo,
		Contact: Contact{Address: cells["address"], Hours: cells["hours"], Phone: cells["phone"], Fax: cells["fax"],
			Email: cells["email"], Website: cells["website"]},
	}
	if f.Slug == "" {
		f.Slug = string(kind)
	}
	if ref := cells["superior"]; ref != "" {
		s, err := findReference(tx, ref)
		if fault.Is(err, fault.NotFound) {
			return f, errLater
		}
		if err != nil {
			return f, err
		}
		f.Superior = s.ID
	}
	return f, nil
}

func sheetCode(c *checker, in Import, s string) Code {
	code, err := ParseCode(s)
	switch {
	case s == "":
		c.say("division", "agency.required")
	case err != nil:
		c.say("division", "agency.code_malformed")
	case !in.Within.Contains(code):
		c.say("division", "agency.outside_scope")
	}
	return code
}

// sheetKind knows a kind by its name in any language.
func sheetKind(ctx context.Context, c *checker, s string) Kind {
	for _, k := range Kinds {
		for _, l := range i18n.Langs {
			if s == string(k) || strings.EqualFold(s, i18n.T(i18n.With(ctx, l), k.Key())) {
				return k
			}
		}
	}
	c.say("kind", "agency.kind_unknown")
	return ""
}

// findReference finds the agency a cell names: by its address 350525/wjj or by its credit code.
func findReference(tx *db.Tx, ref string) (Agency, error) {
	division, slug, ok := strings.Cut(ref, "/")
	if !ok {
		return FindByCreditCode(tx, ref)
	}
	code, err := ParseCode(division)
	if err != nil {
		return Agency{}, fault.Say(fault.NotFound, "agency.unknown")
	}
	return FindByPath(tx, code, strings.ToLower(slug))
}

// sinceOf is the day a membership begins: today where the sheet is silent.
func sinceOf(tx *db.Tx, c *checker, s string) clock.Date {
	day, ok := sheetDate(s)
	if !ok {
		c.say("since", "agency.date_malformed")
	}
	if day.IsZero() {
		return today(tx)
	}
	return day
}
