package disclosure

import (
	"context"
	"slices"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
	"yangguang/internal/ledger"
)

// subject is how the public log names an item.
func subject(it *Item) string { return "item/" + objectNumber(it.ID) }

// logVersion writes a publication into the public log, last in its use case.
func (d *Disclosure) logVersion(tx *db.Tx, it *Item, v *Version, kind string) error {
	files, err := filesOf(tx, it.Province, v.ID)
	if err != nil {
		return err
	}
	b, err := d.PublicContent(it, v, files)
	if err != nil {
		return err
	}
	return appendLeaf(tx, it, kind, v.Number, b)
}

func kindOfPublication(v *Version, verb string) string {
	if v.Emergency {
		return loggedEmergency
	}
	return verb
}

// logEvent writes an act that is not a text into the public log.
func (d *Disclosure) logEvent(tx *db.Tx, it *Item, kind string, e eventContent) error {
	b, err := e.bytes(it)
	if err != nil {
		return err
	}
	return appendLeaf(tx, it, kind, e.Version, b)
}

func appendLeaf(tx *db.Tx, it *Item, kind string, version int, content []byte) error {
	_, err := ledger.Append(tx, ledger.Entry{Province: int64(it.Province), Kind: kind, Subject: subject(it), Part: int64(version), Content: ledger.HashOf(content)})
	return err
}

// known gives an item that was public before there was a log its first leaves:
// one for each of its texts, one for what happened to it. The act that called
// for it holds the item locked, and has changed nothing of it yet.
func (d *Disclosure) known(tx *db.Tx, it *Item) error {
	if it.State == ItemUnpublished {
		return nil
	}
	ls, err := ledger.Has(tx, int64(it.Province), subject(it))
	if err != nil || ls[subject(it)] {
		return err
	}
	return d.logExisting(tx, it)
}

func (d *Disclosure) logExisting(tx *db.Tx, it *Item) error {
	all, err := versionsOf(tx, it.Province, it.ID)
	if err != nil {
		return err
	}
	for i := len(all) - 1; i >= 0 && it.State == ItemPublished; i-- {
		if v := &all[i]; v.State == Published || v.State == Superseded {
			if err := d.logVersion(tx, it, v, loggedExisting); err != nil {
				return err
			}
		}
	}
	events, err := eventsOf(tx, it)
	if err != nil {
		return err
	}
	return d.logEvent(tx, it, loggedHistory, historyOf(it, events))
}

// historyOf binds what happened to an item before it was logged, and what its
// page says of it.
func historyOf(it *Item, events []Event) eventContent {
	e := eventContent{Verb: loggedHistory, Previous: events, State: ItemPublished, Validity: validityAfter(events), Since: instant(it.PublishedAt)}
	if len(events) > 0 && events[len(events)-1].Verb == loggedTakenDown {
		e.State = ItemTakenDown
		e.Title, e.Ground, e.Reason, e.Ended = it.Title, it.EndKind, it.EndReason, instant(it.EndedAt)
	}
	return e
}

// existingInOneGo is how many items are logged in one transaction.
const existingInOneGo = 50

// LogExisting gives every item that was public before there was a log its
// leaves, a few at a time, and tells how many items those were. It may run
// again and beside everything else. How far it came is kept with what it wrote:
// whatever becomes public later is logged by the act itself, so that a start
// after the last item asks for one row.
func (d *Disclosure) LogExisting(ctx context.Context) (total int, err error) {
	defer fault.Wrap(&err, "disclosure.LogExisting")
	var at loggedMark
	if err := d.DB.Read(ctx, func(tx *db.Tx) (err error) { at, err = loggedSoFar(tx); return err }); err != nil {
		return 0, err
	}
	for !at.whole {
		var page []Item
		if err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
			page, err = publicAfter(tx, at.itemKey, existingInOneGo)
			return err
		}); err != nil {
			return total, err
		}
		if at.whole = len(page) == 0; !at.whole {
			at.itemKey = keyOf(&page[len(page)-1])
		}
		n := 0
		if err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
			if n, err = d.logSome(tx, page); err != nil {
				return err
			}
			return markLogged(tx, at)
		}); err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}

