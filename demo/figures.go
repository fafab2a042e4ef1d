package demo

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/norm"
)

// filler knows the words in braces: the unit's own, and those of the day.
func (w *world) filler(j *job) *strings.Replacer {
	if j.words != nil {
		return j.words
	}
	u, formed := j.unit, j.formedOn()
	pairs := []string{"{unit}", strings.TrimSuffix(u.Name, w.texts.Mark), "{short}", u.ShortName, "{place}", u.place, "{phone}", u.Phone, "{phone2}", telephone(phoneNumber(u.Phone) + 1),
		"{address}", u.Address, "{hours}", u.Hours, "{year}", strconv.Itoa(j.on.Year()), "{lastyear}", strconv.Itoa(j.on.Year() - 1),
		"{nextyear}", strconv.Itoa(j.on.Year() + 1), "{on}", chinese(j.on), "{formed}", chinese(formed), "{date}", formed.String()}
	for role, p := range u.staff {
		pairs = append(pairs, "{"+role+"}", p.name)
	}
	if p, ok := w.period(j); ok {
		pairs = append(pairs, "{period}", p.Title.Zh, "{as_of}", p.End.String(), "{end}", chinese(p.End))
	}
	j.words = strings.NewReplacer(pairs...)
	return j.words
}

// formedOn is when what the job publishes came to be.
func (j *job) formedOn() clock.Date {
	if j.Formed == 0 {
		return j.on.AddDays(-3)
	}
	return j.on.AddDays(-max(0, j.Formed))
}

func (w *world) period(j *job) (norm.Window, bool) {
	return w.Disclosure.Catalogue.Window(j.Category, j.period, w.span.today)
}

func chinese(d clock.Date) string {
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}

func phoneNumber(s string) int {
	_, n, _ := strings.Cut(s, "-")
	v, _ := strconv.Atoi(n)
	return v
}

// data fills in a form as the texts say.
func (w *world) data(j *job, f norm.Form) form.Data {
	d := form.Data{Fields: map[string]string{}}
	for k, s := range j.Fields {
		d.Fields[k] = w.scaled(j, f.Field(k), w.fill(j, s))
	}
	for i, row := range j.Rows {
		r := form.Row{ID: row["id"], Cells: map[string]string{}}
		if r.ID == "" {
			r.ID = strconv.Itoa(i + 1)
		}
		for k, s := range row {
			if k != "id" {
				r.Cells[k] = w.scaled(j, f.Column(k), w.fill(j, s))
			}
		}
		d.Rows = append(d.Rows, r)
	}
	return d
}

