package agency

import (
	"context"
	"strconv"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Renaming gives an agency another name (更名). The old one still finds it.
type Renaming struct {
	By        int64
	Agency    int64
	Name      string
	ShortName string // empty: the name
	On        clock.Date
	Basis     string
}

// Rename gives an agency another name from a day on.
func (r *Registry) Rename(ctx context.Context, in Renaming) (err error) {
	defer fault.Wrap(&err, "agency.Rename(%d)", in.Agency)
	return r.change(ctx, in.Agency, Change{Kind: ChangeRename, Effective: in.On, Basis: in.Basis, By: in.By},
		func(c *checker, a *Agency) error {
			was := *a
			a.Name, a.ShortName = in.Name, in.ShortName
			tidy(&a.Name, &a.ShortName)
			if a.ShortName == "" {
				a.ShortName = a.Name
			}
			if a.Name == was.Name && a.ShortName == was.ShortName {
				return fault.Say(fault.Conflict, "agency.same_name")
			}
			c.names(*a)
			if err := c.done(); err != nil {
				return err
			}
			if err := endNames(c.tx, a.ID, in.On); err != nil {
				return err
			}
			return insertNames(c.tx, *a, in.On)
		})
}

// Merger lets one agency carry on another's work (合并).
type Merger struct {
	By     int64
	Agency int64 // the one that ends
	Into   int64 // its successor
	On     clock.Date
	Basis  string
}

// Merge ends an agency in favour of a successor. What is addressed to it is forwarded there; the agencies below it and its
// members go over, the members without their posts.
func (r *Registry) Merge(ctx context.Context, in Merger) (err error) {
	defer fault.Wrap(&err, "agency.Merge(%d, %d)", in.Agency, in.Into)
	return r.change(ctx, in.Agency, Change{Kind: ChangeMerge, Effective: in.On, Basis: in.Basis, By: in.By},
		func(c *checker, a *Agency) error {
			if err := checkSuccessor(c, *a, in.Into); err != nil {
				return err
			}
			if err := c.done(); err != nil {
				return err
			}
			a.State, a.Successor, a.ValidTo = Merged, in.Into, in.On
			if err := moveSubordinates(c.tx, a.ID, in.Into); err != nil {
				return err
			}
			return moveMembers(c.tx, a.ID, in.Into, in.On)
		})
}

func checkSuccessor(c *checker, a Agency, into int64) error {
	s, err := findAgency(c.tx, into, c.tx.ForUpdate())
	if err != nil {
		return err
	}
	if s.ID == a.ID {
		return fault.Say(fault.Conflict, "agency.merge_itself")
	}
	if s.State != Active {
		return fault.Say(fault.Conflict, "agency.successor_inactive")
	}
	if below, err := InSubtree(c.tx, a.ID, s.ID); err != nil || below {
		return orSay(err, "agency.successor_below")
	}
	n, err := countSubordinatesOutside(c.tx, a.ID, s.Division)
	if err != nil || n > 0 {
		return orSay(err, "agency.subordinates_outside", n)
	}
	return nil
}

// orSay is our failure where there was one, else the refusal.
func orSay(err error, key string, args ...any) error {
	if err != nil {
		return err
	}
	return fault.Say(fault.Conflict, key, args...)
}

// Relocation seats an agency in another division (迁移).
type Relocation struct {
	By       int64
	Agency   int64
	To       Code
	Slug     string // empty: as before
	Superior int64  // 0: as before
	On       clock.Date
	Basis    string
}

// Move seats an agency in another division of the same province. Its old address forwards to the new one.
func (r *Registry) Move(ctx context.Context, in Relocation) (err error) {
	defer fault.Wrap(&err, "agency.Move(%d, %s)", in.Agency, in.To.Short())
	return r.change(ctx, in.Agency, Change{Kind: ChangeMove, Effective: in.On, Basis: in.Basis, By: in.By},
		func(c *checker, a *Agency) error {
			if in.To == a.Division {
				return fault.Say(fault.Conflict, "agency.same_division")
			}
			if in.To.Province() != a.Province() {
				// Its id and every row about it carry the province.
				return fault.Say(fault.Conflict, "agency.other_province")
			}
			a.Division = in.To
			if in.Slug != "" {
				a.Slug = in.Slug
			}
			if in.Superior != 0 {
				a.Superior = in.Superior
			}
			c.division(a.Division, a.Kind)
			c.names(*a)
			c.slug(*a)
			c.superior(*a)
			if err := c.done(); err != nil {
				return err
			}
			n, err := countSubordinatesOutside(c.tx, a.ID, a.Division)
			if err != nil || n > 0 {
				return orSay(err, "agency.subordinates_outside", n)
			}
			return insertPath(c.tx, *a)
		})
}

// Abolition ends an agency without a successor (撤销).
type Abolition struct {
	By     int64
	Agency int64
	On     clock.Date
	Basis  string
}

// Abolish ends an agency that has none below it any more; its memberships end with it. What it published stays.
func (r *Registry) Abolish(ctx context.Context, in Abolition) (err error) {
	defer fault.Wrap(&err, "agency.Abolish(%d)", in.Agency)
	return r.change(ctx, in.Agency, Change{Kind: ChangeAbolish, Effective: in.On, Basis: in.Basis, By: in.By},
		func(c *checker, a *Agency) error {
			below, err := listSubordinates(c.tx, a.ID, 0, 1)
			if err != nil || len(below) > 0 {
				return orSay(err, "agency.has_subordinates")
			}
			if err := c.done(); err != nil {
				return err
			}
			a.State, a.ValidTo = Abolished, in.On
			return endMembers(c.tx, a.ID, in.On)
		})
}

// Amendment replaces what may change without a decision: contact, credit code, superior.
type Amendment struct {
	By         int64
	Agency     int64
	CreditCode string
	Contact
	Superior int64
	Basis    string // may be empty
}

// Amend replaces contact, credit code and superior by what is given (信息变更).
func (r *Registry) Amend(ctx context.Context, in Amendment) (err error) {
	defer fault.Wrap(&err, "agency.Amend(%d)", in.Agency)
	in.tidy()
	return r.change(ctx, in.Agency, Change{Kind: ChangeAmend, Basis: in.Basis, By: in.By},
		func(c *checker, a *Agency) error {
			a.CreditCode, a.Contact, a.Superior = NormalCredit(in.CreditCode), in.Contact, in.Superior
			c.credit(*a)
			c.contact(*a)
			c.superior(*a)
			return c.done()
		})
}

// change reads: lock, check, change, record. f alters the agency, having called done on the checker, which already holds
// what is wrong with the day and the basis.
func (r *Registry) change(ctx context.Context, id int64, h Change, f func(*checker, *Agency) error) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		h, c := h, &checker{tx: tx}
		tidy(&h.Basis)
		was, err := findAgency(tx, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		if was.State != Active {
			return fault.Say(fault.Conflict, "agency.not_active")
		}
		if h.Kind == ChangeAmend {
			h.Effective = today(tx)
			c.basis(h.Basis, 0)
		} else {
			c.basis(h.Basis, 1)
			c.on(h.Effective, was.ValidFrom)
		}
		is := was
		if err := f(c, &is); err != nil {
			return err
		}
		if err := updateAgency(tx, is); err != nil {
			return err
		}
		return r.record(tx, was, is, h)
	})
}

// texts are the fields the history shows.
func (a Agency) texts() map[string]string {
	number := func(id int64) string {
		if id == 0 {
			return ""
		}
		return strconv.FormatInt(id, 10)
	}
	division := ""
	if a.ID != 0 {
		division = a.Division.String()
	}
	return map[string]string{
		"division": division, "kind": string(a.Kind), "slug": a.Slug, "name": a.Name, "short_name": a.ShortName,
		"credit_code": a.CreditCode, "address": a.Address, "hours": a.Hours, "phone": a.Phone, "fax": a.Fax,
		"email": a.Email, "website": a.Website, "superior": number(a.Superior), "founded_on": a.FoundedOn.String(),
		"state": string(a.State), "successor": number(a.Successor), "valid_to": a.ValidTo.String(),
	}
}
