package linkcheck

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Bounds of one check.
const (
	atOnce     = 100     // pages read, asked and written together
	mostSilent = 5       // hosts in a row nobody could reach: it is the line, not the links
	mostKnown  = 100_000 // answers remembered, since many pages lead to the same place
	tallyBatch = 500     // rows of a transaction
)

// run is one check of everything. A run that was cut short is done again from
// the start and ends in the same rows.
type run struct {
	*Links
	on     clock.Date
	out    *outside
	left   int               // addresses of other sites that may still be asked
	known  map[string]string // code of each address asked
	silent map[string]bool   // hosts that could not be reached before any other site answered
	heard  bool              // another site answered
	rows   int               // dead links kept of the province
	tally  map[agency.Code]*Tally
	nation Tally
}

// Run asks every link of what is public now, and notes which could not be
// opened. A link is dead when it failed on two checks of different days; what
// fails once may have had a bad night.
func (l *Links) Run(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "linkcheck.Run")
	r := &run{Links: l, on: clock.DateOf(l.Disclosure.DB.Clock().Now()), out: l.asker(), left: l.within().outside, known: map[string]string{}, silent: map[string]bool{}}
	if r.out != nil {
		defer time.AfterFunc(forLine, func() { r.out.spent.Store(true) }).Stop()
	}
	var provinces []agency.Division
	if err := l.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		provinces, err = agency.Children(tx, agency.Nation, agency.Nation, 100)
		return err
	}); err != nil {
		return err
	}
	for _, p := range provinces {
		if err := r.province(ctx, p.Code); err != nil {
			return err
		}
	}
	return r.province(ctx, agency.Nation) // last: it has the sum of all
}

// province checks what the units of a province publish.
func (r *run) province(ctx context.Context, c agency.Code) error {
	r.tally = map[agency.Code]*Tally{c: {}}
	if err := r.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		r.rows, err = countRows(tx, c.Province())
		return err
	}); err != nil {
		return err
	}
	if err := r.items(ctx, c); err != nil {
		return err
	}
	if err := r.websites(ctx, c); err != nil {
		return err
	}
	if err := r.Disclosure.DB.Write(ctx, func(tx *db.Tx) error { return sweep(tx, c.Province()) }); err != nil {
		return err
	}
	return r.keepTally(ctx, c)
}

func (r *run) items(ctx context.Context, c agency.Code) error {
	for after := int64(0); ; {
		var pages []page
		if err := r.Disclosure.DB.Read(ctx, func(tx *db.Tx) error {
			all, err := r.Disclosure.LinkedAfter(tx, c.Province(), after, atOnce)
			for _, x := range all {
				p := page{province: x.Province, agency: x.Agency, item: x.Item, version: x.Version, region: x.Region, targets: aim(r.Front.Domain, x.Path, x.Addresses)}
				for _, f := range x.Files {
					p.targets = append(p.targets, target{address: x.Path + "/f/" + strconv.FormatInt(f.ID, 10) + "/" + f.Name, hash: f.Hash})
				}
				pages = append(pages, p)
			}
			return err
		}); err != nil || len(pages) == 0 {
			return err
		}
		if err := r.check(ctx, pages); err != nil {
			return err
		}
		after = pages[len(pages)-1].item
	}
}

func (r *run) websites(ctx context.Context, c agency.Code) error {
	for after := int64(0); ; {
		var pages []page
		if err := r.Disclosure.DB.Read(ctx, func(tx *db.Tx) error {
			all, err := sitesAfter(tx, c, after, atOnce)
			for _, s := range all {
				pages = append(pages, page{province: c.Province(), agency: s.id, region: s.region, targets: aim(r.Front.Domain, "/", []string{s.website})})
			}
			return err
		}); err != nil || len(pages) == 0 {
			return err
		}
		if err := r.check(ctx, pages); err != nil {
			return err
		}
		after = pages[len(pages)-1].agency
	}
}

// check asks what pages lead to and writes what failed.
func (r *run) check(ctx context.Context, pages []page) error {
	if err := r.askOthers(ctx, pages); err != nil {
		return err
	}
	found, kept := []row(nil), map[key]bool{}
	for i := range pages {
		p := &pages[i]
		for _, t := range p.targets {
			code, asked, err := r.verdict(ctx, t)
			if err != nil {
				return err
			}
			r.count(p.region, asked)
			switch {
			case !asked && r.out != nil: // no time for it this night: it stays what it was
				kept[key{p.agency, p.item, t.address}] = true
			case asked && code != "":
				found = append(found, row{province: p.province, agency: p.agency, item: p.item, version: p.version, region: p.region, address: t.address, code: code, failedOn: r.on, checkedOn: r.on})
			}
		}
	}
	return r.write(ctx, pages, found, kept)
}

// verdict is what came of a target; asked is false for another site's that was
// not asked.
func (r *run) verdict(ctx context.Context, t target) (code string, asked bool, err error) {
	switch {
	case t.code != "":
		return t.code, true, nil
	case t.hash != "":
		has, err := r.Disclosure.Blobs.Has(ctx, t.hash)
		if err == nil && !has {
			return codeFile, true, nil
		}
		return "", true, err
	case t.out != nil:
		code, asked = r.known[t.out.String()]
		return code, asked, nil
	}
	if code, asked = r.known[t.path]; asked {
		return code, true, nil
	}
	if code, err = r.askOurs(ctx, t.path); err == nil {
		r.remember(t.path, code)
	}
	return code, true, err
}

