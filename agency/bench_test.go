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

// BenchmarkSubset measures what each test of another room pays for its county.
func BenchmarkSubset(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		d := dbtest.SQLite(b, nil, agency.Migrations)
		b.StartTimer()
		if err := agency.ImportSubset(b.Context(), d, 350525000000); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearch measures finding a name among all divisions of the country.
func BenchmarkSearch(b *testing.B) {
	d := dbtest.SQLite(b, nil, agency.Migrations)
	if err := agency.ImportDivisions(b.Context(), d, nil); err != nil {
		b.Fatal(err)
	}
	for _, prefix := range []string{"永春", "大", "东平村"} {
		b.Run(prefix, func(b *testing.B) {
			for b.Loop() {
				err := d.Read(b.Context(), func(tx *db.Tx) error {
					_, err := agency.SearchDivisions(tx, agency.Nation, prefix, 20)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
