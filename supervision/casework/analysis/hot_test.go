package analysis

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
)

// usual are subjects as they come every week.
var usual = []string{"奖励扶助金没有发到", "生育登记要跑几次", "咨询独生子女父母奖励", "孕前优生检查哪里做", "托育机构收费标准", "育儿补贴怎么申请", "服务证补办材料", "避孕药具在哪里领", "医院产检排队太久", "流动人口婚育证明办理"}

// past are nine weeks of usual matters.
func past(r *rand.Rand, perWeek int) (out []line) {
	for w := range weeks + 1 {
		for range perWeek {
			out = append(out, line{usual[r.IntN(len(usual))], "p" + strconv.Itoa(r.IntN(1e6)), w})
		}
	}
	return out
}

func terms(hs []hot) string {
	var out []string
	for _, h := range hs {
		out = append(out, h.term)
	}
	return strings.Join(out, " ")
}

// TestManyPersonsMakeATopicAndOnePersonDoesNot.
func TestManyPersonsMakeATopicAndOnePersonDoesNot(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	quiet := past(r, 40)
	if hs := read(quiet).rising(); len(hs) > 0 {
		t.Errorf("in usual weeks there rises %v", hs)
	}
	crowd, one := slices.Clone(quiet), slices.Clone(quiet)
	for i := range 14 {
		crowd = append(crowd, line{fmt.Sprintf("示例小区%d号楼疫苗断供一直打不上", i), "c" + strconv.Itoa(i), weeks})
	}
	for range 50 {
		one = append(one, line{"示例小区疫苗断供一直打不上", "same", weeks})
	}
	hs := read(crowd).rising()
	if !strings.Contains(terms(hs), "疫苗断供") || hs[0].persons != 14 {
		t.Errorf("fourteen persons about one thing: %v", hs)
	}
	if hs := read(one).rising(); len(hs) > 0 {
		t.Errorf("one person fifty times is a topic: %v", hs)
	}
}

// TestChanceAloneMakesFewTopics: in a hundred quiet places at most a handful is told.
func TestChanceAloneMakesFewTopics(t *testing.T) {
	t.Parallel()
	n := 0
	for seed := range uint64(100) {
		n += min(1, len(read(past(rand.New(rand.NewPCG(seed, 7)), 60)).rising()))
	}
	if n > 10 {
		t.Errorf("%d of 100 quiet places are told of a rise", n)
	}
}

// TestARiseComesToTheInboxOfTheUnitAndItsSuperior, once each.
func TestARiseComesToTheInboxOfTheUnitAndItsSuperior(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		s := newSite(t, o)
		for range 7 {
			for i := range 4 {
				f := o.Filing("enquiry")
				f.Told.Subject = usual[i]
				o.File(t, f)
			}
			o.Advance(t, 7*24*3600*1e9)
		}
		hidden := o.Filing("tipoff")
		for i := range 9 {
			f := o.Filing("suggestion")
			f.Told.Subject, f.Who.Phone = "镇卫生院疫苗断供", "1390000000"+strconv.Itoa(i)
			o.File(t, f)
			hidden = o.Filing("tipoff")
			hidden.Told.Subject, hidden.About, hidden.Who.Phone = "院长侵占药品", o.Institution.ID, "1370000000"+strconv.Itoa(i)
			o.File(t, hidden)
		}
		o.Advance(t, 24*3600*1e9)
		disclosuretest.Check(t, o.Room.FindHot(t.Context()))
		disclosuretest.Check(t, o.Room.FindHot(t.Context())) // twice changes nothing
		var found int
		o.read(t, func(tx *db.Tx) error {
			return tx.Row("select count(*) from casework_hot where term like '%疫苗%' and place = $1", o.County.Division).Scan(&found)
		})
		if found != 1 {
			t.Errorf("%d rows of the topic, want 1", found)
		}
		above := o.Hire(t, "市级统计壬", o.Superior, Reading)
		above.Rights[0].Lo, above.Rights[0].Hi, above.Rights[0].Agency = int64(o.County.Division.Prefecture()), int64(o.County.Division.Prefecture())+99999999, 0
		for _, p := range []disclosuretest.Person{o.reader, above} {
			ws, err := o.Room.Waiting(o.As(p))
			disclosuretest.Check(t, err)
			if len(ws) != 1 || !strings.Contains(fmt.Sprint(ws), "疫苗断供") || strings.Contains(fmt.Sprint(ws), "侵占") {
				t.Errorf("%s is told %v", p.Name, ws)
			}
		}
		page := s.get(t, o.As(o.reader), "/desk/analysis/hot", 200)
		has(t, page, "疫苗断供", "9 人反映", "已阅")
		i := strings.Index(page, `action="/desk/analysis/hot/`)
		at := page[i+8:]
		s.post(t, o.As(o.reader), at[:strings.Index(at, `"`)], nil, 303)
		if ws, err := o.Room.Waiting(o.As(o.reader)); err != nil || strings.Contains(fmt.Sprint(ws), "疫苗断供") && len(ws) > 0 && len(ws[0].Works) > 0 && strings.Contains(ws[0].Works[0].Title, "疫苗断供") {
			t.Errorf("what was seen waits again: %v %v", ws, err)
		}
		if ws, _ := o.Room.Waiting(o.As(above)); len(ws) != 1 {
			t.Error("the superior lost it too")
		}
		s.post(t, o.As(o.Stranger), at[:strings.Index(at, `"`)], nil, 403)
	})
}
