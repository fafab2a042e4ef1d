package casework_test

import (
	"context"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

var walked = flag.Int("walked", 1500, "steps of the random walk through the store")

// walk is a county in which anybody does anything at any time.
type walk struct {
	*caseworktest.House
	t     *testing.T
	rnd   *rand.Rand
	staff []caseworktest.Person
	units []agency.Agency
	home  map[int64]int64 // person -> unit
	all   []*casework.Matter
	codes map[int64]string
	acts  map[string]func(ctx context.Context, m *casework.Matter) error
	done  map[string]int // acts that were not refused
	shut  map[int64]bool // seen closed or merged
	looks int            // how often the hidden were looked for
}

// long is a walk by hand: its store lies in memory where the machine has a place
// for that, since it is no test of the disk, and it tells how far it is.
const long = 100_000

// perWalk is how far a county is walked: at ten hours a step a walk three times
// as long comes to the year 2200, beyond which there are no dates.
const perWalk = 50_000

// hops are the acts that move a matter between hands: none of them touches the
// outer clock.
var hops = []string{"dispatch", "sign", "object", "rule", "recall", "take", "assign", "contribute", "submit", "return"}

// TestWhateverAnybodyDoesTheInvariantsHold walks at random: the outer clock does
// not move by hops, nothing closes unheard, nobody finds what is about his unit.
func TestWhateverAnybodyDoesTheInvariantsHold(t *testing.T) {
	if *walked >= long {
		if s, err := os.Stat("/dev/shm"); err == nil && s.IsDir() {
			t.Setenv("TMPDIR", "/dev/shm")
		}
	}
	done := map[string]int{}
	walks := max(3, (*walked+perWalk-1)/perWalk)
	for seed := uint64(1); seed <= uint64(walks); seed++ {
		w := newWalk(t, seed)
		for i := range *walked / walks {
			w.step(i)
		}
		if *walked >= long {
			t.Logf("seed %d: %d steps, %d matters, %d acts done, looked for what is hidden %d times", seed, *walked/walks, len(w.all), w.acted(), w.looks)
		}
		for verb, n := range w.done {
			done[verb] += n
		}
	}
	for _, verb := range []string{"accept", "ask", "supplement", "dispatch", "sign", "object", "rule", "recall", "take", "assign", "submit", "return", "approve", "deliver", "rate", "callback",
		"extend", "suspend", "resume", "keep", "reclassify", "withdraw", "refer", "release"} {
		if done[verb] == 0 {
			t.Errorf("the walk never came to %s: %v", verb, done)
		}
	}
}

func (w *walk) acted() (n int) {
	for _, k := range w.done {
		n += k
	}
	return n
}

func newWalk(t *testing.T, seed uint64) *walk {
	h := caseworktest.New(t)
	w := &walk{House: h, t: t, rnd: rand.New(rand.NewPCG(seed, 7)), codes: map[int64]string{}, done: map[string]int{}, home: map[int64]int64{}, shut: map[int64]bool{}}
	w.staff = []caseworktest.Person{h.Front, h.Handler, h.Head, h.Town, h.TownHead, h.Above, h.Stranger}
	for i, u := range []agency.Agency{h.County, h.County, h.County, h.Township, h.Township, h.Superior, h.Institution} {
		w.home[w.staff[i].ID] = u.ID
	}
	w.units = []agency.Agency{h.County, h.Township, h.Institution, h.Superior}
	c := h.Cases
	text := "随便写点什么作为说明文字。"
	w.acts = map[string]func(ctx context.Context, m *casework.Matter) error{
		"accept": func(ctx context.Context, m *casework.Matter) error { return c.Accept(ctx, m.Province, m.ID, "") },
		"refuse": func(ctx context.Context, m *casework.Matter) error {
			return c.Refuse(ctx, m.Province, m.ID, "no_facts", text)
		},
		"ask": func(ctx context.Context, m *casework.Matter) error { return c.Ask(ctx, m.Province, m.ID, text) },
		"dispatch": func(ctx context.Context, m *casework.Matter) error {
			return c.Dispatch(ctx, m.Province, m.ID, w.unit(), []int64{w.unit()}[:w.rnd.IntN(2)], "")
		},
		"sign": func(ctx context.Context, m *casework.Matter) error { return c.Sign(ctx, m.Province, m.ID) },
		"take": func(ctx context.Context, m *casework.Matter) error { return c.Take(ctx, m.Province, m.ID) },
		"object": func(ctx context.Context, m *casework.Matter) error {
			return c.Object(ctx, m.Province, m.ID, "not_duty", text)
		},
		"rule": func(ctx context.Context, m *casework.Matter) error {
			return c.Rule(ctx, m.Province, m.ID, w.rnd.IntN(2) == 0, text)
		},
		"recall": func(ctx context.Context, m *casework.Matter) error { return c.Recall(ctx, m.Province, m.ID, text) },
		"assign": func(ctx context.Context, m *casework.Matter) error {
			return c.Assign(ctx, m.Province, m.ID, w.person().ID, "")
		},
		"contribute": func(ctx context.Context, m *casework.Matter) error {
			return c.Contribute(ctx, m.Province, m.ID, text)
		},
		"submit": func(ctx context.Context, m *casework.Matter) error {
			r := casework.Reply{Result: []string{"solved", "explained", "promised"}[w.rnd.IntN(3)], Text: text, PromiseOn: clock.DateOf(h.Clock.Now()).AddDays(1 + w.rnd.IntN(20))}
			return c.SubmitReply(ctx, m.Province, m.ID, r)
		},
		"return":  func(ctx context.Context, m *casework.Matter) error { return c.Return(ctx, m.Province, m.ID, text) },
		"approve": func(ctx context.Context, m *casework.Matter) error { return c.Approve(ctx, m.Province, m.ID) },
		"deliver": func(ctx context.Context, m *casework.Matter) error {
			return c.Deliver(ctx, m.Province, m.ID, []string{"phone", "unreachable"}[w.rnd.IntN(2)], text)
		},
		"extend": func(ctx context.Context, m *casework.Matter) error {
			return c.Extend(ctx, m.Province, m.ID, 1+w.rnd.IntN(12), text)
		},
		"suspend": func(ctx context.Context, m *casework.Matter) error {
			return c.Suspend(ctx, m.Province, m.ID, "court", text)
		},
		"resume": func(ctx context.Context, m *casework.Matter) error { return c.Resume(ctx, m.Province, m.ID, "") },
		"keep":   func(ctx context.Context, m *casework.Matter) error { return c.Keep(ctx, m.Province, m.ID, text) },
		"callback": func(ctx context.Context, m *casework.Matter) error {
			return c.CallBack(ctx, m.Province, m.ID, w.rating())
		},
		"reopen": func(ctx context.Context, m *casework.Matter) error { return c.Reopen(ctx, m.Province, m.ID, text) },
		"merge": func(ctx context.Context, m *casework.Matter) error {
			return c.Merge(ctx, m.Province, m.ID, w.matter().ID, text)
		},
		"unmerge": func(ctx context.Context, m *casework.Matter) error { return c.Unmerge(ctx, m.Province, m.ID, text) },
		"refer": func(ctx context.Context, m *casework.Matter) error {
			return c.Refer(ctx, m.Province, m.ID, "police", text, text)
		},
		"release": func(ctx context.Context, m *casework.Matter) error {
			return c.ProposeRelease(ctx, m.Province, m.ID, text)
		},
		"reclassify": func(ctx context.Context, m *casework.Matter) error {
			return c.Reclassify(ctx, m.Province, m.ID, w.change())
		},
		"rate": func(_ context.Context, m *casework.Matter) error {
			return c.Rate(h.Anyone(), m.Number, w.codes[m.ID], w.rating())
		},
		"supplement": func(_ context.Context, m *casework.Matter) error {
			return c.Supplement(h.Anyone(), m.Number, w.codes[m.ID], text, nil)
		},
		"withdraw": func(_ context.Context, m *casework.Matter) error {
			if w.rnd.IntN(8) > 0 {
				return nil
			}
			return c.Withdraw(h.Anyone(), m.Number, w.codes[m.ID])
		},
	}
	return w
}

func (w *walk) unit() int64                 { return w.units[w.rnd.IntN(len(w.units))].ID }
func (w *walk) person() caseworktest.Person { return w.staff[w.rnd.IntN(len(w.staff))] }
func (w *walk) matter() *casework.Matter    { return w.all[w.rnd.IntN(len(w.all))] }
func (w *walk) change() casework.Change {
	x := casework.Change{Type: []string{"complaint", "suggestion", "petition", ""}[w.rnd.IntN(4)], Class: []string{"usual", "urgent", "emergency", ""}[w.rnd.IntN(4)], Reason: "改" + "类"}
	if w.rnd.IntN(3) == 0 {
		x.About = w.unit()
	}
	return x
}

func (w *walk) rating() casework.Rating {
	return casework.Rating{Channel: "phone", Reached: w.rnd.IntN(3) > 0, Solved: []string{"yes", "partly", "no"}[w.rnd.IntN(3)], Satisfied: "fair", Discontent: "slow"}
}

func (w *walk) step(i int) {
	if len(w.all) < 3 || w.rnd.IntN(30) == 0 {
		f := w.Filing([]string{"complaint", "petition", "tipoff", "suggestion", "enquiry"}[w.rnd.IntN(5)])
		f.Agency = w.unit()
		if w.rnd.IntN(2) == 0 {
			f.About = w.unit()
		}
		if m, code, err := w.Cases.File(w.Anyone(), f); err == nil {
			w.all, w.codes[m.ID] = append(w.all, m), code
		} else if fault.KindOf(err) == fault.Internal {
			w.t.Fatalf("step %d: file: %v", i, err)
		}
		return
	}
	w.Advance(w.t, time.Duration(w.rnd.IntN(20))*time.Hour)
	m := w.open()
	before := w.row(m)
	verb := w.choose(before)
	act := w.acts[verb]
	if act == nil {
		return
	}
	err := fault.Say(fault.Forbidden, "")
	for _, j := range w.rnd.Perm(len(w.staff)) { // whoever may, and those who may not before him
		if err = act(w.As(w.staff[j]), m); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			break
		}
	}
	after := w.row(m)
	w.shut[m.ID] = !after.Open()
	switch kind := fault.KindOf(err); {
	case err == nil:
		w.done[verb]++
	case kind == fault.Internal:
		w.t.Fatalf("step %d: %s in %s: %v", i, verb, before.State, err)
	case before.State != after.State:
		w.t.Fatalf("step %d: %s was refused (%v) and moved it from %s to %s", i, verb, err, before.State, after.State)
	}
	w.holds(i, verb, before, after)
}

