package portal

import (
	_ "embed" // the description of the interface
	"net/http"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/web"
)

// openAPI describes the read-only interface; every answer of the API is
// checked against it in tests.
//
//go:embed openapi.yaml
var openAPI []byte

func (p *Portal) openAPI(w http.ResponseWriter, _ *http.Request) error {
	return web.Write(w, http.StatusOK, "application/yaml; charset=utf-8", openAPI)
}

// Answers of the interface. Numbers of rows are strings, since JavaScript
// cannot hold them; dates are 2026-11-23, instants RFC 3339.
type (
	apiDivision struct {
		Code     string        `json:"code"`
		Parent   string        `json:"parent"`
		Level    int           `json:"level"`
		Name     string        `json:"name"`
		Children []apiDivision `json:"children,omitempty"`
		Next     string        `json:"next,omitempty"`
	}
	apiAgency struct {
		Path       string `json:"path"`
		Division   string `json:"division"`
		Kind       string `json:"kind"`
		Name       string `json:"name"`
		State      string `json:"state"`
		CreditCode string `json:"credit_code,omitempty"`
		Address    string `json:"address,omitempty"`
		Phone      string `json:"phone,omitempty"`
		Hours      string `json:"hours,omitempty"`
	}
	apiPage[T any] struct {
		Items []T    `json:"items"`
		Next  string `json:"next,omitempty"`
	}
	apiDuty struct {
		Category  string   `json:"category"`
		Number    int      `json:"number"`
		Slug      string   `json:"slug"`
		TitleZh   string   `json:"title_zh"`
		TitleEn   string   `json:"title_en"`
		Period    string   `json:"frequency"`
		Inherited bool     `json:"inherited"`
		Optional  bool     `json:"optional"`
		Status    string   `json:"status"`
		Owed      *apiOwed `json:"owed,omitempty"`
	}
	apiOwed struct {
		Period string `json:"period,omitempty"`
		DueOn  string `json:"due_on"`
		MetOn  string `json:"met_on,omitempty"`
		OnTime int    `json:"on_time_before"`
		Late   int    `json:"late_before"`
		Missed int    `json:"missed_before"`
	}
	apiItem struct {
		Number      string `json:"index_number"`
		Path        string `json:"path"`
		Agency      string `json:"agency"`
		AgencyName  string `json:"agency_name"`
		Category    string `json:"category"`
		Period      string `json:"period,omitempty"`
		Title       string `json:"title"`
		State       string `json:"state"`
		Validity    string `json:"validity"`
		Corrected   bool   `json:"corrected"`
		Notice      string `json:"notice,omitempty"` // running, ended
		EndsOn      string `json:"notice_ends_on,omitempty"`
		FormedOn    string `json:"formed_on,omitempty"`
		PublishedAt string `json:"published_at"`
		ChangedAt   string `json:"changed_at"`
	}
	apiWhole struct {
		apiItem
		Summary   string     `json:"summary,omitempty"`
		DocNumber string     `json:"document_number,omitempty"`
		HTML      string     `json:"html,omitempty"`
		Form      string     `json:"form,omitempty"`
		Data      *form.Data `json:"data,omitempty"`
		Files     []apiFile  `json:"files"`
		Version   int        `json:"version,omitempty"`
		EndedAt   string     `json:"ended_at,omitempty"`
		EndKind   string     `json:"end_kind,omitempty"`
		EndReason string     `json:"end_reason,omitempty"`
		Log       *apiLog    `json:"log,omitempty"`
	}
	apiFile struct {
		Name string `json:"name"`
		Type string `json:"type"`
		Size int64  `json:"size"`
		Path string `json:"path"`
	}
)

func apiDivisionOf(d agency.Division) apiDivision {
	return apiDivision{Code: d.Code.Short(), Parent: d.Parent.Short(), Level: int(d.Level), Name: d.Name}
}

func apiAgencyOf(u agency.Agency) apiAgency {
	return apiAgency{Path: u.Path(), Division: u.Division.Short(), Kind: string(u.Kind), Name: u.Name, State: string(u.State), CreditCode: u.CreditCode, Address: u.Address, Phone: u.Phone, Hours: u.Hours}
}

func apiItemOf(r *disclosure.Row, today clock.Date) apiItem {
	notice := ""
	switch {
	case r.NoticeRuns(today):
		notice = "running"
	case r.NoticeOver(today):
		notice = "ended"
	}
	return apiItem{Notice: notice, EndsOn: r.EndsOn.String(), Number: r.Number, Path: r.Href(), Agency: r.UnitPath, AgencyName: r.Unit, Category: r.Category, Period: r.Period, Title: r.Title, State: r.State,
		Validity: r.Validity, Corrected: r.Corrected, FormedOn: r.FormedOn.String(), PublishedAt: stamp(r.PublishedAt), ChangedAt: stamp(r.ChangedAt)}
}

