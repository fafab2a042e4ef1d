package calendar_test

import (
	"os"
	"strings"
	"testing"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
)

// oracle is a calendar made by others, read from testdata.
type oracle struct {
	name       string
	rest, work map[clock.Date]bool
	years      map[int]bool
}

func readOracle(t *testing.T, name string) oracle {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	o := oracle{name, map[clock.Date]bool{}, map[clock.Date]bool{}, map[int]bool{}}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		f := strings.Fields(line)
		if f[0] == "#" {
			continue
		}
		into := o.rest
		if f[1] == "work" {
			into = o.work
		}
		for _, day := range f[2:] {
			d := clock.MustDate(f[0] + "-" + day)
			into[d], o.years[d.Year()] = true, true
		}
	}
	return o
}

func (o oracle) workday(d clock.Date) bool {
	weekend := d.Weekday() == 0 || d.Weekday() == 6
	return o.work[d] || !weekend && !o.rest[d]
}

// differences are the days on which an oracle and our calendar disagree, each
// with the reason why ours stands. The line quoted is that of the notice.
var differences = map[string]map[string]string{
	"holiday-calendar-1.3.3": {
		"2004-01-02": "2004 元旦：1月1日放假 (one day only)",
		"2004-04-25": "2004 “五一”：5月8日、9日上班; 25 April is not named",
		"2004-05-09": "2004 “五一”：5月8日、9日上班",
		"2004-09-26": "2004 “十一”：10月9日、10日上班; 26 September is not named",
		"2004-10-10": "2004 “十一”：10月9日、10日上班",
		"2007-12-29": "2008 元旦：12月29日（星期六）上班",
		"2007-12-31": "2008 元旦：2007年12月30日—2008年1月1日放假",
		"2008-05-04": "2008 劳动节：5月4日（星期日）上班",
		"2008-06-07": "2008 端午节：6月7日（星期六）照常公休",
		"2008-09-13": "2008 中秋节：9月13日（星期六）为公休日",
		"2009-01-04": "2009 元旦：1月4日（星期日）上班",
		"2009-09-27": "2009 国庆节：9月27日（星期日）、10月10日（星期六）上班",
		"2011-12-31": "2012 元旦：2011年12月31日（星期六）上班",
		"2015-01-04": "2015 元旦：1月4日（星期日）上班",
		"2016-04-02": "2016 清明节：4月4日放假，与周末连休; nothing is worked in exchange",
		"2018-06-16": "2018 端午节：6月18日放假，与周末连休; nothing is worked in exchange",
		"2018-09-22": "2018 中秋节：9月24日放假，与周末连休; nothing is worked in exchange",
	},
	"chinese-workday-1.16.1": {
		"2011-01-29": "2011 春节：1月30日（星期日）、2月12日（星期六）上班",
		"2011-02-12": "2011 春节：1月30日（星期日）、2月12日（星期六）上班",
		"2011-04-02": "2011 清明节：4月2日（星期六）上班",
		"2011-12-31": "2012 元旦：2011年12月31日（星期六）上班",
		"2012-01-29": "2012 春节：1月21日（星期六）、1月29日（星期日）上班",
		"2012-03-31": "2012 清明节：3月31日（星期六）、4月1日（星期日）上班",
		"2012-04-01": "2012 清明节：3月31日（星期六）、4月1日（星期日）上班",
		"2012-04-28": "2012 劳动节：4月28日（星期六）上班",
		"2012-09-30": "2012 中秋节、国庆节：9月30日至10月7日放假，9月29日上班",
		"2012-10-08": "2012 中秋节、国庆节：9月30日至10月7日放假; 8 October is worked",
		"2013-04-07": "2013 清明节：4月7日（星期日）上班",
		"2013-04-27": "2013 劳动节：4月27日、4月28日上班",
		"2013-04-28": "2013 劳动节：4月27日、4月28日上班",
		"2013-06-08": "2013 端午节：6月8日、6月9日上班",
		"2013-06-09": "2013 端午节：6月8日、6月9日上班",
		"2013-10-12": "2013 国庆节：9月29日、10月12日（星期六）上班",
		"2013-12-29": "2014 元旦：1月1日放假1天; nothing is worked in exchange",
		"2014-06-03": "2014 端午节：6月2日放假，与周末连休",
		"2014-06-04": "2014 端午节：6月2日放假，与周末连休",
		"2014-09-09": "2014 中秋节：9月8日放假，与周末连休",
		"2014-09-10": "2014 中秋节：9月8日放假，与周末连休",
		"2014-10-11": "2014 国庆节：9月28日、10月11日（星期六）上班",
		"2015-09-03": "国发明电〔2015〕1号：9月3日放假，9月4日调休",
		"2015-09-04": "国发明电〔2015〕1号：9月3日放假，9月4日调休",
		"2018-01-01": "2018 元旦：1月1日放假，与周末连休",
		"2020-01-31": "国办发明电〔2020〕1号：延长2020年春节假期至2月2日",
		"2020-02-01": "国办发明电〔2020〕1号：延长2020年春节假期至2月2日",
		"2023-01-03": "2023 元旦：2022年12月31日至2023年1月2日放假",
	},
}

