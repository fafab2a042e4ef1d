package jobs_test

import (
	"context"
	"strings"
	"testing"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/jobs"
)

// Looking for due jobs each second must not read the jobs that are not due.
func TestTheLookForDueJobsIsByIndex(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t, clock.NewFake(start), jobs.Migrations)
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		rows, err := tx.Query("explain query plan select id from job where state < 2 and run_at <= $1 and kind in ($2, $3) order by run_at, id limit 4", 1, "a", "b")
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			if !strings.Contains(detail, "job_due") {
				t.Errorf("plan: %s", detail)
			}
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}
