package exchange

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"yangguang/supervision/casework"
)

func bring(service string) string {
	return form("service_code", service, "description", "村口的公示栏很久没有更新了。"+canary, "first_name", canary, "phone", "13800000000", "email", "zhangsan@example.cn", "address_string", canary+"村口", "lat", "25.1", "long", "118.2")
}

func receipts(t *testing.T, w *httptest.ResponseRecorder) receipt {
	t.Helper()
	var out []receipt
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 || len(out) != 1 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return out[0]
}

func (r *room) listed(t *testing.T, query string) (out []request) {
	t.Helper()
	w := r.ask(t, geoPath+"/requests.json"+query, "", "", "")
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 {
		t.Fatalf("%s: %d %s", query, w.Code, w.Body)
	}
	return out
}

// TestASuggestionComesByOpen311AndIsListedInCodesOnly: number and code are told
// once to the client; the list has states and moments.
func TestASuggestionComesByOpen311AndIsListedInCodesOnly(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		key := r.key(t, ForOpen311, 600)
		got := receipts(t, r.ask(t, geoPath+"/requests.json", key, formType, bring("suggestion")))
		code := codesIn(got.Notice)
		if len(code) != 1 || len(numbersIn(got.Notice)) != 1 {
			t.Fatalf("the notice is %q", got.Notice)
		}
		k, err := r.Cases.Follow(nobody(t.Context()), got.ID, code[0])
		check(t, err)
		if k.Channel != "api" || k.Told.Place == "" || !k.HasContact || k.Agency != r.County.ID {
			t.Errorf("it is %+v", k.Matter)
		}
		all := r.listed(t, "")
		if len(all) != 1 || all[0].ID != got.ID || all[0].Status != "open" || all[0].Agency != r.County.Name || all[0].ServiceCode != "suggestion" {
			t.Errorf("listed %+v", all)
		}
		check(t, r.Cases.Refuse(r.As(r.Front), k.Province, k.ID, "under_way", "同一事项正在办理"))
		check(t, r.Cases.Deliver(r.As(r.Front), k.Province, k.ID, "sms", "短信告知，编号 1"))
		one := r.ask(t, geoPath+"/requests/"+got.ID+".xml", "", "", "")
		var doc struct {
			XMLName  xml.Name  `xml:"service_requests"`
			Requests []request `xml:"request"`
		}
		check(t, xml.Unmarshal(one.Body.Bytes(), &doc))
		if len(doc.Requests) != 1 || doc.Requests[0].Status != "closed" || !strings.Contains(doc.Requests[0].StatusNotes, "同一事项正在办理") {
			t.Errorf("as XML: %s", one.Body)
		}
		for q, want := range map[string]int{"?status=open": 0, "?status=closed": 1, "?status=open,closed": 1, "?service_code=enquiry": 0, "?service_code=enquiry,suggestion": 1, "?service_request_id=" + got.ID + ",350525-202611-000000-0": 1,
			"?service_request_id=x": 0, "?jurisdiction_id=350525": 1, "?jurisdiction_id=35": 1, "?jurisdiction_id=350525100": 0, "?start_date=2026-11-24T00:00:00Z": 0, "?end_date=2026-11-23T23:00:00%2B08:00": 1} {
			if got := r.listed(t, q); len(got) != want {
				t.Errorf("%s: %d, want %d", q, len(got), want)
			}
		}
	})
}

// TestARequestSentAgainIsOne: with a key of the client's own, or the same words
// on the same day; after a lost answer the token leads to the number.
func TestARequestSentAgainIsOne(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		key := r.key(t, ForOpen311, 600)
		a := receipts(t, r.ask(t, geoPath+"/requests.json", key, formType, bring("enquiry")))
		b := receipts(t, r.ask(t, geoPath+"/requests.json", key, formType, bring("enquiry")))
		if a.ID != b.ID || a.Notice != b.Notice {
			t.Errorf("the same words filed %s and %s", a.ID, b.ID)
		}
		post := func(once, words string) receipt {
			q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, geoPath+"/requests.json", strings.NewReader(`{"service_code":"suggestion","api_key":"`+key+`","description":"`+words+`","lat":25.1,"long":118.2}`))
			q.Header.Set("Content-Type", jsonType)
			q.Header.Set("Idempotency-Key", once)
			w := httptest.NewRecorder()
			r.app.ServeHTTP(w, q)
			return receipts(t, w)
		}
		c, d, e := post("once-1", "希望延长窗口时间。"), post("once-1", "别的话。"), post("once-2", "希望延长窗口时间。")
		if c.ID != d.ID || c.ID == e.ID {
			t.Errorf("with a key of its own: %s %s %s", c.ID, d.ID, e.ID)
		}
		if got := receipts(t, r.ask(t, geoPath+"/tokens/once-1.json", key, "", "")); got.ID != c.ID || got.Notice != "" {
			t.Errorf("the token leads to %+v", got)
		}
		other := r.key(t, ForOpen311, 600)
		if w := r.ask(t, geoPath+"/tokens/once-1.json", other, "", ""); w.Code != 404 {
			t.Errorf("another client's token: %d", w.Code)
		}
		if n := r.count(t, "select count(*) from casework"); n != 3 {
			t.Errorf("%d matters", n)
		}
		r.Clock.Advance(24 * time.Hour)
		if x := receipts(t, r.ask(t, geoPath+"/requests.json", key, formType, bring("enquiry"))); x.ID == a.ID {
			t.Error("the next day it is still the same")
		}
	})
}

