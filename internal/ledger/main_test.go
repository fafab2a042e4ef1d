package ledger_test

import (
	"os"
	"testing"

	"yangguang/internal/i18n"
	"yangguang/internal/ledger"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(ledger.Locale)
	os.Exit(m.Run())
}
