package search

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Doc is something to be found.
type Doc struct {
	Province int64
	ID       int64
	Kind     string // "item", "matter": what the room calls it
	Title    string
	Body     string   // public text, or a masked copy; never what a person wrote
	Files    []string // the same of each attachment; no phrase crosses from one into another
	// Scopes are where it belongs and who may find it: "p35", "c350525",
	// "staff:17". Small letters, digits and signs.
	Scopes []string
	At     time.Time // newest first by this
}

// Q is a question.
type Q struct {
	Text   string   // blank-separated words, all of which must be found
	Scopes []string // all of which the document must have
	Kinds  []string // one of which it must be; empty = any
	Before int64    // the Key of the last hit of the page before; 0 = from the newest
	Limit  int      // 20 when zero, at most Newest
	// Also are other spellings of words of Text, each as good as the word itself:
	// synonyms, former names.
	Also    map[string][]string
	InTitle bool       // look at titles only
	Typing  bool       // the last word may go on
	Near    [][]string // titles must have all pieces of one of these sets: for spelling
	ByRank  bool       // best first among the newest 500; Before is not looked at
}

// Newest is how many of the newest hits are ranked.
const Newest = 500

// Hit is a document that was found.
type Hit struct {
	Province int64
	ID       int64
	Kind     string
	At       time.Time
	Key      int64 // its place in the order, for Q.Before
}

// Setup makes what only one engine has. It runs after the migrations, and
// again does no harm.
func Setup(ctx context.Context, d *db.DB) (err error) {
	defer fault.Wrap(&err, "search.Setup")
	return d.Write(ctx, setup)
}

// Put indexes a document, replacing what was indexed of it before.
func Put(tx *db.Tx, doc Doc) (err error) {
	defer fault.Wrap(&err, "search.Put(%d)", doc.ID)
	if err := Delete(tx, doc.Province, doc.ID); err != nil {
		return err
	}
	place, err := freePlace(tx, doc, nil)
	if err != nil {
		return err
	}
	if err := insertDoc(tx, doc, place); err != nil {
		return err
	}
	if !tx.Postgres() {
		return shelve(tx, &doc, place)
	}
	for n, v := range doc.vectors(place) {
		if err := insertPart(tx, doc, n, place, v); err != nil {
			return err
		}
	}
	return nil
}

// terms are what a document is found by: those of its title and of each of its
// texts, and its labels.
func (doc *Doc) terms() (title []token, texts [][]token, labels []string) {
	labels = []string{term(kindSign, doc.Kind)}
	for _, s := range doc.Scopes {
		labels = append(labels, term(scopeSign, s))
	}
	title, texts = tokens(doc.Title), [][]token{tokens(doc.Body)}
	for _, f := range doc.Files {
		texts = append(texts, tokens(f))
	}
	return title, texts, labels
}

// columns are the terms as FTS5 takes them.
func (doc *Doc) columns(place int64) (title, body, labels string) {
	t, texts, l := doc.terms()
	return text(t), joinTexts(texts), strings.Join(append(append(l, shelfTerm(groupOf(place))), cellLabels(place)...), " ")
}

// vectors are the terms as PostgreSQL takes them, in parts.
func (doc *Doc) vectors(place int64) []string {
	title, texts, labels := doc.terms()
	return vectors(title, texts, append(labels, cellLabels(place)...))
}

// A document's place in the order of time: the millisecond, and in the low bits
// its province, so that each province has an order of its own.
const (
	placeBits = 20
	placeMask = 1<<placeBits - 1
	lastMilli = 1<<43 - 1 // in the year 2248
)

func milliOf(place int64) int64 { return place >> placeBits }
func groupOf(place int64) int64 { return place & placeMask }

