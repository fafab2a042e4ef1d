package yearly

import (
	"context"
	"slices"
	"strconv"

	"yangguang/internal/i18n"
)

// Verdict is what checking a published report came to.
type Verdict struct {
	Figures    Figures
	Violations []Violation
	Findings   []Finding
}

// Judge reads a report, with the one of the year before where that is given,
// and lists what does not hold.
func (f Form) Judge(report, before []byte) (*Verdict, error) {
	r, err := f.Read(report)
	if err != nil {
		return nil, err
	}
	var last *Figures
	if len(before) > 0 {
		l, err := f.Read(before)
		if err != nil {
			return nil, err
		}
		last = &l.Figures
	}
	v := &Verdict{Figures: r.Figures, Violations: r.Figures.Check(last), Findings: r.Findings}
	slices.SortStableFunc(v.Violations, byPlace(v.Figures))
	return v, nil
}

// Sound answers whether nothing is wrong.
func (v *Verdict) Sound() bool { return len(v.Violations)+len(v.Findings) == 0 }

// FindingWords says what could not be read.
func (f Form) FindingWords(ctx context.Context, x Finding) string {
	where := i18n.T(ctx, "yearly.table_n", strconv.Itoa(x.Table))
	if x.Row != "" {
		where = i18n.T(ctx, "yearly.cell_of", strconv.Itoa(x.Table), f.RowTitle(ctx, x.Row))
	}
	if x.Column != "" && x.Column != count {
		where += i18n.T(ctx, "yearly.in_column", f.columnOf(ctx, x.Table, x.Column))
	}
	return i18n.T(ctx, "yearly.finding_"+x.Kind, where, x.Text)
}

// columnOf is a column's title in its own table: "other" is a kind of applicant
// in table 3 and a result in table 4.
func (f Form) columnOf(ctx context.Context, table int, column string) string {
	if table == 4 && column != Total {
		return i18n.T(ctx, "yearly.result_"+column)
	}
	return f.ColumnTitle(ctx, column)
}

// Lines words a verdict, a line each.
func (f Form) Lines(ctx context.Context, v *Verdict) (out []string) {
	for _, x := range v.Violations {
		out = append(out, f.Words(ctx, x))
	}
	for _, x := range v.Findings {
		out = append(out, f.FindingWords(ctx, x))
	}
	return out
}
