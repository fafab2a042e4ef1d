package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// oracle is what another package says: rest days and moved working days by year.
type oracle struct{ rest, work map[string]bool }

func (o oracle) write(out, head string) {
	years := map[string][2][]string{}
	for _, date := range keys(o.rest) {
		y := years[date[:4]]
		y[0] = append(y[0], date[5:])
		years[date[:4]] = y
	}
	for _, date := range keys(o.work) {
		y := years[date[:4]]
		y[1] = append(y[1], date[5:])
		years[date[:4]] = y
	}
	var b strings.Builder
	b.WriteString(head)
	for _, y := range keys(years) {
		fmt.Fprintf(&b, "%s rest %s\n%s work %s\n", y, strings.Join(years[y][0], " "), y, strings.Join(years[y][1], " "))
	}
	write(out, b.String())
}

func writeHolidayCalendar(dir, out string) {
	o := oracle{map[string]bool{}, map[string]bool{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.min.json"))
	must(err)
	for _, f := range files {
		var year struct {
			Dates []struct{ Date, Type string }
		}
		must(json.Unmarshal(read(f), &year))
		for _, d := range year.Dates {
			if d.Date < "2004" {
				continue
			}
			switch d.Type {
			case "public_holiday":
				o.rest[d.Date] = true
			case "transfer_workday":
				o.work[d.Date] = true
			default:
				must(fmt.Errorf("%s: type %q", f, d.Type))
			}
		}
	}
	o.write(out, "# npm holiday-calendar 1.3.3, data/CN. MIT, Copyright (c) 2025 holiday-calendar. Test oracle only.\n")
}

var dayLine = regexp.MustCompile(`^\s*'(\d{4}-\d\d-\d\d)': '([^']*)',`)

func writeChineseWorkday(in, out string) {
	o := oracle{map[string]bool{}, map[string]bool{}}
	var into map[string]bool
	for _, line := range strings.Split(string(read(in)), "\n") {
		switch m := dayLine.FindStringSubmatch(line); {
		case strings.Contains(line, "HOLIDAYS = {"):
			into = o.rest
		case strings.Contains(line, "WEEKENDS_WORKDAY = {"):
			into = o.work
		case m != nil && into != nil:
			into[m[1]] = true
		}
	}
	o.write(out, "# npm chinese-workday 1.16.1, src/index.js. MIT, Copyright (c) 2018 yize.shc. Test oracle only.\n")
}
