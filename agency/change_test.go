package agency_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

var (
	today     = clock.MustDate("2026-11-23")
	yesterday = today.AddDays(-1)
	tomorrow  = today.AddDays(1)
)

func find(t *testing.T, d *db.DB, id int64) agency.Agency {
	t.Helper()
	return read(t, d, func(tx *db.Tx) (agency.Agency, error) { return agency.Find(tx, id) })
}

func kinds(t *testing.T, d *db.DB, id int64) (out []agency.ChangeKind) {
	t.Helper()
	for _, c := range read(t, d, func(tx *db.Tx) ([]agency.Change, error) { return agency.Changes(tx, id, 0, 10) }) {
		out = append(out, c.Kind)
	}
	return out
}

func TestFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		agencytest.Load(t, d)
		r := agency.New(d)
		in := agency.Founding{
			By: 7, Division: agencytest.County, Kind: agency.Authority, Slug: "wjj", Name: " 永春县演示局 ", CreditCode: "11341702486344515h",
			Contact:   agency.Contact{Address: "演示路1号", Hours: "8:00—12:00", Phone: "0595-12345678", Email: "office@example.cn", Website: "https://example.cn"},
			FoundedOn: clock.MustDate("2019-03-01"), Basis: "演编〔2019〕1号",
		}
		a, err := r.Found(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, find(t, d, a.ID), cmp.AllowUnexported(clock.Date{})); diff != "" {
			t.Errorf("what was founded and what is read (-want +got)\n%s", diff)
		}
		if a.Name != "永春县演示局" || a.ShortName != a.Name || a.CreditCode != "11341702486344515H" || a.Path() != "350525/wjj" {
			t.Errorf("got %+v", a)
		}
		if db.ProvinceOf(a.ID) != 35 {
			t.Errorf("the id %d is not of province 35", a.ID)
		}
		lines := read(t, d, func(tx *db.Tx) ([]audit.Line, error) { return audit.List(tx, audit.Filter{Province: 35, Limit: 10}) })
		if len(lines) != 1 || lines[0].Person != 7 || lines[0].Verb != "agency.found" || lines[0].Agency != a.ID {
			t.Errorf("audited %+v", lines)
		}
		byCode := read(t, d, func(tx *db.Tx) (agency.Agency, error) { return agency.FindByCreditCode(tx, "1134 17024863 44515H") })
		if byCode.ID != a.ID {
			t.Errorf("by credit code: %d", byCode.ID)
		}
	})
}

func TestFoundRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		agencytest.Load(t, d, 110101000000)
		good := agency.Founding{Division: agencytest.County, Kind: agency.Authority, Slug: "new", Name: "新设演示局", CreditCode: "11341702486344515H"}
		if _, err := cast.Registry.Found(t.Context(), good); err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name       string
			bad        func(f *agency.Founding)
			field, key string
		}{
			{"an unknown division", func(f *agency.Founding) { f.Division = 990000000000 }, "division", "agency.division_unknown"},
			{"a grouping", func(f *agency.Founding) { f.Division = 110100000000 }, "division", "agency.division_grouping"},
			{"an unknown kind", func(f *agency.Founding) { f.Kind = "club" }, "kind", "agency.kind_unknown"},
			{"an authority in a village", func(f *agency.Founding) { f.Division = agencytest.Village }, "division", "agency.level_unfit_authority"},
			{"a township office in a county", func(f *agency.Founding) { f.Kind = agency.Township }, "division", "agency.level_unfit_township"},
			{"a village in a township", func(f *agency.Founding) { f.Kind, f.Division = agency.Village, agencytest.Township }, "division", "agency.level_unfit_village"},
			{"an institution in a village", func(f *agency.Founding) { f.Kind, f.Division = agency.Institution, agencytest.Village }, "division", "agency.level_unfit_institution"},
			{"no name", func(f *agency.Founding) { f.Name = " " }, "name", "agency.required"},
			{"a long name", func(f *agency.Founding) { f.Name = strings.Repeat("长", 61) }, "name", "agency.too_long"},
			{"a name with a line break", func(f *agency.Founding) { f.Name = "演示\n局" }, "name", "agency.control_characters"},
			{"a name that is taken", func(f *agency.Founding) { f.Name = "新设演示局" }, "name", "agency.name_taken"},
			{"no address part", func(f *agency.Founding) { f.Slug = "" }, "slug", "agency.required"},
			{"an address part in capitals", func(f *agency.Founding) { f.Slug = "New" }, "slug", "agency.slug_malformed"},
			{"an address part with a slash", func(f *agency.Founding) { f.Slug = "a/b" }, "slug", "agency.slug_malformed"},
			{"an address part that is taken", func(f *agency.Founding) { f.Slug = "new" }, "slug", "agency.slug_taken"},
			{"a wrong credit code", func(f *agency.Founding) { f.CreditCode = "11341702486344516H" }, "credit_code", "agency.credit_malformed"},
			{"a credit code that is taken", func(f *agency.Founding) { f.CreditCode = "11341702486344515H" }, "credit_code", "agency.credit_taken"},
			{"a telephone that is none", func(f *agency.Founding) { f.Phone = "call me" }, "phone", "agency.phone_malformed"},
			{"a fax that is none", func(f *agency.Founding) { f.Fax = "=1+1" }, "fax", "agency.phone_malformed"},
			{"an e-mail with a name", func(f *agency.Founding) { f.Email = "A <a@b.cn>" }, "email", "agency.email_malformed"},
			{"a website that is a script", func(f *agency.Founding) { f.Website = "javascript:alert(1)" }, "website", "agency.website_malformed"},
			{"a superior that is not there", func(f *agency.Founding) { f.Superior = 1 }, "superior", "agency.superior_unknown"},
			{"a superior elsewhere", func(f *agency.Founding) { f.Superior = cast.Township.ID }, "superior", "agency.superior_elsewhere"},
			{"a founding ahead", func(f *agency.Founding) { f.FoundedOn = tomorrow }, "founded_on", "agency.date_ahead"},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				f := good
				f.Slug, f.Name, f.CreditCode = "other", "另一演示局", ""
				tt.bad(&f)
				_, err := cast.Registry.Found(t.Context(), f)
				refused(t, err, fault.Invalid, tt.field, tt.key)
			})
		}
	})
}

func TestRenameKeepsTheOldNameFindable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		in := agency.Renaming{By: 7, Agency: cast.County.ID, Name: "永春县新名局", ShortName: "新名局", On: yesterday, Basis: "演编〔2026〕2号"}
		if err := cast.Registry.Rename(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		search := func(prefix string) map[string]string {
			got := map[string]string{}
			for _, m := range read(t, d, func(tx *db.Tx) ([]agency.Match, error) {
				return agency.Search(tx, agencytest.County, prefix, 10)
			}) {
				got[m.Name] = m.Former
			}
			return got
		}
		want := map[string]map[string]string{
			"永春县演示": {"永春县新名局": "永春县演示局", "永春县演示服务中心": ""},
			"新名":    {"永春县新名局": ""},
			"永":     {"永春县新名局": "", "永春县演示服务中心": ""},
			"没有":    {},
		}
		for prefix, w := range want {
			if diff := cmp.Diff(w, search(prefix)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", prefix, diff)
			}
		}
		c := read(t, d, func(tx *db.Tx) ([]agency.Change, error) { return agency.Changes(tx, cast.County.ID, 0, 1) })[0]
		if c.Kind != agency.ChangeRename || c.Before["name"] != "永春县演示局" || c.After["short_name"] != "新名局" || c.Basis != in.Basis || c.Effective != yesterday {
			t.Errorf("history %+v", c)
		}
		in.On = today
		refused(t, cast.Registry.Rename(t.Context(), in), fault.Conflict, "", "agency.same_name")
	})
}

func TestChangesRefuseBadDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		in := agency.Renaming{Agency: cast.County.ID, Name: "永春县新名局", On: today, Basis: "依据"}
		tests := []struct {
			name       string
			bad        func(in *agency.Renaming)
			field, key string
		}{
			{"no basis", func(in *agency.Renaming) { in.Basis = " " }, "basis", "agency.required"},
			{"no day", func(in *agency.Renaming) { in.On = clock.Date{} }, "on", "agency.required"},
			{"a day ahead", func(in *agency.Renaming) { in.On = tomorrow }, "on", "agency.date_ahead"},
			{"a day before the founding", func(in *agency.Renaming) { in.On = clock.MustDate("2018-12-31") }, "on", "agency.date_before_founding"},
		}
		for _, tt := range tests {
			bad := in
			tt.bad(&bad)
			refused(t, cast.Registry.Rename(t.Context(), bad), fault.Invalid, tt.field, tt.key)
		}
		if got := find(t, d, cast.County.ID).Name; got != "永春县演示局" {
			t.Errorf("a refused change left the name %s", got)
		}
		in.Agency = 1
		refused(t, cast.Registry.Rename(t.Context(), in), fault.NotFound, "", "agency.unknown")
	})
}

func TestMergeForwards(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		r, ctx := cast.Registry, t.Context()
		heir := cast.Found(t, agencytest.County, agency.Authority, "wjw", "永春县承接局", cast.Prefecture.ID)
		if _, err := r.Join(ctx, 7, agency.Member{Agency: cast.County.ID, Person: 11, Since: clock.MustDate("2020-01-01")}); err != nil {
			t.Fatal(err)
		}
		if err := r.Merge(ctx, agency.Merger{Agency: cast.County.ID, Into: heir.ID, On: yesterday, Basis: "机构改革方案"}); err != nil {
			t.Fatal(err)
		}
		a := find(t, d, cast.County.ID)
		if a.State != agency.Merged || a.Successor != heir.ID || a.ValidTo != yesterday {
			t.Errorf("got %+v", a)
		}
		if to := read(t, d, func(tx *db.Tx) (agency.Agency, error) { return agency.Resolve(tx, a.ID) }); to.ID != heir.ID {
			t.Errorf("resolves to %d", to.ID)
		}
		if got := find(t, d, cast.Township.ID).Superior; got != heir.ID {
			t.Errorf("the township stands below %d, want %d", got, heir.ID)
		}
		was := read(t, d, func(tx *db.Tx) ([]agency.Agency, error) { return agency.Predecessors(tx, heir.ID) })
		if len(was) != 1 || was[0].ID != a.ID {
			t.Errorf("predecessors %v", was)
		}
		in := read(t, d, func(tx *db.Tx) (bool, error) { return agency.IsMember(tx, heir.ID, 11) })
		still := read(t, d, func(tx *db.Tx) (bool, error) { return agency.IsMember(tx, a.ID, 11) })
		if !in || still {
			t.Errorf("member of the successor %v, of the merged %v", in, still)
		}
		if list := read(t, d, func(tx *db.Tx) ([]agency.Agency, error) {
			return agency.List(tx, agency.Filter{Within: agencytest.County, Here: true, Kinds: []agency.Kind{agency.Authority}, Limit: 10})
		}); len(list) != 1 || list[0].ID != heir.ID {
			t.Errorf("active authorities %v", list)
		}
		refused(t, r.Abolish(ctx, agency.Abolition{Agency: a.ID, On: today, Basis: "依据"}), fault.Conflict, "", "agency.not_active")
	})
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		r, ctx := cast.Registry, t.Context()
		gone := cast.Found(t, agencytest.County, agency.Authority, "gone", "已撤销演示局", 0)
		if err := r.Abolish(ctx, agency.Abolition{Agency: gone.ID, On: today, Basis: "依据"}); err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name         string
			agency, into int64
			kind         fault.Kind
			key          string
		}{
			{"into itself", cast.County.ID, cast.County.ID, fault.Conflict, "agency.merge_itself"},
			{"into nothing", cast.County.ID, 1, fault.NotFound, "agency.unknown"},
			{"into one abolished", cast.County.ID, gone.ID, fault.Conflict, "agency.successor_inactive"},
			{"into one below", cast.County.ID, cast.Institution.ID, fault.Conflict, "agency.successor_below"},
			{"into one that does not reach those below", cast.Prefecture.ID, cast.Found(t, agencytest.Township, agency.Institution, "x", "演示站", 0).ID,
				fault.Conflict, "agency.subordinates_outside"},
		}
		for _, tt := range tests {
			err := r.Merge(ctx, agency.Merger{Agency: tt.agency, Into: tt.into, On: today, Basis: "依据"})
			refused(t, err, tt.kind, "", tt.key)
		}
	})
}

func TestMoveForwardsTheOldAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		r, ctx := cast.Registry, t.Context()
		const to agency.Code = 350525101000 // 五里街镇
		station := cast.Found(t, agencytest.Township, agency.Institution, "station", "演示服务站", cast.Township.ID)
		move := agency.Relocation{Agency: station.ID, To: to, Superior: cast.County.ID, On: today, Basis: "依据"}
		if err := r.Move(ctx, move); err != nil {
			t.Fatal(err)
		}
		a := read(t, d, func(tx *db.Tx) (agency.Agency, error) { return agency.FindByPath(tx, agencytest.Township, "station") })
		if a.ID != station.ID || a.Path() != "350525101/station" || a.Superior != cast.County.ID {
			t.Errorf("the old address leads to %+v", a)
		}
		_, err := r.Found(ctx, agency.Founding{Division: agencytest.Township, Kind: agency.Institution, Slug: "station", Name: "新站"})
		refused(t, err, fault.Invalid, "slug", "agency.slug_taken")
		move.To = agencytest.Township
		if err := r.Move(ctx, move); err != nil {
			t.Errorf("an agency may return to its own address: %v", err)
		}
	})
}

func TestMoveRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		agencytest.Load(t, d, 360102000000, 350526000000)
		move := func(id int64, to agency.Code, superior int64) error {
			return cast.Registry.Move(t.Context(), agency.Relocation{Agency: id, To: to, Superior: superior, On: today, Basis: "依据"})
		}
		refused(t, move(cast.County.ID, agencytest.County, 0), fault.Conflict, "", "agency.same_division")
		refused(t, move(cast.County.ID, 360102000000, 0), fault.Conflict, "", "agency.other_province")
		refused(t, move(cast.County.ID, 350526000000, 0), fault.Conflict, "", "agency.subordinates_outside")
		refused(t, move(cast.Institution.ID, 350526000000, 0), fault.Invalid, "superior", "agency.superior_elsewhere")
		refused(t, move(cast.Village.ID, agencytest.County, 0), fault.Invalid, "division", "agency.level_unfit_village")
	})
}

func TestAbolish(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		r, ctx := cast.Registry, t.Context()
		abolish := func(id int64) error {
			return r.Abolish(ctx, agency.Abolition{Agency: id, On: today, Basis: "撤销决定"})
		}
		m, err := r.Join(ctx, 7, agency.Member{Agency: cast.Village.ID, Person: 5, Since: yesterday})
		if err != nil {
			t.Fatal(err)
		}
		refused(t, abolish(cast.Township.ID), fault.Conflict, "", "agency.has_subordinates")
		if err := abolish(cast.Village.ID); err != nil {
			t.Fatal(err)
		}
		refused(t, abolish(cast.Village.ID), fault.Conflict, "", "agency.not_active")
		refused(t, r.Leave(ctx, 7, m.ID, today), fault.Conflict, "", "agency.already_left")
		if err := abolish(cast.Township.ID); err != nil {
			t.Errorf("without agencies below: %v", err)
		}
		if diff := cmp.Diff([]agency.ChangeKind{agency.ChangeAbolish, agency.ChangeFound}, kinds(t, d, cast.Village.ID)); diff != "" {
			t.Errorf("history (-want +got)\n%s", diff)
		}
		to := read(t, d, func(tx *db.Tx) (agency.Agency, error) { return agency.Resolve(tx, cast.Village.ID) })
		if to.State != agency.Abolished {
			t.Errorf("resolves to %+v", to)
		}
	})
}

