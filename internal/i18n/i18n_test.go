package i18n_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

func locale(zh, en string) fstest.MapFS {
	return fstest.MapFS{
		"locale/zh-CN.json": {Data: []byte(zh)},
		"locale/en.json":    {Data: []byte(en)},
	}
}

func TestSentencesFollowTheReader(t *testing.T) {
	i18n.MustLoad(locale(`{"t.due":"还有{1}天，到{2}","t.only":"只有中文"}`, `{"t.due":"{1} day left, until {2} || {1} days left, until {2}"}`))
	zh, en := context.Background(), i18n.With(context.Background(), i18n.EN)
	d := clock.MustDate("2026-11-23")
	for _, c := range []struct {
		got, want string
	}{
		{i18n.T(zh, "t.due", 3, i18n.Date(zh, d)), "还有3天，到2026年11月23日"},
		{i18n.T(en, "t.due", 1, i18n.Date(en, d)), "1 day left, until 23 November 2026"},
		{i18n.T(en, "t.due", 12000, "x"), "12,000 days left, until x"},
		{i18n.T(en, "t.only"), "只有中文"},
		{i18n.T(zh, "t.none"), "t.none"},
		{i18n.DateWeekday(zh, d), "2026年11月23日（星期一）"},
		{i18n.DateWeekday(en, d), "Monday 23 November 2026"},
		{i18n.Time(zh, time.Date(2026, 11, 23, 1, 5, 0, 0, time.UTC)), "2026年11月23日 09:05"},
		{i18n.Percent(zh, 2910, 3184), "91.4%"},
		{i18n.Percent(zh, 0, 0), "—"},
		{i18n.Number(zh, -1234567), "-1,234,567"},
		{i18n.Text{Zh: "目录", En: "Catalogue"}.In(en), "Catalogue"},
		{i18n.Text{Zh: "目录"}.In(en), "目录"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestAKeyWithTwoSentencesIsRefused(t *testing.T) {
	i18n.MustLoad(locale(`{"t.same":"一"}`, `{"t.same":"one"}`))
	if err := i18n.Load(locale(`{"t.same":"二"}`, `{"t.same":"one"}`)); err == nil {
		t.Error("the second sentence replaced the first silently")
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	got := i18n.Check(locale(`{"b":"{1}个","a":"甲","c":"丙"}`, `{"b":"many","a":"A 甲","d":"D"}`))
	want := []string{
		"keys are not sorted", `"b" has other placeholders in en`, `"a" has Han characters in en`,
		`en lacks "c"`, `zh-CN lacks "d"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Check (-want +got):\n%s", diff)
	}
	if got := i18n.Check(locale(`{"a":"甲","b":"{1}个"}`, `{"a":"A","b":"{1} of it"}`)); got != nil {
		t.Errorf("clean files were refused: %v", got)
	}
}
