package office

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const (
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	// maxSheet bounds an uploaded workbook; between the two steps it travels in
	// the form, a third larger, so nothing unfinished is stored here.
	maxSheet  = 4 << 20
	maxUpload = 8 << 20
	// shownProblems are listed on the page; the workbook has them all.
	shownProblems = 50
)

// sheetPage is one kind of import: people or agencies.
type sheetPage struct {
	what, path, back string
	template         func(context.Context, io.Writer) error
	run              func(r *http.Request, b []byte, commit bool) (*agency.Report, []account.Slip, error)
}

func (o *Office) memberSheet() sheetPage {
	return sheetPage{"onboard", "/desk/people/import", "/desk/people", agency.MemberTemplate, o.runMembers}
}

func (o *Office) agencySheet() sheetPage {
	return sheetPage{"found_many", "/desk/agencies/import", "/desk/agencies", agency.AgencyTemplate, o.runAgencies}
}

// routes of an import: the page, the empty workbook, the check, the workbook
// with what is wrong, and the act itself.
func (o *Office) sheetRoutes(p sheetPage, verb string) []web.Route {
	may := web.May(verb)
	return []web.Route{
		{Pattern: "GET " + p.path, Access: may, Handler: func(w http.ResponseWriter, r *http.Request) error { return o.askSheet(w, r, p, nil) }},
		{Pattern: "GET " + p.path + "/template", Access: may, Handler: func(w http.ResponseWriter, r *http.Request) error { return o.template(w, r, p) }},
		{Pattern: "POST " + p.path, Access: may, Upload: maxUpload, Handler: func(w http.ResponseWriter, r *http.Request) error { return o.checkSheet(w, r, p) }},
		{Pattern: "POST " + p.path + "/report", Access: may, Upload: maxUpload, Handler: func(w http.ResponseWriter, r *http.Request) error { return o.sheetReport(w, r, p) }},
		{Pattern: "POST " + p.path + "/commit", Access: may, Upload: maxUpload, Handler: func(w http.ResponseWriter, r *http.Request) error { return o.commitSheet(w, r, p) }},
	}
}

func (o *Office) template(w http.ResponseWriter, r *http.Request, p sheetPage) error {
	var b bytes.Buffer
	if err := p.template(r.Context(), &b); err != nil {
		return err
	}
	return web.Download(w, say(r.Context(), p.what+"_file")+".xlsx", xlsxType, b.Bytes())
}

func (o *Office) askSheet(w http.ResponseWriter, r *http.Request, p sheetPage, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	a := ask{ctx, nil, errs}
	f := o.frame(r, say(ctx, p.what), up(ctx, navOf(p.back), p.back))
	f.Narrow, f.Lead = true, say(ctx, p.what+"_lead")
	return o.desk(w, r, status, f, top, section(say(ctx, "sheet_step1"), words(say(ctx, "sheet_step1_how")), buttons(ui.Action{Text: say(ctx, "sheet_template"), Icon: "download", Kind: "secondary", Href: web.URL(ctx, p.path+"/template")})),
		section(say(ctx, "sheet_step2"), formView(form{Action: p.path, Files: true, Send: say(ctx, "sheet_check"), Back: p.back, Fields: []templ.Component{a.file("file", ".xlsx")}})))
}

func navOf(path string) string { return "nav_" + path[strings.LastIndex(path, "/")+1:] }

// uploaded is the workbook of a form: a file, or the one that travels with it.
func uploaded(r *http.Request, most int64) (name string, b []byte, err error) {
	if kept := r.PostForm.Get("sheet"); kept != "" {
		b, err = base64.RawURLEncoding.DecodeString(kept)
		if err != nil {
			return "", nil, wrong("file", "file_needed")
		}
		return r.PostForm.Get("sheet_name"), b, nil
	}
	f, h, err := r.FormFile("file")
	if err != nil {
		return "", nil, wrong("file", "file_needed")
	}
	defer f.Close() //nolint:errcheck // read only
	if h.Size > most {
		return "", nil, fault.Fields(fault.Field{Name: "file", Key: "office.file_too_large", Args: []any{most >> 10}})
	}
	b, err = io.ReadAll(io.LimitReader(f, most))
	return h.Filename, b, err
}

func keepFile(name string, b []byte) []ui.Pair {
	return []ui.Pair{{Term: "sheet_name", Text: name}, {Term: "sheet", Text: base64.RawURLEncoding.EncodeToString(b)}}
}

// checkSheet says what the import would do, and writes nothing.
func (o *Office) checkSheet(w http.ResponseWriter, r *http.Request, p sheetPage) error {
	name, b, err := uploaded(r, maxSheet)
	if err != nil {
		return o.askSheet(w, r, p, err)
	}
	rep, _, err := p.run(r, b, false)
	if err != nil {
		return o.askSheet(w, r, p, err)
	}
	return o.showReport(w, r, p, rep, name, b)
}

