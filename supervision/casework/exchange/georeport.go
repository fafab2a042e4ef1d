package exchange

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/web"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// The documents of GeoReport v2. Every field of a person that the standard
// knows is taken in and none is given out.
type (
	service struct {
		XMLName     xml.Name `json:"-" xml:"service"`
		Code        string   `json:"service_code" xml:"service_code"`
		Name        string   `json:"service_name" xml:"service_name"`
		Description string   `json:"description" xml:"description"`
		Metadata    bool     `json:"metadata" xml:"metadata"`
		Type        string   `json:"type" xml:"type"`
		Keywords    string   `json:"keywords" xml:"keywords"`
		Group       string   `json:"group" xml:"group"`
	}
	definition struct {
		XMLName    xml.Name `json:"-" xml:"service_definition"`
		Code       string   `json:"service_code" xml:"service_code"`
		Attributes []string `json:"attributes" xml:"attributes"`
	}
	request struct {
		XMLName     xml.Name `json:"-" xml:"request"`
		ID          string   `json:"service_request_id" xml:"service_request_id"`
		Status      string   `json:"status" xml:"status"`
		StatusNotes string   `json:"status_notes" xml:"status_notes"`
		ServiceName string   `json:"service_name" xml:"service_name"`
		ServiceCode string   `json:"service_code" xml:"service_code"`
		Agency      string   `json:"agency_responsible" xml:"agency_responsible"`
		Requested   string   `json:"requested_datetime" xml:"requested_datetime"`
		Updated     string   `json:"updated_datetime" xml:"updated_datetime"`
		Expected    string   `json:"expected_datetime" xml:"expected_datetime"`
	}
	receipt struct {
		XMLName xml.Name `json:"-" xml:"request"`
		ID      string   `json:"service_request_id" xml:"service_request_id"`
		Token   string   `json:"token,omitempty" xml:"token,omitempty"`
		Notice  string   `json:"service_notice,omitempty" xml:"service_notice,omitempty"`
	}
	refusal struct {
		XMLName     xml.Name `json:"-" xml:"error"`
		Code        int      `json:"code" xml:"code"`
		Description string   `json:"description" xml:"description"`
	}
	discovery struct {
		XMLName   xml.Name   `json:"-" xml:"discovery"`
		Changeset string     `json:"changeset" xml:"changeset"`
		Contact   string     `json:"contact" xml:"contact"`
		KeyWay    string     `json:"key_service" xml:"key_service"`
		Endpoints []endpoint `json:"endpoints" xml:"endpoints>endpoint"`
	}
	endpoint struct {
		Specification string   `json:"specification" xml:"specification"`
		URL           string   `json:"url" xml:"url"`
		Changeset     string   `json:"changeset" xml:"changeset"`
		Type          string   `json:"type" xml:"type"`
		Formats       []string `json:"formats" xml:"formats>format"`
	}
)

const geoPath = "/open311/v2"

// reading is how often one caller may read the open interface.
var (
	reading  = web.Rate{N: 120, Per: time.Minute}
	bringing = web.Rate{N: 600, Per: time.Minute}
)

func (e *Exchange) geoRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /open311/discovery.json", Handler: e.geo("json", e.geoDiscovery), Limit: reading},
		{Pattern: "GET /open311/discovery.xml", Handler: e.geo("xml", e.geoDiscovery), Limit: reading},
		{Pattern: "GET " + geoPath + "/{doc}", Handler: e.geo("", e.geoGet), Limit: reading},
		{Pattern: "POST " + geoPath + "/{doc}", Handler: e.geo("", e.geoPost), Limit: bringing, Upload: maxOrder},
		{Pattern: "GET " + geoPath + "/services/{doc}", Handler: e.geo("", e.geoService), Limit: reading},
		{Pattern: "GET " + geoPath + "/requests/{doc}", Handler: e.geo("", e.geoRequest), Limit: reading},
		{Pattern: "GET " + geoPath + "/tokens/{doc}", Handler: e.geo("", e.geoToken), Limit: reading},
	}
}

