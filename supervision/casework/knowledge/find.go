package knowledge

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/search"
)

// scopeOf is where an article holds, as a term of the index.
func scopeOf(c agency.Code) string { return "holds" + c.String() }

// chain are the divisions whose articles hold for a division, the nearest first.
func chain(c agency.Code) []agency.Code {
	up := append(c.Ancestors(), c)
	slices.Reverse(up)
	return slices.Compact(up)
}

// query asks for articles that stand.
type query struct {
	place agency.Code // where they must hold
	words string
	topic string
	staff bool // the staff's own too
	all   bool // those not in force too, so marked
	typed bool // the last word may go on, and titles and questions alone count
	after key  // where a page of a list without words ends
	limit int
}

// key is where a page of a list ends: by level, topic and id.
type key struct {
	region agency.Code
	topic  string
	id     int64
}

// keyOf reads a key from an address.
func keyOf(s string) (k key) {
	region, rest, _ := strings.Cut(s, ".")
	topic, id, _ := strings.Cut(rest, ".")
	c, err := agency.ParseCode(region)
	if k.id, _ = strconv.ParseInt(id, 10, 64); err != nil || k.id == 0 {
		return key{}
	}
	k.region, k.topic = c, topic
	return k
}

func (k key) String() string { return k.region.Short() + "." + k.topic + "." + itoa(k.id) }

// standingArticle is an article with the version that stands.
type standingArticle struct {
	Article
	Version Version
}

// holding lists what holds for a division, the nearest level first.
func holding(tx *db.Tx, q query) ([]standingArticle, error) {
	if strings.TrimSpace(q.words) == "" {
		return listHolding(tx, q, nil)
	}
	return find(tx, q)
}

// find asks the index level by level: what holds nearest comes first, and within
// a level the best. The rows decide what is shown, never the index.
func find(tx *db.Tx, q query) (out []standingArticle, err error) {
	kinds := []string{publicKind}
	if q.staff {
		kinds = append(kinds, staffKind)
	}
	for _, c := range chain(q.place) {
		hits, err := search.Find(tx, search.Q{Text: q.words, Scopes: []string{scopeOf(c)}, Kinds: kinds, Limit: 4 * q.limit, ByRank: !q.typed, InTitle: q.typed, Typing: q.typed})
		if err != nil {
			return nil, err
		}
		level, err := ofHits(tx, q, c, hits)
		if err != nil {
			return nil, err
		}
		if out = append(out, level...); len(out) >= q.limit {
			return out[:q.limit], nil
		}
	}
	return out, nil
}

// ofHits reads what a level of the index found, in its order.
func ofHits(tx *db.Tx, q query, c agency.Code, hits []search.Hit) (out []standingArticle, err error) {
	if len(hits) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	q.place, q.limit = c, len(ids)
	rows, err := listHolding(tx, q, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if i := slices.IndexFunc(rows, func(x standingArticle) bool { return x.ID == id }); i >= 0 {
			out = append(out, rows[i])
		}
	}
	return out, nil
}

// excerptLength is how much of an answer a list shows, in characters.
const excerptLength = 90

// excerpt is the beginning of an answer.
func excerpt(answer string) string {
	s := strings.ReplaceAll(answer, "\n", " ")
	if utf8.RuneCountInString(s) <= excerptLength {
		return s
	}
	return string([]rune(s)[:excerptLength]) + "…"
}

// Spoken is an article as a voice reads it.
type Spoken struct {
	Province  int        `json:"province"`
	Article   int64      `json:"article,string"`
	Version   int        `json:"version"`
	Topic     string     `json:"topic"`
	Title     string     `json:"title"`
	Questions []string   `json:"questions"`
	Text      []string   `json:"text"` // a paragraph each
	Basis     string     `json:"basis"`
	Lang      string     `json:"lang"`
	Until     clock.Date `json:"until"`
	Hash      string     `json:"hash"`
}

// spokenMost is how many articles a menu is given.
const spokenMost = 50

// Spoken lists what may be read aloud to somebody of a division today, on a topic
// or, with "", on any: the nearest level first.
func (k *Knowledge) Spoken(ctx context.Context, division agency.Code, topic string) (out []Spoken, err error) {
	defer fault.Wrap(&err, "knowledge.Spoken(%s)", division)
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := holding(tx, query{place: division, topic: topic, limit: spokenMost})
		for _, x := range rows {
			v := x.Version
			out = append(out, Spoken{Province: x.Province, Article: x.ID, Version: v.Number, Topic: v.Topic, Title: v.Title, Questions: v.Questions, Text: lines(v.Answer), Basis: v.Basis(), Lang: v.Lang, Until: v.To, Hash: v.Hash})
		}
		return err
	})
	return out, err
}

// byTopic groups articles under the topics, in the topics' order.
func (k *Knowledge) byTopic(rows []standingArticle) (ids []string, of map[string][]standingArticle) {
	of = map[string][]standingArticle{}
	for _, x := range rows {
		of[x.Topic] = append(of[x.Topic], x)
	}
	for _, t := range k.Topics {
		if len(of[t.ID]) > 0 {
			ids = append(ids, t.ID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(of)) {
		if !k.hasTopic(id) {
			ids = append(ids, id)
		}
	}
	return ids, of
}

// Found is an article that stands, as whoever answers a person finds it.
type Found struct {
	Province int
	Article  int64
	Version  int
	Title    string
	Answer   string
	Basis    string // the law it rests on, in one line
	Public   bool   // everybody may read it
}

// Ref is how an answer names what it quotes: province.article@version.
func (f Found) Ref() string { return fmt.Sprintf("%d.%d@%d", f.Province, f.Article, f.Version) }

// ParseRef reads what Ref writes.
func ParseRef(s string) (province int, article int64, version int, ok bool) {
	n, err := fmt.Sscanf(s, "%d.%d@%d", &province, &article, &version)
	return province, article, version, err == nil && n == 3
}

// Look finds what holds in a division and is in force, by words or by topic, the
// nearest level first; staff: the staff's own too.
func (k *Knowledge) Look(ctx context.Context, division agency.Code, words, topic string, staff bool, limit int) (out []Found, err error) {
	defer fault.Wrap(&err, "knowledge.Look")
	if strings.TrimSpace(words) == "" && topic == "" {
		return nil, nil
	}
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := holding(tx, query{place: division, words: words, topic: topic, staff: staff, limit: limit})
		for _, x := range rows {
			out = append(out, Found{Province: x.Province, Article: x.ID, Version: x.Version.Number, Title: x.Version.Title, Answer: x.Version.Answer, Basis: x.Version.Basis(), Public: x.Version.Audience == ForPublic})
		}
		return err
	})
	return out, err
}