func (o *Office) showReport(w http.ResponseWriter, r *http.Request, p sheetPage, rep *agency.Report, name string, b []byte) error {
	ctx, status := r.Context(), http.StatusOK
	f := o.frame(r, say(ctx, p.what), up(ctx, navOf(p.back), p.back))
	if rep.OK() {
		return o.desk(w, r, status, f, notice("good", say(ctx, "sheet_good", rep.Rows)),
			formView(form{Action: p.path + "/commit", Files: true, Hidden: keepFile(name, b), Send: say(ctx, p.what+"_do", rep.Rows), Back: p.path}))
	}
	g := ui.Grid{Caption: say(ctx, "sheet_problems"), Cards: true, Columns: columns(ctx, "row", "column", "problem")}
	for _, x := range rep.Problems[:min(len(rep.Problems), shownProblems)] {
		g.Rows = append(g.Rows, ui.Text(id(int64(x.Row)), x.Title(ctx), x.Text(ctx)))
	}
	return o.desk(w, r, http.StatusUnprocessableEntity, f, notice("danger", say(ctx, "sheet_bad", rep.Rows, len(rep.Problems)), say(ctx, "sheet_nothing")),
		formView(form{Action: p.path + "/report", Files: true, Hidden: keepFile(name, b), Send: say(ctx, "sheet_report"), Back: p.path}), ui.Table(g))
}

// sheetReport gives the workbook back with a last column of what is wrong.
func (o *Office) sheetReport(w http.ResponseWriter, r *http.Request, p sheetPage) error {
	_, b, err := uploaded(r, maxSheet)
	if err != nil {
		return o.askSheet(w, r, p, err)
	}
	rep, _, err := p.run(r, b, false)
	if err != nil {
		return o.askSheet(w, r, p, err)
	}
	var out bytes.Buffer
	if err := rep.Write(r.Context(), &out); err != nil {
		return err
	}
	return web.Download(w, say(r.Context(), "sheet_report_file")+".xlsx", xlsxType, out.Bytes())
}

// commitSheet carries the import out; what changed since the check is checked
// again, in the same transaction.
func (o *Office) commitSheet(w http.ResponseWriter, r *http.Request, p sheetPage) error {
	name, b, err := uploaded(r, maxSheet)
	if err != nil {
		return o.askSheet(w, r, p, err)
	}
	rep, slips, err := p.run(r, b, true)
	switch {
	case err != nil:
		return o.askSheet(w, r, p, err)
	case !rep.OK():
		return o.showReport(w, r, p, rep, name, b)
	case len(slips) > 0:
		return o.showSlips(w, r, slips, p.back)
	}
	return web.See(w, r, p.back+"?done=imported")
}

var mobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// runMembers enrols every person of a sheet: the mobile is the login name where
// one is given, else the unit's short name and a number. No grants are given
// here; rights are given person by person or by the demo's filling.
func (o *Office) runMembers(r *http.Request, b []byte, commit bool) (*agency.Report, []account.Slip, error) {
	ctx := r.Context()
	slips, order := map[string]account.Slip{}, []string{}
	enrol := func(tx *db.Tx, p agency.NewPerson) (int64, error) {
		s, err := o.enrolRow(tx, p)
		if err != nil {
			return 0, err
		}
		if _, again := slips[s.Sign]; !again {
			order = append(order, s.Sign)
		}
		slips[s.Sign] = s // a transaction that ran again printed other codes
		return s.Person, nil
	}
	in := agency.Import{By: person(r), Within: widest(account.From(ctx).Scope(account.Managing)), Demo: o.Front.Demo}
	run := o.Agencies.CheckMembers
	if commit {
		run = o.Agencies.ImportMembers
	}
	rep, err := run(ctx, in, enrol, bytes.NewReader(b))
	var out []account.Slip
	for _, sign := range order {
		out = append(out, slips[sign])
	}
	return rep, out, err
}

func (o *Office) enrolRow(tx *db.Tx, p agency.NewPerson) (account.Slip, error) {
	m := account.NewMember{Name: p.Name, Login: p.Mobile, Home: targetOf(p.Agency)}
	if p.Mobile == "" {
		m.Login = p.Agency.Slug + "-" + id(tx.ID(0)%1_000_000_000)
	} else if !mobile.MatchString(p.Mobile) {
		return account.Slip{}, wrong("mobile", "mobile_wrong")
	}
	s, err := o.Accounts.Enrol(tx, m)
	fs := fault.FieldsOf(err)
	for i := range fs {
		if to := map[string]string{"login": "mobile", "name": "person_name", "home": "agency"}[fs[i].Name]; to != "" {
			fs[i].Name = to
		}
	}
	if len(fs) > 0 {
		err = fault.Fields(fs...)
	}
	return s, err
}

// widest is the smallest division that holds every range; what lies in it but
// in no range is refused row by row.
func widest(rs []account.Range) agency.Code {
	var lo, hi int64
	for i, r := range rs {
		if i == 0 {
			lo, hi = r.Lo, r.Hi
		}
		lo, hi = min(lo, r.Lo), max(hi, r.Hi)
	}
	return within(account.Range{Lo: lo, Hi: hi})
}

// runAgencies founds every agency of a sheet. A right for one unit founds none.
func (o *Office) runAgencies(r *http.Request, b []byte, commit bool) (*agency.Report, []account.Slip, error) {
	var whole []account.Range
	for _, x := range account.From(r.Context()).Scope(Units) {
		if x.Agency == 0 {
			whole = append(whole, x)
		}
	}
	if len(whole) != 1 {
		return nil, nil, fault.Say(fault.Forbidden, "office.one_range")
	}
	run := o.Agencies.CheckAgencies
	if commit {
		run = o.Agencies.ImportAgencies
	}
	rep, err := run(r.Context(), agency.Import{By: person(r), Within: within(whole[0]), Demo: o.Front.Demo}, bytes.NewReader(b))
	return rep, nil, err
}
