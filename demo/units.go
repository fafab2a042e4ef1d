package demo

import (
	"context"
	"fmt"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/db"
)

// unit is one invented agency with its staff.
type unit struct {
	agency.Agency
	key   string // "county", "t350525100", "v350525100001"
	plan  unitText
	place string // the full name of the place, as on an envelope
	scale float64
	staff map[string]*person // by role
	above *unit
}

func (u *unit) province() int { return u.Division.Province() }

// show answers whether the printed accounts work here.
func (u *unit) show() bool { return u.plan.Show }

// found sets up every unit from the nation down, each in one transaction with
// its staff and its obligations.
func (w *world) found(ctx context.Context) error {
	if err := w.layOut(ctx); err != nil {
		return err
	}
	names := newNamer(w.Seed, w.texts.People)
	for _, u := range w.order {
		w.employ(u, names)
	}
	phc := w.Cost.Hash(Password)
	var tiers [][]*unit
	for _, u := range w.order {
		n := u.depth()
		for len(tiers) <= n {
			tiers = append(tiers, nil)
		}
		tiers[n] = append(tiers[n], u)
	}
	for _, tier := range tiers {
		err := inParallel(ctx, len(tier), func(ctx context.Context, i int) error {
			return w.Disclosure.DB.Write(ctx, func(tx *db.Tx) error { return w.foundOne(tx, tier[i], phc) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (u *unit) depth() int {
	n := 0
	for a := u.above; a != nil; a = a.above {
		n++
	}
	return n
}

// layOut lists the units: those named in the texts, then each township with
// its villages.
func (w *world) layOut(ctx context.Context) error {
	return w.Disclosure.DB.Read(ctx, func(tx *db.Tx) error {
		for _, p := range w.texts.Units {
			c, err := agency.ParseCode(p.Division)
			if err != nil {
				return err
			}
			if err := w.add(tx, p, c, p.Key); err != nil {
				return err
			}
		}
		towns, err := agency.Children(tx, County, agency.Nation, agency.MaxPage)
		if err != nil {
			return err
		}
		for i, t := range towns {
			if w.Townships > 0 && i >= w.Townships {
				break
			}
			if err := w.addTownship(tx, t, i == 0); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) addTownship(tx *db.Tx, t agency.Division, first bool) error {
	p := w.texts.Township
	p.Show = first
	if err := w.add(tx, p, t.Code, "t"+t.Code.Short()); err != nil {
		return err
	}
	villages, err := agency.Children(tx, t.Code, agency.Nation, agency.MaxPage)
	if err != nil {
		return err
	}
	for i, v := range villages {
		p := w.texts.Village
		if !strings.Contains(v.Name, "村") {
			p = w.texts.Community
		}
		p.Superior, p.Show = "t"+t.Code.Short(), first && i == 0
		if err := w.add(tx, p, v.Code, "v"+v.Code.Short()); err != nil {
			return err
		}
	}
	return nil
}

// add plans a unit in a division.
func (w *world) add(tx *db.Tx, p unitText, c agency.Code, key string) error {
	d, err := agency.FindDivision(tx, c)
	if err != nil {
		return err
	}
	above, err := agency.Ancestors(tx, c)
	if err != nil {
		return err
	}
	u := &unit{key: key, plan: p, place: agency.FullName(above, d), scale: max(p.Scale, 1), above: w.units[p.Superior], staff: map[string]*person{}}
	u.Division, u.Kind, u.Slug = c, agency.Kind(p.Kind), p.Slug
	fill := strings.NewReplacer("{name}", d.Name, "{base}", baseName(d.Name), "{place}", u.place, "{in}", u.in())
	name, short := p.formerly()
	u.Name, u.ShortName, u.Address = fill.Replace(name), fill.Replace(short), fill.Replace(p.Address)
	u.Hours, u.Phone = p.Hours, telephone(len(w.order)*10+1)
	u.CreditCode = agency.MakeCredit(fmt.Sprintf("%s%06dDEM%06d", p.Credit, max(int(c/1_000_000), 100000), len(w.order)+1))
	w.units[key] = u
	w.order = append(w.order, u)
	return nil
}

// in is the place the unit's superior is in.
func (u *unit) in() string {
	if u.above == nil {
		return ""
	}
	return u.above.place
}

// telephone is a number that cannot exist: area code and exchange are zeros.
func telephone(n int) string { return fmt.Sprintf("0000-%07d", n) }

// baseName is a village's name without what the committee is called.
func baseName(name string) string {
	for _, s := range []string{"村民委员会", "居民委员会", "村委会", "居委会"} {
		if t, ok := strings.CutSuffix(name, s); ok {
			return t
		}
	}
	return name
}

// foundOne sets up one unit with its staff and its obligations.
func (w *world) foundOne(tx *db.Tx, u *unit, phc string) error {
	in := agency.Founding{Division: u.Division, Kind: u.Kind, Slug: u.Slug, Name: u.Name, ShortName: u.ShortName, CreditCode: u.CreditCode,
		Contact: u.Contact, FoundedOn: w.span.founded, Basis: w.texts.FoundingBasis, Demo: true}
	if u.above != nil {
		in.Superior = u.above.ID
	}
	a, err := w.Agencies.FoundIn(tx, in)
	if err != nil {
		return fmt.Errorf("found %s: %w", u.key, err)
	}
	u.Agency = a
	for i, role := range u.plan.Roles {
		if err := w.appoint(tx, u, u.staff[role.Role], i+1, phc); err != nil {
			return fmt.Errorf("appoint in %s: %w", u.key, err)
		}
	}
	if err := overseeHere(tx, u); err != nil {
		return err
	}
	return w.Disclosure.Catalogue.Sync(tx, a)
}

// overseeHere lets the superior oversee a unit that sits in its own division,
// as an institution does: the grant for the divisions below leaves it out.
func overseeHere(tx *db.Tx, u *unit) error {
	if u.above == nil || u.above.Division != u.Division || u.above.staff[overseer] == nil {
		return nil
	}
	p, at := u.above.staff[overseer], int64(u.Division)
	r := account.Right{Verb: disclosure.Overseeing, Range: account.Range{Lo: at, Hi: at, Agency: u.ID}}
	p.rights = append(p.rights, r) // the store has one writer: nobody else is here
	return account.GiveGrant(tx, account.Grant{Person: p.id, Verb: r.Verb, Agency: r.Agency, Lo: r.Lo, Hi: r.Hi})
}

// appoint gives a person post, membership, grants and, where one is printed, an account.
func (w *world) appoint(tx *db.Tx, u *unit, p *person, rank int, phc string) (err error) {
	p.home = account.Target{Agency: u.ID, Division: int64(u.Division)}
	if p.id, err = account.CreatePerson(tx, account.Person{Name: p.name, Home: p.home}); err != nil {
		return err
	}
	post, err := w.Agencies.AddPostIn(tx, 0, agency.Post{Agency: u.ID, Title: p.role.Post, Duty: p.role.Duty, Head: p.role.Role == approver, Rank: rank})
	if err != nil {
		return err
	}
	if _, err := w.Agencies.JoinIn(tx, 0, agency.Member{Agency: u.ID, Person: p.id, Post: post.ID, Since: w.span.founded}); err != nil {
		return err
	}
	p.rights = grantsOf(u, p.role)
	for _, g := range p.rights {
		if err := account.GiveGrant(tx, account.Grant{Person: p.id, Verb: g.Verb, Agency: g.Agency, Lo: g.Lo, Hi: g.Hi}); err != nil {
			return err
		}
	}
	if p.login == "" {
		return nil
	}
	_, err = w.Accounts.CreateLogin(tx, p.id, p.login, phc, false)
	return err
}
