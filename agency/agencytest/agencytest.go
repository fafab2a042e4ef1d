// Package agencytest gives other rooms' tests one real county and a few invented agencies in it.
package agencytest

import (
	"testing"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// The divisions of Load: 福建省泉州市永春县, its 桃城镇 and the first village there.
const (
	Province   agency.Code = 350000000000
	Prefecture agency.Code = 350500000000
	County     agency.Code = 350525000000
	Township   agency.Code = 350525100000
	Village    agency.Code = 350525100001
)

// Load brings County, with all above and inside it, into a store that has agency.Migrations; or the divisions given instead.
func Load(t testing.TB, d *db.DB, within ...agency.Code) {
	t.Helper()
	if len(within) == 0 {
		within = []agency.Code{County}
	}
	if err := agency.ImportSubset(t.Context(), d, within...); err != nil {
		t.Fatal(err)
	}
}

// Cast are invented agencies, each the superior of the next in line.
type Cast struct {
	Registry    *agency.Registry
	Province    agency.Agency // 省级 authority
	Prefecture  agency.Agency // below Province
	County      agency.Agency // below Prefecture
	Institution agency.Agency // below County, same division
	Township    agency.Agency // below County
	Village     agency.Agency // below Township
}

// Seed loads the county and founds the cast in it.
func Seed(t testing.TB, d *db.DB) Cast {
	t.Helper()
	Load(t, d)
	c := Cast{Registry: &agency.Registry{DB: d}}
	c.Province = c.Found(t, Province, agency.Authority, "bureau", "福建省演示局", 0)
	c.Prefecture = c.Found(t, Prefecture, agency.Authority, "bureau", "泉州市演示局", c.Province.ID)
	c.County = c.Found(t, County, agency.Authority, "bureau", "永春县演示局", c.Prefecture.ID)
	c.Institution = c.Found(t, County, agency.Institution, "centre", "永春县演示服务中心", c.County.ID)
	c.Township = c.Found(t, Township, agency.Township, "office", "桃城镇演示政府", c.County.ID)
	c.Village = c.Found(t, Village, agency.Village, "committee", "演示村民委员会", c.Township.ID)
	return c
}

// Found sets up one more invented agency.
func (c Cast) Found(t testing.TB, division agency.Code, kind agency.Kind, slug, name string, superior int64) agency.Agency {
	t.Helper()
	a, err := c.Registry.Found(t.Context(), agency.Founding{
		Division: division, Kind: kind, Slug: slug, Name: name, Superior: superior, Demo: true,
		FoundedOn: clock.MustDate("2019-01-01"),
	})
	if err != nil {
		t.Fatalf("found %s: %v", slug, err)
	}
	return a
}