// TestWhatNeedsProtectionIsNeverListed: complaints are taken and stay out of
// every answer, tip-offs are not taken, and what was brought another way or
// turned out to be a complaint is in no list.
func TestWhatNeedsProtectionIsNeverListed(t *testing.T) {
	r := newRoom(t)
	key := r.key(t, ForOpen311, 600)
	c := receipts(t, r.ask(t, geoPath+"/requests.json", key, formType, bring("complaint")))
	s := receipts(t, r.ask(t, geoPath+"/requests.json", key, formType, bring("suggestion")))
	web, _ := r.File(t, r.Filing("suggestion"))
	r.ask(t, ordersAPI, r.key(t, ForOrders, 600), jsonType, strings.Replace(anOrder, "complaint", "enquiry", 1))
	for _, number := range []string{c.ID, web.Number} {
		if w := r.ask(t, geoPath+"/requests/"+number+".json", "", "", ""); w.Code != 404 {
			t.Errorf("%s: %d", number, w.Code)
		}
		if w := r.ask(t, geoPath+"/requests/"+number+".json", key, "", ""); w.Code != 404 {
			t.Errorf("%s with a key: %d", number, w.Code)
		}
	}
	if all := r.listed(t, ""); len(all) != 1 || all[0].ID != s.ID {
		t.Errorf("listed %+v", all)
	}
	ms, err := r.Cases.List(r.As(r.Front), casework.Filter{View: casework.All, Text: s.ID, Limit: 1})
	check(t, err)
	check(t, r.Cases.Reclassify(r.As(r.Front), ms[0].Province, ms[0].ID, casework.Change{Type: "complaint", Reason: "实为投诉"}))
	if all := r.listed(t, ""); len(all) != 0 {
		t.Errorf("a complaint is listed: %+v", all)
	}
	if w := r.ask(t, geoPath+"/requests.json", key, formType, bring("tipoff")); w.Code != 400 || !strings.Contains(w.Body.String(), "service_code") {
		t.Errorf("a tip-off: %d %s", w.Code, w.Body)
	}
}

