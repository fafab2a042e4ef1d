package disclosure

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ledger"
)

// Divergence is an item whose rows are not what the public log says of it.
// What has a sentence "disclosure.log_<what>".
type Divergence struct {
	Number string // the item's index number; its subject when there is no item
	What   string
	Leaf   int64 // the leaf it differs from; -1 for none
}

// What can be wrong with an item's rows.
const (
	notLogged   = "missing"    // public, but not in the log
	notPublic   = "absent"     // in the log, but not among the items
	textChanged = "text"       // a text is not what was logged
	rowChanged  = "item"       // what lists and heads say is not what the text says
	actChanged  = "event"      // the history is not what was logged
	saltMissing = "unreadable" // what the leaf hides is gone without a take-down for privacy
	reopened    = "reopened"   // taken down or closed, but public again
)

// VerifyLog checks a province's log, and then every row the public sees
// against it: each text, correction, take-down and date, and that nothing is
// public but unlogged, and nothing logged but absent.
func (d *Disclosure) VerifyLog(ctx context.Context, province int64, keys []note.Verifier) (r ledger.Report, out []Divergence, err error) {
	defer fault.Wrap(&err, "disclosure.VerifyLog(%d)", province)
	var ours []bool // leaves about items that no item has claimed yet
	r, err = ledger.Verify(ctx, d.DB, province, keys, func(l ledger.Leaf) error {
		ours = append(ours, strings.HasPrefix(l.Subject, "item/"))
		return nil
	})
	if err != nil || r.Fault != "" {
		return r, nil, err
	}
	after := int64(-1)
	for {
		n := 0
		if err := d.DB.Read(ctx, func(tx *db.Tx) error {
			page, err := publicIn(tx, int(province), after, 200)
			if n = len(page); err != nil || n == 0 {
				return err
			}
			after = page[n-1].ID
			some, err := d.checkItems(tx, int(province), page, ours)
			out = append(out, some...)
			return err
		}); err != nil {
			return r, out, err
		}
		if n == 0 {
			break
		}
	}
	for i, unclaimed := range ours {
		if unclaimed {
			l, err := d.leaf(ctx, province, int64(i))
			if err != nil {
				return r, out, err
			}
			out = append(out, Divergence{Number: l.Subject, What: notPublic, Leaf: int64(i)})
		}
	}
	return r, out, nil
}

func (d *Disclosure) leaf(ctx context.Context, province, index int64) (l ledger.Leaf, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		l, err = ledger.Find(tx, province, index)
		return err
	})
	return l, err
}

func (d *Disclosure) checkItems(tx *db.Tx, province int, page []Item, ours []bool) (out []Divergence, err error) {
	versions, files, events, err := textsOf(tx, province, page)
	if err != nil {
		return nil, err
	}
	subjects := make([]string, len(page))
	for i := range page {
		subjects[i] = subject(&page[i])
	}
	leaves, err := ledger.About(tx, int64(province), subjects...)
	if err != nil {
		return nil, err
	}
	for i := range page {
		it := &page[i]
		c := itemCheck{d: d, it: it, versions: versions[it.ID], files: files, events: events[it.ID], leaves: leaves[subject(it)]}
		for _, l := range c.leaves {
			if l.Index < int64(len(ours)) {
				ours[l.Index] = false
			}
		}
		what, at, err := c.run()
		if err != nil {
			return nil, err
		}
		if what != "" {
			out = append(out, Divergence{Number: it.Number, What: what, Leaf: at})
		}
	}
	return out, nil
}

