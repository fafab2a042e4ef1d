package analysis

import (
	"context"
	"log/slog"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/db"
	"yangguang/internal/jobs"
	"yangguang/norm"
)

// The grant verbs of the sub-room.
const (
	Reading     = "analysis.read"     // read the sums, write reports
	Instructing = "analysis.instruct" // leaders: instruct on a report, close it
)

// Verbs lists the grant verbs, for the register of accounts.
func Verbs() []string { return []string{Reading, Instructing} }

// Analysis is the sub-room.
type Analysis struct {
	DB    *db.DB
	Norm  *norm.Profile
	Front *front.Front
	Log   *slog.Logger // nil: what a recount mends is not told
}

const (
	nightlyJob = "casework.analysis.nightly"
	recountJob = "casework.analysis.recount"
	hotJob     = "casework.analysis.hot"
)

// Register names the jobs: sums counted anew in the night, and each morning
// what rises suddenly.
func (s *Analysis) Register(run *jobs.Runner) {
	run.HandleLong(recountJob, 3*time.Hour, func(ctx context.Context, _ jobs.Job) error { return s.recountAll(ctx) })
	run.Every(nightlyJob, jobs.Daily(3, 50), func(ctx context.Context, _ jobs.Job) error {
		return s.DB.Write(ctx, func(tx *db.Tx) error { return jobs.Add(tx, jobs.Job{Kind: recountJob, Key: "all"}) })
	})
	run.Every(hotJob, jobs.Daily(6, 20), func(ctx context.Context, _ jobs.Job) error { return s.FindHot(ctx) })
}

func (s *Analysis) recountAll(ctx context.Context) error {
	r, err := s.Recount(ctx)
	if err == nil && s.Log != nil && (r.Stale > 0 || len(r.Differences) > 0) {
		s.Log.WarnContext(ctx, "sums of matters were not what the matters come to; they are now", "stale", r.Stale, "differences", len(r.Differences))
	}
	return err
}
