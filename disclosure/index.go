package disclosure

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/internal/search"
)

// How much text is looked at where.
const (
	pieceSize  = 8000      // characters of one stored piece of a file's text
	indexNow   = 20_000    // characters of attachments the publishing transaction indexes itself
	indexMost  = 1_000_000 // characters of attachments that one item is found by
	indexBatch = 60_000    // characters one transaction of Reindex writes, about
)

// indexKind is the job that indexes what the publishing transaction left.
const indexKind = "disclosure.index"

// reindexKind is the job that goes on with the whole store.
const reindexKind = "disclosure.reindex"

// RegisterJobs gives the runner the room's work.
func (d *Disclosure) RegisterJobs(r *jobs.Runner) {
	r.Handle(reindexKind, d.goOn)
	r.HandleLong(readKind, readMost, d.readOn)
	r.Handle(indexKind, func(ctx context.Context, j jobs.Job) error {
		id, err := strconv.ParseInt(j.Payload, 10, 64)
		if err != nil {
			return jobs.GiveUp(err)
		}
		err = d.Index(ctx, int(j.Province), id)
		if fault.Is(err, fault.NotFound) { // gone meanwhile
			return nil
		}
		return err
	})
}

// index makes what is published now findable, in the transaction that
// publishes: title, text and short attachments at once. Long attachments, and
// those nobody has read yet, follow by a job, since an officer's signature must
// not wait for them.
func (d *Disclosure) index(tx *db.Tx, it *Item, v *Version) error {
	doc, rest, err := d.searchDoc(tx, it, v, indexNow)
	if err != nil {
		return err
	}
	if err := search.Put(tx, doc); err != nil || !rest {
		return err
	}
	id := strconv.FormatInt(it.ID, 10)
	return jobs.Add(tx, jobs.Job{Province: int64(it.Province), Kind: indexKind, Key: id, Payload: id})
}

// Index indexes an item again with all of its attachments, reading first those
// that were never read. Whatever is not published is taken out.
func (d *Disclosure) Index(ctx context.Context, province int, item int64) (err error) {
	defer fault.Wrap(&err, "disclosure.Index(%d)", item)
	if err := d.readFiles(ctx, province, item); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := d.indexAgain(tx, province, item)
		return err
	})
}

// indexAgain puts an item into the index as it stands; size is how much was
// written.
func (d *Disclosure) indexAgain(tx *db.Tx, province int, item int64) (size int, err error) {
	it, err := lockItem(tx, province, item)
	if err != nil {
		return 0, err
	}
	if it.State != ItemPublished {
		return 0, search.Delete(tx, int64(province), item)
	}
	v, err := versionByID(tx, province, it.Current)
	if err != nil {
		return 0, err
	}
	doc, _, err := d.searchDoc(tx, it, v, indexMost)
	if err != nil {
		return 0, err
	}
	for _, f := range doc.Files {
		size += utf8.RuneCountInString(f)
	}
	return size + utf8.RuneCountInString(doc.Body), search.Put(tx, doc)
}

// searchDoc is an item as the index takes it; rest says that attachments have
// more text than room, or were never read.
func (d *Disclosure) searchDoc(tx *db.Tx, it *Item, v *Version, room int) (doc search.Doc, rest bool, err error) {
	doc = search.Doc{Province: int64(it.Province), ID: it.ID, Kind: "item", Title: v.Title, Body: d.searchText(d.Projected(v)), At: it.PublishedAt, Scopes: scopes(it)}
	files, err := filesOf(tx, v.Province, v.ID)
	if err != nil {
		return doc, false, err
	}
	for _, f := range files {
		pieces, err := fileText(tx, v.Province, f.Hash, room/pieceSize+1)
		if err != nil {
			return doc, false, err
		}
		rest = rest || len(pieces) == 0
		text := f.Name + "\n" + f.Note
		for _, p := range pieces {
			if room -= utf8.RuneCountInString(p); room < 0 {
				rest = true
				break
			}
			text += "\n" + p
		}
		doc.Files = append(doc.Files, text)
	}
	return doc, rest, nil
}

