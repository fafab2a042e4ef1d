package exchange

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
)

const anOrder = `{"order":"HD-1","type":"complaint","title":"奖励扶助金没有到账","text":"申请了一年没有到账，` + "来电反映。" + `","secret":true,
"contact":{"name":"` + canary + `","phone":"13800000000","address":"` + canary + `"}}`

func orders(t *testing.T, r *room, key, query string) (out feed) {
	t.Helper()
	w := r.ask(t, ordersAPI+query, key, "", "")
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", query, w.Code, w.Body)
	}
	check(t, json.Unmarshal(w.Body.Bytes(), &out))
	return out
}

// TestAnOrderIsTakenOnceAndItsPlatformIsToldWhatBecameOfIt: sent twice it is one
// matter; states, codes and, once delivered, the reply go back; nothing of the
// person does.
func TestAnOrderIsTakenOnceAndItsPlatformIsToldWhatBecameOfIt(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		key := r.key(t, ForOrders, 600)
		var first, again Taken
		w := r.ask(t, ordersAPI, key, jsonType, anOrder)
		check(t, json.Unmarshal(w.Body.Bytes(), &first))
		if w.Code != http.StatusCreated || first.Seen || first.Order != "HD-1" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		w = r.ask(t, ordersAPI, key, jsonType, strings.Replace(anOrder, "来电反映", "改了", 1))
		check(t, json.Unmarshal(w.Body.Bytes(), &again))
		if w.Code != http.StatusOK || !again.Seen || again.Number != first.Number || r.count(t, "select count(*) from casework") != 1 {
			t.Errorf("the second time: %d %s", w.Code, w.Body)
		}
		ms, err := r.Cases.List(r.As(r.Front), casework.Filter{View: casework.All, Limit: 5})
		check(t, err)
		m := &ms[0]
		if !m.Hidden || m.Channel != "hotline12345" || m.Outside != "HD-1" || !m.HasContact {
			t.Errorf("it is %+v", m)
		}
		if got := orders(t, r, key, ""); len(got.Orders) != 0 {
			t.Errorf("told at once: %v", got)
		}
		r.settle()
		page := orders(t, r, key, "")
		if len(page.Orders) != 1 || page.Orders[0].State != casework.Registered || page.Orders[0].Number != first.Number {
			t.Fatalf("told %+v", page)
		}
		if got := orders(t, r, key, "?after="+page.Next); len(got.Orders) != 0 || got.Next != page.Next {
			t.Errorf("nothing changed, yet told %+v", got)
		}
		check(t, r.Cases.Accept(r.As(r.Front), m.Province, m.ID, ""))
		check(t, r.Cases.Dispatch(r.As(r.Front), m.Province, m.ID, r.Township.ID, nil, ""))
		check(t, r.Cases.Object(r.As(r.Town), m.Province, m.ID, "not_duty", "不属于本单位职责范围"))
		r.settle()
		if got := orders(t, r, key, "?after="+page.Next); len(got.Orders) != 1 || got.Orders[0].State != "objected" || got.Orders[0].Objection != "not_duty" {
			t.Errorf("an objection is told as %+v", got)
		}
		check(t, r.Cases.Rule(r.As(r.Front), m.Province, m.ID, false, "按职责由你单位办理"))
		check(t, r.Cases.Sign(r.As(r.Town), m.Province, m.ID))
		check(t, r.Cases.SubmitReply(r.As(r.Town), m.Province, m.ID, casework.Reply{Result: "solved", Text: "已核实原因，并补发到账。"}))
		check(t, r.Cases.Approve(r.As(r.TownHead), m.Province, m.ID))
		r.settle()
		if got := orders(t, r, key, "?since=2026-11-01T00:00:00%2B08:00"); got.Orders[0].Reply != "" || got.Orders[0].State != casework.Replied {
			t.Errorf("before it is delivered: %+v", got)
		}
		check(t, r.Cases.Deliver(r.As(r.Front), m.Province, m.ID, "phone", "电话告知，通话两分钟"))
		r.settle()
		got := orders(t, r, key, "?since=2026-11-01T00:00:00%2B08:00").Orders[0]
		if got.Reply != "已核实原因，并补发到账。" || got.Result != "solved" || got.Order != "HD-1" || got.DeliveredAt == "" {
			t.Errorf("after: %+v", got)
		}
		other := r.key(t, ForOrders, 600)
		if got := orders(t, r, other, ""); len(got.Orders) != 0 {
			t.Errorf("another platform sees %+v", got)
		}
		if w := r.ask(t, ordersAPI, other, jsonType, anOrder); w.Code != http.StatusConflict || strings.Contains(w.Body.String(), first.Number) {
			t.Errorf("another platform's order of the same number: %d %s", w.Code, w.Body)
		}
	})
}

// TestWhatIsNotAcceptedGoesBackToThePlatform with its code.
func TestWhatIsNotAcceptedGoesBackToThePlatform(t *testing.T) {
	r := newRoom(t)
	key := r.key(t, ForOrders, 600)
	r.ask(t, ordersAPI, key, jsonType, anOrder)
	ms, err := r.Cases.List(r.As(r.Front), casework.Filter{View: casework.All, Limit: 5})
	check(t, err)
	check(t, r.Cases.Refuse(r.As(r.Front), ms[0].Province, ms[0].ID, "not_ours", "请向人社部门提出"))
	r.settle()
	if got := orders(t, r, key, "").Orders[0]; got.State != "returned" || got.Refusal != "not_ours" {
		t.Errorf("told %+v", got)
	}
}

