package calendar_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/calendar"
	"yangguang/internal/i18n"
)

const whole = `{"format": "yangguang-calendar-1",
 "years": [{"year": 2027,
  "rest": [
   {"from": "2027-01-01", "to": "2027-01-03", "name": "元旦"},
   {"from": "2027-05-01", "to": "2027-05-05", "name": "labour"},
   {"from": "2027-10-01", "to": "2027-10-07", "name": "National Day"}
  ],
  "work": [{"date": "2027-10-09", "name": "国庆"}]
 }]}`

func TestParseRefusals(t *testing.T) {
	t.Parallel()
	swap := func(old, new string) string { return strings.Replace(whole, old, new, 1) }
	tests := []struct {
		name, file, body string
		want             string // line: key
	}{
		{"another type of file", "f.xlsx", whole, "1 unknown_type"},
		{"not UTF-8", "f.json", "\xd4\xaa\xb5\xa9", "1 not_utf8"},
		{"broken JSON", "f.json", swap(`"labour"},`, `"labour"}`), "6 bad_json"},
		{"text after the end", "f.json", whole + "{}", "9 bad_json"},
		{"a list instead of the document", "f.json", "[]", "1 bad_shape"},
		{"nested without end", "f.json", strings.Repeat("[", 100), "1 bad_json"},
		{"another format", "f.json", swap("calendar-1", "calendar-9"), "1 bad_format"},
		{"an unknown field", "f.json", swap(`"to": "2027-05-05"`, `"until": "2027-05-05"`), "5 bad_field"},
		{"a field twice", "f.json", swap(`"to": "2027-05-05"`, `"from": "2027-05-05"`), "5 bad_field"},
		{"a day that does not exist", "f.json", swap("2027-05-05", "2027-02-30"), "5 bad_date"},
		{"the end before the beginning", "f.json", swap("2027-05-05", "2027-04-05"), "5 to_before_from"},
		{"a day of another year", "f.json", swap("2027-01-03", "2028-01-03"), "4 outside_year"},
		{"a year out of range", "f.json", swap(`"year": 2027`, `"year": 1927`), "2 bad_year"},
		{"a year that is text", "f.json", swap(`"year": 2027`, `"year": "next"`), "2 bad_year"},
		{"a day listed twice", "f.json", swap("2027-10-09", "2027-10-03"), "8 day_twice"},
		{"a weekday worked in exchange", "f.json", swap("2027-10-09", "2027-10-11"), "8 not_weekend"},
		{"no name", "f.json", swap(`"国庆"`, `" "`), "8 no_name"},
		{"a name too long", "f.json", swap(`"国庆"`, `"`+strings.Repeat("节", 61)+`"`), "8 too_long"},
		{"a notice that is a number", "f.json", swap(`"year": 2027`, `"year": 2027, "notice": 5`), "2 bad_shape"},
		{"half a national notice", "f.json", swap("2027-10-07", "2027-10-02"), "2 fixed_missing"},
		{"no years", "f.json", `{"format": "yangguang-calendar-1", "years": []}`, "1 empty"},
		{"hours that overlap", "f.json", swap(`"year": 2027`, `"year": 2027, "hours": [{"from": "2027-05-01", "open": ["08:00-12:00", "11:00-17:00"]}]`), "2 bad_hours"},
		{"hours of another year", "f.json", swap(`"year": 2027`, `"year": 2027, "hours": [{"from": "2026-05-01", "open": ["08:00-12:00"]}]`), "2 outside_year"},
		{"no hours in hours", "f.json", swap(`"year": 2027`, `"year": 2027, "hours": [{"from": "2027-05-01", "open": []}]`), "2 bad_hours"},
		{"the same year twice", "f.json", `{"format": "yangguang-calendar-1", "years": [{"year": 2027},` + "\n" + `{"year": 2027}]}`, "1 fixed_missing"},
		{"CSV with two columns", "f.csv", "date,kind,name\n2027-01-01,rest\n", "2 bad_csv"},
		{"CSV with a bad date", "f.csv", "date,kind,name\n1/1/2027,rest,元旦\n", "2 bad_date"},
		{"CSV with another kind", "f.csv", "2027-01-01,holiday,元旦\n", "1 bad_kind"},
		{"CSV without a name", "f.csv", "2027-01-01,rest,\n", "1 no_name"},
		{"an empty CSV", "f.csv", "date,kind,name\n", "1 empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			es, problems := calendar.Parse(tt.file, []byte(tt.body), 0)
			if len(problems) == 0 || es != nil {
				t.Fatal("accepted")
			}
			p := problems[0]
			if got := fmt.Sprintf("%d %s", p.Line, strings.TrimPrefix(p.Key, "calendar.")); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if !i18n.Has(i18n.ZH, p.Key) {
				t.Errorf("%s has no sentence", p.Key)
			}
			text := i18n.T(i18n.With(t.Context(), i18n.EN), p.Key, append([]any{p.Line}, p.Args...)...)
			if strings.Contains(text, "{") {
				t.Errorf("an argument is missing: %s", text)
			}
		})
	}
}

