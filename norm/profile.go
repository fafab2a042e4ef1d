package norm

import (
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// Profile is one edition of one norm: all an installation needs to know about what must be disclosed, by whom, when,
// in which form and after whose review.
type Profile struct {
	ID         string               `yaml:"id"`
	Version    string               `yaml:"version"`
	Title      i18n.Text            `yaml:"title"`
	Issuer     i18n.Text            `yaml:"issuer"`
	Note       i18n.Text            `yaml:"note"`
	ValidFrom  clock.Date           `yaml:"valid_from"`
	Calendar   Calendar             `yaml:"calendar"`
	Coverage   Coverage             `yaml:"coverage"`
	Labels     map[string]i18n.Text `yaml:"labels"`
	Laws       []Law                `yaml:"laws"`
	Clauses    []Clause             `yaml:"clauses"`
	Reviews    []ReviewRule         `yaml:"reviews"`
	Forms      []Form               `yaml:"forms"`
	Catalogues []Catalogue          `yaml:"catalogues"`
	Requests   Requests             `yaml:"requests"`
	Casework   Casework             `yaml:"casework"`
	Synonyms   [][]string           `yaml:"synonyms"` // words a search takes for each other, and former names

	index index
}

// Law is a statute the profile cites. Categories name it by id and article, so its title is written once.
type Law struct {
	ID    string    `yaml:"id"`
	Title i18n.Text `yaml:"title"`
	URL   string    `yaml:"url"`
}

// Clause is one numbered sentence of the norm. Its id is stable: code, data, addresses and tests use it.
type Clause struct {
	ID      string    `yaml:"id"`     // "1.2.1"
	Parent  string    `yaml:"parent"` // "1.2"; empty for a part
	Title   i18n.Text `yaml:"title"`
	Text    i18n.Text `yaml:"text"`    // the clause, condensed
	Product i18n.Text `yaml:"product"` // what this platform does about it
}

// Catalogue lists what one kind of agency must disclose (1.2.1 to 1.2.4).
type Catalogue struct {
	ID         string     `yaml:"id"` // county township institution village
	Clause     string     `yaml:"clause"`
	Title      i18n.Text  `yaml:"title"`
	Kinds      []string   `yaml:"kinds"`    // agency kinds it binds
	Review     string     `yaml:"review"`   // id of the ReviewRule
	Bearer     i18n.Text  `yaml:"bearer"`   // default for its categories
	Audience   i18n.Text  `yaml:"audience"` // default for its categories
	Within     Span       `yaml:"within"`   // default for its categories
	Basis      []Basis    `yaml:"basis"`    // common to its categories, cited after their own
	Channels   []Choice   `yaml:"channels"` // 主要形式 (1.3); an open list
	Categories []Category `yaml:"categories"`
}

// Category is one entry of a catalogue: one obligation to disclose.
type Category struct {
	ID         string     `yaml:"id"`     // "county.8", stable across editions
	Number     int        `yaml:"number"` // its place in the norm's own list
	Slug       string     `yaml:"slug"`   // its word in addresses: "fees"
	Title      i18n.Text  `yaml:"title"`
	Content    i18n.Text  `yaml:"content"` // 公开内容（要素）
	Basis      []Basis    `yaml:"basis"`
	Period     string     `yaml:"period"` // on_change monthly quarterly half_yearly yearly
	Within     Span       `yaml:"within"` // counted from the day Since names
	Since      string     `yaml:"since"`  // periodic only: end (default) or start of the period
	Audience   i18n.Text  `yaml:"audience"`
	Bearer     i18n.Text  `yaml:"bearer"`
	Form       string     `yaml:"form"`       // empty: rich text and attachments
	MoreForms  []string   `yaml:"more_forms"` // other forms an author may choose instead
	Inherited  bool       `yaml:"inherited"`  // shown from the agencies above, not retyped
	Optional   bool       `yaml:"optional"`   // owed only when there is something to disclose; never counted as missing
	Emergency  bool       `yaml:"emergency"`  // may take the review rule's emergency path (预警信息)
	ValidFrom  clock.Date `yaml:"valid_from"` // first day owed; zero: always was
	ValidTo    clock.Date `yaml:"valid_to"`   // last day owed; zero: still is
	RetireOn   clock.Date `yaml:"retire_on"`  // first day no longer owed, once an installation calls Retired
	RetireNote i18n.Text  `yaml:"retire_note"`
}

// Basis is the law a category rests on (公开依据). Article is written for every language: "20(8)" is article 20, item 8.
type Basis struct {
	Law     string    `yaml:"law"` // id in Profile.Laws; fills Title and URL
	Title   i18n.Text `yaml:"title"`
	Article string    `yaml:"article"`
	URL     string    `yaml:"url"`
}

// Span is a statutory length of time.
type Span struct {
	N    int    `yaml:"n"`
	Unit string `yaml:"unit"` // working_days calendar_days months
}

// ReviewRule says who must have looked at an item before it is published (1.1.c). Persons are natural persons: two
// accounts of one person are one.
type ReviewRule struct {
	ID             string       `yaml:"id"`
	Title          i18n.Text    `yaml:"title"`
	Persons        int          `yaml:"persons"` // at least so many natural persons, the author among them
	Steps          []ReviewStep `yaml:"steps"`
	Emergency      []ReviewStep `yaml:"emergency"`        // two on-call persons at once; the full review follows
	LendBySuperior bool         `yaml:"lend_by_superior"` // the superior may lend a reviewer or an approver
}

// ReviewStep is one signature of a review.
type ReviewStep struct {
	ID       string    `yaml:"id"` // secrecy privacy supervise approve
	Title    i18n.Text `yaml:"title"`
	Slot     string    `yaml:"slot"`      // reviewer reviewer2 approver
	MayShare string    `yaml:"may_share"` // slot of an earlier step whose person may sign this one too
	Checks   []string  `yaml:"checks"`    // secrecy privacy accuracy legality
	Verb     string    `yaml:"verb"`      // grant needed: disclosure.review, disclosure.supervise, disclosure.approve
}

// Form gives structure to a category that has one. A table has header fields and columns; a record only fields; a
// guide has fields and steps, whose columns are those of a table.
type Form struct {
	ID      string     `yaml:"id"`
	Title   i18n.Text  `yaml:"title"`
	Shape   string     `yaml:"shape"`   // table record guide
	Fields  []Field    `yaml:"fields"`  // the header
	Columns []Field    `yaml:"columns"` // of the rows or steps
	Rows    []FixedRow `yaml:"rows"`    // empty: rows are free
	Sums    []Sum      `yaml:"sums"`
	Ties    []Tie      `yaml:"ties"`  // sums with figures of other tables
	Below   int        `yaml:"below"` // fewer people than this are never published as a number; 5 where it is not written
	// Window is a field of type choice in which a small unit says that of several
	// columns, the same figures over a shorter and a longer time, only one is
	// published: the choice that has that column's id.
	Window string    `yaml:"window"`
	Note   i18n.Text `yaml:"note"`
}

// Field is one box of a form or one column of its table.
type Field struct {
	ID       string    `yaml:"id"`
	Title    i18n.Text `yaml:"title"`
	Help     i18n.Text `yaml:"help"`
	Unit     i18n.Text `yaml:"unit"`
	Type     string    `yaml:"type"` // text longtext integer decimal money date month url choice phone
	Required bool      `yaml:"required"`
	People   bool      `yaml:"people"`  // counts natural persons: small figures are suppressed
	Follows  string    `yaml:"follows"` // a field of people this one grows with: it is hidden wherever that one is
	Min      *float64  `yaml:"min"`
	Max      *float64  `yaml:"max"`
	MaxLen   int       `yaml:"max_len"` // in characters; 0: the room's own limit
	Choices  []Choice  `yaml:"choices"`
}

// Choice is one of a closed or open list.
type Choice struct {
	ID    string    `yaml:"id"`
	Title i18n.Text `yaml:"title"`
}

// FixedRow is a row every copy of a form has.
type FixedRow struct {
	ID    string    `yaml:"id"`
	Title i18n.Text `yaml:"title"`
}

// Tie is a sum between a form's figures and those of other tables, which a reader of both knows. Small figures are
// protected along it; Validate does not ask for it, since offices count on different days.
//
//   - running: within a calendar year, total = total of the period before + part ("this year so far")
//   - rolling: total = part of this and the periods before, so many in all
//   - carried: total = part of the period before (what one period closed with, the next opens with)
//   - units: a figure is the sum of those of all units directly below in another category: of all people's figures
//     alike, or of one, written row/column (a field above the table: f/field)
type Tie struct {
	Kind     string `yaml:"kind"`
	Axis     string `yaml:"axis"` // of total and part: columns or rows
	Total    string `yaml:"total"`
	Part     string `yaml:"part"`
	Periods  int    `yaml:"periods"`  // rolling
	Category string `yaml:"category"` // units
}

// Sum is an identity the figures must satisfy: Total = Parts - Minus. On the axis "columns" it holds within each row
// (in a record: among its fields); on the axis "rows" within each column that holds numbers.
type Sum struct {
	Axis  string   `yaml:"axis"`
	Total string   `yaml:"total"`
	Parts []string `yaml:"parts"`
	Minus []string `yaml:"minus"`
}