func TestAmend(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		in := agency.Amendment{Agency: cast.County.ID, Superior: cast.Prefecture.ID, Contact: agency.Contact{Phone: "12356", Hours: "全天"}}
		if err := cast.Registry.Amend(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		c := read(t, d, func(tx *db.Tx) ([]agency.Change, error) { return agency.Changes(tx, cast.County.ID, 0, 1) })[0]
		if diff := cmp.Diff(map[string]string{"phone": "12356", "hours": "全天"}, c.After); diff != "" {
			t.Errorf("history (-want +got)\n%s", diff)
		}
		in.Superior = cast.Institution.ID
		refused(t, cast.Registry.Amend(t.Context(), in), fault.Invalid, "superior", "agency.superior_below")
		in.Superior = cast.County.ID
		refused(t, cast.Registry.Amend(t.Context(), in), fault.Invalid, "superior", "agency.superior_below")
	})
}

func TestHierarchy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		up := read(t, d, func(tx *db.Tx) ([]agency.Agency, error) { return agency.Superiors(tx, cast.Village.ID) })
		var names []string
		for _, a := range up {
			names = append(names, a.Name)
		}
		if diff := cmp.Diff([]string{"桃城镇演示政府", "永春县演示局", "泉州市演示局", "福建省演示局"}, names); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		in := func(top, id int64) bool {
			return read(t, d, func(tx *db.Tx) (bool, error) { return agency.InSubtree(tx, top, id) })
		}
		if !in(cast.Prefecture.ID, cast.Village.ID) || !in(cast.Village.ID, cast.Village.ID) || in(cast.Institution.ID, cast.Village.ID) {
			t.Error("InSubtree does not follow the superiors")
		}
		below := read(t, d, func(tx *db.Tx) ([]agency.Agency, error) { return agency.Subordinates(tx, cast.County.ID, 0, 10) })
		if len(below) != 2 || below[0].ID != cast.Institution.ID {
			t.Errorf("subordinates %v", below)
		}
		above := read(t, d, func(tx *db.Tx) (agency.Agency, error) { return agency.Superior(tx, cast.Village.ID) })
		if above.ID != cast.Township.ID {
			t.Errorf("superior %v", above)
		}
		refused(t, tryRead(context.Background(), d, func(tx *db.Tx) error { _, err := agency.Superior(tx, cast.Province.ID); return err }),
			fault.NotFound, "", "agency.no_superior")
	})
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		var got []string
		for f := (agency.Filter{Within: agencytest.Prefecture, Limit: 2}); ; {
			list := read(t, d, func(tx *db.Tx) ([]agency.Agency, error) { return agency.List(tx, f) })
			for _, a := range list {
				got = append(got, a.Path())
			}
			if len(list) < 2 {
				break
			}
			f.After = list[1]
		}
		want := []string{"3505/bureau", "350525/bureau", "350525/centre", "350525100/office", "350525100001/committee"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		n := read(t, d, func(tx *db.Tx) (int, error) { return agency.Count(tx, agency.Filter{Within: agencytest.County}) })
		if n != 4 || !cast.County.Scope().Contains(agencytest.Village) || cast.Township.Scope().Contains(agencytest.County) {
			t.Errorf("count %d, scopes %v %v", n, cast.County.Scope(), cast.Township.Scope())
		}
	})
}

func TestWithinUsesTheColumnOfTheLevel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		agencytest.Seed(t, d)
		for code, want := range map[agency.Code]int{0: 6, 350000000000: 6, 350500000000: 5, 350525000000: 4, 350525100000: 2, 350525100001: 1, 360000000000: 0} {
			var w db.Where
			agency.Within(&w, code)
			where, args := w.SQL()
			got := read(t, d, func(tx *db.Tx) (n int, err error) {
				err = tx.Row("select count(*) from agency"+where, args...).Scan(&n)
				return n, err
			})
			if got != want {
				t.Errorf("%s: %d agencies, want %d (%s)", code.Short(), got, want, where)
			}
		}
	})
}
