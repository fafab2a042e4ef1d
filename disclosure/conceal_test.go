package disclosure_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/db"
	"yangguang/internal/suppress/suppresstest"
)

// births fills the form of village.3: what was born in each quarter until q, by
// order of children.
func births(h *house, period, title string, born [][3]int) disclosure.Text {
	x := h.Text("village.3", period, title)
	x.Data.Rows = nil
	var year [3]int
	for _, b := range born {
		for i := range b {
			year[i] += b[i]
		}
	}
	now := born[len(born)-1]
	for i, id := range []string{"first", "second", "third_up"} {
		x.Data.Rows = append(x.Data.Rows, form.Row{ID: id, Cells: map[string]string{"quarter": strconv.Itoa(now[i]), "year": strconv.Itoa(year[i])}})
	}
	x.Data.Rows = append(x.Data.Rows, form.Row{ID: "total"})
	return x
}

// read is one public text as an outsider has it.
type readText struct {
	period string
	cells  map[string]int // figure -> the outsider's number
	wide   map[string]bool
	true   map[string]int64
}

// outsider reads every text of the items, old ones too, as Public gives them,
// and knows the truth only to know which figures are alike in two texts.
func outsider(t *testing.T, h *house, u agency.Agency, items []*disclosure.Item) (*suppresstest.Outsider, []readText) {
	t.Helper()
	a := &suppresstest.Outsider{}
	var out []readText
	for _, it := range items {
		pg, err := h.Disclosure.Public(h.Anyone(), u, it.Year, it.Serial)
		check(t, err)
		var truth []string
		h.Read(t, func(tx *db.Tx) (err error) {
			truth, err = db.List(tx, func(r *db.Rows, s *string) error { return r.Scan(s) },
				"select data from item_version where province = $1 and item = $2 and state in ('published', 'superseded') order by number desc limit 20", it.Province, it.ID)
			return err
		})
		for i, v := range pg.Versions {
			if v.Hidden != "" {
				t.Fatal("what the public reads says what is hidden")
			}
			f := h.Disclosure.Norm.Form(v.Form)
			shown, err := form.Decode([]byte(v.Data))
			check(t, err)
			real, err := form.Decode([]byte(truth[i]))
			check(t, err)
			real = form.FillSums(*f, real)
			x := readText{it.Period, map[string]int{}, map[string]bool{}, map[string]int64{}}
			withheld := f.Withheld(shown.Fields)
			for j, r := range form.FillSums(*f, shown).Rows {
				for _, c := range f.Columns {
					if !c.People {
						continue
					}
					if real.Rows[j].Cells[c.ID] == "" {
						continue // not asked of every village
					}
					n, err := strconv.ParseInt(real.Rows[j].Cells[c.ID], 10, 64)
					check(t, err)
					x.wide[form.Figure(r.ID, c.ID)] = slices.Contains(withheld, c.ID)
					lo, hi := n, n
					switch s := r.Cells[c.ID]; {
					case s == form.Dark:
						lo, hi = 0, suppresstest.Far
					case strings.HasPrefix(s, "<"):
						lo, hi = 1, 4
					case s != real.Rows[j].Cells[c.ID]:
						t.Fatalf("%s reads %q", form.Figure(r.ID, c.ID), s)
					case n > 0 && n < 5:
						t.Errorf("%s of %s is public: %d", form.Figure(r.ID, c.ID), it.Period, n)
					}
					x.cells[form.Figure(r.ID, c.ID)], x.true[form.Figure(r.ID, c.ID)] = a.Reads(lo, hi, 0), n
				}
			}
			for _, s := range f.Sums {
				if s.Axis != "rows" {
					continue
				}
				for _, c := range f.Columns {
					if _, given := x.cells[form.Figure(s.Total, c.ID)]; c.People && given {
						terms := []suppresstest.Term{{Cell: x.cells[form.Figure(s.Total, c.ID)], Coef: -1}}
						for _, p := range s.Parts {
							terms = append(terms, suppresstest.Term{Cell: x.cells[form.Figure(p, c.ID)], Coef: 1})
						}
						a.Knows(0, terms...)
					}
				}
			}
			for _, y := range out { // the same figure in two texts of a period
				if y.period != x.period {
					continue
				}
				for name, c := range x.cells {
					if y.true[name] == x.true[name] {
						a.Knows(0, suppresstest.Term{Cell: c, Coef: 1}, suppresstest.Term{Cell: y.cells[name], Coef: -1})
					}
				}
			}
			out = append(out, x)
		}
	}
	return a, out
}

