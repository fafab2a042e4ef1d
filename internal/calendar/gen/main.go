// Command gen writes the seed calendar and the test oracles of internal/calendar
// from three npm packages unpacked beside each other:
//
//	go run ./internal/calendar/gen -npm DIR
//
// where DIR holds chinese-days-1.5.7, holiday-calendar-1.3.3 and
// chinese-workday-1.16.1 (all MIT). It is run by hand when a package brings a
// new year; what it writes is committed, reviewed, and never made at build time.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

func main() {
	npm := flag.String("npm", "", "folder of the unpacked packages")
	out := flag.String("out", "internal/calendar", "folder of package calendar")
	flag.Parse()
	if *npm == "" {
		log.Fatal("gen: say where the packages are: -npm DIR")
	}
	writeSeed(filepath.Join(*npm, "chinese-days-1.5.7/package/dist/chinese-days.json"), filepath.Join(*out, "data/cn-2004-2026.json"))
	writeHolidayCalendar(filepath.Join(*npm, "holiday-calendar-1.3.3/package/data/CN"), filepath.Join(*out, "testdata/holiday-calendar-1.3.3.txt"))
	writeChineseWorkday(filepath.Join(*npm, "chinese-workday-1.16.1/package/src/index.js"), filepath.Join(*out, "testdata/chinese-workday-1.16.1.txt"))
}

// chineseDays is the shape of chinese-days.json: date -> "English,中文,statutory days".
type chineseDays struct {
	Holidays map[string]string
	Workdays map[string]string
}

// seedYear gathers one year as its notice arranged it.
type seedYear struct {
	rest []period
	work []period
}

type period struct{ from, to, name, notice string }

func writeSeed(in, out string) {
	var src chineseDays
	must(json.Unmarshal(read(in), &src))
	for date, description := range corrections {
		src.Workdays[date] = description
	}
	years := map[int]*seedYear{}
	at := func(date string, name string) *seedYear {
		y := noticeYear(date, name)
		if years[y] == nil {
			years[y] = &seedYear{}
		}
		return years[y]
	}
	for _, date := range keys(src.Holidays) {
		name := nameKey(src.Holidays[date])
		y, notice := at(date, name), dayNotice(date, name)
		if n := len(y.rest); n > 0 && y.rest[n-1].name == name && y.rest[n-1].notice == notice && y.rest[n-1].to == dayBefore(date) {
			y.rest[n-1].to = date
			continue
		}
		y.rest = append(y.rest, period{date, date, name, notice})
	}
	for _, date := range keys(src.Workdays) {
		name := nameKey(src.Workdays[date])
		y := at(date, name)
		y.work = append(y.work, period{date, date, name, dayNotice(date, name)})
	}
	var b strings.Builder
	seedHead(&b)
	sorted := keys(years)
	for i, y := range sorted {
		seedOne(&b, y, years[y], i == len(sorted)-1)
	}
	b.WriteString(" ]\n}\n")
	write(out, b.String())
}

func seedHead(b *strings.Builder) {
	b.WriteString("{\n \"format\": \"yangguang-calendar-1\",\n")
	b.WriteString(" \"source\": \"npm chinese-days 1.5.7 (MIT, Copyright (c) 2024 Yawei sun), after the yearly notices of the State Council\",\n \"names\": {\n")
	for i, n := range names {
		fmt.Fprintf(b, "  %s: {\"zh\": %s, \"en\": %s}%s\n", quote(n.key), quote(n.zh), quote(n.en), comma(i == len(names)-1))
	}
	b.WriteString(" },\n \"years\": [\n")
}

func seedOne(b *strings.Builder, year int, y *seedYear, last bool) {
	n := notices[year]
	number := n.number
	if number == "" {
		number = "not recorded"
	}
	fmt.Fprintf(b, "  {\"year\": %d, \"notice\": %s, \"url\": %s,\n   \"rest\": [\n", year, quote(number), quote(n.url))
	for i, p := range y.rest {
		fmt.Fprintf(b, "    {\"from\": %s, \"to\": %s, \"name\": %s%s}%s\n", quote(p.from), quote(p.to), quote(p.name), ownNotice(p), comma(i == len(y.rest)-1))
	}
	b.WriteString("   ],\n   \"work\": [\n")
	for i, p := range y.work {
		fmt.Fprintf(b, "    {\"date\": %s, \"name\": %s%s}%s\n", quote(p.from), quote(p.name), ownNotice(p), comma(i == len(y.work)-1))
	}
	b.WriteString("   ]")
	if year == 2004 { // the usual hours, until an edition says otherwise
		b.WriteString(",\n   \"hours\": [{\"from\": \"2004-01-01\", \"open\": [\"08:30-12:00\", \"14:30-17:30\"]}]")
	}
	fmt.Fprintf(b, "}%s\n", comma(last))
}

func ownNotice(p period) string {
	if p.notice == "" {
		return ""
	}
	return `, "notice": ` + quote(p.notice)
}

// noticeYear is the year whose notice arranged a day: the last days of December
// moved for 元旦 belong to the next year's notice.
func noticeYear(date, name string) int {
	t, err := time.Parse(time.DateOnly, date)
	must(err)
	if name == "new_year" && t.Month() == time.December {
		return t.Year() + 1
	}
	return t.Year()
}

func nameKey(description string) string {
	zh := strings.Split(description, ",")[1]
	for _, n := range names {
		if strings.HasPrefix(n.zh, zh) || strings.HasPrefix(zh, n.zh) || n.key == "victory" && strings.Contains(zh, "抗日") {
			return n.key
		}
	}
	log.Fatalf("gen: no name for %q", description)
	return ""
}

func dayBefore(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	must(err)
	return t.AddDate(0, 0, -1).Format(time.DateOnly)
}

func quote(s string) string {
	b, err := json.Marshal(s)
	must(err)
	return string(b)
}

func comma(last bool) string {
	if last {
		return ""
	}
	return ","
}

func keys[K int | string, V any](m map[K]V) []K {
	ks := make([]K, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	sort.Slice(ks, func(i, j int) bool { return ks[i] < ks[j] })
	return ks
}

func read(name string) []byte {
	b, err := os.ReadFile(name)
	must(err)
	return b
}

func write(name, text string) {
	must(os.WriteFile(name, []byte(text), 0o644)) //nolint:gosec // a source file, for everybody to read
	fmt.Println("wrote", name, len(text), "bytes")
}

func must(err error) {
	if err != nil {
		log.Fatal("gen: ", err)
	}
}