// TestTheInterfaceOfOrdersRefuses what is not described, and whoever shows no
// key that works.
func TestTheInterfaceOfOrdersRefuses(t *testing.T) {
	r := newRoom(t)
	key, other := r.key(t, ForOrders, 600), r.key(t, ForOpen311, 600)
	for name, c := range map[string]struct {
		key, body string
		status    int
		says      string
	}{
		"no key":                   {"", anOrder, 401, "bad"},
		"a made-up key":            {"yg_made-up", anOrder, 401, ""},
		"a key of another kind":    {other, anOrder, 401, ""},
		"no JSON":                  {key, "order=1", 422, ""},
		"two orders":               {key, anOrder + anOrder, 422, ""},
		"a field nobody described": {key, `{"order":"1","type":"enquiry","text":"请问怎么办理","id_card":"1"}`, 422, ""},
		"a number for a text":      {key, `{"order":"1","type":"enquiry","text":5}`, 422, "text"},
		"without a number":         {key, `{"type":"enquiry","text":"请问怎么办理"}`, 422, "order"},
		"a type nobody has":        {key, `{"order":"1","type":"x","text":"请问怎么办理"}`, 422, "type"},
		"a unit elsewhere":         {key, `{"order":"1","type":"enquiry","text":"请问怎么办理","unit":"` + r.Prefecture.Path() + `"}`, 422, "unit"},
		"a unit there is none of":  {key, `{"order":"1","type":"enquiry","text":"请问怎么办理","unit":"350525/nobody"}`, 422, "unit"},
		"a telephone that is none": {key, `{"order":"1","type":"enquiry","text":"请问怎么办理","contact":{"phone":"x"}}`, 422, "phone"},
		"too large":                {key, `{"order":"1","type":"enquiry","text":"` + strings.Repeat("长", 30000) + `"}`, 413, ""},
	} {
		w := r.ask(t, ordersAPI, c.key, jsonType, c.body)
		if w.Code != c.status || c.says != "bad" && !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for _, q := range []string{"?since=yesterday", "?after=%25", "?limit=0", "?limit=1001", "?limit=x"} {
		if w := r.ask(t, ordersAPI+q, key, "", ""); w.Code != 422 {
			t.Errorf("%s: %d", q, w.Code)
		}
	}
	if n := r.count(t, "select count(*) from casework"); n != 0 {
		t.Errorf("%d matters were filed", n)
	}
	if w := r.ask(t, ordersAPI, key, jsonType, strings.Replace(anOrder, `"order":"HD-1"`, `"order":"HD-2","unit":"`+r.Township.Path()+`"`, 1)); w.Code != 201 {
		t.Errorf("a unit below: %d %s", w.Code, w.Body)
	}
}

// TestAKeyHasItsRateAndEndsAtOnce; who does not manage a unit neither makes nor
// ends its keys.
func TestAKeyHasItsRateAndEndsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		key := r.key(t, ForOrders, 2)
		for i, want := range []int{200, 200, 429, 429} {
			if w := r.ask(t, ordersAPI, key, "", ""); w.Code != want {
				t.Errorf("request %d: %d, want %d", i, w.Code, want)
			}
		}
		r.Clock.Advance(31 * time.Second)
		if w := r.ask(t, ordersAPI, key, "", ""); w.Code != 200 {
			t.Errorf("half a minute later: %d", w.Code)
		}
		ks, _, err := r.X.Keys(r.As(r.Manager))
		check(t, err)
		if len(ks) != 1 || ks[0].UsedOn != "2026-11-23" || r.count(t, "select count(*) from exchange_key where hash = $1", []byte(key)) != 0 {
			t.Errorf("the key is %+v", ks)
		}
		disclosuretest.Refused(t, r.X.Revoke(r.As(r.Stranger), ks[0].ID), fault.NotFound, "fault.not_found")
		_, _, err = r.X.MakeKey(r.As(r.Front), r.County.ID, ForOrders, "测试平台", 5)
		disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")
		_, _, err = r.X.MakeKey(r.As(r.Manager), r.County.ID, "all", "测试平台", 5)
		disclosuretest.Refused(t, err, fault.Invalid, "kind:exchange.need_kind")
		_, _, err = r.X.MakeKey(r.As(r.Manager), r.County.ID, ForOrders, "测", 5)
		disclosuretest.Refused(t, err, fault.Invalid, "name:exchange.need_name")
		_, _, err = r.X.MakeKey(r.As(r.Manager), r.County.ID, ForOrders, "测试平台", 0)
		disclosuretest.Refused(t, err, fault.Invalid, "per_minute:exchange.need_rate")
		check(t, r.X.Revoke(r.As(r.Manager), ks[0].ID))
		r.Clock.Advance(time.Minute)
		if w := r.ask(t, ordersAPI, key, "", ""); w.Code != 401 {
			t.Errorf("after its end: %d", w.Code)
		}
		if n := r.count(t, "select count(*) from audit where verb in ('exchange.key_made', 'exchange.key_revoked')"); n != 2 {
			t.Errorf("%d audit rows", n)
		}
	})
}
