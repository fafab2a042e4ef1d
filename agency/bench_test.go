package agency_test

import (
	"testing"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
)

// BenchmarkDivisionImport measures the first run: every division of the country into an empty store.
func BenchmarkDivisionImport(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		benchmarkImport(b, func() *db.DB { return dbtest.SQLite(b, nil, agency.Migrations) })
	})
}

func benchmarkImport(b *testing.B, open func() *db.DB) {
	var rows, imports int
	for b.Loop() {
		b.StopTimer()
		d := open()
		b.StartTimer()
		err := agency.ImportDivisions(b.Context(), d, func(done, _ int) { rows = done })
		if err != nil {
			b.Fatal(err)
		}
		imports++
	}
	b.ReportMetric(float64(rows), "rows")
	b.ReportMetric(b.Elapsed().Seconds()/float64(imports), "s/import")
}
