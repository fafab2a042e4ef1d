package disclosure_test

import (
	"slices"
	"strings"
	"testing"

	"yangguang/disclosure"
)

// 3.1.1: a caller hears service guides whole and how what was published last
// begins, of the units of the line's own division, and nothing that is no longer
// published or in force.
func TestWhatIsReadAloud(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		guide := h.Publish(t, h.Institution, "institution.2", h.Text("institution.2", "", "生育登记怎样办"))
		x := h.Plain("关于体检安排的通知")
		x.Body = "体检从下月一日开始。请带身份证。地点在县城。第四句话不读。"
		h.Publish(t, h.County, "county.2", x)
		gone := h.Publish(t, h.County, "county.2", h.Plain("旧的通知"))
		check(t, d.SetValidity(h.As(h.Everybody), gone.Province, gone.ID, "abolished", "已被新规定代替"))
		h.Publish(t, h.Village, "village.6", h.Plain("村规民约"))
		titles := func(all []disclosure.Aloud, err error) (out []string) {
			t.Helper()
			check(t, err)
			for _, a := range all {
				out = append(out, a.Title)
			}
			return out
		}
		guides, err := d.GuidesAloud(t.Context(), h.County.Division, 10)
		if got := titles(guides, err); !slices.Equal(got, []string{"生育登记怎样办"}) {
			t.Fatalf("guides %v", got)
		}
		said := strings.Join(guides[0].Paragraphs, "\n")
		for _, part := range []string{h.Institution.Name + "，", "所需材料：按规定办理。", "第1步，按规定办理。", "责任岗位：按规定办理。"} {
			if !strings.Contains(said, part) {
				t.Errorf("the guide does not say %q:\n%s", part, said)
			}
		}
		items, err := d.ItemsAloud(t.Context(), h.County.Division, 10)
		if got := titles(items, err); !slices.Equal(got, []string{"关于体检安排的通知"}) {
			t.Fatalf("items %v", got)
		}
		if got := items[0].Paragraphs[1]; got != "体检从下月一日开始。请带身份证。地点在县城。" {
			t.Errorf("the item begins %q", got)
		}
		h.TakeDown(t, guide, "error", "内容有误")
		if got := titles(d.GuidesAloud(t.Context(), h.County.Division, 10)); len(got) != 0 {
			t.Errorf("taken down and read: %v", got)
		}
	})
}
