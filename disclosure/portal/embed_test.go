package portal_test

import (
	"encoding/json"
	"strings"
	"testing"

	"yangguang/disclosure/portal/portaltest"
)

func TestPagesInAnotherSitesFrame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.8", "", feesDraft("收费目录"))
	list := s.get(t, "/embed/350525/bureau").want(t, 200, "收费目录", "/embed"+row.Href(), "演示数据").not(t, "<script", "foot-links")
	if csp := list.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors https://county.example;") {
		t.Errorf("the county's site may not frame it: %s", csp)
	}
	if csp := s.get(t, row.Href()).Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the portal may be framed: %s", csp)
	}
	s.get(t, "/embed/350525/bureau/c/fees").want(t, 200, "收费目录")
	s.get(t, "/en/embed/350525/bureau/c/plans").want(t, 200, "Nothing has been published yet")
	s.get(t, "/embed"+row.Href()).want(t, 200, "婚前医学检查费", "https://demo.example"+row.Href())
	s.get(t, "/embed/embed.css").want(t, 200, "body")
	for _, path := range []string{"/embed/350525/nobody", "/embed/x/bureau", "/embed/350525/bureau/c/none", "/embed/350525/bureau/2026-00099"} {
		s.get(t, path).want(t, 404)
	}
	s.TakeDown(t, row, "error", "有误")
	s.get(t, "/embed"+row.Href()).want(t, 410, "本信息已撤下").not(t, "婚前医学检查费")
}

func TestThePushFeedTellsWhatHappenedInOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	type page struct {
		Items []struct{ Action, Title, Summary string }
		Next  string
	}
	ask := func(after string) (p page) {
		t.Helper()
		if err := json.Unmarshal(s.get(t, "/embed/350525/bureau/push.json?after="+after).want(t, 200).Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := s.Publish(t, s.County, "county.7", "2025", portaltest.Text("甲", "甲的正文"))
	s.Clock.Advance(1e9)
	s.Publish(t, s.County, "county.7", "2024", portaltest.Text("乙", "乙的正文"))
	p := ask("")
	if len(p.Items) != 2 || p.Items[0].Title != "甲" {
		t.Fatalf("%+v", p)
	}
	s.Clock.Advance(1e9)
	s.TakeDown(t, first, "error", "有误")
	p = ask(p.Next)
	if len(p.Items) != 1 || p.Items[0].Action != "take_down" || p.Items[0].Summary != "" {
		t.Fatalf("%+v", p)
	}
	if q := ask(p.Next); len(q.Items) != 0 || q.Next != p.Next {
		t.Fatalf("%+v", q)
	}
	s.get(t, "/embed/350525/bureau/push.json?after=x").want(t, 422)
}
