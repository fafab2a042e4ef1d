package disclosure_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/db"
)

func TestAVillageShowsTheLawsPublishedAbove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		publish := func(u agency.Agency, category, title string) *disclosure.Item {
			h.Clock.Advance(time.Minute)
			return h.Publish(t, u, category, h.Plain(title))
		}
		publish(h.Province, "county.1", "省条例")
		publish(h.Prefecture, "county.1", "市办法")
		old := publish(h.County, "county.1", "县规定（旧）")
		publish(h.County, "county.1", "县规定")
		publish(h.County, "county.2", "县通知")
		h.TakeDown(t, old, "error", "内容有误")
		titles := func(u agency.Agency, category string) (out []string) {
			h.Read(t, func(tx *db.Tx) error {
				rows, err := d.Inherited(tx, u, category)
				for _, r := range rows {
					out = append(out, r.Unit+"："+r.Title)
				}
				return err
			})
			return out
		}
		want := []string{"永春县演示局：县规定", "泉州市演示局：市办法", "福建省演示局：省条例"}
		if diff := cmp.Diff(want, titles(h.Village, "village.1")); diff != "" {
			t.Errorf("laws of the village (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"永春县演示局：县通知"}, titles(h.Village, "village.2")); diff != "" {
			t.Errorf("documents of the village (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[1:], titles(h.County, "county.1")); diff != "" {
			t.Errorf("laws above the county (-want +got):\n%s", diff)
		}
		if got := titles(h.Village, "village.3"); got != nil {
			t.Errorf("births are inherited: %v", got)
		}
		h.Publish(t, h.Village, "village.6", h.Plain("村规民约"))
		h.Read(t, func(tx *db.Tx) error {
			es, err := d.Of(tx, h.Village)
			got := map[string][2]int{}
			for _, e := range es {
				got[e.Category.ID] = [2]int{e.Count, e.Shown}
			}
			want := map[string][2]int{"village.1": {0, 3}, "village.2": {0, 1}, "village.3": {}, "village.4": {}, "village.5": {}, "village.6": {1, 0}, "village.7": {}, "village.8": {}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the village's catalogue (-want +got):\n%s", diff)
			}
			return err
		})
	})
}

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
