package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"yangguang/internal/fault"
)

// The limits of one form: far beyond what an office publishes, near enough
// that a hostile file costs little.
const (
	MaxRows  = 5000     // rows of a table
	MaxCell  = 4000     // characters of a table cell
	MaxField = 20000    // characters of a field above the table
	maxID    = 64       // bytes of a column or row id
	maxCells = 200      // columns of a row
	maxBytes = 32 << 20 // encoded size
)

// Data is what was filled in: text by field id, and rows of text by column id.
// Blank answers are absent. Numbers are kept as decimal text in one spelling
// ("1234.50"), dates as 2026-08-03, months as 2026-08, choices as their id;
// what was not understood is kept as typed.
type Data struct {
	Fields map[string]string `json:"fields,omitempty"`
	Rows   []Row             `json:"rows,omitempty"`
}

// Row is one row of a table. The id is the fixed row's, or the row's number
// counted from 1 where rows are free.
type Row struct {
	ID    string            `json:"id"`
	Cells map[string]string `json:"cells,omitempty"`
}

// Blank answers whether nothing was filled in.
func (d Data) Blank() bool {
	for _, r := range d.Rows {
		if !r.blank() {
			return false
		}
	}
	return len(kept(d.Fields)) == 0
}

func (r Row) blank() bool { return len(kept(r.Cells)) == 0 }

// Encode writes the data in its one spelling: equal data gives equal bytes, so
// that a version can be hashed. Data beyond the limits is refused, because
// Decode would not read it again.
func Encode(d Data) (b []byte, err error) {
	defer fault.Wrap(&err, "form.Encode")
	if err := d.within(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d.compact()); err != nil {
		return nil, err
	}
	if buf.Len() > maxBytes {
		return nil, fault.Say(fault.TooLarge, "form.too_large")
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}

// Decode reads what Encode wrote and refuses everything else.
func Decode(b []byte) (d Data, err error) {
	defer fault.Wrap(&err, "form.Decode")
	if len(b) > maxBytes {
		return Data{}, fault.Say(fault.TooLarge, "form.too_large")
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return Data{}, fault.As(fault.Invalid, errors.New("not a filled-in form"))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Data{}, fault.As(fault.Invalid, errors.New("more follows the form"))
	}
	if err := d.within(); err != nil {
		return Data{}, err
	}
	return d.compact(), nil
}

// within refuses data beyond the limits.
func (d Data) within() error {
	if len(d.Rows) > MaxRows {
		return fault.Say(fault.TooLarge, "form.too_many_rows", MaxRows)
	}
	if err := mapWithin(d.Fields, MaxField); err != nil {
		return err
	}
	for _, r := range d.Rows {
		if len(r.ID) > maxID {
			return fault.Say(fault.Invalid, "form.bad_id")
		}
		if err := mapWithin(r.Cells, MaxCell); err != nil {
			return err
		}
	}
	return nil
}

func mapWithin(m map[string]string, chars int) error {
	if len(m) > maxCells {
		return fault.Say(fault.TooLarge, "form.too_large")
	}
	for k, v := range m {
		if len(k) > maxID {
			return fault.Say(fault.Invalid, "form.bad_id")
		}
		if len(v) > chars && utf8.RuneCountInString(v) > chars {
			return fault.Say(fault.TooLarge, "form.cell_too_long", chars)
		}
	}
	return nil
}

// compact copies the data without blank answers.
func (d Data) compact() Data {
	out := Data{Fields: kept(d.Fields)}
	for _, r := range d.Rows {
		out.Rows = append(out.Rows, Row{ID: strings.ToValidUTF8(r.ID, ""), Cells: kept(r.Cells)})
	}
	return out
}

// kept copies the answers that are not blank; nil when there are none.
func kept(m map[string]string) map[string]string {
	var out map[string]string
	for k, v := range m {
		if v = clean(v); v == "" {
			continue
		}
		if out == nil {
			out = make(map[string]string, len(m))
		}
		out[strings.ToValidUTF8(k, "")] = v
	}
	return out
}

func (d Data) clone() Data {
	out := Data{Fields: maps.Clone(d.Fields)}
	for _, r := range d.Rows {
		out.Rows = append(out.Rows, Row{ID: r.ID, Cells: maps.Clone(r.Cells)})
	}
	return out
}

// clean drops what nobody types (control characters, broken encoding) and the
// space around an answer.
func clean(s string) string {
	if plain(s) {
		return strings.TrimSpace(s)
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), r == '\uFEFF', r == '\uFFFE', r == '\uFFFF':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// plain answers whether clean has nothing to drop; most cells are so.
func plain(s string) bool {
	for _, r := range s {
		if r < ' ' || r == utf8.RuneError || unicode.IsControl(r) || r == '\uFEFF' || r == '\uFFFE' || r == '\uFFFF' {
			return false
		}
	}
	return true
}
