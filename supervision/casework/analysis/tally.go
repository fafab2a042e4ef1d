package analysis

import (
	"cmp"
	"fmt"
	"slices"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
)

// key is one row of sums: of a unit or a division and all below it, of a month,
// of one value of a dimension. about is the unit the matters are hidden from.
type key struct {
	scope      int64
	month      int // 202611
	dim, value string
	about      int64
}

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.scope, o.scope), cmp.Compare(k.month, o.month), cmp.Compare(k.dim, o.dim), cmp.Compare(k.value, o.value), cmp.Compare(k.about, o.about))
}

// row is the counts of one key.
type row map[measure]int64

// tally is sums, or changes of sums.
type tally map[key]row

// scopesOf are the unit that answers and every division it lies in: a province
// reads its own rows and never those of its villages.
func scopesOf(unit int64, region agency.Code) []int64 {
	out := []int64{unit, int64(region)}
	for _, c := range []agency.Code{region.County(), region.Prefecture(), region.At(agency.LevelProvince)} {
		if c != agency.Nation && !slices.Contains(out, int64(c)) {
			out = append(out, int64(c))
		}
	}
	return out
}

func monthOf(d clock.Date) int { return d.Year()*100 + int(d.Month()) }

// mostDays is where durations are cut: longer ones are all in the last step.
const mostDays = 400

// take adds what a matter counts as, n times: 1 or -1.
func (t tally) take(f facts, n int64) {
	if f.agency == 0 {
		return
	}
	for _, scope := range scopesOf(f.agency, f.region) {
		put := func(on clock.Date, dim, value string, m measure) {
			k := key{scope, monthOf(on), dim, value, f.about}
			if t[k] == nil {
				t[k] = row{}
			}
			t[k][m] += n
		}
		for _, s := range f.seen {
			put(s.on, byAll, "", s.m)
			if split[s.m] {
				put(s.on, byType, f.kind, s.m)
				put(s.on, byChannel, f.channel, s.m)
				put(s.on, byTopic, f.topic, s.m)
			}
			if s.code != "" {
				put(s.on, string(s.m), s.code, s.m)
			}
			if dim := byDay[s.m]; dim != "" {
				put(s.on, dim, s.on.String(), s.m)
			}
			if s.m == finished {
				put(s.on, byTook, fmt.Sprintf("%03d", min(f.took, mostDays)), s.m)
			}
		}
	}
}

// tidy drops what comes to nothing and gives the keys in their one order, in
// which every transaction takes its locks.
func (t tally) tidy() (keys []key) {
	for k, r := range t {
		for m, n := range r {
			if n == 0 {
				delete(r, m)
			}
		}
		if len(r) == 0 {
			delete(t, k)
			continue
		}
		keys = append(keys, k)
	}
	slices.SortFunc(keys, key.compare)
	return keys
}

// Changed hears each change of a matter in its transaction. What the matter
// counts as is worked out anew and compared with the memo of what it was
// counted as; the difference goes into the sums. So a merger undone, a matter
// taken up again or reclassified moves every sum it had a part in.
func (s *Analysis) Changed(tx *db.Tx, before, after *casework.Matter) (err error) {
	defer fault.Wrap(&err, "analysis.Changed(%d)", after.ID)
	return count(tx, after, before == nil)
}

// count brings the sums in line with one matter.
func count(tx *db.Tx, m *casework.Matter, fresh bool) error {
	var was facts
	old := ""
	if !fresh {
		var err error
		if was, old, err = countedOf(tx, m.Province, m.ID); err != nil {
			return err
		}
	}
	now, err := gather(tx, m, fresh)
	if err != nil {
		return err
	}
	if now.marks() == old && was.agency == now.agency && was.region == now.region {
		return nil
	}
	if err := putCounted(tx, m, now); err != nil {
		return err
	}
	t := tally{}
	t.take(was, -1)
	t.take(now, 1)
	return apply(tx, m.Province, t)
}

// gather reads what a matter counts as.
func gather(tx *db.Tx, m *casework.Matter, fresh bool) (facts, error) {
	if fresh {
		return factsOf(m, nil, nil), nil
	}
	events, err := eventsBetween(tx, m.Province, m.ID, m.ID)
	if err != nil {
		return facts{}, err
	}
	words := map[int64]*lastWord{}
	if m.Rated != "" || len(events[m.ID]) > 0 && (history{events[m.ID]}).last("rate") != nil {
		if words, err = wordsBetween(tx, m.Province, m.ID, m.ID); err != nil {
			return facts{}, err
		}
	}
	return factsOf(m, events[m.ID], words[m.ID]), nil
}
