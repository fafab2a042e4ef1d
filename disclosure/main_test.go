package disclosure_test

import (
	"flag"
	"os"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Enter() // a program that reads pictures is started through this binary
	disclosuretest.LoadLocales()
	_ = flag.Set("rapid.checks", "25") // each is a journey through the store; -rapid.checks asks for more
	os.Exit(m.Run())
}

type (
	house            = disclosuretest.House
	disclosurePerson = disclosuretest.Person
)

var (
	check    = disclosuretest.Check
	refused  = disclosuretest.Refused
	each     = disclosuretest.Each
	newHouse = func(t testing.TB) *house { return disclosuretest.New(t) }
	opinion  = disclosuretest.Opinion
	never    time.Time
)

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(disclosure.Locale) {
		t.Error(wrong)
	}
}

// public reads an item as a visitor does.
func public(t *testing.T, h *house, u agency.Agency, it *disclosure.Item) (*disclosure.Page, error) {
	t.Helper()
	return h.Disclosure.Public(h.Anyone(), u, it.Year, it.Serial)
}

func list(t *testing.T, h *house, q disclosure.Query) (rows []disclosure.Row) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) (err error) { rows, err = disclosure.List(tx, q); return err })
	return rows
}