// unsolved fails where the outsider learns more than "fewer than 5".
func unsolved(t *testing.T, a *suppresstest.Outsider, all []readText) (small int) {
	t.Helper()
	solved := a.Solved()
	if !a.Narrow() {
		t.Fatal("the public texts contradict each other")
	}
	for _, x := range all {
		for name, c := range x.cells {
			if n := x.true[name]; n < 1 || n > 4 {
				continue
			}
			small++
			lo, hi := a.Bounds(c)
			if x.wide[name] { // nobody is told that it is small
				lo, hi = min(lo, 1), max(hi, 4)
				if l, h := a.Bounds(c); h-l < 3 {
					t.Errorf("%s %s is %d, and an outsider knows %d to %d", x.period, name, x.true[name], l, h)
				}
			}
			if solved[c] || lo > 1 || hi < 4 {
				t.Errorf("%s %s is %d, and an outsider knows %d to %d", x.period, name, x.true[name], lo, hi)
			}
		}
	}
	return small
}

// tieYear tells him what everybody knows of the column "this year so far", from
// every text of the quarter before.
func tieYear(a *suppresstest.Outsider, all []readText) {
	byPeriod := map[string][]readText{}
	for _, x := range all {
		byPeriod[x.period] = append(byPeriod[x.period], x)
	}
	for _, x := range all {
		q := int(x.period[5] - '0')
		for _, row := range []string{"first", "second", "third_up", "total"} {
			total, part := form.Figure(row, "year"), form.Figure(row, "quarter")
			if q == 1 && x.true[part] == x.true[total] {
				a.Knows(x.true[part]-x.true[total], suppresstest.Term{Cell: x.cells[part], Coef: 1}, suppresstest.Term{Cell: x.cells[total], Coef: -1})
			}
			for _, y := range byPeriod["2026Q"+strconv.Itoa(q-1)] {
				if y.true[total]+x.true[part] != x.true[total] {
					continue // a correction broke it
				}
				a.Knows(y.true[total]+x.true[part]-x.true[total], suppresstest.Term{Cell: y.cells[total], Coef: 1},
					suppresstest.Term{Cell: x.cells[part], Coef: 1}, suppresstest.Term{Cell: x.cells[total], Coef: -1})
			}
		}
	}
}

// TestAnOutsiderOfAVillagesYearLearnsNoSmallFigure publishes the births of a
// village quarter by quarter, in and out of order and with corrections, and
// tries to solve all its texts together.
func TestAnOutsiderOfAVillagesYearLearnsNoSmallFigure(t *testing.T) {
	t.Parallel()
	small := 0
	for n := range 6 {
		h := newHouse(t)
		r := rand.New(rand.NewPCG(11, uint64(n)))
		var born [][3]int
		for range 4 {
			born = append(born, [3]int{r.IntN(9), r.IntN(7), r.IntN(3)})
		}
		quarters := r.Perm(3) // 2026Q4 is not over yet
		if n%2 == 0 {
			slices.Sort(quarters)
		}
		var items []*disclosure.Item
		for _, q := range quarters {
			items = append(items, h.Publish(t, h.Village, "village.3", births(h, "2026Q"+strconv.Itoa(q+1), "本村生育情况", born[:q+1])))
		}
		born[quarters[0]][r.IntN(3)] += 1 + r.IntN(3)
		h.Correct(t, h.Village, items[0], births(h, items[0].Period, "本村生育情况", born[:quarters[0]+1]))
		a, all := outsider(t, h, h.Village, items)
		tieYear(a, all)
		small += unsolved(t, a, all)
	}
	if small == 0 {
		t.Error("no small figure was ever published; the test proves nothing")
	}
}

// window is births with the last four quarters, published for the time chosen.
func window(h *house, period string, before [4][3]int, born [][3]int, chosen string) disclosure.Text {
	x := births(h, period, "本村生育情况", born)
	x.Data.Fields["published_for"] = chosen
	last := append(before[:], born...)
	last = last[len(last)-4:]
	for i := range 3 {
		n := 0
		for _, q := range last {
			n += q[i]
		}
		x.Data.Rows[i].Cells["rolling"] = strconv.Itoa(n)
	}
	return x
}