// First is an item with its one text, both published.
type First struct {
	Item    *Item
	Version *Version
}

// LogLoaded writes the publication of many items without attachments into the
// public log, each as its first and only text: for a store that is loaded whole.
func (d *Disclosure) LogLoaded(tx *db.Tx, items []First) (err error) {
	defer fault.Wrap(&err, "disclosure.LogLoaded(%d)", len(items))
	entries := make([]ledger.Entry, len(items))
	for i, x := range items {
		b, err := d.PublicContent(x.Item, x.Version, nil)
		if err != nil {
			return err
		}
		entries[i] = ledger.Entry{Province: int64(x.Item.Province), Kind: ItemPublished, Subject: subject(x.Item), Part: int64(x.Version.Number), Content: ledger.HashOf(b)}
	}
	return ledger.AppendFirst(tx, entries)
}

func (d *Disclosure) logSome(tx *db.Tx, items []Item) (n int, err error) {
	byProvince := map[int][]string{}
	for i := range items {
		byProvince[items[i].Province] = append(byProvince[items[i].Province], subject(&items[i]))
	}
	have := map[string]bool{}
	for province, subjects := range byProvince {
		some, err := ledger.Has(tx, int64(province), subjects...)
		if err != nil {
			return 0, err
		}
		for s := range some {
			have[s] = true
		}
	}
	for i := range items {
		if have[subject(&items[i])] {
			continue
		}
		it, err := lockItem(tx, items[i].Province, items[i].ID)
		if err != nil {
			return n, err
		}
		if err := d.known(tx, it); err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, nil
	}
	tags := make([]string, len(items)) // their pages say since when they are logged
	for i := range items {
		tags[i] = itemTag(&items[i])
	}
	return n, fresh.Change(tx, items[0].Province, tags...)
}

// Logged is what the public log says of an item.
type Logged struct {
	Log       int64 // whose log: a province's, or 0 for the nation's
	Leaf      ledger.Leaf
	Versions  map[int]int64 // version -> the leaf that holds it
	Unchanged bool          // what is shown now is what was logged
	Signed    bool          // the leaf lies under a signed head
	Witnesses []ledger.Seen // who cosigned a head over the leaf
	TakenDown *ledger.Leaf  // the leaf that ended it
	Erased    bool          // content, salt and record were destroyed
}

// LogOf tells what the public log says of a page that is shown; nil when the
// item has no leaf yet.
func (d *Disclosure) LogOf(ctx context.Context, p *Page) (l *Logged, err error) {
	defer fault.Wrap(&err, "disclosure.LogOf(%d)", p.Item.ID)
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		l = nil
		it := p.Item
		leaves, err := ledger.Of(tx, int64(it.Province), subject(it))
		if err != nil || len(leaves) == 0 {
			return err
		}
		l = &Logged{Log: int64(it.Province), Versions: map[int]int64{}}
		for i := range leaves { // the newest first
			x := leaves[i]
			switch {
			case x.Kind == loggedTakenDown && l.TakenDown == nil:
				l.TakenDown = &x
			case isText(x.Kind):
				if _, twice := l.Versions[int(x.Part)]; !twice {
					l.Versions[int(x.Part)] = x.Index
				}
				if p.Version != nil && int(x.Part) == p.Version.Number && l.Leaf.Hash == (ledger.Leaf{}).Hash {
					l.Leaf = x
				}
			}
			l.Erased = l.Erased || !x.Open
		}
		if l.TakenDown != nil {
			l.Leaf = *l.TakenDown
		}
		if p.Version != nil {
			b, err := d.PublicContent(it, p.Version, p.Files)
			if err != nil {
				return err
			}
			l.Unchanged = l.Leaf.Open && l.Leaf.Content == ledger.HashOf(b)
		}
		l.Signed, l.Witnesses, err = ledger.Covering(tx, l.Log, l.Leaf.Index)
		return err
	})
	return l, err
}

