package portal_test

import (
	"net/url"
	"testing"

	"yangguang/disclosure"
	"yangguang/disclosure/portal/portaltest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
)

// TestEveryPageOnBothEngines asks every route of either database.
func TestEveryPageOnBothEngines(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(portaltest.Now)
	dbtest.EachAt(t, c, portaltest.Migrations(), func(t *testing.T, d *db.DB) {
		s := siteOf(portaltest.Over(t, d, c))
		s.Publish(t, s.Prefecture, "county.1", "", portaltest.Text("上级法规", "正文"))
		row := s.Publish(t, s.County, "county.7", "2025", portaltest.Text("总结", "全年收费情况"))
		s.Correct(t, row, func(d *disclosure.Text) { d.Body = "全年收费新情况" })
		s.Publish(t, s.Village, "village.8", "2026Q3", portaltest.Text("村里的事", "全年收费"))
		paths := append(allPages(row), "/350525100", "/350525100001", "/3505", "/350525100001/committee/c/laws", "/search?q="+url.QueryEscape("收费"), "/search?sort=best&q="+url.QueryEscape("收费"),
			"/overdue?within=350525100", "/overdue?unit=350525/bureau", "/latest?category=county.7&within=350525", "/catalogue?from=2026-01-01&to=2026-12-31",
			"/api/v1/divisions/350525", "/api/v1/agencies", "/api/v1/coverage?within=350525100", "/api/v1/coverage?within=35", "/api/v1/coverage?within=0")
		for _, path := range paths {
			if a := s.get(t, path); a.Code >= 500 {
				t.Errorf("%s answers %d: %.300s", path, a.Code, a.Body.String())
			}
		}
		s.get(t, "/search?q="+url.QueryEscape("收费")).want(t, 200, row.Href(), "村里的事")
		s.get(t, "/350525").want(t, 200, "总结", "逾期未公开")
		s.get(t, "/3505").want(t, 200, "永春县")
		s.get(t, "/350525100001/committee/c/laws").want(t, 200, "上级法规")
		u := "/" + row.UnitPath
		s.post(t, u+"/c/fees/nudge", nil).sent(t, 303, u+"/c/fees/nudged")
		s.post(t, row.Href()+"/report", url.Values{"kind": {"wrong"}, "text": {"有一处数字不对"}}).sent(t, 303, row.Href()+"/report/sent")
		s.get(t, "/sitemap.xml").want(t, 200, "/sitemap/items-")
	})
}