// scaled makes a county's figure one of a higher unit.
func (w *world) scaled(j *job, f *norm.Field, s string) string {
	if !j.Scaled || f == nil || !f.Numeric() || j.unit.scale == 1 {
		return s
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || f.ID == "year" || f.ID == "progress" || strings.HasSuffix(f.ID, "_days") {
		return s
	}
	v *= j.unit.scale
	if f.Type == "money" {
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
}

// figures makes the figures of a period: invented, but such that sums hold and
// one quarter's end is the next one's beginning.
func (w *world) figures(j *job, p norm.Window) {
	j.Fields = copyFields(j.Fields)
	switch j.Form {
	case "population":
		w.population(j, p)
	case "township_population":
		w.townPopulation(j, p)
	case "births":
		w.births(j, p)
	case "rewards":
		w.rewards(j, p)
	case "supervision":
		w.supervision(j, p)
	}
}

func copyFields(m map[string]string) map[string]string {
	out := make(map[string]string, len(m)+4)
	for k, v := range m {
		out[k] = v
	}
	return out
}

// quarters counts quarters since 2020, for figures that move with time.
func quarters(d clock.Date) int { return (d.Year()-2020)*4 + (int(d.Month())-1)/3 }

func (w *world) population(j *job, p norm.Window) {
	all := 418_000 * j.unit.scale * (1 - 0.0004*float64(quarters(p.End)))
	r := w.dice("population", j.unit.key, p.Key)
	row := func(id string, share, men float64) {
		n := all * share * (0.998 + 0.004*r.Float64())
		m := math.Round(n * men)
		j.Rows = append(j.Rows, map[string]string{"id": id, "male": whole(m), "female": whole(math.Round(n) - m)})
	}
	j.Rows = nil
	row("age_0_14", 0.176, 0.527)
	row("age_15_59", 0.602, 0.514)
	row("age_60_64", 0.066, 0.502)
	row("age_65_up", 0.156, 0.471)
	j.Fields["households"] = whole(all / 3.1)
	j.Fields["births"] = whole(all * (0.0016 + 0.0003*r.Float64()))
	j.Fields["deaths"] = whole(all * (0.0017 + 0.0003*r.Float64()))
	j.Fields["migrants"] = whole(all * (0.062 + 0.004*r.Float64()))
}

func whole(v float64) string { return strconv.Itoa(int(math.Round(v))) }

// townPopulation follows a township from quarter to quarter.
func (w *world) townPopulation(j *job, p norm.Window) {
	base := w.dice("people", j.unit.key)
	now := [2]int{6000 + base.IntN(14000), 0}
	now[1] = now[0] * (950 + base.IntN(40)) / 1000
	var opening, born, in, dead, out [2]int
	for q := quarters(w.span.founded) - 4; q <= quarters(p.End); q++ {
		r := w.dice("moves", j.unit.key, strconv.Itoa(q))
		opening = now
		for i := range now {
			n := now[i]
			born[i], dead[i] = n*(14+r.IntN(6))/10000, n*(15+r.IntN(6))/10000
			in[i], out[i] = n*(10+r.IntN(12))/10000, n*(12+r.IntN(14))/10000
			now[i] = n + born[i] + in[i] - dead[i] - out[i]
		}
	}
	j.Rows = nil
	for _, x := range []struct {
		id string
		n  [2]int
	}{{"opening", opening}, {"births", born}, {"arrivals", in}, {"deaths", dead}, {"departures", out}, {"closing", now}} {
		j.Rows = append(j.Rows, map[string]string{"id": x.id, "male": strconv.Itoa(x.n[0]), "female": strconv.Itoa(x.n[1])})
	}
	j.Fields["households"] = strconv.Itoa((now[0] + now[1]) * 10 / 31)
}

// birthsIn are a village's births of one quarter, by order of children.
func (w *world) birthsIn(u *unit, year, quarter int) [3]int {
	r := w.dice("births", u.key, strconv.Itoa(year*4+quarter))
	return [3]int{1 + r.IntN(5), r.IntN(5), r.IntN(2)}
}

func (w *world) births(j *job, p norm.Window) {
	q := (int(p.End.Month()) + 2) / 3
	var year [3]int
	for k := 1; k <= q; k++ {
		for i, n := range w.birthsIn(j.unit, p.End.Year(), k) {
			year[i] += n
		}
	}
	now := w.birthsIn(j.unit, p.End.Year(), q)
	var rolling [3]int
	for back := range 4 {
		at := p.End.Year()*4 + q - 1 - back
		for i, n := range w.birthsIn(j.unit, at/4, at%4+1) {
			rolling[i] += n
		}
	}
	j.Rows = nil
	for i, id := range []string{"first", "second", "third_up"} {
		j.Rows = append(j.Rows, map[string]string{"id": id, "quarter": strconv.Itoa(now[i]), "year": strconv.Itoa(year[i]), "rolling": strconv.Itoa(rolling[i])})
	}
	if w.dice("small", j.unit.key).IntN(3) == 0 { // every third village is one of few people
		j.Fields["published_for"] = "rolling"
	}
	j.Rows = append(j.Rows, map[string]string{"id": "total"})
}

// rewards multiplies each standard by the people who have it.
func (w *world) rewards(j *job, p norm.Window) {
	size := 1
	if j.unit.plan.Kind == "township" {
		size = 11
	}
	r, grow := w.dice("rewards", j.unit.key), quarters(p.End)%4
	j.Rows = nil
	for _, x := range []struct {
		id, standard string
		people       int
		each         int // yuan a quarter
	}{
		{"rural_assistance", w.texts.Standards["rural_assistance"], 18 + r.IntN(30), 240},
		{"special_assistance", w.texts.Standards["special_assistance"], 5 + r.IntN(4), 1350},
		{"only_child", w.texts.Standards["only_child"], 12 + r.IntN(25), 30},
		{"other", w.texts.Standards["other"], 6 + r.IntN(10), 200},
	} {
		n := x.people*size + grow*size/2
		j.Rows = append(j.Rows, map[string]string{"id": x.id, "standard": x.standard, "people": strconv.Itoa(n), "money": fmt.Sprintf("%d.00", n*x.each)})
	}
	j.Rows = append(j.Rows, map[string]string{"id": "total"})
}

func (w *world) supervision(j *job, p norm.Window) {
	r := w.dice("supervision", j.unit.key, p.Key)
	j.Rows = nil
	for _, id := range []string{"complaints", "suggestions", "tip_offs"} {
		j.Rows = append(j.Rows, map[string]string{"id": id, "upheld": strconv.Itoa(r.IntN(6)), "not_upheld": strconv.Itoa(r.IntN(4)), "pending": strconv.Itoa(r.IntN(2))})
	}
	j.Rows = append(j.Rows, map[string]string{"id": "total"})
}
