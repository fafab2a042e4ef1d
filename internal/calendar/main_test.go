package calendar_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// dates lets cmp compare dates.
var dates = cmpopts.EquateComparable(clock.Date{})

func TestMain(m *testing.M) {
	i18n.MustLoad(calendar.Locale)
	os.Exit(m.Run())
}

func day(s string) clock.Date {
	if s == "" {
		return clock.Date{}
	}
	return clock.MustDate(s)
}

func TestLocalesAgree(t *testing.T) {
	for _, p := range i18n.Check(calendar.Locale) {
		t.Error(p)
	}
}