// freePlace chooses where the document stands in the order of time, beside
// those of the index and those taken. Of many of one instant (imported ones carry
// a date only) each gets a millisecond of its own, soon behind.
func freePlace(tx *db.Tx, doc Doc, taken map[int64]bool) (int64, error) {
	at := max(0, min(clock.Millis(doc.At), lastMilli-1<<32))
	for n := 0; ; n++ {
		h := fnv.New64a()
		_, _ = fmt.Fprint(h, doc.ID, n)
		behind := int64(h.Sum64()) & (1<<min(n, 32) - 1)
		place := (at+behind)<<placeBits | doc.Province&placeMask
		if !taken[place] {
			if full, err := placeTaken(tx, place); err != nil || !full {
				return place, err
			}
		}
	}
}

// joinTexts writes texts one after another, divided by a term that no text and
// no question has.
func joinTexts(texts [][]token) string {
	var b strings.Builder
	for i, ts := range texts {
		if i > 0 {
			b.WriteString(scopeSign + " ")
		}
		b.WriteString(text(ts))
	}
	return b.String()
}

func text(ts []token) string {
	var b strings.Builder
	for _, t := range ts {
		b.WriteString(t.s)
		b.WriteByte(' ')
	}
	return b.String()
}

// Delete takes a document out; one that was not in is no error.
func Delete(tx *db.Tx, province, id int64) (err error) {
	defer fault.Wrap(&err, "search.Delete(%d)", id)
	place, err := placeOf(tx, province, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return remove(tx, province, id, place)
}

// Find gives the documents that fit, newest first or best first. A question
// without words lists what its scopes and kinds hold; one without anything
// finds nothing.
func Find(tx *db.Tx, q Q) (hits []Hit, err error) {
	defer fault.Wrap(&err, "search.Find")
	if q.Limit <= 0 {
		q.Limit = 20
	}
	q.Limit = min(q.Limit, Newest)
	asked, err := ask(tx, q)
	if err != nil || asked.words == "" {
		return nil, err
	}
	var all []found
	if q.ByRank {
		all, err = best(tx, asked, q.Limit)
	} else {
		all, err = newest(tx, asked, q.Before, q.Limit)
	}
	return hitsOf(all), err
}

// Count tells how many documents fit, counting no further than atMost.
func Count(tx *db.Tx, q Q, atMost int) (n int, err error) {
	defer fault.Wrap(&err, "search.Count")
	asked, err := ask(tx, q)
	if err != nil || asked.words == "" {
		return 0, err
	}
	return count(tx, asked, atMost)
}

// ask reads a question as the engine takes it.
func ask(tx *db.Tx, q Q) (a asking, err error) {
	if !tx.Postgres() {
		groups, current, err := shelves(tx)
		if a = fts5.asking(q); !current {
			a.earlier = fts5Earlier.write(q)
		}
		a.shelves = groups
		return a, err
	}
	current, err := hasFormat(tx)
	if current {
		return tsquery.asking(q), err
	}
	a = tsqueryEarlier.asking(q)
	a.earlier = a.words
	return a, err
}

// Survey is what the newest of all that fits a question are, and where they lie.
type Survey struct {
	Hits []Hit          // the newest, all of them up to the bound
	In   map[string]int // how many of the hits have each scope
}

// Look surveys a question up to most hits, in one walk through the index: asking
// it for the hits, their number and each scope by itself takes ten times as
// long or more.
func Look(tx *db.Tx, q Q, most int) (s Survey, err error) {
	defer fault.Wrap(&err, "search.Look")
	asked, err := ask(tx, q)
	if err != nil || asked.words == "" {
		return s, err
	}
	s.In = map[string]int{}
	all, err := newest(tx, asked, 0, most)
	for _, f := range all {
		for x := range strings.FieldsSeq(f.scopes) {
			s.In[x]++
		}
	}
	s.Hits = hitsOf(all)
	return s, err
}

// found is a hit with its scopes, divided by blanks.
type found struct {
	Hit
	scopes string
}

func hitsOf(all []found) (hits []Hit) {
	for _, f := range all {
		hits = append(hits, f.Hit)
	}
	return hits
}
