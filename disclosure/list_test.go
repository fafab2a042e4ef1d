package disclosure_test

import (
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
)

func TestAnInterpretationIsShownBesideItsDocument(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		doc := h.Publish(t, h.County, "county.2", h.Plain("管理办法"))
		x := h.Plain("《管理办法》解读")
		x.Explains = doc.ID
		why := h.Publish(t, h.County, "county.2", x)
		p, err := public(t, h, h.County, doc)
		check(t, err)
		if len(p.ExplainedBy) != 1 || p.ExplainedBy[0].ID != why.ID {
			t.Errorf("the document is explained by %v", p.ExplainedBy)
		}
		p, err = public(t, h, h.County, why)
		check(t, err)
		if p.Explains == nil || p.Explains.ID != doc.ID {
			t.Errorf("the interpretation explains %v", p.Explains)
		}
		h.TakeDown(t, doc, "error", "内容有误")
		if p, err = public(t, h, h.County, why); err != nil || p.Explains != nil {
			t.Errorf("it still points to what was taken down: %v, %v", p.Explains, err)
		}
	})
}

func TestListsPageByKeyAndKeepToTheirPlace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for range 5 {
			h.Clock.Advance(time.Minute)
			h.Publish(t, h.County, "county.2", h.Plain("通知"))
		}
		h.Publish(t, h.Village, "village.6", h.Plain("村规民约"))
		h.Publish(t, h.Prefecture, "county.2", h.Plain("市通知"))
		h.Draft(t, h.County, "county.2", h.Plain("草稿"))
		for c, want := range map[agency.Code]int{agency.Nation: 7, h.Province.Division: 7, h.Prefecture.Division: 7, h.County.Division: 6,
			h.Township.Division: 1, h.Village.Division: 1} {
			q, n := disclosure.Query{Within: c, Limit: 2}, 0
			for {
				rows := list(t, h, q)
				n += len(rows)
				if len(rows) < 2 {
					break
				}
				q.Before = rows[1].After()
			}
			if n != want {
				t.Errorf("within %s %d are listed, want %d", c, n, want)
			}
		}
		today := h.Plain("").FormedOn
		for name, q := range map[string]disclosure.Query{
			"from tomorrow": {From: today.AddDays(1)}, "until yesterday": {To: today.AddDays(-1)}, "another category": {Category: "county.3"},
			"another period": {Period: "2026"}, "an agency without any": {Agency: h.Township.ID},
		} {
			if got := list(t, h, q); len(got) != 0 {
				t.Errorf("%s: %d", name, len(got))
			}
		}
	})
}
