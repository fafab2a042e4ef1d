package disclosure

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
)

// textFindings is what the gate sees in everything typed: title, summary,
// body, reasons, and the cells of a form.
func (d *Disclosure) textFindings(v *Version) []Finding {
	var out []Finding
	texts := []string{v.Title, v.Summary, v.Keywords, v.Reason, v.OpennessGround, v.DocNumber}
	for _, t := range append(texts, links(v.Body)...) {
		out = append(out, d.found(privacy.Scan(t), func(f privacy.Finding) string { return t[f.Start:f.End] })...)
	}
	out = append(out, d.bodyFindings(v.BodyText)...)
	if v.Form != "" && v.Data != "" {
		if data, err := form.Decode([]byte(v.Data)); err == nil {
			out = append(out, d.formFindings(data)...)
		}
	}
	return out
}

// bodyFindings reads the body as text and, where it has tables, as tables, so
// that a column of names is seen as one.
func (d *Disclosure) bodyFindings(text string) []Finding {
	out := d.found(privacy.Scan(text), func(f privacy.Finding) string { return text[f.Start:f.End] })
	var table [][]string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Contains(line, "\t") {
			table = append(table, strings.Split(strings.TrimRight(line, "\t"), "\t"))
			continue
		}
		out = append(out, d.tableFindings(table)...)
		table = nil
	}
	return append(out, d.tableFindings(table)...)
}

func (d *Disclosure) formFindings(data form.Data) []Finding {
	var out []Finding
	for _, s := range data.Fields {
		out = append(out, d.found(privacy.Scan(s), func(f privacy.Finding) string { return s[f.Start:f.End] })...)
	}
	for _, r := range data.Rows {
		for _, s := range r.Cells {
			out = append(out, d.found(privacy.Scan(s), func(f privacy.Finding) string { return s[f.Start:f.End] })...)
		}
	}
	return out
}

func (d *Disclosure) tableFindings(rows [][]string) []Finding {
	if len(rows) < 2 {
		return nil
	}
	return d.found(privacy.ScanTable(rows), func(f privacy.Finding) string {
		if f.Place.Row < 1 || f.Place.Row > len(rows) || f.Place.Col < 1 || f.Place.Col > len(rows[f.Place.Row-1]) {
			return ""
		}
		return rows[f.Place.Row-1][f.Place.Col-1]
	})
}

// found turns the scanner's findings into rows. The fingerprint tells the same
// value again without keeping it: a keyed hash.
func (d *Disclosure) found(fs []privacy.Finding, value func(privacy.Finding) string) []Finding {
	out := make([]Finding, 0, len(fs))
	for _, f := range fs {
		place, _ := json.Marshal(f.Place) // a struct of numbers and words: never fails
		print := d.Keys.Index("disclosure.finding", string(f.Kind)+"\x00"+value(f))
		out = append(out, Finding{Kind: string(f.Kind), Class: string(f.Class), Place: string(place), Masked: f.Masked,
			Print: hex.EncodeToString(print[:min(16, len(print))]), State: "open"})
	}
	return out
}

// maxFindings bounds the rows kept of the text and of each file; more than
// this is a list of people, and is refused as one.
const maxFindings = 100