// row reads a matter anew.
func (w *walk) row(m *casework.Matter) (k *casework.Matter) {
	w.Read(w.t, func(tx *db.Tx) (err error) {
		k, err = casework.Row(tx, m.Province, m.ID)
		return err
	})
	return k
}

// open is one of the newest matters somebody still owes something in, mostly.
func (w *walk) open() *casework.Matter {
	for range 6 {
		m := w.all[len(w.all)-1-w.rnd.IntN(min(len(w.all), 12))]
		if !w.shut[m.ID] {
			return m
		}
	}
	return w.matter()
}

// choose is mostly what can be done now, seldom what ends a matter, sometimes
// anything.
func (w *walk) choose(k *casework.Matter) string {
	if w.rnd.IntN(10) == 0 {
		verbs := slices.Sorted(maps.Keys(w.acts))
		return verbs[w.rnd.IntN(len(verbs))]
	}
	var verbs []string
	for _, r := range casework.Flow.Verbs(k.State) {
		v := r.Verb
		switch v {
		case "refuse", "refer", "withdraw", "merge", "ask", "reclassify":
			if w.rnd.IntN(6) > 0 {
				continue
			}
		case "uphold", "overrule":
			v = "rule"
		case "settle":
			v = "callback"
		}
		verbs = append(verbs, v)
	}
	if k.State == casework.Callback || k.State == casework.Closed {
		verbs = append(verbs, "rate")
	}
	if k.Hidden {
		verbs = append(verbs, "release")
	}
	if len(verbs) == 0 {
		return "rate"
	}
	return verbs[w.rnd.IntN(len(verbs))]
}

