package portal

import (
	"context"
	"net/http"
	"net/url"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/ui"
)

// Already is what is public on a question, for whoever is about to ask for it:
// the best of what a unit's place and those below have published, with the text
// around the words, and the address of the whole search.
func (p *Portal) Already(tx *db.Tx, u agency.Agency, asked string, most int) (hits []ui.Entry, all string, err error) {
	q, err := p.questionOf(tx, asked, false)
	if err != nil || q.Typed == "" {
		return nil, "", err
	}
	f := filter{Within: u.Division, Query: url.Values{}}
	found, _, err := p.hits(tx, q, f, true, 0)
	if err != nil {
		return nil, "", err
	}
	if hits, err = p.hitEntries(tx, found[:min(most, len(found))], q); err != nil {
		return nil, "", err
	}
	f.Query.Set("q", q.Typed)
	if u.Division != agency.Nation && u.Division != p.Front.Home {
		f.Query.Set("within", u.Division.Short())
	}
	return hits, withQuery(href(tx.Ctx, "/search"), f.Query), nil
}

// UnitOf finds the agency of an address for a page of another room, with the
// way that leads to that page. An agency that moved forwards the reader.
func (p *Portal) UnitOf(tx *db.Tx, r *http.Request, last ...ui.Link) (u agency.Agency, crumbs []ui.Link, err error) {
	if u, err = p.unit(tx, r); err != nil {
		return u, nil, err
	}
	crumbs, err = p.crumbs(r, tx, u, true, last...)
	return u, crumbs, err
}

// Reach is how the public reaches an agency.
func Reach(ctx context.Context, u agency.Agency) []ui.Pair {
	u.CreditCode = ""
	return contact(ctx, u)
}
