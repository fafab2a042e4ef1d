package disclosure_test

import (
	"strings"
	"testing"

	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
	"yangguang/internal/jobs"
	"yangguang/internal/search"
)

func finds(t *testing.T, h *disclosuretest.House, words string) (ids []int64) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) error {
		hits, err := search.Find(tx, search.Q{Text: words, Kinds: []string{"item"}})
		for _, x := range hits {
			ids = append(ids, x.ID)
		}
		return err
	})
	return ids
}

func work(t *testing.T, h *disclosuretest.House) {
	t.Helper()
	r := &jobs.Runner{DB: h.DB}
	h.Disclosure.RegisterJobs(r)
	if _, err := r.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// attached is a draft with a file.
func attached(t *testing.T, h *disclosuretest.House, title, name, content string) *disclosure.Version {
	t.Helper()
	d := h.Disclosure
	v, err := d.Start(h.As(h.Author), h.County.ID, "county.2", "")
	check(t, err)
	_, err = d.Save(h.As(h.Author), v.Province, v.ID, h.Plain(title))
	check(t, err)
	_, err = d.Attach(h.As(h.Author), v.Province, v.ID, name, "", strings.NewReader(content))
	check(t, err)
	return v
}

// finish takes a draft through its whole review.
func finish(t *testing.T, h *disclosuretest.House, v *disclosure.Version) {
	t.Helper()
	check(t, h.Disclosure.Submit(h.As(h.Author), v.Province, v.ID))
	h.Review(t, h.County, v)
	check(t, h.Disclosure.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never))
}

func TestAnAttachmentIsFoundOnceItsItemIsPublished(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		d := h.Disclosure
		v := attached(t, h, "药具发放点", "清单.csv", "地点,数量\n桃溪卫生室,金丝雀七\n")
		if finds(t, h, "金丝雀七") != nil || finds(t, h, "清单") != nil {
			t.Fatal("a draft's attachment is found")
		}
		finish(t, h, v)
		for _, words := range []string{"金丝雀七", "桃溪卫生室", "清单", "药具发放点 金丝雀七"} {
			if got := finds(t, h, words); len(got) != 1 {
				t.Errorf("%s: %v", words, got)
			}
		}
		it := h.Item(t, v)
		h.Read(t, func(tx *db.Tx) error {
			left := 1 << 20
			f, text, err := disclosure.FoundIn(tx, it, search.WordsOf("金丝雀七", nil), &left)
			if err != nil || f == nil || f.Name != "清单.csv" || !strings.Contains(text, "桃溪卫生室\t金丝雀七") {
				t.Errorf("found in %+v: %q %v", f, text, err)
			}
			return nil
		})
		check(t, d.TakeDown(h.As(h.Approver), it.Province, it.ID, "error", "内容有误"))
		check(t, d.Index(t.Context(), it.Province, it.ID)) // a job that comes late brings nothing back
		if finds(t, h, "金丝雀七") != nil || finds(t, h, "药具发放点") != nil {
			t.Error("what was taken down is found")
		}
	})
}

func TestALongAttachmentFollowsByAJob(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		var b strings.Builder
		for range 3000 {
			b.WriteString("这是一行很长的说明文字，用来填满附件。\n")
		}
		v := attached(t, h, "长附件", "说明.txt", b.String()+"末尾的金丝雀八\n")
		finish(t, h, v)
		if got := finds(t, h, "长附件"); len(got) != 1 {
			t.Fatalf("the title is not found at once: %v", got)
		}
		work(t, h)
		if got := finds(t, h, "末尾的金丝雀八"); len(got) != 1 {
			t.Errorf("the end of the attachment: %v", got)
		}
	})
}

func TestReindexReadsWhatWasNeverRead(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		var all []*disclosure.Version
		for _, c := range []string{"甲一", "乙二", "丙三"} {
			v := attached(t, h, "附件"+c, c+".txt", "内有金丝雀"+c)
			finish(t, h, v)
			all = append(all, v)
		}
		gone := h.Item(t, all[2])
		check(t, h.Disclosure.TakeDown(h.As(h.Approver), gone.Province, gone.ID, "error", "内容有误"))
		forget := func() { // as an earlier release left it
			check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
				for _, s := range []string{"delete from file_text", "delete from search_format"} {
					if _, err := tx.Exec(s); err != nil {
						return err
					}
				}
				for _, v := range all {
					if err := search.Delete(tx, int64(v.Province), v.Item); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		both := func(how string) {
			t.Helper()
			for _, c := range []string{"甲一", "乙二"} {
				if got := finds(t, h, "内有金丝雀"+c); len(got) != 1 {
					t.Errorf("%s, %s: %v", how, c, got)
				}
			}
			if finds(t, h, "丙三") != nil {
				t.Errorf("%s: what was taken down is found", how)
			}
			h.Read(t, func(tx *db.Tx) error {
				old, err := search.Outdated(tx)
				if old {
					t.Errorf("%s: the index is still old", how)
				}
				return err
			})
		}
		forget()
		n, err := h.Disclosure.Reindex(t.Context(), disclosure.Place{}, nil)
		check(t, err)
		if n != 2 {
			t.Errorf("%d items", n)
		}
		both("by command")
		forget()
		check(t, h.Disclosure.Renew(t.Context()))
		for range 3 {
			work(t, h)
		}
		both("by itself")
	})
}
