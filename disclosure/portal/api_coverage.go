package portal

import (
	"net/http"
	"slices"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/coverage"
	"yangguang/internal/db"
	"yangguang/internal/web"
)

// apiFigures are counts of obligations and of the units that owe them.
type apiFigures struct {
	Units       int64 `json:"units"`
	UnitsBehind int64 `json:"units_behind"`
	Owed        int64 `json:"owed"`
	OnTime      int64 `json:"on_time"`
	Late        int64 `json:"late"`
	Overdue     int64 `json:"overdue"`
	Pending     int64 `json:"pending"`
}

// apiCategoryFigures are those of a category, whose units are not counted.
type apiCategoryFigures struct {
	Category string `json:"category"`
	Owed     int64  `json:"owed"`
	OnTime   int64  `json:"on_time"`
	Late     int64  `json:"late"`
	Overdue  int64  `json:"overdue"`
	Pending  int64  `json:"pending"`
}

type apiPart struct {
	Place string `json:"division"`
	Name  string `json:"name"`
	apiFigures
}

type apiStanding struct {
	Place   string `json:"division"`
	Name    string `json:"name"`
	Day     string `json:"day"`
	Version string `json:"definitions"`
	apiFigures
	Own        apiFigures           `json:"own"`
	Below      []apiPart            `json:"below"`
	Categories []apiCategoryFigures `json:"categories"`
}

func figuresJSON(f catalogue.Figures) apiFigures {
	return apiFigures{f.Units, f.UnitsBehind, f.Owed, f.OnTime, f.Late, f.Overdue, f.Pending}
}

func (p *Portal) apiCoverage(w http.ResponseWriter, r *http.Request) error {
	within, err := p.codeParam(r, "within")
	if err != nil {
		return err
	}
	var out apiStanding
	err = p.read(r.Context(), func(tx *db.Tx) error {
		d, err := agency.FindDivision(tx, within)
		if err != nil {
			return err
		}
		s, err := catalogue.At(tx, within)
		if err != nil {
			return err
		}
		out = apiStanding{Place: within.Short(), Name: d.Name, Day: s.On.String(), Version: coverage.Version, apiFigures: figuresJSON(s.Total), Own: figuresJSON(s.Own),
			Below: []apiPart{}, Categories: []apiCategoryFigures{}}
		below, err := agency.Children(tx, within, agency.Nation, agency.MaxPage)
		for _, d := range below {
			out.Below = append(out.Below, apiPart{d.Code.Short(), d.Name, figuresJSON(s.Below[d.Code])})
		}
		for id, f := range s.ByCategory {
			out.Categories = append(out.Categories, apiCategoryFigures{id, f.Owed, f.OnTime, f.Late, f.Overdue, f.Pending})
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(out.Categories, func(a, b apiCategoryFigures) int {
		if a.Category < b.Category {
			return -1
		}
		return 1
	})
	return web.JSON(w, http.StatusOK, out)
}
