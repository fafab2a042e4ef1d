package disclosure_test

import (
	"slices"
	"testing"
	"time"

	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// BenchmarkPublish approves reviewed versions, one durable transaction each,
// with number, obligation, search entry and audit row.
func BenchmarkPublish(b *testing.B) {
	h := newHouse(b)
	vs := make([]*disclosure.Version, b.N)
	for i := range vs {
		vs[i] = h.Reviewed(b, h.County, "county.2", h.Plain("关于印发管理办法的通知"))
	}
	took := make([]time.Duration, 0, b.N)
	wall := clock.System()
	b.ResetTimer()
	for _, v := range vs {
		at := wall.Now()
		check(b, h.Disclosure.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never))
		took = append(took, wall.Now().Sub(at))
	}
	b.StopTimer()
	percentiles(b, took)
}

// BenchmarkScheduled lets the publisher's hour come for versions that were
// approved before: gate again, number, obligation, search entry, leaf and audit
// row, each version in a durable transaction of its own.
func BenchmarkScheduled(b *testing.B) {
	h := newHouse(b)
	hour := h.Clock.Now().Add(time.Hour)
	for range b.N {
		v := h.Reviewed(b, h.County, "county.2", h.Plain("关于印发管理办法的通知"))
		check(b, h.Disclosure.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), hour))
	}
	h.Clock.Set(hour)
	b.ResetTimer()
	n, err := h.Disclosure.PublishDue(b.Context())
	b.StopTimer()
	if err != nil || n != b.N {
		b.Fatalf("%d of %d published: %v", n, b.N, err)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "versions/s")
}

// BenchmarkList reads the first page of a county that has published 2,000
// items.
func BenchmarkList(b *testing.B) {
	h := newHouse(b)
	it := h.Publish(b, h.County, "county.2", h.Plain("通知"))
	check(b, h.DB.Write(b.Context(), func(tx *db.Tx) error {
		for i := range 2000 {
			if _, err := tx.Exec(`insert into item (province, id, prefecture, county, region, agency, category, period, number, year, serial, state, current, title, published_at, changed_at)
 select province, $3, prefecture, county, region, agency, category, period, $4, 2020, $5, state, current, title, published_at - $5, changed_at from item where province = $1 and id = $2`,
				it.Province, it.ID, tx.ID(it.Province), "old/"+time.Duration(i).String(), i+1); err != nil {
				return err
			}
		}
		return nil
	}))
	took := make([]time.Duration, 0, b.N)
	wall := clock.System()
	b.ResetTimer()
	for range b.N {
		at := wall.Now()
		check(b, h.DB.Read(b.Context(), func(tx *db.Tx) error {
			rows, err := disclosure.List(tx, disclosure.Query{Within: h.County.Division, Limit: 50})
			if len(rows) != 50 {
				b.Fatalf("%d rows", len(rows))
			}
			return err
		}))
		took = append(took, wall.Now().Sub(at))
	}
	b.StopTimer()
	percentiles(b, took)
}

func percentiles(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	for name, p := range map[string]int{"p50-ms": 50, "p95-ms": 95} {
		b.ReportMetric(float64(took[(len(took)-1)*p/100].Microseconds())/1000, name)
	}
}
