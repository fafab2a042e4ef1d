package importer

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
)

// check says in words what is wrong with an entry, beside its fields, and sets
// its state. Problems the source already had are kept as long as their field
// is as it was.
func (m *Importer) check(tx *db.Tx, u agency.Agency, x *Row, before []Problem) error {
	x.Problems = slices.Clone(before)
	say := func(field, key string, args ...string) {
		if !slices.ContainsFunc(x.Problems, func(p Problem) bool { return p.Field == field }) {
			x.Problems = append(x.Problems, Problem{Field: field, Key: key, Args: args})
		}
	}
	today := clock.DateOf(tx.Now)
	switch {
	case x.Title == "":
		say("title", "importer.need_title")
	case utf8.RuneCountInString(x.Title) > disclosure.MaxTitle:
		say("title", "disclosure.too_long", strconv.Itoa(disclosure.MaxTitle))
	}
	switch {
	case x.Published.IsZero():
		say("published", "importer.need_published")
	case x.Published.After(today):
		say("published", "importer.future")
	case !x.Formed.IsZero() && x.Formed.After(x.Published):
		say("formed", "importer.formed_after")
	}
	cat, cg := m.Disclosure.Norm.Category(x.Category), m.Disclosure.Norm.Catalogue(string(u.Kind))
	if cat == nil || cg == nil || m.Disclosure.Norm.CatalogueOf(x.Category) != cg {
		x.Category, x.Guessed = "", false
		say("category", "importer.need_category")
	} else if x.Period != "" {
		if _, ok := m.Disclosure.Catalogue.Window(x.Category, x.Period, today); !ok {
			say("period", "importer.bad_period", x.Period)
		}
	}
	m.checkContent(x, say)
	if err := m.checkTwins(tx, u, x, say); err != nil {
		return err
	}
	x.State = RowReady
	if len(x.Problems) > 0 {
		x.State = RowWrong
	}
	return nil
}

func (m *Importer) checkContent(x *Row, say func(field, key string, args ...string)) {
	switch {
	case utf8.RuneCountInString(x.Body) > disclosure.MaxBody:
		say("body", "disclosure.too_long", strconv.Itoa(disclosure.MaxBody))
	case disclosure.PlainText(disclosure.CleanHTML(x.Body)) == "" && len(x.Files) == 0:
		say("body", "importer.need_body")
	}
	if len(x.Files) > disclosure.MaxFiles {
		say("files", "disclosure.files_too_many", strconv.Itoa(disclosure.MaxFiles))
	}
	x.Findings = m.Disclosure.Screen(x.Title, x.Body)
	if len(x.Findings) > maxFindings {
		x.Findings = x.Findings[:maxFindings]
	}
	if n := never(x.Findings); n > 0 {
		say("body", "importer.personal", strconv.Itoa(n))
	}
	for _, f := range x.Files {
		if never(f.Findings) > 0 {
			say("files", "importer.personal_file", f.File.Name)
		}
	}
}

const maxFindings = 50

func never(fs []disclosure.Finding) (n int) {
	for _, f := range fs {
		if f.Class == string(privacy.Never) {
			n++
		}
	}
	return n
}

func (m *Importer) checkTwins(tx *db.Tx, u agency.Agency, x *Row, say func(field, key string, args ...string)) error {
	what, err := disclosure.Twin(tx, u, x.Number, x.DocNumber, x.Title, x.Published, x.Old)
	if err != nil || what == "" {
		return err
	}
	field := map[string]string{"number": "number", "doc_number": "doc_number", "address": "old", "title": "title"}[what]
	say(field, "importer.here_"+what)
	return nil
}

// Fix is what a preparer changes in an entry.
type Fix struct {
	Title, Category, Period, Number, DocNumber, Old string
	Formed, Published                               clock.Date
	Body                                            string
	Mask                                            bool // write masks over what the privacy gate found
	WithoutFiles                                    bool // leave out attachments that are missing or refused
	Twice                                           bool // the entry is no copy of the one with the same title and day
}