// bad refuses a parameter that cannot be read; unlike pages, programs are told.
func bad(name string) error {
	return fault.Say(fault.Invalid, "portal.api_parameter", name)
}

// codeParam reads a division from the query; none is the installation's.
func (p *Portal) codeParam(r *http.Request, name string) (agency.Code, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return p.Front.Home, nil
	}
	c, err := agency.ParseCode(s)
	if err != nil {
		return c, bad(name)
	}
	return c, nil
}

func limitParam(r *http.Request) (int, error) {
	s := r.URL.Query().Get("limit")
	if s == "" {
		return 50, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > disclosure.MaxList {
		return 0, bad("limit")
	}
	return n, nil
}

func (p *Portal) apiDivision(w http.ResponseWriter, r *http.Request) error {
	c, err := agency.ParseCode(r.PathValue("code"))
	if err != nil {
		return notFound()
	}
	var after agency.Code
	if s := r.URL.Query().Get("after"); s != "" {
		if after, err = agency.ParseCode(s); err != nil {
			return bad("after")
		}
	}
	var out apiDivision
	err = p.read(r.Context(), func(tx *db.Tx) error {
		d, err := agency.FindDivision(tx, c)
		if err != nil {
			return err
		}
		out = apiDivisionOf(d)
		below, err := agency.Children(tx, c, after, disclosure.MaxList)
		for _, d := range below {
			out.Children = append(out.Children, apiDivisionOf(d))
		}
		if len(below) == disclosure.MaxList {
			out.Next = below[len(below)-1].Code.Short()
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out)
}

func (p *Portal) apiAgencies(w http.ResponseWriter, r *http.Request) error {
	within, err := p.codeParam(r, "within")
	if err != nil {
		return err
	}
	limit, err := limitParam(r)
	if err != nil {
		return err
	}
	f := agency.Filter{Within: within, Limit: limit}
	out := apiPage[apiAgency]{Items: []apiAgency{}}
	err = p.read(r.Context(), func(tx *db.Tx) error {
		if s := r.URL.Query().Get("after"); s != "" {
			id, err := web.Int64(s)
			if err != nil {
				return bad("after")
			}
			if f.After, err = agency.Find(tx, id); err != nil {
				return bad("after")
			}
		}
		us, err := agency.List(tx, f)
		for _, u := range us {
			out.Items = append(out.Items, apiAgencyOf(u))
		}
		if len(us) == limit {
			out.Next = itoa(us[len(us)-1].ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out)
}

// apiUnit finds the agency of an API path; a former address answers as Not
// Found, since programs should learn the present one.
func apiUnit(tx *db.Tx, r *http.Request) (agency.Agency, error) {
	c, err := agency.ParseCode(r.PathValue("code"))
	if err != nil {
		return agency.Agency{}, notFound()
	}
	u, err := agency.FindByPath(tx, c, r.PathValue("agency"))
	if err == nil && (u.Division != c || u.Slug != r.PathValue("agency")) {
		return u, notFound()
	}
	return u, err
}

func (p *Portal) apiAgency(w http.ResponseWriter, r *http.Request) error {
	var u agency.Agency
	err := p.read(r.Context(), func(tx *db.Tx) (err error) {
		u, err = apiUnit(tx, r)
		return err
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, apiAgencyOf(u))
}

func (p *Portal) apiCatalogue(w http.ResponseWriter, r *http.Request) error {
	out := apiPage[apiDuty]{Items: []apiDuty{}}
	err := p.read(r.Context(), func(tx *db.Tx) error {
		u, err := apiUnit(tx, r)
		if err != nil {
			return err
		}
		all, err := p.duties(tx, u, nil)
		for _, d := range all {
			out.Items = append(out.Items, p.apiDuty(d, today(tx)))
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out)
}

func (p *Portal) apiDuty(d duty, today clock.Date) apiDuty {
	cat := p.Disclosure.Norm.Category(d.ID)
	out := apiDuty{Category: d.ID, Number: d.Number, Slug: cat.Slug, TitleZh: cat.Title.Zh, TitleEn: cat.Title.En, Period: cat.Period, Inherited: cat.Inherited, Optional: cat.Optional, Status: "not_owed"}
	x := d.Due
	if x == nil {
		return out
	}
	out.Owed = &apiOwed{Period: x.Period, DueOn: x.DueOn.String(), MetOn: x.MetOn.String(), OnTime: x.OnTime, Late: x.Late, Missed: x.Missed}
	switch {
	case x.Overdue(today):
		out.Status = "overdue"
	case x.MetOn.IsZero():
		out.Status = "pending"
	case x.MetLate():
		out.Status = "late"
	default:
		out.Status = "on_time"
	}
	return out
}