// askOurs asks a page of the site itself, as somebody who is not signed in.
func (r *run) askOurs(ctx context.Context, path string) (string, error) {
	for range redirects + 1 {
		a, err := r.Site.Ask(ctx, path, "")
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			return codeMalformed, nil //nolint:nilerr // the one error left is of an address nobody can ask for
		}
		if a.Status < http.StatusMultipleChoices || a.Status >= http.StatusBadRequest || a.Location == "" {
			return statusCode(a.Status), nil
		}
		next, ok := aimAt(r.Front.Domain, path, a.Location)
		if !ok || next.path == "" {
			return "", nil // it leads out of the site
		}
		path = next.path
	}
	return codeRedirects, nil
}

// askOthers asks the addresses of other sites that pages lead to.
func (r *run) askOthers(ctx context.Context, pages []page) error {
	if r.out == nil {
		return nil
	}
	var us []*url.URL
	seen := map[string]bool{}
	for _, p := range pages {
		for _, t := range p.targets {
			if t.out == nil || seen[t.out.String()] {
				continue
			}
			if _, known := r.known[t.out.String()]; known || len(us) >= r.left {
				continue
			}
			seen[t.out.String()] = true
			us = append(us, t.out)
		}
	}
	r.left -= len(us)
	codes, err := r.out.askAll(ctx, us)
	if err != nil {
		return err
	}
	if r.listen(us, codes); !r.heard && len(r.silent) >= mostSilent {
		r.out.spent.Store(true) // what was not learned tonight stays what it was
		return nil
	}
	for address, code := range codes {
		r.remember(address, code)
	}
	return nil
}

// listen notes whether any other site answered, and which hosts did not.
func (r *run) listen(us []*url.URL, codes map[string]string) {
	for _, u := range us {
		switch code, asked := codes[u.String()]; {
		case !asked, code == codePrivate, code == codeRedirects:
		case code == codeName, code == codeTimeout, code == codeConnection:
			r.silent[strings.ToLower(u.Hostname())] = true
		default:
			r.heard = true
		}
	}
}

func (r *run) remember(address, code string) {
	if len(r.known) >= mostKnown {
		clear(r.known)
	}
	r.known[address] = code
}

// key is a link among the rows of a province.
type key struct {
	agency, item int64
	address      string
}

func (x *row) key() key { return key{x.agency, x.item, x.address} }

// write makes the rows of pages those that failed now: what was mended goes.
func (r *run) write(ctx context.Context, pages []page, found []row, kept map[key]bool) error {
	var old []row
	if err := r.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		old, err = failing(tx, pages[0].province, pages)
		return err
	}); err != nil || len(old)+len(found) == 0 {
		return err
	}
	gone, puts := r.change(old, found, kept)
	return r.Disclosure.DB.Write(ctx, func(tx *db.Tx) error { return replace(tx, gone, puts) })
}

// change tells which of the old rows go, and which of those found are written:
// a new one only while there is room.
func (r *run) change(old, found []row, kept map[key]bool) (gone, puts []row) {
	had, fails := map[key]bool{}, map[key]bool{}
	for i := range found {
		fails[found[i].key()] = true
	}
	for _, x := range old {
		if had[x.key()] = true; !fails[x.key()] && !kept[x.key()] {
			gone = append(gone, x)
		}
	}
	r.rows -= len(gone)
	for _, x := range found {
		if !had[x.key()] {
			if r.rows >= r.within().rows {
				continue
			}
			r.rows++
		}
		puts = append(puts, x)
	}
	return gone, puts
}

func replace(tx *db.Tx, gone, puts []row) error {
	for i := range gone {
		if err := drop(tx, &gone[i]); err != nil {
			return err
		}
	}
	for i := range puts {
		if err := put(tx, &puts[i]); err != nil {
			return err
		}
	}
	return nil
}

// count adds a link to the tally of its division and of those above it.
func (r *run) count(c agency.Code, asked bool) {
	add := func(t *Tally) {
		if asked {
			t.Links++
		} else {
			t.Unasked++
		}
	}
	add(&r.nation)
	for _, up := range append(c.Ancestors(), c) {
		if up == agency.Nation {
			continue // it has the sum of all
		}
		if r.tally[up] == nil {
			r.tally[up] = &Tally{}
		}
		add(r.tally[up])
	}
}

// keepTally writes what was asked of a province and of each division in it.
func (r *run) keepTally(ctx context.Context, c agency.Code) error {
	if c == agency.Nation {
		r.tally[c] = &r.nation
	}
	var all []placed
	for place, t := range r.tally {
		t.Outside, t.On = r.out != nil, r.on
		all = append(all, placed{place, *t})
	}
	for len(all) > 0 {
		n := min(len(all), tallyBatch)
		if err := r.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
			for _, p := range all[:n] {
				if err := putTally(tx, p); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		all = all[n:]
	}
	return r.Disclosure.DB.Write(ctx, func(tx *db.Tx) error { return dropTallies(tx, c.Province(), r.on) })
}

// Erase drops what is kept of an item that was taken down for privacy, in that
// transaction: an address or a file's name may be what had to go.
func (l *Links) Erase(tx *db.Tx, province int, item int64) error { return erase(tx, province, item) }