// TestASmallVillagePublishesALongerTimeAlone publishes quarters of a village
// where hardly anybody is born, first for four quarters alone and then, in every
// way of going on, for another time: no table tells what an earlier one left out.
func TestASmallVillagePublishesALongerTimeAlone(t *testing.T) {
	t.Parallel()
	before := [4][3]int{{2, 1, 0}, {3, 2, 1}, {2, 2, 0}, {1, 3, 0}}
	born := [][3]int{{2, 1, 1}, {3, 1, 0}, {1, 2, 0}}
	for _, ways := range [][]string{{"rolling", "rolling", "rolling"}, {"rolling", "rolling", "all"}, {"year", "year", "quarter"}, {"rolling", "year", "rolling"}, {"all", "rolling", "all"}} {
		h := newHouse(t)
		var items []*disclosure.Item
		for q, chosen := range ways {
			period := "2026Q" + strconv.Itoa(q+1)
			items = append(items, h.Publish(t, h.Village, "village.3", window(h, period, before, born[:q+1], chosen)))
			pg, err := h.Disclosure.Public(h.Anyone(), h.Village, items[q].Year, items[q].Serial)
			check(t, err)
			f := h.Disclosure.Norm.Form(pg.Version.Form)
			d, err := form.Decode([]byte(pg.Version.Data))
			check(t, err)
			var shown []string
			for _, c := range form.Table(t.Context(), *f, d).Columns {
				shown = append(shown, c.ID)
			}
			want := []string{chosen}
			if chosen == "all" {
				want = []string{"quarter", "year", "rolling"}
			}
			if !slices.Equal(shown, want) {
				t.Errorf("%s published for %s shows %v", period, chosen, shown)
			}
			if chosen == "rolling" && !slices.ContainsFunc(d.Rows, func(r form.Row) bool { _, err := strconv.Atoi(r.Cells[chosen]); return err == nil }) {
				t.Errorf("%v %s: no number of the four quarters is public: %v", ways, period, d.Rows)
			}
			for _, x := range disclosure.HiddenOf(h.Version(t, pg.Version)) {
				if isChosen := strings.HasSuffix(x.Figure, "/"+chosen) || chosen == "all"; (x.Why == disclosure.WhyWindow) == isChosen {
					t.Errorf("%s published for %s: %s is hidden for %s", period, chosen, x.Figure, x.Why)
				}
			}
		}
		a, all := outsider(t, h, h.Village, items)
		tieYear(a, all)
		for _, row := range []string{"first", "second", "third_up", "total"} {
			ofQuarter := map[int]int{} // cell by number of quarter; those of 2025 nobody published
			for q := -4; q < len(all); q++ {
				if q < 0 {
					ofQuarter[q] = a.Reads(0, suppresstest.Far, 0)
				} else {
					ofQuarter[q] = all[q].cells[form.Figure(row, "quarter")]
				}
			}
			for q := range all {
				terms := []suppresstest.Term{{Cell: all[q].cells[form.Figure(row, "rolling")], Coef: -1}}
				for back := range 4 {
					terms = append(terms, suppresstest.Term{Cell: ofQuarter[q-back], Coef: 1})
				}
				a.Knows(0, terms...)
			}
		}
		if unsolved(t, a, all) == 0 {
			t.Error("no small figure was ever published; the test proves nothing")
		}
	}
}

func rewards(h *house, category, title string, people [4]int) disclosure.Text {
	x := h.Text(category, "2026Q3", title)
	x.Data.Rows = nil
	for i, id := range []string{"rural_assistance", "special_assistance", "only_child", "other"} {
		n := people[i]
		x.Data.Rows = append(x.Data.Rows, form.Row{ID: id, Cells: map[string]string{"people": strconv.Itoa(n), "money": strconv.Itoa(n*[]int{240, 1350, 30, 200}[i]) + ".00"}})
	}
	x.Data.Rows = append(x.Data.Rows, form.Row{ID: "total"})
	return x
}

