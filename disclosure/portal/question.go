package portal

import (
	"slices"
	"strings"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/search"
	"yangguang/internal/ui"
)

// question is what a reader asks, with the other names of its words.
type question struct {
	Typed string
	Also  map[string][]string
	Words search.Words
}

// maxTyped is the most characters of a question that are looked for.
const maxTyped = 100

// typed is a question as it is looked for.
func typed(s string) string {
	if s = strings.TrimSpace(s); utf8.RuneCountInString(s) > maxTyped {
		s = string([]rune(s)[:maxTyped])
	}
	return s
}

// questionOf widens what was typed by the profile's synonyms and by the names
// that units had before or have now; exact leaves it as it is.
func (p *Portal) questionOf(tx *db.Tx, s string, exact bool) (q question, err error) {
	q = question{Typed: typed(s), Also: map[string][]string{}}
	for _, w := range strings.Fields(q.Typed) {
		if exact {
			break
		}
		also := p.Disclosure.Norm.OtherWords(w)
		if utf8.RuneCountInString(w) >= 4 {
			names, err := agency.OtherNames(tx, p.Front.Home, w, 4)
			if err != nil {
				return q, err
			}
			for _, n := range names {
				if !slices.Contains(also, n) {
					also = append(also, n)
				}
			}
		}
		if len(also) > 0 {
			q.Also[w] = also
		}
	}
	q.Words = search.WordsOf(q.Typed, q.Also)
	return q, nil
}

// widened are the other names that were looked for, in the order of the words.
func (q question) widened() []string {
	var out []string
	for _, w := range strings.Fields(q.Typed) {
		for _, o := range q.Also[w] {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out
}

// scopes are the terms a filter narrows a search by.
func (f filter) scopes() (out []string) {
	switch {
	case f.Unit != nil:
		out = append(out, "u"+itoa(f.Unit.ID))
	case f.Within != agency.Nation:
		out = append(out, "d"+f.Within.Short())
	}
	if f.Category != "" {
		out = append(out, "c"+f.Category)
	}
	return out
}

// asked is the question to the index.
func (f filter) asked(q question) search.Q {
	return search.Q{Text: q.Typed, Also: q.Also, Kinds: []string{"item"}, Scopes: f.scopes()}
}

// How far results are counted: all together, and of each place and category.
const (
	countMost = 1000 // all together, and where the newest lie
	partsMost = 60   // places below that are counted
)

// dated answers whether days narrow the question; they are not in the index, so
// that with them nothing is counted.
func (f filter) dated() bool { return !f.From.IsZero() || !f.To.IsZero() }

// results says how many there are, and where: by place below and by category.
type results struct {
	Total      string
	Places     []ui.Link
	Categories []ui.Link
	Newest     string // of how many that is told, where not of all
}

func (p *Portal) results(tx *db.Tx, found search.Survey, q question, f filter, path string) (out results, err error) {
	ctx, n := tx.Ctx, len(found.Hits)
	if n == 0 {
		return out, nil
	}
	out.Total = t(ctx, "portal.found_count", n)
	if n > countMost {
		out.Total = t(ctx, "portal.found_more", countMost)
	}
	if n < 2 {
		return out, nil
	}
	type part struct {
		scope, name, key, value string
		place                   bool
	}
	var parts []part
	if f.Unit == nil && f.Within.Level() < agency.LevelVillage {
		below, err := agency.Children(tx, f.Within, agency.Nation, partsMost)
		if err != nil {
			return out, err
		}
		for _, d := range below {
			parts = append(parts, part{"d" + d.Code.Short(), d.Name, "within", d.Code.Short(), true})
		}
	}
	if f.Category == "" {
		for _, cg := range p.Disclosure.Norm.Catalogues {
			for _, c := range cg.Categories {
				name := c.Title.In(ctx)
				if f.Unit == nil && len(cg.Kinds) > 0 {
					name = t(ctx, "portal.category_of", p.Disclosure.Norm.Label("kind."+cg.Kinds[0]), name)
				}
				parts = append(parts, part{"c" + c.ID, name, "category", c.ID, false})
			}
		}
	}
	if n > countMost {
		out.Newest = t(ctx, "portal.part_newest", countMost)
	}
	for _, x := range parts {
		if found.In[x.scope] == 0 {
			continue
		}
		words := t(ctx, "portal.part_count", x.name, found.In[x.scope])
		query := cloneQuery(f.Query)
		query.Set("q", q.Typed)
		query.Set(x.key, x.value)
		l := ui.Link{Text: words, Href: withQuery(path, query)}
		if x.place {
			out.Places = append(out.Places, l)
		} else {
			out.Categories = append(out.Categories, l)
		}
	}
	return out, nil
}

// foundIn is where a hit's words stand: its text, or one of its attachments.
func (p *Portal) foundIn(tx *db.Tx, row *disclosure.Row, text string, q question, left *int) (in, around string, err error) {
	here := q.Words.In(row.Title + "\n。" + text)
	if here == q.Words.Len() {
		return "", text, nil
	}
	file, piece, err := disclosure.FoundIn(tx, &row.Item, q.Words, left)
	if err != nil || file == nil {
		return "", text, err
	}
	return file.Name, piece, nil
}

// filesMost is how many bytes of attachments one page reads to show where its
// hits' words stand.
const filesMost = 8 << 20
