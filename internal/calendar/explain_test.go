package calendar_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/calendar"
	"yangguang/internal/i18n"
)

func TestExplainRowsInBothLanguages(t *testing.T) {
	t.Parallel()
	c := calendar.Builtin()
	rows := c.Explain(day("2025-09-25"), calendar.Span{N: 3, Unit: calendar.WorkingDays},
		[]calendar.Interval{{From: day("2025-09-29"), To: day("2025-09-29"), Why: "calendar.reason_weekday"}}, calendar.Span{N: 1, Unit: calendar.WorkingDays})
	want := map[i18n.Lang][]string{
		i18n.ZH: {
			"2025年9月25日（星期四） 期限开始的当日，不计入（民法典第二百零一条）。",
			"2025年9月26日（星期五） 第1个工作日。",
			"2025年9月27日（星期六） 周末，不计入期限。",
			"2025年9月28日（星期日） 因国庆节调休上班，计为第2个工作日。依据：国办发明电〔2024〕12号。",
			"2025年9月29日（星期一） 期限中止，不计入：工作日。",
			"2025年9月30日（星期二） 第3个工作日。",
			"2025年10月1日（星期三） 国庆节放假，不计入期限。依据：国办发明电〔2024〕12号。",
			"2025年10月2日（星期四） 国庆节放假，不计入期限。依据：国办发明电〔2024〕12号。",
			"2025年10月3日（星期五） 国庆节放假，不计入期限。依据：国办发明电〔2024〕12号。",
			"2025年10月4日（星期六） 国庆节放假，不计入期限。依据：国办发明电〔2024〕12号。",
			"2025年10月5日（星期日） 国庆节放假，不计入期限。依据：国办发明电〔2024〕12号。",
			"2025年10月6日（星期一） 中秋节放假，不计入期限。依据：国办发明电〔2024〕12号。",
			"2025年10月7日（星期二） 国庆节放假，不计入期限。依据：国办发明电〔2024〕12号。",
			"2025年10月8日（星期三） 国庆节放假，不计入期限。依据：国办发明电〔2024〕12号。",
			"2025年10月9日（星期四） 第4个工作日。属于延长的期限。期限届满日。",
		},
		i18n.EN: {
			"Thursday 25 September 2025 The day the period begins is not counted (Civil Code, art. 201).",
			"Friday 26 September 2025 Working day 1.",
			"Saturday 27 September 2025 Weekend: not counted.",
			"Sunday 28 September 2025 Worked in exchange for National Day: working day 2. Notice: 国办发明电〔2024〕12号.",
		},
	}
	for lang, lines := range want {
		var got []string
		for _, r := range calendar.ExplainRows(i18n.With(t.Context(), lang), rows) {
			got = append(got, r.Day+" "+r.Text)
		}
		if diff := cmp.Diff(lines, got[:min(len(lines), len(got))]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lang, diff)
		}
	}
	if len(rows) != 15 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestExplainALastDayThatMoves(t *testing.T) {
	t.Parallel()
	rows := calendar.Builtin().Explain(day("2025-03-20"), calendar.Span{N: 2, Unit: calendar.CalendarDays, Roll: true}, nil)
	want := []string{
		"2025-03-20 期限开始的当日，不计入（民法典第二百零一条）。", "2025-03-21 第1日。", "2025-03-22 第2日。", "2025-03-23 周末，不计入期限。",
		"2025-03-24 期限最后一日为休息日，顺延至休息日结束后的本工作日（民法典第二百零三条）。期限届满日。",
	}
	var got []string
	for _, r := range calendar.ExplainRows(t.Context(), rows) {
		got = append(got, r.Date.String()+" "+r.Text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestExplainSaysWhatIsProvisionalLocalAndSuspended(t *testing.T) {
	t.Parallel()
	local := []calendar.Edition{{Division: 45, Year: 2026, Rest: []calendar.Period{{From: day("2026-12-30"), To: day("2026-12-30"), Name: i18n.Text{Zh: "冬节"}}}}}
	rows := calendar.New(calendar.Seed(), local).Explain(day("2026-12-29"), calendar.Span{N: 9, Unit: calendar.WorkingDays}, []calendar.Interval{{From: day("2027-01-05")}})
	want := map[string]string{
		"2026-12-30": "本地冬节放假，不计入期限。",
		"2026-12-31": "第1个工作日。有关放假安排尚未发布或者载入，暂按现有安排、周末和固定日期的节日推算，日期可能调整。",
		"2027-01-01": "元旦放假，不计入期限。有关放假安排尚未发布或者载入，暂按现有安排、周末和固定日期的节日推算，日期可能调整。",
		"2027-01-05": "期限中止，不计入。有关放假安排尚未发布或者载入，暂按现有安排、周末和固定日期的节日推算，日期可能调整。",
	}
	got := calendar.ExplainRows(t.Context(), rows)
	for _, r := range got {
		if w, ok := want[r.Date.String()]; ok && r.Text != w {
			t.Errorf("%v: %s\nwant %s", r.Date, r.Text, w)
		}
	}
	if last := got[len(got)-1]; last.Date != day("2027-01-05") || last.Due || !last.Stopped {
		t.Errorf("the explanation ends on %v, due %v", last.Date, last.Due)
	}
}

func TestExplainBusinessTimeByDays(t *testing.T) {
	t.Parallel()
	rows := calendar.Builtin().Explain(day("2026-11-20"), calendar.Span{N: 400, Unit: calendar.WorkingMinutes}, nil)
	if last := rows[len(rows)-1]; len(rows) != 4 || !last.Due || last.Date != day("2026-11-23") || last.Number != 2 {
		t.Errorf("%d rows, the last %+v", len(rows), last)
	}
}