// TestATownshipsTableDoesNotOpenItsVillages tries every order of two villages
// and their township, whose table is their sum.
func TestATownshipsTableDoesNotOpenItsVillages(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{0, 1, 2}, {2, 0, 1}, {0, 2, 1}} {
		h := newHouse(t)
		other := h.Found(t, h.Village.Division+1, agency.Village, "committee", "第二演示村民委员会", h.Township.ID)
		check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error { return h.Disclosure.Catalogue.Sync(tx, other) }))
		a, b := [4]int{20, 2, 14, 7}, [4]int{31, 6, 9, 12}
		var sum [4]int
		for i := range sum {
			sum[i] = a[i] + b[i]
		}
		texts := []struct {
			u agency.Agency
			x disclosure.Text
			c string
		}{{h.Village, rewards(h, "village.4", "奖励", a), "village.4"}, {other, rewards(h, "village.4", "奖励", b), "village.4"}, {h.Township, rewards(h, "township.2", "奖励", sum), "township.2"}}
		shown := make([]form.Data, 3)
		for _, i := range order {
			it := h.Publish(t, texts[i].u, texts[i].c, texts[i].x)
			pg, err := h.Disclosure.Public(h.Anyone(), texts[i].u, it.Year, it.Serial)
			check(t, err)
			shown[i], err = form.Decode([]byte(pg.Version.Data))
			check(t, err)
		}
		if got := shown[0].Rows[1].Cells; got["people"] != form.Fewer(5) || got["money"] != form.Dark {
			t.Errorf("order %v: two people read %q, their money %q", order, got["people"], got["money"])
		}
		hidden := 0
		for i, d := range shown {
			if s := d.Rows[1].Cells["people"]; i > 0 && (s == form.Dark || s == form.Fewer(5)) {
				hidden++
			}
			if d.Rows[1].Cells["people"] == form.Dark && d.Rows[1].Cells["money"] != form.Dark {
				t.Errorf("order %v: money is public where the people are not", order)
			}
		}
		if hidden == 0 {
			t.Errorf("order %v: township less the other village tells the two people: %v", order, shown)
		}
	}
}

func TestWhatIsHiddenIsKeptAtEachStepAndTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		text := births(h, "2026Q1", "本村生育情况", [][3]int{{12, 7, 2}})
		v := h.Submitted(t, h.Village, "village.3", text)
		s, err := h.Disclosure.Open(h.As(h.Everybody), v.Province, v.ID)
		check(t, err)
		if len(s.Hidden) < 2 || s.People != 8 {
			t.Fatalf("before review %d of %d figures are hidden: %v", len(s.Hidden), s.People, s.Hidden)
		}
		if kept := disclosure.HiddenOf(s.Version); len(kept) != len(s.Hidden) {
			t.Errorf("kept %v, shown to the reviewer %v", kept, s.Hidden)
		}
		why := map[string]string{}
		for _, x := range s.Hidden {
			why[x.Figure] = x.Why
			if x.Why == disclosure.WhyProtect && x.For == "" {
				t.Errorf("%s protects nothing one can name", x.Figure)
			}
		}
		if why["third_up/quarter"] != disclosure.WhySmall || !slices.Contains([]string{why["first/quarter"], why["second/quarter"], why["total/quarter"]}, disclosure.WhyProtect) {
			t.Errorf("why: %v", why)
		}
		h.Review(t, h.Village, v)
		check(t, h.Disclosure.Approve(h.As(h.Signer(h.Village, "approver")), v.Province, v.ID, opinion(), never))
		if kept := disclosure.HiddenOf(h.Version(t, v)); len(kept) != len(s.Hidden) {
			t.Errorf("published with %v", kept)
		}
		if _, met, _ := h.Owed(t, h.Village, "village.3"); met {
			t.Log("the first quarter met what is owed now") // periods move on; that it counts is TestAHiddenTableMeetsItsObligation
		}
	})
}

func TestAHiddenTableMeetsItsObligation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	period, _, _ := h.Owed(t, h.Village, "village.3")
	h.Publish(t, h.Village, "village.3", births(h, period, "本村生育情况", [][3]int{{1, 2, 1}}))
	if _, met, _ := h.Owed(t, h.Village, "village.3"); !met {
		t.Error("a table with fewer than 5 in every row does not count as published")
	}
}

// TestATextFromBeforeTellsAndIsSaid is an installation that published small
// figures before they were hidden: a correction says so.
func TestATextFromBeforeTellsAndIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	it := h.Publish(t, h.Village, "village.3", births(h, "2026Q1", "本村生育情况", [][3]int{{12, 7, 2}}))
	check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec("update item_version set hidden = '' where province = $1 and item = $2", it.Province, it.ID)
		return err
	}))
	ctx := h.As(h.Signer(h.Village, "author"))
	v, err := h.Disclosure.Correct(ctx, it.Province, it.ID)
	check(t, err)
	s, err := h.Disclosure.Open(ctx, v.Province, v.ID)
	check(t, err)
	if !slices.Contains(s.Lost, "third_up/quarter") {
		t.Errorf("lost %v", s.Lost)
	}
	if !slices.ContainsFunc(s.Hidden, func(x disclosure.Hidden) bool { return x.Figure == "third_up/quarter" }) {
		t.Errorf("hidden %v", s.Hidden)
	}
}