// examine scans the text again and writes the findings; a release already
// given for the same value stands.
func (d *Disclosure) examine(tx *db.Tx, v *Version) ([]Finding, error) {
	old, err := findingsOf(tx, v.Province, v.ID)
	if err != nil {
		return nil, err
	}
	released := map[string]Finding{}
	var out []Finding
	for _, f := range old {
		if f.File != 0 {
			out = append(out, f)
		} else if f.State == "released" {
			released[f.Print] = f
		}
	}
	if _, err := tx.Exec("delete from item_finding where province = $1 and version = $2 and file is null", v.Province, v.ID); err != nil {
		return nil, err
	}
	fresh := distinct(d.textFindings(v))
	if len(fresh) > maxFindings && !never(fresh[:1]) {
		return nil, fault.Say(fault.Invalid, "disclosure.personal_many", maxFindings)
	}
	for _, f := range fresh[:min(len(fresh), maxFindings)] {
		if r, ok := released[f.Print]; ok && f.Class != string(privacy.Never) {
			f.State, f.Person, f.Reason = r.State, r.Person, r.Reason
		}
		f.ID, f.Version = tx.ID(v.Province), v.ID
		if err := insertFinding(tx, v.Province, f); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// distinct drops repetitions and puts first what may never be released, so
// that a bound cuts off only what matters less.
func distinct(fs []Finding) []Finding {
	seen := map[string]bool{}
	out := slices.DeleteFunc(slices.Clone(fs), func(f Finding) bool {
		k := f.Print + f.Place
		again := seen[k]
		seen[k] = true
		return again
	})
	slices.SortStableFunc(out, func(a, b Finding) int {
		switch an, bn := never([]Finding{a}), never([]Finding{b}); {
		case an == bn:
			return 0
		case an:
			return -1
		}
		return 1
	})
	return out
}

// never answers whether anything found may never be released.
func never(fs []Finding) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return f.Class == string(privacy.Never) })
}

// publicWords checks a reason that is shown to everybody: there, short enough,
// and naming nobody.
func publicWords(name, s string) []fault.Field {
	switch {
	case s == "":
		return []fault.Field{{Name: name, Key: "disclosure.need_reason"}}
	case utf8.RuneCountInString(s) > MaxSummary:
		return []fault.Field{{Name: name, Key: "disclosure.too_long", Args: []any{MaxSummary}}}
	case privacy.Blocks(privacy.Scan(s)):
		return []fault.Field{{Name: name, Key: "disclosure.reason_personal"}}
	}
	return nil
}

// gateForSubmit refuses what may never be released; the rest waits for a
// second person.
func gateForSubmit(fs []Finding) error {
	n := 0
	for _, f := range fs {
		if f.Class == string(privacy.Never) {
			n++
		}
	}
	if n > 0 {
		return fault.Say(fault.Invalid, "disclosure.personal_never", n)
	}
	return nil
}

// gateForApproval refuses anything not yet decided by a second person.
func gateForApproval(fs []Finding, files []File) error {
	if err := gateForSubmit(fs); err != nil {
		return err
	}
	for _, f := range fs {
		if f.State == "open" {
			return fault.Say(fault.Conflict, "disclosure.personal_open")
		}
	}
	for _, f := range files {
		if f.Reading > 0 {
			return fault.Say(fault.Conflict, "disclosure.file_reading", f.Name)
		}
		if f.Uncertain != "" && f.ClearedBy == 0 {
			return fault.Say(fault.Conflict, "disclosure.file_uncleared", f.Name)
		}
	}
	return nil
}

func insertFinding(tx *db.Tx, province int, f Finding) error {
	_, err := tx.Exec(`insert into item_finding (province, id, version, file, kind, class, place, masked, fingerprint, state, person, reason, at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		province, f.ID, f.Version, db.OrNull(f.File), f.Kind, f.Class, f.Place, f.Masked, f.Print, f.State, db.OrNull(f.Person), f.Reason, clock.Millis(tx.Now))
	return err
}

func findingsOf(tx *db.Tx, province int, version int64) ([]Finding, error) {
	return db.List(tx, func(r *db.Rows, f *Finding) error {
		return r.Scan(&f.ID, &f.Version, db.OrZero(&f.File), &f.Kind, &f.Class, &f.Place, &f.Masked, &f.Print, &f.State, db.OrZero(&f.Person), &f.Reason)
	}, "select id, version, file, kind, class, place, masked, fingerprint, state, person, reason from item_finding where province = $1 and version = $2 order by case class when 'never' then 0 else 1 end, id limit 2000", province, version)
}
