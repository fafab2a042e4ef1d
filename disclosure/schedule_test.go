package disclosure_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/db"
)

// scheduled is a version approved for an hour from now.
func scheduled(t *testing.T, h *house, text disclosure.Text) *disclosure.Version {
	t.Helper()
	v := h.Reviewed(t, h.County, "county.2", text)
	check(t, h.Disclosure.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), h.Clock.Now().Add(time.Hour)))
	return v
}

func TestAVersionWaitsForItsHourAndIsPublishedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		v := scheduled(t, h, h.Plain("公告"))
		if n, err := d.PublishDue(h.Anyone()); n != 0 || err != nil {
			t.Fatalf("an hour early %d were published: %v", n, err)
		}
		if it := h.Item(t, v); it.State != disclosure.ItemUnpublished || it.Number != "" {
			t.Fatalf("an hour early: %+v", it)
		}
		h.Clock.Advance(time.Hour)
		var wg sync.WaitGroup
		counts := make([]int, 8)
		for i := range counts {
			wg.Go(func() {
				n, err := d.PublishDue(h.Anyone())
				if err != nil {
					t.Error(err)
				}
				counts[i] = n
			})
		}
		wg.Wait()
		total := 0
		for _, n := range counts {
			total += n
		}
		it := h.Item(t, v)
		p, err := public(t, h, h.County, it)
		check(t, err)
		if total != 1 || it.Serial != 1 || len(p.Events) != 1 {
			t.Errorf("published %d times, serial %d, %d events", total, it.Serial, len(p.Events))
		}
	})
}

func TestARecalledVersionStaysBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		v := scheduled(t, h, h.Plain("公告"))
		refused(t, d.Recall(h.As(h.Approver), v.Province, v.ID, ""), invalid, "note:disclosure.need_note")
		check(t, d.Recall(h.As(h.Approver), v.Province, v.ID, "时间未定"))
		h.Clock.Advance(2 * time.Hour)
		if n, err := d.PublishDue(h.Anyone()); n != 0 || err != nil {
			t.Errorf("%d published: %v", n, err)
		}
		if got := h.Version(t, v); got.State != disclosure.Drafted || got.Approver != 0 || !got.PublishAt.IsZero() {
			t.Errorf("recalled: %+v", got)
		}
	})
}

// The gate may learn between the approval and the hour; here the text changes
// behind its back.
func TestTheGateLooksAgainAtTheHour(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		bad, good := scheduled(t, h, h.Plain("名单")), scheduled(t, h, h.Plain("公告"))
		check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("update item_version set body_text = $1 where province = $2 and id = $3", "身份证号 "+resident, bad.Province, bad.ID)
			return err
		}))
		h.Clock.Advance(time.Hour)
		if n, err := d.PublishDue(h.Anyone()); n != 1 || err != nil {
			t.Errorf("%d published: %v", n, err)
		}
		if got := h.Item(t, good); got.State != disclosure.ItemPublished {
			t.Error("one refused version kept another back")
		}
		if got := h.Version(t, bad); got.State != disclosure.Drafted || got.Approver != 0 || got.Reviewer != 0 {
			t.Errorf("the refused version is %s", got.State)
		}
		in, err := d.Inbox(h.As(h.Author))
		check(t, err)
		tasks := in[disclosure.TaskDraft]
		if len(tasks) != 1 || !strings.Contains(tasks[0].Note, "不得公开的个人信息") {
			t.Errorf("the author's inbox: %+v", tasks)
		}
		if n, err := d.PublishDue(h.Anyone()); n != 0 || err != nil {
			t.Errorf("a second run published %d: %v", n, err)
		}
	})
}

func TestADocumentNumberNamesOneItem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		numbered := func() disclosure.Text { x := h.Plain("办法"); x.DocNumber = "永演〔2026〕3号"; return x }
		late := scheduled(t, h, numbered())
		v := h.Reviewed(t, h.County, "county.2", numbered())
		it := h.Publish(t, h.County, "county.2", numbered())
		refused(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never), invalid, "doc_number:disclosure.doc_number_taken")
		h.Clock.Advance(time.Hour)
		if n, err := d.PublishDue(h.Anyone()); n != 0 || err != nil || h.Version(t, late).State != disclosure.Drafted {
			t.Errorf("%d published with a number that was taken: %v", n, err)
		}
		h.Correct(t, h.County, it, numbered()) // its own number
		h.Publish(t, h.Township, "township.2", func() disclosure.Text {
			x := h.Text("township.2", "2026Q3", "奖励")
			x.DocNumber = "永演〔2026〕3号"
			return x
		}()) // another agency's register
	})
}

func TestIndexNumbersHaveNoGapUnderCrowding(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const n = 50
		var vs []*disclosure.Version
		for range n {
			vs = append(vs, h.Reviewed(t, h.County, "county.2", h.Plain("通知")))
		}
		var wg sync.WaitGroup
		for _, v := range vs {
			wg.Go(func() {
				if err := h.Disclosure.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		seen := map[int]bool{}
		for _, v := range vs {
			seen[h.Item(t, v).Serial] = true
		}
		for i := 1; i <= n; i++ {
			if !seen[i] {
				t.Errorf("serial %d was left out", i)
			}
		}
		it := h.Item(t, vs[0])
		h.TakeDown(t, it, "error", "内容有误")
		if next := h.Publish(t, h.County, "county.2", h.Plain("通知")); next.Serial != n+1 {
			t.Errorf("after a take-down the next serial is %d", next.Serial)
		}
		h.Clock.Set(time.Date(2027, 1, 1, 0, 0, 0, 0, h.Clock.Now().Location()))
		if next := h.Publish(t, h.County, "county.2", h.Plain("通知")); next.Serial != 1 || next.Year != 2027 {
			t.Errorf("the new year begins with %d-%d", next.Year, next.Serial)
		}
		h.Disclosure.NumberFormat = func(u agency.Agency, year, serial int) string { return "YC-" + u.Slug }
		if next := h.Publish(t, h.County, "county.2", h.Plain("通知")); next.Number != "YC-bureau" {
			t.Errorf("the installation's own format gives %q", next.Number)
		}
	})
}