// readFiles reads the attachments of what is published that were never read:
// those of an older release, or of an import.
func (d *Disclosure) readFiles(ctx context.Context, province int, item int64) error {
	var unread []File
	err := d.DB.Read(ctx, func(tx *db.Tx) error {
		it, err := itemByID(tx, province, item)
		if err != nil || it.State != ItemPublished {
			return err
		}
		unread, err = unreadFiles(tx, province, it.Current)
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range unread {
		text, err := d.readText(ctx, f)
		if err != nil {
			return err
		}
		if err := d.DB.Write(ctx, func(tx *db.Tx) error { return keepText(tx, province, f.Hash, text) }); err != nil {
			return err
		}
	}
	return nil
}

// readText is the masked text of a stored file; "" when the gate cannot read
// it, which a person has looked at before.
func (d *Disclosure) readText(ctx context.Context, f File) (string, error) {
	b, err := d.bytesOf(ctx, f.Hash)
	if err != nil {
		return "", err
	}
	rep, err := d.gate().Inspect(ctx, f.Name, bytes.NewReader(b), int64(len(b)))
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", nil //nolint:nilerr // what the gate of today refuses was looked at by a person
	}
	return rep.Text(), nil
}

func closeAfter(c io.Closer, err error) error {
	if e := c.Close(); err == nil {
		return e
	}
	return err
}

// Reindex indexes every published item again, in small transactions, so that a
// store of an earlier release is found by its attachments too. It begins after
// an item, for a run that was broken off, and tells after each step how far it
// is.
func (d *Disclosure) Reindex(ctx context.Context, after Place, progress func(done int, last Place)) (done int, err error) {
	defer fault.Wrap(&err, "disclosure.Reindex")
	for {
		n, last, err := d.reindexSome(ctx, after)
		if err != nil {
			return done, err
		}
		if n == 0 {
			if err := d.DB.Write(ctx, search.Renewed); err != nil {
				return done, err
			}
			return done, search.Settle(ctx, d.DB)
		}
		if done, after = done+n, last; progress != nil {
			progress(done, after)
		}
	}
}

// reindexSome indexes the next items after one, reading first the attachments
// that were never read; no transaction writes much more than indexBatch.
func (d *Disclosure) reindexSome(ctx context.Context, after Place) (n int, last Place, err error) {
	var next []Place
	if err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		next, err = publishedAfter(tx, after, inOneGo)
		return err
	}); err != nil {
		return 0, after, err
	}
	for _, p := range next {
		if err := d.readFiles(ctx, p.Province, p.Item); err != nil {
			return n, after, fmt.Errorf("item %d of province %d: %w", p.Item, p.Province, err)
		}
	}
	for n < len(next) && ctx.Err() == nil {
		did := 0
		if err := d.DB.Write(ctx, func(tx *db.Tx) error {
			did = 0
			for size := 0; n+did < len(next) && size < indexBatch; did++ {
				one, err := d.indexAgain(tx, next[n+did].Province, next[n+did].Item)
				if err != nil {
					return err
				}
				size += one
			}
			return nil
		}); err != nil {
			return n, after, err
		}
		n += did
		after = next[n-1]
	}
	return n, after, ctx.Err()
}

// Renew begins to index everything again, in the background, when a release
// before this one filled the index.
func (d *Disclosure) Renew(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "disclosure.Renew")
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		old, err := search.Outdated(tx)
		if err != nil || !old {
			return err
		}
		return jobs.Add(tx, jobs.Job{Kind: reindexKind, Key: Place{}.String(), Payload: Place{}.String()})
	})
}

// goOn does one step of it and asks for the next.
func (d *Disclosure) goOn(ctx context.Context, j jobs.Job) error {
	after, err := ParsePlace(j.Payload)
	if err != nil {
		return jobs.GiveUp(err)
	}
	n, last, err := d.reindexSome(ctx, after)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		if n == 0 {
			return search.Renewed(tx)
		}
		return jobs.Add(tx, jobs.Job{Kind: reindexKind, Key: last.String(), Payload: last.String()})
	})
}

// Place is where an item stands in the order of the store.
type Place struct {
	Province int
	Item     int64
}

// String writes the place for ParsePlace.
func (p Place) String() string { return fmt.Sprintf("%d/%d", p.Province, p.Item) }

// ParsePlace reads what String wrote.
func ParsePlace(s string) (p Place, err error) {
	if _, err := fmt.Sscanf(s, "%d/%d", &p.Province, &p.Item); err != nil {
		return p, fmt.Errorf("%q is no place; write province/item: %w", s, err)
	}
	return p, nil
}

// FoundIn says in which attachment of an item a question's words stand when
// its text does not have them: the file and the text around them.
func FoundIn(tx *db.Tx, it *Item, want search.Words, left *int) (f *File, text string, err error) {
	files, err := filesOf(tx, it.Province, it.Current)
	if err != nil {
		return nil, "", err
	}
	for i := range files {
		name := files[i].Name + " " + files[i].Note
		if want.In(name) == want.Len() {
			return &files[i], strings.TrimSpace(name), nil
		}
	}
	best := 0
	for i := range files {
		for part := 0; *left > 0; part += readAhead {
			pieces, err := fileParts(tx, it.Province, files[i].Hash, part, readAhead)
			if err != nil {
				return nil, "", err
			}
			for _, p := range pieces {
				*left -= len(p)
				switch n := want.In(p); {
				case n == want.Len():
					return &files[i], p, nil
				case n > best:
					best, f, text = n, &files[i], p
				}
			}
			if len(pieces) < readAhead {
				break
			}
		}
	}
	return f, text, nil
}

// readAhead is how many pieces of a file's text are read at a time.
const readAhead = 8
