package norm

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// clauseIDs are the clauses of the norm, parents first; the list is kept by hand beside the mission's tables.
var clauseIDs = strings.Fields(`
	1 1.1 1.1.a 1.1.b 1.1.c 1.1.d 1.2 1.2.1 1.2.2 1.2.3 1.2.4 1.3 1.3.1 1.3.2 1.3.3 1.3.4
	2 2.1 2.2 2.3 2.4 2.5
	3 3.1 3.1.1 3.1.2 3.1.3 3.1.4 3.1.5 3.2 3.2.1 3.2.2 3.2.3 3.3 3.3.1 3.3.2 3.4 3.4.1 3.4.2 3.4.3
	4 4.1 4.2 4.3 4.4`)

func housing(t testing.TB) *Profile {
	p, err := Shipped(ExampleHousing)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheNormHasEveryClause(t *testing.T) {
	var got []string
	for _, c := range Builtin().Clauses {
		got = append(got, c.ID)
		if c.Product.IsZero() {
			t.Errorf("clause %s does not say what the product does", c.ID)
		}
	}
	if diff := cmp.Diff(clauseIDs, got); diff != "" {
		t.Errorf("clauses (-want +got):\n%s", diff)
	}
}

func TestTheNormHasTwelveFourEightAndEightCategories(t *testing.T) {
	for kind, want := range map[string]struct {
		id, clause, review string
		n                  int
	}{
		"authority":   {"county", "1.2.1", "agency", 12},
		"township":    {"township", "1.2.2", "agency", 4},
		"institution": {"institution", "1.2.3", "agency", 8},
		"village":     {"village", "1.2.4", "village", 8},
	} {
		c := Builtin().Catalogue(kind)
		if c == nil || c.ID != want.id || c.Clause != want.clause || c.Review != want.review || len(c.Categories) != want.n {
			t.Errorf("catalogue of %s: %+v, want %+v", kind, c, want)
			continue
		}
		for i, k := range c.Categories {
			if k.Number != i+1 || k.ID != fmt.Sprintf("%s.%d", c.ID, i+1) {
				t.Errorf("%s entry %d is %s, number %d", kind, i+1, k.ID, k.Number)
			}
			if !k.ActiveOn(clock.MustDate("2026-11-23")) {
				t.Errorf("%s is not owed today, though the norm as issued is the default", k.ID)
			}
		}
	}
}

func TestVillagesOweTheirFiguresAtLeastQuarterly(t *testing.T) {
	p := Builtin()
	for _, id := range []string{"village.3", "village.4", "village.5", "village.8"} {
		if k := p.Category(id); k.Period != "quarterly" && k.Period != "monthly" {
			t.Errorf("%s is owed %s, want at least quarterly (村民委员会组织法第三十条)", id, k.Period)
		}
	}
	for _, k := range p.Catalogue("village").Categories {
		if !slices.ContainsFunc(k.Basis, func(b Basis) bool { return b.Law == "villages" && b.Article == "30" }) {
			t.Errorf("%s does not cite 村民委员会组织法第三十条", k.ID)
		}
	}
}

func TestWhatIsFormedOrChangedIsOwedWithinTwentyWorkingDays(t *testing.T) {
	for _, c := range Builtin().Catalogues {
		for _, k := range c.Categories {
			if want := (Span{20, "working_days"}); k.Period == "on_change" && k.Within != want {
				t.Errorf("%s is owed within %v, want %v (条例第二十六条)", k.ID, k.Within, want)
			}
		}
	}
}

func TestOnlyLawsAndDocumentsAreInherited(t *testing.T) {
	var got []string
	for _, c := range Builtin().Catalogues {
		for _, k := range c.Categories {
			if k.Inherited {
				got = append(got, k.ID)
			}
		}
	}
	if diff := cmp.Diff([]string{"county.1", "village.1", "village.2"}, got); diff != "" {
		t.Errorf("inherited (-want +got):\n%s", diff)
	}
}

func TestStructuredCategoriesHaveTheirForms(t *testing.T) {
	want := map[string]string{
		"county.4": "population", "county.5": "projects", "county.6": "budget", "county.8": "fees", "county.9": "licences",
		"township.1": "township_population", "township.2": "rewards", "township.3": "maintenance_fees",
		"institution.2": "service_guide", "institution.3": "staff", "institution.5": "fees",
		"village.1": "", "village.3": "births", "village.4": "rewards", "village.5": "maintenance_fees", "village.6": "",
	}
	for id, form := range want {
		if got := Builtin().Category(id).Form; got != form {
			t.Errorf("%s has form %q, want %q", id, got, form)
		}
	}
	if got := Builtin().Category("county.6").FormIDs(); !slices.Equal(got, []string{"budget", "procurement"}) {
		t.Errorf("county.6 offers %q", got)
	}
}

// The promise that only aggregates of people are published begins here: no form of the norm has a place for a name,
// but the staff list and the head of an office, who are named because of their post.
func TestFormsHoldNoPrivatePersons(t *testing.T) {
	named := map[string]bool{"staff.name": true, "organisation.head": true}
	words := []string{"姓名", "身份证", "住址", "手机", "户主", "出生日期"}
	for _, name := range []string{Yangguang2008, ExampleHousing} {
		p, err := Shipped(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range p.Forms {
			for _, x := range append(slices.Clone(f.Fields), f.Columns...) {
				for _, w := range words {
					if strings.Contains(x.Title.Zh, w) && !named[f.ID+"."+x.ID] {
						t.Errorf("%s: %s.%s asks for %s", name, f.ID, x.ID, w)
					}
				}
				if strings.Contains(x.Unit.Zh, "人") != x.People {
					t.Errorf("%s: %s.%s: unit %q but people is %v", name, f.ID, x.ID, x.Unit.Zh, x.People)
				}
			}
		}
	}
}

func TestReviewNeedsThreeNaturalPersons(t *testing.T) {
	p := Builtin()
	agency, village := p.Review("agency"), p.Review("village")
	if agency.Least() != 3 || village.Least() != 3 {
		t.Errorf("least persons: agency %d, village %d, want 3 and 3", agency.Least(), village.Least())
	}
	if !village.LendBySuperior {
		t.Error("a township cannot lend a reviewer to its villages")
	}
	if got := village.Step("supervise").Verb; got != "disclosure.supervise" {
		t.Errorf("the village's supervisor needs %s", got)
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{{"reviewer", "reviewer2", true}, {"reviewer2", "reviewer", true}, {"reviewer", "approver", false},
		{"reviewer2", "approver", false}, {"author", "reviewer", false}} {
		if got := agency.MayShare(c.a, c.b); got != c.want {
			t.Errorf("one person as %s and %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	for _, r := range p.Reviews {
		if len(r.Emergency) != 2 {
			t.Errorf("%s: the emergency path has %d steps, want two persons at once", r.ID, len(r.Emergency))
		}
	}
	if !p.Category("county.10").Emergency {
		t.Error("warnings cannot take the emergency path")
	}
}

func TestMaintenanceFeesRetireOnlyWhereAnInstallationSaysSo(t *testing.T) {
	p := Builtin()
	retired := p.Retired()
	for _, id := range []string{"township.3", "village.5"} {
		for _, c := range []struct {
			day             string
			issued, retired bool
		}{{"2008-01-01", true, true}, {"2021-08-19", true, true}, {"2021-08-20", true, false}, {"2026-11-23", true, false}} {
			d := clock.MustDate(c.day)
			if got := p.Category(id).ActiveOn(d); got != c.issued {
				t.Errorf("as issued, %s on %s is %v", id, d, got)
			}
			if got := retired.Category(id).ActiveOn(d); got != c.retired {
				t.Errorf("retired, %s on %s is %v", id, d, got)
			}
		}
	}
	today := clock.MustDate("2026-11-23")
	if a, b := len(p.Catalogue("township").ActiveOn(today)), len(retired.Catalogue("township").ActiveOn(today)); a != 4 || b != 3 {
		t.Errorf("township owes %d as issued and %d retired, want 4 and 3", a, b)
	}
	if !p.Category("village.5").ValidTo.IsZero() {
		t.Error("Retired changed the profile it was called on")
	}
}

func TestActiveOnIncludesBothDays(t *testing.T) {
	k := Category{ValidFrom: clock.MustDate("2026-01-10"), ValidTo: clock.MustDate("2026-01-20")}
	for day, want := range map[string]bool{"2026-01-09": false, "2026-01-10": true, "2026-01-20": true, "2026-01-21": false} {
		if got := k.ActiveOn(clock.MustDate(day)); got != want {
			t.Errorf("on %s: %v, want %v", day, got, want)
		}
	}
}

func TestLookups(t *testing.T) {
	p := Builtin()
	if c := p.CatalogueOf("village.3"); c == nil || c.ID != "village" {
		t.Errorf("village.3 belongs to %v", c)
	}
	if k := p.Catalogue("village").BySlug("births"); k == nil || k.ID != "village.3" {
		t.Errorf("births is %v", k)
	}
	if got := len(p.Children("1.1")); got != 4 {
		t.Errorf("1.1 has %d children, want 4", got)
	}
	if got := len(p.Children("")); got != 4 {
		t.Errorf("the norm has %d parts, want 4", got)
	}
	if f := p.Form("births"); f.Column("quarter") == nil || f.Field("as_of") == nil || f.Field("quarter") != nil {
		t.Error("fields and columns of births are not found")
	}
	if p.Catalogue("ministry") != nil || p.Category("x") != nil || p.Clause("x") != nil || p.Form("") != nil ||
		p.Review("x") != nil || p.Catalogue("village").BySlug("x") != nil || p.Review("agency").Step("x") != nil {
		t.Error("something unknown was found")
	}
	if got := p.Label("no.such"); got.Zh != "no.such" {
		t.Errorf("an unknown label reads %q", got.Zh)
	}
}

func TestCite(t *testing.T) {
	p := Builtin()
	law := i18n.Text{Zh: "某法", En: "Some Law"}
	for article, want := range map[string]i18n.Text{
		"":       {Zh: "《某法》", En: "Some Law"},
		"8":      {Zh: "《某法》第八条", En: "Some Law, article 8"},
		"10":     {Zh: "《某法》第十条", En: "Some Law, article 10"},
		"14.2":   {Zh: "《某法》第十四条第二款", En: "Some Law, article 14, paragraph 2"},
		"20(15)": {Zh: "《某法》第二十条第（十五）项", En: "Some Law, article 20, item 15"},
		"110":    {Zh: "《某法》第一百一十条", En: "Some Law, article 110"},
		"107":    {Zh: "《某法》第一百零七条", En: "Some Law, article 107"},
		"1260":   {Zh: "《某法》第1260条", En: "Some Law, article 1260"},
	} {
		if got := p.Cite(Basis{Title: law, Article: article}); got != want {
			t.Errorf("article %q is cited %q, want %q", article, got, want)
		}
	}
	if got := p.Within(Span{20, "working_days"}); got.En != "within 20 working days" {
		t.Errorf("the time limit reads %q", got.En)
	}
}

func TestTheSecondProfileDiffers(t *testing.T) {
	a, b := Builtin(), housing(t)
	if cmp.Equal(a.Days(), b.Days(), cmp.AllowUnexported(clock.Date{})) || a.Label("urge") == b.Label("urge") || len(a.Catalogues) == len(b.Catalogues) {
		t.Error("calendar, labels and number of catalogues should differ")
	}
	if b.Catalogue("township") != b.Catalogue("village") {
		t.Error("streets and communities should share one catalogue")
	}
	if b.Review("bureau").Least() != 4 || b.Review("bureau").Steps[0].ID != "legal" {
		t.Error("the bureau's review should begin with a legal reviewer and take four persons")
	}
	for _, k := range agencyKinds {
		if b.Catalogue(k) == nil {
			t.Errorf("no catalogue binds %s", k)
		}
	}
	for _, f := range b.Forms {
		if a.Form(f.ID) != nil {
			t.Errorf("form %s is in both profiles", f.ID)
		}
	}
	var periods []string
	for _, c := range b.Catalogues {
		for _, k := range c.Categories {
			periods = append(periods, k.Period)
		}
	}
	for _, want := range []string{"on_change", "monthly", "quarterly", "half_yearly", "yearly"} {
		if !slices.Contains(periods, want) {
			t.Errorf("no category of the second profile is owed %s", want)
		}
	}
}

// Parse already refuses a missing language; this makes sure that no text of the shipped profiles is out of its sight.
func TestEveryTextOfTheShippedProfilesIsBilingual(t *testing.T) {
	for _, p := range []*Profile{Builtin(), housing(t)} {
		n := 0
		eachText(reflect.ValueOf(*p), p.ID, func(path string, x i18n.Text) {
			n++
			if (x.Zh == "") != (x.En == "") || strings.IndexFunc(x.En, isHan) >= 0 {
				t.Errorf("%s: %q, %q", path, x.Zh, x.En)
			}
			if x.Zh != "" && x.Zh != "%" && strings.IndexFunc(x.Zh, isHan) < 0 && !strings.Contains(path, "cite.title") {
				t.Errorf("%s: the Chinese %q has no Chinese character", path, x.Zh)
			}
		})
		if n < 100 {
			t.Errorf("%s: only %d texts were seen", p.ID, n)
		}
	}
}

func eachText(v reflect.Value, path string, f func(string, i18n.Text)) {
	switch v.Kind() {
	case reflect.Struct:
		if x, ok := v.Interface().(i18n.Text); ok {
			f(path, x)
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachText(v.Field(i), path+"."+v.Type().Field(i).Name, f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), fmt.Sprintf("%s[%d]", path, i), f)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			eachText(v.MapIndex(k), path+"."+k.String(), f)
		}
	}
}

func TestAnUnknownShippedProfileSaysWhatToDo(t *testing.T) {
	if _, err := Shipped("nowhere"); err == nil || !strings.Contains(err.Error(), "load it from a file") {
		t.Errorf("got %v", err)
	}
}
