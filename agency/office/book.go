package office

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const (
	bookPage   = 50
	bookExport = 5000
	// bookBatch and bookBatches bound what one page reads: lines of other units
	// are passed over.
	bookBatch, bookBatches = 500, 4
)

// reader chooses the lines of a province's book its reader may see: those done
// for units in his range, and all of them when the whole province is his.
type reader struct {
	who   *account.Actor
	units map[int64]agency.Agency
	whole bool
}

func newReader(who *account.Actor, province int64) *reader {
	c := agency.Code(province * 10_000_000_000)
	all := wholeOf(c)
	if province == 0 {
		all = account.Range{}
	}
	return &reader{who: who, units: map[int64]agency.Agency{}, whole: mayGive(who, Audit, all)}
}

func (b *reader) may(tx *db.Tx, verb string, unit int64) (bool, error) {
	if b.whole || unit == 0 {
		return b.whole, nil
	}
	u, ok := b.units[unit]
	if !ok {
		var err error
		if u, err = agency.Find(tx, unit); err != nil && !fault.Is(err, fault.NotFound) {
			return false, err
		}
		b.units[unit] = u
	}
	return u.ID != 0 && b.who.May(verb, targetOf(u)), nil
}

// lines are the newest lines the reader may see, at most n; next is the key of
// the page after, 0 at the end.
func (b *reader) lines(tx *db.Tx, f audit.Filter, n int) (out []audit.Line, next int64, err error) {
	f.Limit = bookBatch
	for range max(bookBatches, n/bookBatch*bookBatches) {
		ls, err := audit.List(tx, f)
		if err != nil {
			return nil, 0, err
		}
		for _, l := range ls {
			ok, err := b.may(tx, Audit, l.Agency)
			if err != nil {
				return nil, 0, err
			}
			if ok {
				out = append(out, l)
			}
			if f.Before = l.Seq; len(out) == n {
				return out, l.Seq, nil
			}
		}
		if len(ls) < bookBatch {
			return out, 0, nil
		}
	}
	return out, f.Before, nil
}