// CheckItem checks one item's rows against the public log.
func (d *Disclosure) CheckItem(tx *db.Tx, it *Item) (*Divergence, error) {
	found, err := d.checkItems(tx, it.Province, []Item{*it}, nil)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// itemCheck walks an item's leaves and its history side by side.
type itemCheck struct {
	d        *Disclosure
	it       *Item
	versions []Version // published and superseded, the oldest first
	files    map[int64][]File
	events   []Event
	leaves   []ledger.Leaf
	closed   map[int]string // version -> the reason it was closed for
	erased   []int64
}

func (c *itemCheck) run() (what string, leaf int64, err error) {
	if len(c.leaves) == 0 {
		return notLogged, -1, nil
	}
	c.closed = map[int]string{}
	rest, events := c.leaves, c.events
	if first := rest[0].Kind; first == loggedExisting || first == loggedHistory {
		at := slices.IndexFunc(rest, func(l ledger.Leaf) bool { return l.Kind == loggedHistory })
		n := len(events) - (len(rest) - at - 1)
		if at < 0 || n < 0 {
			return actChanged, rest[0].Index, nil
		}
		if what, leaf, err := c.existing(rest[:at], rest[at], events[:n]); what != "" || err != nil {
			return what, leaf, err
		}
		rest, events = rest[at+1:], events[n:]
	}
	if len(rest) != len(events) {
		if len(rest) < len(events) {
			return notLogged, -1, nil
		}
		return actChanged, rest[len(events)].Index, nil
	}
	for i := range rest {
		what, err := c.act(rest[i], len(c.events)-len(events)+i)
		if what != "" || err != nil {
			return what, rest[i].Index, err
		}
	}
	for _, l := range c.leaves {
		if !l.Open && !slices.Contains(c.erased, l.Index) {
			return saltMissing, l.Index, nil
		}
	}
	what = c.row()
	return what, c.leaves[len(c.leaves)-1].Index, err
}

// existing checks the leaves an item got that was public before the log.
func (c *itemCheck) existing(texts []ledger.Leaf, history ledger.Leaf, events []Event) (string, int64, error) {
	for _, l := range texts {
		if what, err := c.text(l, loggedExisting, int(l.Part)); what != "" || err != nil {
			return what, l.Index, err
		}
	}
	for i, e := range events {
		if e.Verb == loggedClosed {
			c.close(e.Reason, c.before(events[:i]))
		}
	}
	b, err := historyOf(c.it, events).bytes(c.it)
	if err == nil && history.Open && history.Content != ledger.HashOf(b) {
		return actChanged, history.Index, nil
	}
	return "", 0, err
}

// act compares a leaf with the event it was written for.
func (c *itemCheck) act(l ledger.Leaf, at int) (string, error) {
	e := c.events[at]
	expect := eventContent{Verb: e.Verb, Version: e.Version, Reason: e.Reason, At: instant(e.At)}
	kind := e.Verb
	switch {
	case e.Verb == "published", e.Verb == "corrected", e.Verb == "imported":
		return c.text(l, kind, e.Version)
	case e.Verb == loggedClosed:
		expect.Closed = c.close(e.Reason, c.before(c.events[:at]))
	case e.Verb == loggedTakenDown:
		expect.Ground = c.it.EndKind
		if c.it.EndKind == endPrivacy {
			for _, x := range c.leaves {
				if x.Index < l.Index && !x.Open {
					c.erased = append(c.erased, x.Index)
				}
			}
			expect.Erased = c.erased
		}
	case slices.Contains(Validities, e.Verb):
		kind = loggedValidity
	}
	b, err := expect.bytes(c.it)
	if err != nil {
		return "", err
	}
	switch {
	case l.Kind != kind || int(l.Part) != e.Version:
		return actChanged, nil
	case l.Open && l.Content != ledger.HashOf(b):
		return actChanged, nil
	}
	return "", nil
}

// before lists the versions that were superseded after some events.
func (c *itemCheck) before(events []Event) (out []int) {
	last := 0
	for _, e := range events {
		if slices.Contains([]string{"published", "corrected", "imported"}, e.Verb) {
			last = e.Version
		}
	}
	for i := range c.versions {
		if n := c.versions[i].Number; n < last && c.closed[n] == "" {
			out = append(out, n)
		}
	}
	return out
}

func (c *itemCheck) close(reason string, versions []int) []int {
	for _, n := range versions {
		c.closed[n] = reason
	}
	return versions
}

// text compares a leaf with the version it was written for.
func (c *itemCheck) text(l ledger.Leaf, kind string, number int) (string, error) {
	i := slices.IndexFunc(c.versions, func(v Version) bool { return v.Number == number })
	if i < 0 || int(l.Part) != number {
		return textChanged, nil
	}
	v := &c.versions[i]
	if kind != loggedExisting {
		kind = kindOfPublication(v, kind)
	}
	if l.Kind != kind {
		return textChanged, nil
	}
	if !l.Open { // erased for privacy, or named below as unreadable
		return "", nil
	}
	b, err := c.d.PublicContent(c.it, v, c.files[v.ID])
	if err != nil || l.Content != ledger.HashOf(b) {
		return textChanged, nil //nolint:nilerr // what cannot be written as content is not what was logged
	}
	return "", nil
}

// row compares the item's row, which lists and heads show, with its texts and
// events, which the log holds.
func (c *itemCheck) row() string {
	it := c.it
	if len(c.versions) == 0 || len(c.events) == 0 {
		return rowChanged
	}
	now, last := &c.versions[len(c.versions)-1], c.events[len(c.events)-1]
	state := ItemPublished
	if slices.ContainsFunc(c.events, func(e Event) bool { return e.Verb == loggedTakenDown }) {
		state = ItemTakenDown
	}
	for i := range c.versions {
		v := &c.versions[i]
		if want := map[bool]string{true: Published, false: Superseded}[v == now]; v.State != want {
			return reopened
		}
		if v.Closed != c.closed[v.Number] {
			return reopened
		}
	}
	if it.State != state {
		return reopened
	}
	erased := it.State == ItemTakenDown && it.EndKind == "privacy"
	same := it.Current == now.ID && sameInstant(it.PublishedAt, c.versions[0].PublishedAt) && it.Corrected == slices.ContainsFunc(c.events, func(e Event) bool { return e.Verb == "corrected" }) &&
		(erased || it.Title == now.Title) && it.FormedOn == now.FormedOn && it.EndsOn == now.EndsOn && it.Explains == now.Explains &&
		it.Emergency == now.ReviewOwed && it.Validity == validityAfter(c.events)
	for _, e := range slices.Backward(c.events) { // to close an earlier text changes nothing of the item itself
		if e.Verb != loggedClosed {
			same = same && (e.Verb == "imported" || sameInstant(it.ChangedAt, e.At))
			break
		}
	}
	if state == ItemTakenDown {
		same = same && it.EndReason == last.Reason && sameInstant(it.EndedAt, last.At)
	}
	if !same {
		return rowChanged
	}
	return ""
}

// String is for an operator's report.
func (x Divergence) String() string {
	if x.Leaf < 0 {
		return fmt.Sprintf("%s: %s", x.Number, x.What)
	}
	return fmt.Sprintf("%s: %s (leaf %d)", x.Number, x.What, x.Leaf)
}
