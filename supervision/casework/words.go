package casework

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// The desk looks for part of a masked subject or for a number. Among a million
// matters a walk through the list is too long, so pairs of characters lead to
// the rows, as in the search of what is published. They only lead there: the list
// still asks each row whether it fits and whether the person may see it.

// Where the words of a matter stand.
const (
	wordedOpen = 1
	wordedDone = 2
)

// unworded is the condition of the index over those whose words are to be made.
const unworded = "m.worded <> case when m.state in ('closed', 'merged') then 2 else 1 end"

// worded is what the words of a matter were made of.
type worded struct {
	as      int // 0: there are none
	subject string
	region  agency.Code
}

func (m *Matter) wording() worded {
	w := worded{wordedOpen, m.Subject, m.Region}
	if m.State == Closed || m.State == Merged {
		w.as = wordedDone
	}
	return w
}

// wordsOf are the pairs of neighbouring characters of a text, each once, small
// letters for great ones: whatever holds the text holds all of them.
func wordsOf(text string) (out []int64) {
	rs := []rune(text)
	for i := range len(rs) - 1 {
		out = append(out, int64(unicode.ToLower(rs[i]))<<21|int64(unicode.ToLower(rs[i+1])))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reword brings the words of a matter to what it is now; the caller writes the
// row with its mark.
func (m *Matter) reword(tx *db.Tx) error {
	now := m.wording()
	if now == m.worded {
		return nil
	}
	if err := dropWords(tx, m, m.worded); err != nil {
		return err
	}
	m.worded = now
	return addWords(tx, m)
}

func dropWords(tx *db.Tx, m *Matter, w worded) error {
	words := wordsOf(w.subject)
	if w.as == 0 || len(words) == 0 {
		return nil
	}
	c := (&db.Where{}).And("province = ?", m.Province).And("done = ?", w.as).And("region = ?", w.region).And("matter = ?", m.ID)
	db.In(c, "word", words)
	cond, args := c.SQL()
	_, err := tx.Exec("delete from casework_word"+cond, args...)
	return err
}

// addWords adds them; some stand there already when another release changed
// the row in between.
func addWords(tx *db.Tx, m *Matter) error {
	words := wordsOf(m.worded.subject)
	if len(words) == 0 {
		return nil
	}
	var b strings.Builder
	args := []any{m.Province, m.worded.as, m.worded.region, m.ID}
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		args = append(args, w)
		b.WriteString("($1, $2, $" + strconv.Itoa(len(args)) + ", $3, $4)")
	}
	_, err := tx.Exec("insert into casework_word (province, done, word, region, matter) values "+b.String()+" on conflict do nothing", args...)
	return err
}

// enough is how many rows are looked up one by one and sorted. A word that more
// have is common, and the list in its order comes to a page of them soon.
const enough = 3000

// asked bounds how many pairs of a question are counted to find the rarest.
const asked = 6

// seek has a list of a place come by its words to what fits, where these are
// few; false leaves it to walk in its order.
func (f Filter) seek(tx *db.Tx, r *reach) error {
	words := wordsOf(f.Text)
	if len(words) == 0 || r.province == 0 {
		return nil
	}
	done := wordedOpen
	if f.View == Done {
		done = wordedDone
	}
	if ok, err := allWorded(tx, r.province); err != nil || !ok {
		return err
	}
	least, rarest := enough+1, int64(0)
	for _, w := range words[:min(len(words), asked)] {
		n := 0
		if err := tx.Row("select count(*) from (select matter from casework_word where province = $1 and done = $2 and word = $3 and region between $4 and $5 limit $6) as x",
			r.province, done, w, r.lo, r.hi, least).Scan(&n); err != nil {
			return err
		}
		if n < least {
			least, rarest = n, w
		}
		if n == 0 {
			break
		}
	}
	if least > enough {
		return nil
	}
	r.sought = true
	number := strings.ReplaceAll(f.Text, " ", "")
	r.And(`m.province = ? and m.id in (select x.matter from casework_word x where x.province = ? and x.done = ? and x.word = ? and x.region between ? and ?
 union all select y.id from casework y where y.province = ? and y.number = ? union all select z.id from casework z where z.province = ? and z.outside = ? and z.outside <> '')`,
		r.province, r.province, done, rarest, r.lo, r.hi, r.province, number, r.province, f.Text)
	return nil
}

// allWorded answers whether the words of a province are complete: after an
// upgrade the matters of before are caught up with by a job.
func allWorded(tx *db.Tx, province int) (bool, error) {
	var id int64
	err := tx.Row("select m.id from casework m where m.province = $1 and "+unworded+" order by m.id limit 1", province).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	return false, err
}

// perWording is how many matters one transaction catches up with.
const perWording = 200

// Word makes the words of matters that have none, or others than they should,
// and tells of how many.
func (c *Casework) Word(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "casework.Word")
	for {
		some := 0
		err := c.DB.Write(ctx, func(tx *db.Tx) error {
			ms, err := db.List(tx, scanMatter, "select "+matterCols+" from casework m where "+unworded+" order by m.province, m.id limit $1", perWording)
			if err != nil {
				return err
			}
			some = len(ms)
			for i := range ms {
				m := &ms[i]
				if err := m.reword(tx); err != nil {
					return err
				}
				if _, err := tx.Exec("update casework set worded = $3 where province = $1 and id = $2", m.Province, m.ID, m.worded.as); err != nil {
					return err
				}
			}
			return nil
		})
		if n += some; err != nil || some < perWording {
			return n, err
		}
	}
}

// reach is one range of rows a view asks for, and the place it lies in.
type reach struct {
	db.Where
	province int // 0: of no place, or of the nation
	lo, hi   int64
	sought   bool // by words, so the rows are few and in no order
}

func (r *reach) at(c agency.Code, lo, hi int64) {
	if c != agency.Nation {
		r.province, r.lo, r.hi = c.Province(), lo, hi
	}
}

// ofUnit has the words looked for in its whole province: what it has may lie
// anywhere there.
func (r *reach) ofUnit(unit account.Range) {
	p := db.ProvinceOf(unit.Agency)
	lo, hi := agency.Code(p * 1e10).Range()
	r.province, r.lo, r.hi = p, int64(lo), int64(hi)
}
