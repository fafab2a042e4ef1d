package exchange

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// table is a file of rows as it is written.
type table interface {
	row(cells []string) error
	end() error
}

type csvTable struct{ w *bufio.Writer }

func (t csvTable) row(cells []string) error {
	for i, c := range cells {
		if i > 0 {
			_ = t.w.WriteByte(',') // a bufio.Writer keeps its first error
		}
		_, _ = t.w.WriteString(`"` + strings.ReplaceAll(harmless(c), `"`, `""`) + `"`)
	}
	_, err := t.w.WriteString("\r\n")
	return err
}

func (t csvTable) end() error { return t.w.Flush() }

// harmless keeps a spreadsheet from running a text as a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

const (
	csvType  = "text/csv; charset=utf-8"
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// spool writes a file of rows whole before the first byte is sent, so that what
// arrives is never half of it; the memory it takes does not grow with its rows.
// What ends well is recorded by fill before it leaves.
func spool(w http.ResponseWriter, name, format string, fill func(t table) error) (err error) {
	f, err := os.CreateTemp("", "yangguang-*")
	if err != nil {
		return fault.As(fault.Unavailable, err)
	}
	defer func() { _ = f.Close() }()
	if err := os.Remove(f.Name()); err != nil { // it has no name from here on
		return err
	}
	var t table
	kind := csvType
	switch format {
	case "csv":
		b := bufio.NewWriter(f)
		_, _ = b.WriteString("\uFEFF")
		t = csvTable{b}
	case "xlsx":
		kind = xlsxType
		if t, err = newXLSX(f); err != nil {
			return err
		}
	default:
		return notFound()
	}
	if err := errors.Join(fill(t), t.end()); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", web.Attachment(name+"."+format))
	h.Set("Cache-Control", "no-store")
	_, _ = io.Copy(w, f) // the reader went away
	return nil
}

// maxExport is how many matters one file holds.
const maxExport = 100_000

// exportCols are the columns of the worklist; none says who brought a matter or
// how to reach him, and the subject is masked.
var exportCols = []string{"number", "outside", "channel", "type", "class", "topic", "state", "subject", "agency", "holder", "filed", "due", "late", "result", "rated", "closed"}

// Export writes the worklist the person acting sees.
func (e *Exchange) export(ctx context.Context, f casework.Filter, t table) (err error) {
	defer fault.Wrap(&err, "exchange.Export(%s)", f.View)
	a := account.From(ctx)
	may := false
	for _, v := range casework.Verbs() {
		may = may || a.Holds(v)
	}
	if !may {
		return fault.Say(fault.Forbidden, "fault.forbidden")
	}
	var heads []string
	for _, c := range exportCols {
		heads = append(heads, i18n.T(ctx, "exchange.out_"+c))
	}
	if err := t.row(heads); err != nil {
		return err
	}
	units := map[int64]string{}
	n, err := e.Cases.Walk(ctx, f, maxExport, func(m *casework.Matter) error {
		for _, id := range []int64{m.Agency, m.Holder} {
			if _, ok := units[id]; ok {
				continue
			}
			if err := e.db().Read(ctx, func(tx *db.Tx) error {
				u, err := agency.Find(tx, id)
				units[id] = u.Name
				return err
			}); err != nil {
				return err
			}
		}
		return t.row(e.exported(ctx, m, units))
	})
	if err != nil {
		return err
	}
	return e.db().Write(ctx, func(tx *db.Tx) error {
		home := a.Behalf()
		return audit.Append(tx, audit.Entry{Province: int64(agency.Code(home.Division).Province()), Person: a.Person, Login: a.Login, Agency: home.Agency,
			Verb: "exchange.exported", Object: "worklist " + f.View, Detail: "matters " + itoa(int64(n))})
	})
}

func (e *Exchange) exported(ctx context.Context, m *casework.Matter, units map[int64]string) []string {
	c := &e.Cases.Norm.Casework
	topic, class := "", m.Class
	if t := c.Topic(m.Topic); t != nil {
		topic = t.Title.In(ctx)
	}
	for _, x := range c.Classes {
		if x.ID == m.Class {
			class = x.Title.In(ctx)
		}
	}
	yes := func(b bool) string {
		if b {
			return i18n.T(ctx, "exchange.yes")
		}
		return ""
	}
	result := m.Result
	for _, x := range c.Results {
		if x.ID == m.Result {
			result = x.Title.In(ctx)
		}
	}
	if r := c.Refusal(m.Refusal); r != nil {
		result = r.Title.In(ctx)
	}
	return []string{m.Number, m.Outside, i18n.T(ctx, "exchange.channel_"+m.Channel), e.Cases.Kind(m).Title.In(ctx), class, topic, i18n.T(ctx, "casework.state_"+m.State), m.Subject,
		units[m.Agency], units[m.Holder], shown(m.FiledAt), shown(m.DueAt), yes(m.Late || m.Overdue(e.db().Clock().Now())), result, m.Rated, shown(m.ClosedAt)}
}

// shown is a moment as spreadsheets sort it.
func shown(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Shanghai).Format("2006-01-02 15:04")
}

var feedbackCols = []string{"order", "number", "state", "refusal", "objection", "result", "reply", "accepted", "due", "replied", "delivered", "closed", "late"}

// feedback writes what became of the orders a unit took in, changed since a day.
func (e *Exchange) feedback(ctx context.Context, unit int64, since clock.Date, t table) (err error) {
	defer fault.Wrap(&err, "exchange.Feedback(%d)", unit)
	var u agency.Agency
	if err := e.db().Read(ctx, func(tx *db.Tx) (err error) {
		u, _, err = unitFor(tx, unit, casework.Registering, Managing)
		return err
	}); err != nil {
		return err
	}
	var heads []string
	for _, c := range feedbackCols {
		heads = append(heads, i18n.T(ctx, "exchange.back_"+c))
	}
	if err := t.row(heads); err != nil {
		return err
	}
	after, n := place{At: clock.Millis(since.Start()) - 1, ID: 1<<63 - 1}, 0
	for n < maxExport {
		var fs []Feedback
		if err := e.db().Read(ctx, func(tx *db.Tx) error {
			as, err := arrivals(tx, u.Province(), 0, u.ID, after, 500)
			if err != nil || len(as) == 0 {
				return err
			}
			after = place{as[len(as)-1].Changed, as[len(as)-1].Matter}
			fs, err = e.feedbackOf(tx, u.Province(), as)
			return err
		}); err != nil {
			return err
		}
		if len(fs) == 0 {
			break
		}
		for _, f := range fs {
			n++
			late := ""
			if f.Late {
				late = i18n.T(ctx, "exchange.yes")
			}
			if err := t.row([]string{f.Order, f.Number, f.State, f.Refusal, f.Objection, f.Result, f.Reply, f.AcceptedAt, f.DueAt, f.RepliedAt, f.DeliveredAt, f.ClosedAt, late}); err != nil {
				return err
			}
		}
	}
	return e.db().Write(ctx, func(tx *db.Tx) error {
		return record(tx, u, "exported", "feedback", "orders "+itoa(int64(n)))
	})
}
