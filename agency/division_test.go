package agency_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// The source counts 665,276; five codes collide after padding, and the nation is ours.
const nationRows = 31 + 342 + 2978 + 41352 + 620573 - 5 + 1

func TestWholeNation(t *testing.T) {
	if testing.Short() {
		t.Skip("imports every division of the country")
	}
	each(t, func(t *testing.T, d *db.DB) {
		stopAfter(t, d, 3)
		stopAfter(t, d, 1)
		var first, last int
		err := agency.ImportDivisions(t.Context(), d, func(done, total int) {
			if first == 0 {
				first = done
			}
			last = done
			if total != nationRows {
				t.Fatalf("total %d, want %d", total, nationRows)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if first <= 20000 || last != nationRows {
			t.Errorf("resumed with %d and ended with %d, want more than 20000 and %d", first, last, nationRows)
		}
		err = agency.ImportDivisions(t.Context(), d, func(int, int) { t.Error("imported twice") })
		if err != nil {
			t.Fatal(err)
		}
		checkNation(t, d)
	})
}

// stopAfter ends an import after some transactions, as a crash would: what is written stays, the rest is missing.
func stopAfter(t *testing.T, d *db.DB, steps int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := agency.ImportDivisions(ctx, d, func(int, int) {
		if steps--; steps == 0 {
			cancel()
		}
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("stopped import: %v", err)
	}
}

func checkNation(t *testing.T, d *db.DB) {
	t.Helper()
	type node struct {
		Code, Parent agency.Code
		Level        agency.Level
	}
	nodes := read(t, d, func(tx *db.Tx) ([]node, error) {
		return db.List(tx, func(r *db.Rows, n *node) error { return r.Scan(&n.Code, &n.Parent, &n.Level) },
			"select code, coalesce(parent, -1), level from division order by code")
	})
	known := map[agency.Code]agency.Level{}
	counts := map[agency.Level]int{}
	for _, n := range nodes { // a parent stands before its children, so there are no cycles
		known[n.Code] = n.Level
		counts[n.Level]++
		above, ok := known[n.Parent]
		if n.Code != agency.Nation && (!ok || above >= n.Level || n.Parent != n.Code.Parent()) || n.Level != n.Code.Level() {
			t.Fatalf("%d of level %d has the parent %d of level %d", n.Code, n.Level, n.Parent, above)
		}
	}
	want := map[agency.Level]int{0: 1, 1: 31, 2: 342, 3: 2978 - 3, 4: 41352 - 1, 5: 620573 - 1}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	found := read(t, d, func(tx *db.Tx) ([]agency.Division, error) {
		return agency.SearchDivisions(tx, agency.Nation, "永春", 3)
	})
	if len(found) != 3 || found[0].Code != agencytest.County {
		t.Errorf("a search for 永春 begins with %v", found)
	}
}

func TestCollidingCodesStayAtTheHigherLevel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		agencytest.Load(t, d, 441900000000, 442000000000, 460400000000, 350527000000)
		tests := []struct {
			code     agency.Code
			name     string
			level    agency.Level
			children int
			first    string
		}{
			{441900000000, "东莞市", agency.LevelPrefecture, 36, "东城街道"},
			{442000000000, "中山市", agency.LevelPrefecture, 23, "石岐街道"},
			{460400000000, "儋州市", agency.LevelPrefecture, 18, "那大镇"},
			{350527000000, "金门县", agency.LevelCounty, 0, ""},
		}
		for _, tt := range tests {
			got := read(t, d, func(tx *db.Tx) (agency.Division, error) { return agency.FindDivision(tx, tt.code) })
			children := read(t, d, func(tx *db.Tx) ([]agency.Division, error) { return agency.Children(tx, tt.code, 0, 100) })
			if got.Name != tt.name || got.Level != tt.level || len(children) != tt.children {
				t.Errorf("%s: got %v with %d children", tt.name, got, len(children))
			}
			if len(children) > 0 && (children[0].Name != tt.first || children[0].Level != agency.LevelTownship) {
				t.Errorf("%s: the first child is %v", tt.name, children[0])
			}
		}
	})
}

func TestNoDivisionIsItsOwnParent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`insert into division (code, parent, level, name, name_key, province, prefecture, county)
				values (360000000000, 360000000000, 1, '江西省', 0, 36, 0, 0)`)
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v, want the constraint to refuse", err)
		}
	})
}