// provinceOf is the book a page is about: the province of the reader's range.
func (o *Office) provinceOf(r *http.Request, verb string) (int64, error) {
	scope := account.From(r.Context()).Scope(verb)
	if len(scope) == 0 {
		return 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	if p := r.FormValue("province"); p != "" {
		n, err := web.Int64(p)
		for _, x := range scope {
			if err == nil && x.Lo/10_000_000_000 <= n && n <= x.Hi/10_000_000_000 {
				return n, nil
			}
		}
		return 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	if p := int64(within(scope[0]).Province()); p != 0 {
		return p, nil
	}
	return int64(o.Front.Home.Province()), nil
}

// bookFilter reads the questions of the page.
func (o *Office) bookFilter(r *http.Request) (f audit.Filter, err error) {
	if f.Province, err = o.provinceOf(r, Audit); err != nil {
		return f, err
	}
	q := r.Form
	if q == nil {
		q = r.URL.Query()
	}
	for _, x := range []struct {
		to   *int64
		name string
	}{{&f.Person, "person"}, {&f.Agency, "unit_number"}, {&f.Before, "before"}} {
		if v := strings.TrimSpace(q.Get(x.name)); v != "" {
			if *x.to, err = web.Int64(v); err != nil {
				return f, wrong(x.name, "number_wrong")
			}
		}
	}
	f.Verb, f.Object = q.Get("verb"), strings.TrimSpace(q.Get("object"))
	from, ok1 := day(q, "since_day")
	to, ok2 := day(q, "to_day")
	switch {
	case !ok1:
		return f, wrong("since_day", "date_wrong")
	case !ok2:
		return f, wrong("to_day", "date_wrong")
	}
	if !from.IsZero() {
		f.From = from.Start()
	}
	if !to.IsZero() {
		f.To = to.AddDays(1).Start()
	}
	return f, nil
}

func (o *Office) book(w http.ResponseWriter, r *http.Request) error {
	return o.showBook(w, r, nothing, nil)
}

func (o *Office) showBook(w http.ResponseWriter, r *http.Request, said templ.Component, refused error) error {
	ctx := r.Context()
	f, err := o.bookFilter(r)
	status, errs, top, ok := refusal(ctx, firstErr(refused, err))
	if !ok {
		return firstErr(refused, err)
	}
	g := ui.Grid{Caption: say(ctx, "book_table"), Cards: true, Columns: columns(ctx, "number", "when", "who", "did", "object", "unit", "reason"), Nothing: say(ctx, "book_none")}
	pager := ui.Pages{}
	if err == nil {
		err = o.DB.Read(ctx, func(tx *db.Tx) error {
			ls, next, err := newReader(account.From(ctx), f.Province).lines(tx, f, bookPage)
			if err != nil {
				return err
			}
			if next > 1 {
				q := r.URL.Query()
				q.Set("before", id(next))
				pager.Older = web.URL(ctx, "/desk/audit?"+q.Encode())
			}
			g.Rows, err = bookRows(tx, ls)
			return err
		})
		if err != nil {
			return err
		}
	}
	a := ask{ctx, r.Form, errs}
	kept := []ui.Pair{}
	for _, k := range []string{"person", "unit_number", "verb", "object", "since_day-year", "since_day-month", "since_day-day", "to_day-year", "to_day-month", "to_day-day"} {
		kept = append(kept, ui.Pair{Term: k, Text: r.Form.Get(k)})
	}
	fr := o.frame(r, say(ctx, "nav_audit"))
	fr.Lead = say(ctx, "book_lead")
	return o.desk(w, r, status, fr, top, said,
		filterForm(ui.Filter{Action: web.URL(ctx, "/desk/audit"), Reset: resetOf(ctx, r)}, a.text("person", free), a.text("unit_number", free), a.text("verb", free, label(say(ctx, "f_act"))), a.text("object", free), a.date("since_day", free), a.date("to_day", free)),
		ui.Table(g), ui.Pager(pager),
		section(say(ctx, "verify_title"), words(say(ctx, "verify_lead")), press("/desk/audit/verify", say(ctx, "verify"), "", "secondary")),
		fold(say(ctx, "export_title"), has(a, "reason"), formView(form{Action: "/desk/audit/export", Hidden: kept, Send: say(ctx, "export_do"), Fields: []templ.Component{words(say(ctx, "export_lead")), a.text("reason")}})))
}

func bookRows(tx *db.Tx, ls []audit.Line) (rows [][]ui.Cell, err error) {
	ctx, n := tx.Ctx, newNames(tx)
	var ids []int64
	for _, l := range ls {
		ids = append(ids, l.Person)
	}
	if err := n.learn(ids...); err != nil {
		return nil, err
	}
	for _, l := range ls {
		who := n.persons[l.Person]
		if l.Person == 0 {
			who = say(ctx, "system")
		}
		rows = append(rows, ui.Text(id(l.Seq), i18n.Time(ctx, l.At), who, did(ctx, l.Verb), l.Object, n.unit(l.Agency), l.Reason))
	}
	return rows, nil
}

// verify checks the whole chain of the province; it reads only.
func (o *Office) verify(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	province, err := o.provinceOf(r, Audit)
	if err != nil {
		return err
	}
	rep, err := audit.Verify(ctx, o.DB, province)
	if err != nil {
		return err
	}
	said := notice("good", say(ctx, "verify_good", rep.Lines), say(ctx, "verify_head", shortHash(rep.Head.Hash)))
	if rep.Fault != "" {
		said = notice("danger", say(ctx, "verify_bad", rep.Wrong), i18n.T(ctx, "audit."+string(rep.Fault)))
	}
	return o.showBook(w, r, said, nil)
}

func shortHash(b []byte) string {
	const hex = "0123456789abcdef"
	var s strings.Builder
	for _, x := range b[:min(len(b), 16)] {
		s.WriteByte(hex[x>>4])
		s.WriteByte(hex[x&15])
	}
	return s.String()
}
