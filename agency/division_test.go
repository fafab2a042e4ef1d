package agency_test

import (
	"io/fs"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
)

var migrations = []fs.FS{agency.Migrations}

func TestWholeNation(t *testing.T) {
	if testing.Short() {
		t.Skip("imports 665,272 divisions")
	}
	dbtest.Each(t, migrations, func(t *testing.T, d *db.DB) {
		start := time.Now()
		if err := agency.ImportDivisions(t.Context(), d, nil); err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(start))
	})
}