// TestOpen311RefusesInItsOwnFormat by code and description.
func TestOpen311RefusesInItsOwnFormat(t *testing.T) {
	r := newRoom(t)
	key := r.key(t, ForOpen311, 600)
	for name, c := range map[string]struct {
		path, key, body string
		status          int
	}{
		"no key":                        {"/requests.json", "", bring("enquiry"), 403},
		"a key for orders":              {"/requests.json", r.key(t, ForOrders, 600), bring("enquiry"), 403},
		"nothing to say":                {"/requests.json", key, form("service_code", "enquiry", "description", "?"), 400},
		"nowhere on earth":              {"/requests.json", key, form("service_code", "enquiry", "description", "请问怎么办", "lat", "95", "long", "1"), 400},
		"a picture elsewhere":           {"/requests.json", key, form("service_code", "enquiry", "description", "请问怎么办", "media_url", "https://example.cn/a.jpg"), 400},
		"half a place":                  {"/requests.json", key, form("service_code", "enquiry", "description", "请问怎么办", "lat", "25"), 400},
		"not a number":                  {"/requests.json", key, form("service_code", "enquiry", "description", "请问怎么办", "lat", "NaN", "long", "NaN"), 400},
		"another county":                {"/requests.json", key, form("service_code", "enquiry", "description", "请问怎么办", "jurisdiction_id", "3505"), 403},
		"no such place":                 {"/requests.json", key, form("service_code", "enquiry", "description", "请问怎么办", "jurisdiction_id", "999999"), 404},
		"a telephone that is none":      {"/requests.json", key, form("service_code", "enquiry", "description", "请问怎么办", "phone", "x"), 400},
		"posting to a list of services": {"/services.json", key, bring("enquiry"), 404},
		"a span too long":               {"/requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z", "", "", 400},
		"a day that is none":            {"/requests.json?start_date=soon", "", "", 400},
		"a state nobody knows":          {"/requests.json?status=lost", "", "", 400},
		"a service nobody knows":        {"/requests.json?service_code=potholes", "", "", 400},
		"a jurisdiction":                {"/services.json?jurisdiction_id=x", "", "", 404},
		"an attribute list":             {"/services/potholes.json", "", "", 404},
		"a number that is none":         {"/requests/1.json", "", "", 404},
		"a token without a key":         {"/tokens/x.json", "", "", 403},
	} {
		w := r.ask(t, geoPath+c.path, c.key, formType, c.body)
		var out []refusal
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != c.status || len(out) == 0 || out[0].Code != c.status || out[0].Description == "" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	w := r.ask(t, geoPath+"/requests.xml", "", formType, bring("enquiry"))
	var doc struct {
		XMLName xml.Name  `xml:"errors"`
		Errors  []refusal `xml:"error"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.Errors[0].Code != 403 {
		t.Errorf("as XML: %s", w.Body)
	}
	for _, path := range []string{"/requests.yaml", "/requests", "/nothing.json"} {
		if w := r.ask(t, geoPath+path, "", "", ""); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	slow := r.key(t, ForOpen311, 1)
	r.ask(t, geoPath+"/tokens/x.json", slow, "", "")
	if w := r.ask(t, geoPath+"/tokens/x.json", slow, "", ""); w.Code != 429 {
		t.Errorf("over its rate: %d", w.Code)
	}
	if n := r.count(t, "select count(*) from casework"); n != 0 {
		t.Errorf("%d matters were filed", n)
	}
}

func contract(t *testing.T, r *room) routers.Router {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(r.ask(t, "/open311/openapi.yaml", "", "", "").Body.Bytes())
	check(t, err)
	check(t, doc.Validate(t.Context()))
	router, err := legacy.NewRouter(doc)
	check(t, err)
	return router
}

// TestEveryAnswerIsAsDescribed holds the interfaces to the published description.
func TestEveryAnswerIsAsDescribed(t *testing.T) {
	r := newRoom(t)
	router := contract(t, r)
	key, other := r.key(t, ForOpen311, 600), r.key(t, ForOrders, 600)
	number := receipts(t, r.ask(t, geoPath+"/requests.json", key, formType, bring("enquiry"))).ID
	r.ask(t, ordersAPI, other, jsonType, anOrder)
	r.settle()
	for _, c := range []struct {
		path, key, kind, body string
		status                int
	}{
		{geoPath + "/services.json", "", "", "", 200}, {geoPath + "/services.json?jurisdiction_id=x", "", "", "", 404}, {geoPath + "/services/enquiry.json", "", "", "", 200}, {geoPath + "/services/x.json", "", "", "", 404},
		{geoPath + "/requests.json", "", "", "", 200}, {geoPath + "/requests.json?status=x", "", "", "", 400}, {geoPath + "/requests/" + number + ".json", "", "", "", 200}, {geoPath + "/requests/x.json", "", "", "", 404},
		{geoPath + "/requests.json", key, formType, bring("suggestion"), 200}, {geoPath + "/requests.json", key, formType, bring("x"), 400}, {geoPath + "/requests.json", "", formType, bring("enquiry"), 403},
		{geoPath + "/tokens/x.json", key, "", "", 404}, {geoPath + "/tokens/x.json", "", "", "", 403},
		{ordersAPI, other, jsonType, anOrder, 200}, {ordersAPI, other, jsonType, strings.Replace(anOrder, "HD-1", "HD-9", 1), 201}, {ordersAPI, other, jsonType, "{}", 422}, {ordersAPI, "", jsonType, anOrder, 401},
		{ordersAPI, other, "", "", 200}, {ordersAPI + "?limit=x", other, "", "", 422}, {ordersAPI, "", "", "", 401},
	} {
		method := http.MethodGet
		if c.body != "" {
			method = http.MethodPost
		}
		q := httptest.NewRequestWithContext(t.Context(), method, c.path, nil)
		route, params, err := router.FindRoute(q)
		if err != nil {
			t.Errorf("%s %s is not described: %v", method, c.path, err)
			continue
		}
		w := r.ask(t, c.path, c.key, c.kind, c.body)
		if w.Code != c.status {
			t.Errorf("%s %s: %d, want %d: %s", method, c.path, w.Code, c.status, w.Body)
		}
		out := &openapi3filter.ResponseValidationInput{RequestValidationInput: &openapi3filter.RequestValidationInput{Request: q, PathParams: params, Route: route}, Status: w.Code, Header: w.Header(),
			Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())), Options: &openapi3filter.Options{IncludeResponseStatus: true}}
		if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
			t.Errorf("%s %s is not as described: %v\n%.300s", method, c.path, err, w.Body)
		}
	}
	for _, path := range []string{"/open311/discovery.json", "/open311/discovery.xml", "/open311"} {
		if w := r.ask(t, path, "", "", ""); w.Code != 200 || !strings.Contains(w.Body.String(), geoPath) {
			t.Errorf("%s: %d %.200s", path, w.Code, w.Body)
		}
	}
}