// isText answers whether a leaf of the kind holds a version's text.
func isText(kind string) bool {
	return slices.Contains([]string{"published", "corrected", "imported", loggedEmergency, loggedExisting}, kind)
}

// ProofOf makes the proof of a version that the public may read, with the
// canonical content it is over.
func (d *Disclosure) ProofOf(ctx context.Context, p *Page, version int) (proof ledger.Proof, content []byte, err error) {
	defer fault.Wrap(&err, "disclosure.ProofOf(%d)", p.Item.ID)
	i := slices.IndexFunc(p.Versions, func(v Version) bool { return v.Number == version && v.Closed == "" })
	if i < 0 {
		return proof, nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		tx = tx.Of(itemTag(p.Item))
		files, err := filesOf(tx, p.Item.Province, p.Versions[i].ID)
		if err != nil {
			return err
		}
		if content, err = d.PublicContent(p.Item, &p.Versions[i], files); err != nil {
			return err
		}
		leaves, err := ledger.Of(tx, int64(p.Item.Province), subject(p.Item))
		if err != nil {
			return err
		}
		at := slices.IndexFunc(leaves, func(l ledger.Leaf) bool { return isText(l.Kind) && l.Part == int64(version) })
		if at < 0 {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		proof, err = ledger.Prove(tx, leaves[at])
		return err
	})
	return proof, content, err
}

// ProofOfEnd makes the proof of an item's take-down: that it happened, when,
// and as which leaf.
func (d *Disclosure) ProofOfEnd(ctx context.Context, it *Item) (proof ledger.Proof, err error) {
	defer fault.Wrap(&err, "disclosure.ProofOfEnd(%d)", it.ID)
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		leaves, err := ledger.Of(tx.Of(itemTag(it)), int64(it.Province), subject(it))
		if err != nil {
			return err
		}
		at := slices.IndexFunc(leaves, func(l ledger.Leaf) bool { return l.Kind == loggedTakenDown || l.Kind == loggedHistory })
		if at < 0 {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		proof, err = ledger.Prove(tx, leaves[at])
		return err
	})
	return proof, err
}

// erase destroys the texts and files of an item that was taken down for
// privacy, and what the public log hides of it; it tells which leaves lost
// salt and record. Number, dates and reason stay as the tombstone.
func (d *Disclosure) erase(tx *db.Tx, it *Item) ([]int64, error) {
	hashes, err := fileHashes(tx, it)
	if err != nil {
		return nil, err
	}
	if err := eraseTexts(tx, it); err != nil {
		return nil, err
	}
	if d.AlsoErase != nil {
		if err := d.AlsoErase(tx, it.Province, it.ID); err != nil {
			return nil, err
		}
	}
	for _, hash := range hashes {
		if err := forgetText(tx, it.Province, hash); err != nil {
			return nil, err
		}
		used, err := FileUsed(tx, hash)
		if err == nil && !used && d.FileInUse != nil {
			used, err = d.FileInUse(tx, hash)
		}
		if err != nil {
			return nil, err
		}
		if !used {
			ctx := context.WithoutCancel(tx.Ctx)
			tx.After(func() { _ = d.Blobs.Delete(ctx, hash) })
		}
	}
	return ledger.Destroy(tx, int64(it.Province), subject(it))
}

type itemKey struct {
	Province int
	ID       int64
}

func keyOf(it *Item) itemKey { return itemKey{it.Province, it.ID} }

// sameInstant compares times as they are stored.
func sameInstant(a, b time.Time) bool {
	return a.IsZero() == b.IsZero() && (a.IsZero() || clock.Millis(a) == clock.Millis(b))
}

// validityAfter is the force a document has after its events.
func validityAfter(events []Event) string {
	for _, e := range slices.Backward(events) {
		if slices.Contains(Validities, e.Verb) {
			return e.Verb
		}
	}
	return Validities[0]
}
