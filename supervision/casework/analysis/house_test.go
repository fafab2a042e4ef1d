package analysis

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

func TestMain(m *testing.M) {
	caseworktest.LoadLocales()
	i18n.MustLoad(Locale, front.Locale, ui.Locale, web.Locale)
	os.Exit(m.Run())
}

func TestLocalesAgree(t *testing.T) {
	t.Parallel()
	for _, p := range i18n.Check(Locale) {
		t.Error(p)
	}
}

// bureau is a county that handles matters and counts them.
type bureau struct {
	*caseworktest.House
	Room   *Analysis
	reader caseworktest.Person
}

var rooms = append(slices.Clone(caseworktest.Migrations), Migrations)

func over(t testing.TB, d *db.DB, c *clock.Fake) *bureau {
	t.Helper()
	h := caseworktest.Over(t, d, c)
	f := &front.Front{Site: front.Site{Home: h.County.Division, Name: i18n.Text{Zh: "示例站", En: "Example"}, Demo: true}}
	o := &bureau{House: h, Room: &Analysis{DB: d, Norm: h.Cases.Norm, Front: f}}
	h.Cases.Changed = o.Room.Changed
	o.reader = h.Hire(t, "统计员辛", h.County, Reading)
	return o
}

func newBureau(t testing.TB) *bureau {
	t.Helper()
	c := clock.NewFake(disclosuretest.Now)
	return over(t, dbtest.SQLite(t, c, rooms...), c)
}

func each(t *testing.T, f func(t *testing.T, o *bureau)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			f(t, over(t, open(t, c, rooms...), c))
		})
	}
}

func (o *bureau) read(t testing.TB, f func(tx *db.Tx) error) {
	t.Helper()
	disclosuretest.Check(t, o.Room.DB.Read(t.Context(), f))
}

// walker takes matters through random steps, as anybody who may.
type walker struct {
	*bureau
	t     testing.TB
	r     *rand.Rand
	all   []*casework.Matter
	codes map[int64]string
}

func newWalker(t testing.TB, o *bureau, seed uint64) *walker {
	return &walker{o, t, rand.New(rand.NewPCG(seed, 9)), nil, map[int64]string{}}
}

var walkTypes = []string{"enquiry", "complaint", "suggestion", "praise", "petition"}

func (w *walker) file() {
	f := w.Filing(walkTypes[w.r.IntN(len(walkTypes))])
	f.Channel = []string{"web", "phone", "letter"}[w.r.IntN(3)]
	f.Told.Subject = []string{"奖励扶助金没有发到", "生育登记窗口要求反复跑", "医院乱收费"}[w.r.IntN(3)]
	f.Who.Phone = "1380000" + strconv.Itoa(1000+w.r.IntN(9000))
	if w.r.IntN(4) == 0 {
		f.Agency = w.Township.ID
	}
	if f.Type == "complaint" && w.r.IntN(2) == 0 {
		f.About = w.Institution.ID
	}
	m, code := w.File(w.t, f)
	w.all, w.codes[m.ID] = append(w.all, m), code
}

// step does one random thing to a random matter; what is refused is no matter.
func (w *walker) step() {
	if len(w.all) == 0 || w.r.IntN(12) == 0 {
		w.file()
		return
	}
	m := w.all[w.r.IntN(len(w.all))]
	everybody := account.With(w.t.Context(), &account.Actor{Person: w.Front.ID, Rights: w.rights()})
	second := account.With(w.t.Context(), &account.Actor{Person: w.Head.ID, Rights: w.rights()})
	c, p, id, code := w.Cases, m.Province, m.ID, w.codes[m.ID]
	reply := casework.Reply{Result: []string{"solved", "partly", "explained"}[w.r.IntN(3)], Text: "经核实，奖励扶助金已经补发到您的账户，请查收。"}
	if w.r.IntN(4) == 0 {
		reply.Result, reply.PromiseOn = "promised", clock.DateOf(w.Clock.Now()).AddDays(1+w.r.IntN(20))
	}
	other := w.all[w.r.IntN(len(w.all))].ID
	rating := casework.Rating{Channel: "phone", Reached: w.r.IntN(3) > 0, Solved: []string{"yes", "partly", "no"}[w.r.IntN(3)], Satisfied: []string{"yes", "fair", "no"}[w.r.IntN(3)], Discontent: "slow"}
	steps := []func() error{
		func() error { return c.Accept(everybody, p, id, "") },
		func() error { return c.Accept(everybody, p, id, "") },
		func() error {
			if w.r.IntN(3) > 0 {
				return context.Canceled
			}
			return c.Refuse(everybody, p, id, "not_ours", "不属于本系统职责")
		},
		func() error { return c.Ask(everybody, p, id, "请补充时间地点") },
		func() error { return c.Supplement(w.Anyone(), m.Number, code, "去年三月", nil) },
		func() error { return c.Answer(everybody, p, id, "请到乡镇窗口办理。", nil, "phone") },
		func() error {
			return c.Reclassify(everybody, p, id, casework.Change{Type: walkTypes[w.r.IntN(5)], Topic: "fee", Reason: "分类有误"})
		},
		func() error {
			return c.Reclassify(everybody, p, id, casework.Change{Type: "complaint", About: w.County.ID, Reason: "反映本单位"})
		},
		func() error { return c.Dispatch(everybody, p, id, w.Township.ID, nil, "请办理") },
		func() error { return c.Sign(everybody, p, id) },
		func() error { return c.Object(everybody, p, id, "not_duty", "不属于我镇职责") },
		func() error { return c.Rule(everybody, p, id, w.r.IntN(2) == 0, "已经研究决定") },
		func() error { return c.Take(everybody, p, id) },
		func() error { return c.SubmitReply(everybody, p, id, reply) },
		func() error { return c.SubmitReply(everybody, p, id, reply) },
		func() error { return c.Approve(second, p, id) },
		func() error { return c.Approve(second, p, id) },
		func() error { return c.Deliver(everybody, p, id, "phone", "电话告知，通话三分钟") },
		func() error { return c.Deliver(everybody, p, id, "phone", "电话告知，通话三分钟") },
		func() error { return c.CallBack(everybody, p, id, rating) },
		func() error { rating.Channel = "web"; return c.Rate(w.Anyone(), m.Number, code, rating) },
		func() error { return c.Reopen(everybody, p, id, "发现办理不到位") },
		func() error { return c.Keep(everybody, p, id, "已经兑现承诺") },
		func() error { return c.Merge(everybody, p, id, other, "同一件事") },
		func() error { return c.Unmerge(everybody, p, id, "不是同一件事") },
		func() error {
			if w.r.IntN(6) > 0 {
				return context.Canceled
			}
			return c.Withdraw(w.Anyone(), m.Number, code)
		},
		func() error {
			made, code, err := c.Remedy(w.Anyone(), m.Number, code, "对答复不服，请求上级复查。", "r"+strconv.Itoa(w.r.IntN(1e9)))
			if err == nil {
				w.all, w.codes[made.ID] = append(w.all, made), code
			}
			return err
		},
		func() error { w.Advance(w.t, time.Duration(w.r.IntN(30))*time.Hour); return context.Canceled },
	}
	for range 12 { // most steps are not for the state it is in
		if steps[w.r.IntN(len(steps))]() == nil {
			return
		}
	}
}

func (w *walker) rights() (out []account.Right) {
	for _, v := range casework.Verbs() {
		out = append(out, account.Right{Verb: v, Range: account.Range{Lo: 0, Hi: int64(agency.Nation) + 1e12}})
	}
	return out
}

func (o *bureau) today() clock.Date { return clock.DateOf(o.Clock.Now()) }