func (w *walk) holds(i int, verb string, before, after *casework.Matter) {
	if slices.Contains(hops, verb) && !after.DueAt.Equal(before.DueAt) {
		w.t.Fatalf("step %d: %s moved the outer clock from %s to %s", i, verb, before.DueAt, after.DueAt)
	}
	if verb == "extend" && after.DueAt.Before(before.DueAt) {
		w.t.Fatalf("step %d: %s took time away: %s, %s", i, verb, before.DueAt, after.DueAt)
	}
	if after.State == casework.Closed && after.Delivery == "" && after.Result != "withdrawn" {
		w.t.Fatalf("step %d: closed unheard by %s", i, verb)
	}
	if after.Hidden && (after.Agency == after.About || after.Holder == after.About) {
		w.t.Fatalf("step %d: after %s the unit it is about has it", i, verb)
	}
	if before.Hidden && !after.Hidden {
		w.t.Fatalf("step %d: %s brought it into the open", i, verb)
	}
	if after.Reopened > 1 {
		w.t.Fatalf("step %d: taken up again %d times", i, after.Reopened)
	}
	if !after.Hidden || i%5 > 0 || *walked >= long && i%25 > 0 {
		return
	}
	w.looks++
	for _, p := range w.staff {
		if w.home[p.ID] != after.About {
			continue
		}
		if _, err := w.Cases.Open(w.As(p), after.Province, after.ID); !fault.Is(err, fault.NotFound) {
			w.t.Fatalf("step %d: %s finds what is about his unit: %v", i, p.Name, err)
		}
		for _, v := range casework.Views {
			rows, err := w.Cases.List(w.As(p), casework.Filter{View: v, Limit: 100})
			if err != nil || slices.ContainsFunc(rows, func(x casework.Matter) bool { return x.ID == after.ID }) {
				w.t.Fatalf("step %d: the list %q of %s shows it, or fails: %v", i, v, p.Name, err)
			}
		}
	}
}

// TestTheStoreRefusesAnUnheardClose without the code above it.
func TestTheStoreRefusesAnUnheardClose(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		m, _ := h.File(t, h.Filing("complaint"))
		for _, change := range []string{
			"state = 'closed', closed_at = 1",
			"state = 'callback'",
			"hidden = true, about = agency",
			"state = 'merged'",
		} {
			err := h.Cases.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec("update casework set "+change+" where province = $1 and id = $2", m.Province, m.ID)
				return err
			})
			if err == nil {
				t.Errorf("the store takes %q", change)
			}
		}
	})
}