// The seed against two calendars made by others, every day they hold.
func TestTheSeedAgreesWithOtherCalendarsDayByDay(t *testing.T) {
	c := calendar.Builtin()
	for name, explained := range differences {
		o := readOracle(t, name)
		met := 0
		for d := clock.MustDate("2004-01-01"); d.Year() <= 2026; d = d.AddDays(1) {
			if !o.years[d.Year()] {
				continue
			}
			ours, reason := c.Workday(d)
			if ours == o.workday(d) {
				continue
			}
			if explained[d.String()] == "" {
				t.Errorf("%s: %v (%v): ours %v (%s %s), theirs %v: not explained", name, d, d.Weekday(), ours, reason.Kind, reason.Name.Zh, !ours)
			}
			met++
		}
		if met != len(explained) {
			t.Errorf("%s: %d differences met, %d explained", name, met, len(explained))
		}
	}
}

// Every start day from 2019-01-01 to 2025-09-30 with the four spans of the law,
// against a naive walk over the oracle's days. Where the due days differ, the
// same walk with the explained days put right must agree; otherwise the
// difference is unexplained.
func TestDeadlinesAgreeWithOtherCalendars(t *testing.T) {
	c := calendar.Builtin()
	want := map[string]int{"holiday-calendar-1.3.3": 0, "chinese-workday-1.16.1": 262}
	for name, explained := range differences {
		o := readOracle(t, name)
		righted := func(d clock.Date) bool { return o.workday(d) != (explained[d.String()] != "") }
		compared, differ := 0, 0
		for start := clock.MustDate("2019-01-01"); !start.After(clock.MustDate("2025-09-30")); start = start.AddDays(1) {
			for _, n := range []int{7, 15, 20, 40} {
				ours := c.Deadline(start, calendar.Span{N: n, Unit: calendar.WorkingDays}, nil)
				compared++
				if ours.Provisional || ours.Suspended {
					t.Errorf("%v + %d: provisional or suspended", start, n)
				}
				if theirs := walk(o.workday, start, n); ours.Due != theirs {
					differ++
					if walk(righted, start, n) != ours.Due {
						t.Errorf("%s: %v + %d: ours %v, theirs %v: not explained", name, start, n, ours.Due, theirs)
					}
				}
			}
		}
		if differ != want[name] {
			t.Errorf("%s: %d of %d deadlines differ, want %d", name, differ, compared, want[name])
		}
	}
}

// walk counts n working days on from start, day by day.
func walk(workday func(clock.Date) bool, start clock.Date, n int) clock.Date {
	for n > 0 {
		if start = start.AddDays(1); workday(start) {
			n--
		}
	}
	return start
}
