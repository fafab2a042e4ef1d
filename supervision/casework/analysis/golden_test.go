package analysis

import (
	"math"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/supervision/casework"
)

// told is one matter as the golden check knows it: read from the rows by itself,
// with nothing of the package's counting.
type told struct {
	state, kind, result, refusal       string
	filed, accepted, reply, due, ended time.Time
	solved, satisfied                  string
	ratedOn                            time.Time
	ends                               bool // of the call-back
	reopened, objected, upheld         time.Time
}

func (o *bureau) told(t testing.TB) (out []told) {
	t.Helper()
	o.read(t, func(tx *db.Tx) error {
		type row struct {
			id int64
			told
		}
		lo, hi := o.County.Division.Range()
		rows, err := db.List(tx, func(r *db.Rows, x *row) error {
			return r.Scan(&x.id, &x.state, &x.kind, &x.result, &x.refusal, db.OrZero(&x.filed), db.OrZero(&x.accepted), db.OrZero(&x.due), db.OrZero(&x.ended))
		}, "select id, state, type, result, refusal, filed_at, accepted_at, first_due, closed_at from casework where region between $1 and $2 and not (hidden and about = $3) order by id limit 5000", lo, hi, o.County.ID)
		if err != nil {
			return err
		}
		for _, x := range rows {
			for kind, into := range map[string]*time.Time{"replied": &x.reply, "reopen": &x.reopened, "object": &x.objected, "uphold": &x.upheld} {
				ats, err := db.List(tx, db.One[int64], "select at from casework_event where province = $1 and matter = $2 and kind = $3 order by at, id limit 1", o.County.Province(), x.id, kind)
				if err != nil {
					return err
				}
				if len(ats) > 0 {
					*into = clock.FromMillis(ats[0])
				}
			}
			type rating struct {
				a, b string
				at   int64
			}
			rs, err := db.List(tx, func(r *db.Rows, y *rating) error { return r.Scan(&y.a, &y.b, &y.at) }, "select solved, satisfied, at from casework_rating where province = $1 and matter = $2 and reached order by id desc limit 1", o.County.Province(), x.id)
			if err != nil {
				return err
			}
			for _, y := range rs {
				x.solved, x.satisfied, x.ratedOn = y.a, y.b, clock.FromMillis(y.at)
			}
			n := 0
			if err := tx.Row("select count(*) from casework_event where province = $1 and matter = $2 and kind = 'lapse'", o.County.Province(), x.id).Scan(&n); err != nil {
				return err
			}
			x.ends = n > 0 || len(rs) > 0
			out = append(out, x.told)
		}
		return nil
	})
	return out
}

// TestEachIndicatorEqualsASlowRecomputation on a county with late, open, merged,
// refused, withdrawn and reopened matters.
func TestEachIndicatorEqualsASlowRecomputation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		began := o.today().Year()
		for seed := range uint64(4) {
			w := newWalker(t, o, 21+seed)
			for range 200 {
				w.step()
			}
		}
		everybody := account.With(t.Context(), &account.Actor{Person: o.Front.ID, Rights: newWalker(t, o, 0).rights()})
		for _, upheld := range []bool{true, false} {
			m, _ := o.File(t, o.Filing("enquiry"))
			disclosuretest.Check(t, o.Cases.Accept(everybody, m.Province, m.ID, ""))
			disclosuretest.Check(t, o.Cases.Dispatch(everybody, m.Province, m.ID, o.Township.ID, nil, "请办理"))
			disclosuretest.Check(t, o.Cases.Object(everybody, m.Province, m.ID, "not_duty", "不属于我镇职责"))
			disclosuretest.Check(t, o.Cases.Rule(everybody, m.Province, m.ID, upheld, "已经研究决定"))
		}
		all, seen := o.told(t), map[string]int64{}
		for y := began; y <= began+1; y++ {
			o.golden(t, all, y, seen)
		}
		for _, id := range []string{"ontime", "solved", "satisfied", "upheld", "reopened", "took", "open"} {
			if seen[id] == 0 {
				t.Errorf("nothing was there to count for %s", id)
			}
		}
	})
}

// golden holds one year's figures against a count by hand.
func (o *bureau) golden(t testing.TB, all []told, began int, seen map[string]int64) {
	t.Helper()
	year := period{began*100 + 1, began*100 + 12}
	var v *view
	disclosuretest.Check(t, o.Room.DB.Read(o.chief(), func(tx *db.Tx) error {
		at, err := findPlace(tx, o.County.Division.Short(), "", o.County.Division)
		if err != nil {
			return err
		}
		v, err = o.Room.look(tx, at, year, true, false)
		return err
	}))
	in := func(at time.Time) bool { return !at.IsZero() && clock.DateOf(at).Year() == began }
	var contactsN, mattersN int64
	want := map[string]*rate{}
	for _, x := range indicators {
		want[x.id] = &rate{}
	}
	hit := func(id string, den, num bool) {
		if den {
			want[id].den++
			if num {
				want[id].num++
			}
		}
	}
	took, open := []int{}, []int{}
	for _, m := range all {
		if in(m.filed) {
			contactsN++
		}
		if m.state == casework.Merged {
			continue
		}
		if in(m.filed) {
			mattersN++
		}
		fair := m.refusal == "" && m.result != "withdrawn" && !m.accepted.IsZero()
		dueDay := m.due.Add(-time.Millisecond)
		hit("ontime", fair && in(dueDay) && clock.DateOf(dueDay).Before(o.today()), !m.reply.IsZero() && m.reply.Before(m.due))
		hit("solved", in(m.ratedOn), m.solved == "yes")
		hit("satisfied", in(m.ratedOn), m.satisfied == "yes")
		hit("upheld", in(m.objected), !m.upheld.IsZero())
		hit("reopened", m.refusal == "" && in(m.reply), !m.reopened.IsZero())
		if fair && in(m.accepted) {
			if m.reply.IsZero() {
				open = append(open, o.today().Sub(clock.DateOf(m.accepted)))
			} else {
				took = append(took, int(math.Ceil(m.reply.Sub(m.accepted).Hours()/24)))
			}
		}
	}
	if n, _ := v.count(v.all(contacts), year); n != contactsN {
		t.Errorf("%d contacts, want %d", n, contactsN)
	}
	if n, _ := v.count(v.all(matters), year); n != mattersN {
		t.Errorf("%d matters, want %d", n, mattersN)
	}
	for _, id := range []string{"ontime", "solved", "satisfied", "upheld", "reopened"} {
		if r, _ := v.rate(*indicatorOf(id), v.scope(), year); r != *want[id] {
			t.Errorf("%s is %v, want %v", id, r, *want[id])
		}
	}
	d, _ := v.duration()
	if int(total(d.Took)) != len(took) || int(total(d.Open)) != len(open) {
		t.Errorf("%d replied and %d open, want %d and %d", total(d.Took), total(d.Open), len(took), len(open))
	}
	for _, id := range []string{"ontime", "solved", "satisfied", "upheld", "reopened"} {
		seen[id] += want[id].den
	}
	seen["took"], seen["open"] = seen["took"]+int64(len(took)), seen["open"]+int64(len(open))
	sum := 0
	for _, n := range took {
		sum += n
	}
	if m, n := d.mean(); len(took) > 0 && (int(n) != len(took) || math.Abs(m-float64(sum)/float64(len(took))) > 1e-9) {
		t.Errorf("the mean is %v of %d, want %v of %d", m, n, float64(sum)/float64(len(took)), len(took))
	}
}