func TestAFileIsReadWhole(t *testing.T) {
	t.Parallel()
	es, problems := calendar.Parse("F.JSON", []byte("\ufeff"+whole), 0)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := calendar.Edition{Year: 2027, Rest: []calendar.Period{
		{From: day("2027-01-01"), To: day("2027-01-03"), Name: i18n.Text{Zh: "元旦", En: "New Year's Day"}},
		{From: day("2027-05-01"), To: day("2027-05-05"), Name: i18n.Text{Zh: "劳动节", En: "Labour Day"}},
		{From: day("2027-10-01"), To: day("2027-10-07"), Name: i18n.Text{Zh: "国庆节", En: "National Day"}},
	}, Work: []calendar.Moved{{Date: day("2027-10-09"), Name: i18n.Text{Zh: "国庆节", En: "National Day"}}}}
	if diff := cmp.Diff([]calendar.Edition{want}, es, dates); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEncodeReadsBack(t *testing.T) {
	t.Parallel()
	local := calendar.Edition{Division: 45, Year: 2026, Source: "通知 \"甲\"", Notice: "桂政办〔2025〕1号", URL: "https://example.cn/?a=1&b=<2>",
		Rest:  []calendar.Period{{From: day("2026-04-20"), To: day("2026-04-21"), Name: i18n.Text{Zh: "三月三", En: "Third of March"}, Notice: "补充"}},
		Hours: []calendar.Hours{{From: day("2026-05-01"), Open: []calendar.Shift{{Open: 480, Close: 720}, {Open: 900, Close: 1439}}}}}
	for _, want := range append(slices.Clone(calendar.Seed()), local) {
		es, problems := calendar.Parse("e.json", want.Encode(), want.Division)
		if len(problems) > 0 {
			t.Fatal(want.Year, problems)
		}
		es[0].Version = want.Version
		if diff := cmp.Diff([]calendar.Edition{want}, es, dates); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("f.json", []byte(whole))
	f.Add("f.csv", []byte(notice2027))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		es, problems := calendar.Parse(name, b, 0)
		if (len(es) == 0) == (len(problems) == 0) {
			t.Fatalf("%d editions and %d problems", len(es), len(problems))
		}
		for _, e := range es {
			back, problems := calendar.Parse("e.json", e.Encode(), 0)
			if len(problems) > 0 {
				t.Fatalf("does not read back: %v\n%s", problems, e.Encode())
			}
			if string(back[0].Encode()) != string(e.Encode()) {
				t.Fatal("changes when read back")
			}
		}
		if len(es) > 0 {
			calendar.New(es).AddWorkingDays(day("2027-01-01"), 20)
		}
	})
}