func TestDivisionsOfOneCounty(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		agencytest.Load(t, d)
		agencytest.Load(t, d) // twice is once
		names := func(list []agency.Division) (out []string) {
			for _, x := range list {
				out = append(out, x.Name)
			}
			return out
		}
		t.Run("ancestors come from the nation down", func(t *testing.T) {
			up := read(t, d, func(tx *db.Tx) ([]agency.Division, error) { return agency.Ancestors(tx, agencytest.Township) })
			if diff := cmp.Diff([]string{"全国", "福建省", "泉州市", "永春县"}, names(up)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			town := read(t, d, func(tx *db.Tx) (agency.Division, error) { return agency.FindDivision(tx, agencytest.Township) })
			if got := agency.FullName(up, town); got != "福建省泉州市永春县桃城镇" {
				t.Errorf("FullName = %s", got)
			}
		})
		t.Run("children come in pages", func(t *testing.T) {
			var all []string
			for after := agency.Nation; ; {
				list := read(t, d, func(tx *db.Tx) ([]agency.Division, error) {
					return agency.Children(tx, agencytest.County, after, 10)
				})
				if all = append(all, names(list)...); len(list) < 10 {
					break
				}
				after = list[9].Code
			}
			if len(all) != 22 || all[0] != "桃城镇" || all[21] != "外山乡" {
				t.Errorf("got %d townships: %v", len(all), all)
			}
		})
		t.Run("a search stays inside its division", func(t *testing.T) {
			search := func(within agency.Code, prefix string) []string {
				return names(read(t, d, func(tx *db.Tx) ([]agency.Division, error) {
					return agency.SearchDivisions(tx, within, prefix, 10)
				}))
			}
			if got := search(agency.Nation, " 桃城镇 "); !cmp.Equal(got, []string{"桃城镇"}) {
				t.Errorf("桃城镇: %v", got)
			}
			if got := search(agency.Nation, "桃"); !cmp.Equal(got, []string{"桃城镇"}) {
				t.Errorf("one character finds villages in the whole country: %v", got)
			}
			if got := search(agencytest.County, "桃"); len(got) < 2 || got[0] != "桃城镇" {
				t.Errorf("one character finds no village in the county: %v", got)
			}
			if got := search(350525101000, "桃"); got != nil {
				t.Errorf("桃 in 五里街镇: %v", got)
			}
			if got := search(agency.Nation, "桃%"); got != nil {
				t.Errorf("a per cent sign is only itself: %v", got)
			}
			if got := search(agency.Nation, ""); got != nil {
				t.Errorf("nothing: %v", got)
			}
		})
		t.Run("an unknown code is not found", func(t *testing.T) {
			err := tryRead(t.Context(), d, func(tx *db.Tx) error {
				_, err := agency.FindDivision(tx, 990000000000)
				return err
			})
			refused(t, err, fault.NotFound, "", "agency.division_unknown")
		})
	})
}

func TestMunicipalitiesHaveGroupings(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		agencytest.Load(t, d, 110101001000)
		up := read(t, d, func(tx *db.Tx) ([]agency.Division, error) { return agency.Ancestors(tx, 110101001000) })
		if len(up) != 4 || !up[2].Grouping() || up[1].Grouping() {
			t.Fatalf("ancestors %v", up)
		}
		if got := agency.FullName(up[:3], up[3]); got != "北京市东城区" {
			t.Errorf("FullName = %s", got)
		}
	})
}
