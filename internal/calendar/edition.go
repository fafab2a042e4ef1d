package calendar

import (
	"embed"
	"sync"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// Edition is one published version of one division's calendar for one year: the
// days on which a notice departs from the plain week.
type Edition struct {
	Division int64  // 0 is the nation
	Norm     string // whose own days these are, when a norm and not a division's notice says so; its id
	Year     int
	Version  int    // 1 is the first published
	Source   string // where the data came from
	Notice   string // the notice's number, or "" when it is not recorded
	URL      string
	Rest     []Period
	Work     []Moved
	Hours    []Hours
}

// Period is a run of rest days, weekends between them included.
type Period struct {
	From, To clock.Date
	Name     i18n.Text
	Notice   string // of a later notice that changed the year's own; usually ""
}

// Moved is a weekend day that is worked in exchange for a rest day.
type Moved struct {
	Date   clock.Date
	Name   i18n.Text // the holiday it was moved for
	Notice string
}

// Hours are the business hours from a date on, until later hours begin; summer
// and winter hours are two entries a year.
type Hours struct {
	From clock.Date
	Open []Shift
}

// Shift is one run of business hours, in minutes of the day.
type Shift struct{ Open, Close int }

// usualHours apply where no edition says otherwise.
var usualHours = []Shift{{8*60 + 30, 12 * 60}, {14*60 + 30, 17*60 + 30}}

// notRecorded stands in files where the number of a notice is not known.
const notRecorded = "not recorded"

//go:embed data/*.json
var seedData embed.FS

// Seed is the nation's calendar that comes with the program: 2004 to 2026.
//
// NOTICE: converted by ./gen from npm chinese-days 1.5.7, MIT License,
// Copyright (c) 2024 Yawei sun.
var Seed = sync.OnceValue(func() []Edition {
	b, err := seedData.ReadFile("data/cn-2004-2026.json")
	if err != nil {
		panic(err)
	}
	es, problems := Parse("cn-2004-2026.json", b, 0)
	if len(problems) > 0 {
		panic("calendar: the seed does not parse: " + problems[0].String())
	}
	for i := range es {
		es[i].Version = 1
	}
	return es
})

// Builtin is the nation's calendar without a database, for rules and tests.
var Builtin = sync.OnceValue(func() *Calendar { return New(Seed()) })
