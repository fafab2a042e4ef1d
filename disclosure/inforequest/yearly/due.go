package yearly

import (
	_ "embed"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"yangguang/agency"
	"yangguang/internal/clock"
)

//go:embed due.yaml
var dueFile []byte

// day is a day of the year after the one reported on.
type day struct {
	Month int `yaml:"month"`
	Day   int `yaml:"day"`
}

func (d day) of(year int) clock.Date { return clock.NewDate(year+1, time.Month(d.Month), d.Day) }

type dueRules struct {
	Kinds      map[agency.Kind]day `yaml:"kinds"`
	Government day                 `yaml:"government"`
}

var dueDays = sync.OnceValue(func() (r dueRules) {
	if err := yaml.UnmarshalWithOptions(dueFile, &r, yaml.Strict()); err != nil {
		panic("yearly: due.yaml: " + err.Error()) // tested
	}
	return r
})

// dueOn is the day by which an agency of the kind has published its report of
// a year; zero when it owes none.
func dueOn(k agency.Kind, year int) clock.Date {
	d, ok := dueDays().Kinds[k]
	if !ok {
		return clock.Date{}
	}
	return d.of(year)
}