// FixRow changes an entry and checks it again. Choosing a category confirms it.
func (m *Importer) FixRow(ctx context.Context, province int, batch, row int64, f Fix) (x *Row, err error) {
	defer fault.Wrap(&err, "importer.FixRow(%d)", row)
	err = m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, u, a, err := m.openOwn(tx, province, batch, Checking)
		if err != nil {
			return err
		}
		if x, err = rowByID(tx, b, row); err != nil {
			return err
		}
		var keep []Problem
		for _, p := range x.Problems {
			if p.Field == "files" && !f.WithoutFiles {
				keep = append(keep, p)
			}
		}
		x.Title, x.Category, x.Period, x.Guessed = squeeze(f.Title), f.Category, m.periodKey(f.Category, f.Period), false
		x.Number, x.DocNumber, x.Formed, x.Published, x.Body = squeeze(f.Number), squeeze(f.DocNumber), f.Formed, f.Published, f.Body
		x.Old = oldOf(f.Old)
		if f.WithoutFiles {
			x.Files = slices.DeleteFunc(x.Files, func(s disclosure.Stowed) bool { return never(s.Findings) > 0 })
		}
		if f.Mask {
			x.Title, x.Body = maskText(x.Title), maskHTML(disclosure.CleanHTML(x.Body))
		}
		if what, err := twinInBatch(tx, b, x); err != nil {
			return err
		} else if what != "" {
			keep = append(keep, Problem{Field: "title", Key: what})
		}
		if err := m.check(tx, u, x, keep); err != nil {
			return err
		}
		if f.Twice {
			x.pardon()
		}
		if err := updateRow(tx, x); err != nil {
			return err
		}
		return record(tx, a, b, "fix", strconv.Itoa(x.Position))
	})
	return x, err
}

// pardon accepts that another entry has the same title and day: offices do
// publish two notices of one name. Numbers and addresses stay unique.
func (r *Row) pardon() {
	r.Problems = slices.DeleteFunc(r.Problems, func(p Problem) bool { return p.Key == "importer.here_title" || p.Key == "importer.twin_title" })
	if len(r.Problems) == 0 {
		r.State = RowReady
	}
}

// DropRow leaves an entry out of the batch, or takes it back in.
func (m *Importer) DropRow(ctx context.Context, province int, batch, row int64, drop bool) (err error) {
	defer fault.Wrap(&err, "importer.DropRow(%d)", row)
	return m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, u, a, err := m.openOwn(tx, province, batch, Checking)
		if err != nil {
			return err
		}
		x, err := rowByID(tx, b, row)
		if err != nil {
			return err
		}
		verb := "drop_row"
		if drop {
			x.State = RowDropped
		} else {
			verb = "keep_row"
			keep := slices.DeleteFunc(x.Problems, func(p Problem) bool { return p.Field != "files" })
			if err := m.check(tx, u, x, keep); err != nil {
				return err
			}
		}
		if err := updateRow(tx, x); err != nil {
			return err
		}
		return record(tx, a, b, verb, strconv.Itoa(x.Position))
	})
}

// DropWrong leaves every entry out that is still wrong.
func (m *Importer) DropWrong(ctx context.Context, province int, batch int64) (n int64, err error) {
	defer fault.Wrap(&err, "importer.DropWrong(%d)", batch)
	err = m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, _, a, err := m.openOwn(tx, province, batch, Checking)
		if err != nil {
			return err
		}
		if n, err = moveRows(tx, b, RowWrong, RowDropped); err != nil {
			return err
		}
		return record(tx, a, b, "drop_wrong", strconv.FormatInt(n, 10))
	})
	return n, err
}

// Confirm says that the guessed categories are right, those of one category
// or, with "", all.
func (m *Importer) Confirm(ctx context.Context, province int, batch int64, category string) (n int64, err error) {
	defer fault.Wrap(&err, "importer.Confirm(%d)", batch)
	err = m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, _, a, err := m.openOwn(tx, province, batch, Checking)
		if err != nil {
			return err
		}
		if n, err = confirmRows(tx, b, category); err != nil {
			return err
		}
		return record(tx, a, b, "confirm", category)
	})
	return n, err
}

func maskText(s string) string { return privacy.Mask(s, privacy.Scan(s)) }

// maskHTML writes masks into the text between tags.
func maskHTML(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.WriteString(html.EscapeString(maskText(string(z.Text()))))
		default:
			b.Write(z.Raw())
		}
	}
}

var periods = regexp.MustCompile(`^((?:19|20)\d{2})年?第?([0-9一二三四上下]{1,2})(季度|季|月|半年)`)

// periodKey turns what an office writes for a period into the norm's key:
// 2023年第3季度, 2023年5月, 2023上半年, 2023.
func (m *Importer) periodKey(category, s string) string {
	c := m.Disclosure.Norm.Category(category)
	s = strings.ToUpper(strings.ReplaceAll(squeeze(s), " ", ""))
	if s == "" || c == nil || !c.Periodic() {
		return ""
	}
	if m := periods.FindStringSubmatch(s); m != nil {
		year, part := m[1], strings.NewReplacer("一", "1", "二", "2", "三", "3", "四", "4").Replace(m[2])
		switch {
		case m[3] == "季度" || m[3] == "季":
			return year + "Q" + part
		case m[3] == "月" && len(part) == 1:
			return year + "-0" + part
		case m[3] == "月":
			return year + "-" + part
		case part == "上":
			return year + "H1"
		case part == "下":
			return year + "H2"
		}
	}
	return strings.TrimSuffix(strings.TrimSuffix(s, "度"), "年")
}
