package portal_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"yangguang/disclosure"
	"yangguang/disclosure/portal/portaltest"
)

// contract is the published description of the interface, as served.
func contract(t *testing.T, s *site) routers.Router {
	t.Helper()
	b := s.get(t, "/api/v1/openapi.yaml").want(t, 200).Body.Bytes()
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// call asks the interface and holds its answer against the description.
func (s *site) call(t *testing.T, router routers.Router, path string, status int) []byte {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	route, params, err := router.FindRoute(r)
	if err != nil {
		t.Fatalf("%s is not described: %v", path, err)
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route}
	if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil && status < 400 {
		t.Errorf("%s: the description refuses the question: %v", path, err)
	}
	a := s.get(t, path).want(t, status)
	body := a.Body.Bytes()
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: a.Code, Header: a.Header(), Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
		t.Errorf("%s: the answer is not as described: %v\n%.400s", path, err, body)
	}
	return body
}

func TestEveryAnswerOfTheInterfaceIsAsDescribed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	router := contract(t, s)
	form := s.Publish(t, s.County, "county.8", "", feesDraft("收费目录"))
	v := s.Draft(t, s.County, "county.7", "2025", portaltest.Text("总结", "正文"))
	s.Attach(t, v, "数据.csv", "项目,数量\n甲,1\n")
	text := s.Finish(t, v)
	gone := s.Publish(t, s.County, "county.7", "2024", portaltest.Text("误发", "正文"))
	s.TakeDown(t, gone, "error", "有误")
	s.Draft(t, s.County, "county.7", "2023", portaltest.Text("没有公开的草稿", "正文"))
	for path, status := range map[string]int{
		"/divisions/350525": 200, "/divisions/0": 200, "/divisions/350525100001": 200, "/divisions/350525?after=350525102": 200, "/divisions/359999": 404, "/divisions/x": 404, "/divisions/35?after=x": 422,
		"/agencies": 200, "/agencies?within=35&limit=1": 200, "/agencies?limit=0": 422, "/agencies?after=x": 422, "/agencies?within=x": 422,
		"/agencies/350525/bureau": 200, "/agencies/350525/nobody": 404, "/agencies/350525/bureau/catalogue": 200, "/agencies/350525100001/committee/catalogue": 200,
		"/items": 200, "/items?limit=1": 200, "/items?agency=350525/bureau&category=county.8&from=2026-11-01&to=2026-11-30": 200, "/items?category=x": 422, "/items?agency=x": 422,
		"/items?from=x": 422, "/items?before=x": 422, "/items?limit=101": 422, "/items/350525/bureau/2026-00099": 404, "/items/350525/bureau/x": 404,
		"/items" + form.Href(): 200, "/items" + text.Href(): 200, "/items" + gone.Href(): 410, "/items/350525/centre/" + text.Slug(): 404,
		"/coverage": 200, "/coverage?within=350525100": 200, "/coverage?within=359999": 404, "/coverage?within=x": 422,
	} {
		body := s.call(t, router, "/api/v1"+path, status)
		if strings.Contains(string(body), "没有公开的草稿") {
			t.Errorf("%s shows a draft", path)
		}
	}
	var whole struct {
		Data  *struct{ Rows []any }
		Files []struct{ Path string }
	}
	if err := json.Unmarshal(s.call(t, router, "/api/v1/items"+form.Href(), 200), &whole); err != nil || whole.Data == nil || len(whole.Data.Rows) != 1 {
		t.Errorf("the form's data are missing: %v %+v", err, whole)
	}
	if err := json.Unmarshal(s.call(t, router, "/api/v1/items"+text.Href(), 200), &whole); err != nil || len(whole.Files) != 1 {
		t.Fatalf("the file is missing: %v %+v", err, whole)
	}
	s.get(t, whole.Files[0].Path).want(t, 200, "甲,1")
	s.get(t, "/open-data").want(t, 200, "/api/v1/items", "dcat:Catalog")
}

func TestTheInterfacePagesByKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	router := contract(t, s)
	for range 3 {
		s.Clock.Advance(1e9)
		s.Publish(t, s.County, "county.2", "", portaltest.Text("文件", "正文"))
	}
	for path, param := range map[string]string{"/api/v1/items?limit=1": "before", "/api/v1/agencies?limit=1": "after"} {
		seen := map[string]bool{}
		next := path
		for range 10 {
			var page struct {
				Items []struct{ Path string }
				Next  string
			}
			if err := json.Unmarshal(s.call(t, router, next, 200), &page); err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Items {
				if seen[x.Path] {
					t.Errorf("%s comes twice", x.Path)
				}
				seen[x.Path] = true
			}
			if page.Next == "" {
				break
			}
			next = path + "&" + param + "=" + page.Next
		}
		if want := map[string]int{"before": 3, "after": 4}[param]; len(seen) != want {
			t.Errorf("%s gave %d, want %d", path, len(seen), want)
		}
	}
}

func TestTheSitemapNamesEveryUnitAndItem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	rows := []*disclosure.Row{s.Publish(t, s.County, "county.8", "", feesDraft("收费目录"))}
	s.Clock.Advance(30 * 24 * 3600 * 1e9)
	rows = append(rows, s.Publish(t, s.Township, "township.4", "2026Q3", portaltest.Text("其他", "正文")))
	type lines struct {
		Parts []struct {
			Loc string `xml:"loc"`
		} `xml:"sitemap"`
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	var index lines
	if err := xml.Unmarshal(s.get(t, "/sitemap.xml").want(t, 200).Body.Bytes(), &index); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, part := range index.Parts {
		var set lines
		a := s.get(t, strings.TrimPrefix(part.Loc, "https://demo.example")).want(t, 200)
		if err := xml.Unmarshal(a.Body.Bytes(), &set); err != nil {
			t.Fatal(err)
		}
		for _, u := range set.URLs {
			found[strings.TrimPrefix(u.Loc, "https://demo.example")] = true
		}
	}
	for _, want := range []string{rows[0].Href(), rows[1].Href(), "/350525/bureau", "/350525100001/committee", "/guide"} {
		if !found[want] {
			t.Errorf("%s is missing", want)
		}
	}
	for path := range found {
		if path != "/" && !strings.HasPrefix(path, "/open-data") {
			s.get(t, path).want(t, 200)
		}
	}
	s.get(t, "/sitemap/items-x.xml").want(t, 404)
}
