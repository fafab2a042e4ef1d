package agency

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Registry carries out what changes agencies and their people, each in one transaction.
type Registry struct {
	DB *db.DB
	// Audit writes the audit row of a change in its transaction; nil writes none, as in tests of other rooms.
	Audit func(tx *db.Tx, e audit.Entry) error
}

// New gives a registry that writes every change into the audit book.
func New(d *db.DB) *Registry { return &Registry{DB: d, Audit: audit.Append} }

// audit comes last in a use case, for it holds the head of the province's chain until the commit.
func (r *Registry) audit(tx *db.Tx, e audit.Entry) error {
	if r.Audit == nil {
		return nil
	}
	return r.Audit(tx, e)
}

// Founding is what must be said to set up an agency.
type Founding struct {
	By         int64 // person; 0: import
	Division   Code
	Kind       Kind
	Slug       string
	Name       string
	ShortName  string // empty: the name
	CreditCode string
	Contact
	Superior  int64
	FoundedOn clock.Date // zero: not known
	Basis     string     // the decision, where there is one
	Demo      bool
}

// Found sets up an agency (设立).
func (r *Registry) Found(ctx context.Context, in Founding) (a Agency, err error) {
	defer fault.Wrap(&err, "agency.Found(%s)", in.Division.Short())
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		a, err = r.FoundIn(tx, in)
		return err
	})
	return a, err
}

// FoundIn is Found inside a transaction of the caller's, for imports and demonstration data.
func (r *Registry) FoundIn(tx *db.Tx, in Founding) (Agency, error) {
	a := in.agency()
	c := &checker{tx: tx}
	c.division(a.Division, a.Kind)
	c.names(a)
	c.slug(a)
	c.credit(a)
	c.contact(a)
	c.superior(a)
	c.basis(in.Basis, 0)
	if in.FoundedOn.After(today(tx)) {
		c.say("founded_on", "agency.date_ahead")
	}
	if err := c.done(); err != nil {
		return Agency{}, err
	}
	a.ID = tx.ID(a.Province())
	if err := insertAgency(tx, a); err != nil {
		return Agency{}, err
	}
	if err := insertPath(tx, a); err != nil {
		return Agency{}, err
	}
	if err := insertNames(tx, a, a.ValidFrom); err != nil {
		return Agency{}, err
	}
	on := a.FoundedOn
	if on.IsZero() {
		on = today(tx)
	}
	return a, r.record(tx, Agency{}, a, Change{Kind: ChangeFound, Effective: on, Basis: in.Basis, By: in.By})
}

func (in Founding) agency() Agency {
	tidy(&in.Slug, &in.Name, &in.ShortName, &in.Basis)
	in.tidy()
	if in.ShortName == "" {
		in.ShortName = in.Name
	}
	return Agency{
		Division: in.Division, Kind: in.Kind, Slug: in.Slug, Name: in.Name, ShortName: in.ShortName,
		CreditCode: NormalCredit(in.CreditCode), Contact: in.Contact, Superior: in.Superior,
		FoundedOn: in.FoundedOn, State: Active, ValidFrom: in.FoundedOn, Demo: in.Demo,
	}
}

func (c *Contact) tidy() { tidy(&c.Address, &c.Hours, &c.Phone, &c.Fax, &c.Email, &c.Website) }

// record writes the history of a change, and its audit row.
func (r *Registry) record(tx *db.Tx, before, after Agency, c Change) error {
	c.ID, c.Agency, c.At = tx.ID(after.Province()), after.ID, tx.Now
	c.Before, c.After = differences(before, after)
	if err := insertChange(tx, c); err != nil {
		return err
	}
	return r.audit(tx, c.entry(after))
}

// entry tells the audit book which fields changed, not to what: the history has the words.
func (c Change) entry(a Agency) audit.Entry {
	return audit.Entry{
		Province: int64(a.Province()), Person: c.By, Agency: a.ID, Verb: "agency." + string(c.Kind),
		Object: strconv.FormatInt(a.ID, 10), Reason: c.Basis,
		Detail: c.Effective.String() + " " + strings.Join(slices.Sorted(maps.Keys(c.After)), ","),
	}
}

// differences gives the fields that differ, as text; the history shows them side by side.
func differences(before, after Agency) (was, is map[string]string) {
	old, now := before.texts(), after.texts()
	was, is = map[string]string{}, map[string]string{}
	for name, v := range now {
		if old[name] == v {
			continue
		}
		is[name] = v
		if old[name] != "" {
			was[name] = old[name]
		}
	}
	return was, is
}