// geo answers with a document, and with refusals, in the format a path names.
func (e *Exchange) geo(format string, do func(r *http.Request, name string) (root string, doc any, err error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		name, ext := "", format
		if ext == "" {
			var ok bool
			if name, ext, ok = cutLast(r.PathValue("doc"), "."); !ok || ext != "json" && ext != "xml" {
				return notFound()
			}
		}
		root, doc, err := do(r, name)
		status := http.StatusOK
		if err != nil {
			if status = geoStatus(err); status >= 500 {
				return err
			}
			root, doc = "errors", refusalsOfGeo(r.Context(), status, err)
		}
		w.Header().Set("Cache-Control", "no-store")
		return writeGeo(w, status, ext, root, doc)
	}
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// geoStatus: the standard knows 400, 403 and 404; a limit has its own.
func geoStatus(err error) int {
	switch k := fault.KindOf(err); k {
	case fault.Invalid, fault.Conflict:
		return http.StatusBadRequest
	case fault.Unauthenticated, fault.Forbidden:
		return http.StatusForbidden
	default:
		return k.Status()
	}
}

func refusalsOfGeo(ctx context.Context, status int, err error) (out []refusal) {
	for _, f := range fault.FieldsOf(err) {
		out = append(out, refusal{Code: status, Description: geoField(f.Name) + ": " + i18n.T(ctx, f.Key, f.Args...)})
	}
	if key, args, ok := fault.Sentence(err); ok && len(out) == 0 {
		out = append(out, refusal{Code: status, Description: i18n.T(ctx, key, args...)})
	}
	if len(out) == 0 {
		out = append(out, refusal{Code: status, Description: http.StatusText(status)})
	}
	return out
}

// geoField is the parameter a refusal of casework is about.
func geoField(name string) string {
	if p, ok := map[string]string{"text": "description", "subject": "description", "name": "first_name", "place": "address_string", "type": "service_code"}[name]; ok {
		return p
	}
	return name
}

func writeGeo(w http.ResponseWriter, status int, ext, root string, doc any) error {
	if ext == "json" {
		return web.JSON(w, status, doc)
	}
	var b strings.Builder
	b.WriteString(xml.Header)
	if root != "" {
		b.WriteString("<" + root + ">")
	}
	if err := xml.NewEncoder(&b).Encode(doc); err != nil {
		return err
	}
	if root != "" {
		b.WriteString("</" + root + ">")
	}
	return web.Write(w, status, "application/xml; charset=utf-8", []byte(b.String()+"\n"))
}

func (e *Exchange) geoDiscovery(r *http.Request, _ string) (string, any, error) {
	base := e.Front.Domain
	if base == "" {
		base = "http://" + r.Host
	}
	ctx := r.Context()
	return "", discovery{Changeset: "2026-11-30T00:00:00+08:00", Contact: e.Front.Contact.In(ctx), KeyWay: base + "/open311", Endpoints: []endpoint{{
		Specification: "http://wiki.open311.org/GeoReport_v2", URL: base + geoPath, Changeset: "2026-11-30T00:00:00+08:00", Type: "production", Formats: []string{"application/json", "text/xml"}}}}, nil
}

func (e *Exchange) geoGet(r *http.Request, name string) (string, any, error) {
	switch name {
	case "services":
		if _, _, err := e.jurisdiction(r.Context(), r.URL.Query().Get("jurisdiction_id")); err != nil {
			return "", nil, err
		}
		out := []service{}
		for _, t := range e.services() {
			out = append(out, service{Code: t.ID, Name: t.Title.In(r.Context()), Description: t.Hint.In(r.Context()), Type: "realtime", Group: i18n.T(r.Context(), "exchange.geo_group")})
		}
		return "services", out, nil
	case "requests":
		return e.geoList(r)
	}
	return "", nil, notFound()
}

// services are the types of matter somebody may bring by the open interface:
// none that is confidential, since whoever carries it would know, and none that
// another page begins.
func (e *Exchange) services() (out []norm.CaseType) {
	for _, t := range e.Cases.Norm.Casework.Types {
		if !t.Confidential && !t.Inner && len(t.Remedies) == 0 {
			out = append(out, t)
		}
	}
	return out
}

// shown are the types a list of the open interface may hold.
func (e *Exchange) shown() (out []string) {
	for _, t := range e.Cases.Norm.Casework.Types {
		if !t.Confidential && !t.Protected {
			out = append(out, t.ID)
		}
	}
	return out
}

func (e *Exchange) geoService(r *http.Request, code string) (string, any, error) {
	for _, t := range e.services() {
		if t.ID == code {
			return "", definition{Code: code, Attributes: []string{}}, nil
		}
	}
	return "", nil, fault.Say(fault.NotFound, "exchange.geo_no_service")
}

// jurisdiction reads the division asked about, and the unit that takes matters
// there: the bureau, or whatever sits there first. "350525/slug" names a unit.
func (e *Exchange) jurisdiction(ctx context.Context, id string) (within agency.Code, u agency.Agency, err error) {
	unknown := fault.Say(fault.NotFound, "exchange.geo_jurisdiction")
	division, slug, named := strings.Cut(id, "/")
	within = e.Front.Home
	if division != "" {
		if within, err = agency.ParseCode(division); err != nil {
			return within, u, unknown
		}
	}
	err = e.db().Read(ctx, func(tx *db.Tx) error {
		if _, err := agency.FindDivision(tx, within); err != nil {
			return err
		}
		if named {
			u, err = agency.FindByPath(tx, within, slug)
			return err
		}
		us, err := agency.List(tx, agency.Filter{Within: within, Here: true, Limit: 1})
		if len(us) > 0 {
			u = us[0]
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		err = unknown
	}
	return within, u, err
}

// maxSpan is the longest a list goes over.
const maxSpan = 90 * 24 * time.Hour

func (e *Exchange) geoList(r *http.Request) (string, any, error) {
	l, err := e.listing(r.Context(), r.URL.Query())
	if err != nil {
		return "", nil, err
	}
	out, err := e.requests(r.Context(), l)
	return "service_requests", out, err
}

func badParameter(name string) error {
	return fault.Say(fault.Invalid, "exchange.bad_parameter", name)
}

// listing reads the parameters of GET requests. Numbers win over all others;
// without dates the last 90 days are meant.
func (e *Exchange) listing(ctx context.Context, q url.Values) (l listing, err error) {
	if l.within, _, err = e.jurisdiction(ctx, q.Get("jurisdiction_id")); err != nil {
		return l, err
	}
	l.types = e.shown()
	if s := q.Get("service_request_id"); s != "" {
		l.numbers = []string{}
		for _, x := range strings.Split(s, ",") {
			if n, ok := secret.ParseNumber(x); ok && len(l.numbers) < 100 {
				l.numbers = append(l.numbers, n)
			}
		}
		return l, nil
	}
	if s := q.Get("service_code"); s != "" {
		asked := strings.Split(s, ",")
		l.types = slices.DeleteFunc(l.types, func(t string) bool { return !slices.Contains(asked, t) })
		for _, x := range asked {
			if e.Cases.Norm.Casework.Type(x) == nil {
				return l, badParameter("service_code")
			}
		}
	}
	if l.from, l.to, err = spanOf(q, e.db().Clock().Now()); err != nil {
		return l, err
	}
	for _, s := range strings.Split(q.Get("status"), ",") {
		switch s {
		case "":
		case "open":
			l.open = true
		case "closed":
			l.closed = true
		default:
			return l, badParameter("status")
		}
	}
	return l, nil
}

func spanOf(q url.Values, now time.Time) (from, to time.Time, err error) {
	for name, at := range map[string]*time.Time{"start_date": &from, "end_date": &to} {
		if s := q.Get(name); s != "" {
			if *at, err = time.Parse(time.RFC3339, s); err != nil {
				return from, to, badParameter(name)
			}
		}
	}
	switch {
	case from.IsZero() && to.IsZero():
		from, to = now.Add(-maxSpan), now
	case from.IsZero():
		from = to.Add(-maxSpan)
	case to.IsZero():
		if to = from.Add(maxSpan); to.After(now) {
			to = now
		}
	}
	if to.Sub(from) > maxSpan || to.Before(from) && !from.After(now) {
		return from, to, fault.Say(fault.Invalid, "exchange.geo_span")
	}
	return from, to, nil
}

// requests reads the matters of a listing as the open interface tells them.
func (e *Exchange) requests(ctx context.Context, l listing) ([]request, error) {
	out := []request{}
	err := e.db().Read(caller(ctx), func(tx *db.Tx) error {
		as, err := listed(tx, l)
		if err != nil {
			return err
		}
		ms, err := e.matters(tx, as)
		if err != nil {
			return err
		}
		units := map[int64]string{}
		for _, a := range as {
			m := ms[a.Matter]
			if m == nil || !e.Cases.Public(m) {
				continue
			}
			if units[m.Holder] == "" {
				u, err := agency.Find(tx, m.Holder)
				if err != nil {
					return err
				}
				units[m.Holder] = u.Name
			}
			out = append(out, e.requestOf(ctx, m, units[m.Holder], clock.FromMillis(a.Changed)))
		}
		return nil
	})
	return out, err
}

// matters reads the matters of arrivals, province by province.
func (e *Exchange) matters(tx *db.Tx, as []arrival) (map[int64]*casework.Matter, error) {
	ids := map[int][]int64{}
	for _, a := range as {
		ids[a.Province] = append(ids[a.Province], a.Matter)
	}
	out := map[int64]*casework.Matter{}
	for province, some := range ids {
		ms, err := e.Cases.Matters(tx, province, some)
		if err != nil {
			return nil, err
		}
		for i := range ms {
			out[ms[i].ID] = &ms[i]
		}
	}
	return out, nil
}

func (e *Exchange) requestOf(ctx context.Context, m *casework.Matter, unit string, changed time.Time) request {
	x := request{ID: m.Number, Status: "open", StatusNotes: e.notes(ctx, m), ServiceName: e.Cases.Kind(m).Title.In(ctx), ServiceCode: m.Type, Agency: unit,
		Requested: stamp(m.FiledAt), Updated: stamp(changed), Expected: stamp(m.DueAt)}
	if !m.Open() {
		x.Status = "closed"
	}
	return x
}

// notes say the state in codes' own words; nothing anybody wrote is among them.
func (e *Exchange) notes(ctx context.Context, m *casework.Matter) string {
	c := &e.Cases.Norm.Casework
	out := i18n.T(ctx, "casework.state_"+m.State)
	if r := c.Refusal(m.Refusal); r != nil {
		return out + " / " + r.Title.In(ctx)
	}
	for _, x := range c.Results {
		if x.ID == m.Result {
			return out + " / " + x.Title.In(ctx)
		}
	}
	return out
}

func (e *Exchange) geoRequest(r *http.Request, name string) (string, any, error) {
	n, ok := secret.ParseNumber(name)
	if !ok {
		return "", nil, fault.Say(fault.NotFound, "exchange.geo_no_request")
	}
	within, _, err := e.jurisdiction(r.Context(), r.URL.Query().Get("jurisdiction_id"))
	if err != nil {
		return "", nil, err
	}
	out, err := e.requests(r.Context(), listing{within: within, types: e.shown(), numbers: []string{n}})
	if err == nil && len(out) == 0 {
		err = fault.Say(fault.NotFound, "exchange.geo_no_request")
	}
	return "service_requests", out, err
}

// geoToken tells a client the number of what it brought under a key of its own
// choice, for when the answer to its post was lost.
func (e *Exchange) geoToken(r *http.Request, token string) (string, any, error) {
	k, err := e.admit(r.Context(), ForOpen311, apiKey(r))
	if err != nil {
		return "", nil, err
	}
	var out []receipt
	err = e.db().Read(caller(r.Context()), func(tx *db.Tx) error {
		a, err := arrivalByToken(tx, k.Region.Province(), k.ID, e.index(k.ID, token))
		if err != nil {
			return err
		}
		ms, err := e.matters(tx, []arrival{*a})
		if err == nil && ms[a.Matter] != nil {
			out = []receipt{{ID: ms[a.Matter].Number, Token: token}}
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		err = fault.Say(fault.NotFound, "exchange.geo_no_request")
	}
	return "service_requests", out, err
}
