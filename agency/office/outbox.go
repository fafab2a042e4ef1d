package office

import (
	"net/http"
	"net/url"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/notify"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const outboxPage = 100

var outboxStates = []notify.State{notify.Queued, notify.Sent, notify.Failed}

// outbox lists what was or will be sent for the units in the actor's range,
// addresses masked; what failed can be sent again.
func (o *Office) outbox(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	province, err := o.provinceOf(r, Outbox)
	if err != nil {
		return err
	}
	f, err := outboxFilter(q, province)
	if err != nil {
		return err
	}
	g := ui.Grid{Caption: say(ctx, "outbox_table"), Cards: true, Columns: columns(ctx, "when", "to", "number", "step", "unit", "state", "act"), Nothing: say(ctx, "outbox_none")}
	pager := ui.Pages{}
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		ns, err := notify.List(tx, f)
		if err != nil {
			return err
		}
		if len(ns) == outboxPage {
			pager.Older = web.URL(ctx, query("/desk/outbox", q, "before", id(ns[outboxPage-1].ID)))
		}
		b, n := newReader(account.From(ctx), province), newNames(tx)
		b.whole = mayGive(b.who, Outbox, account.Range{Lo: province * 10_000_000_000, Hi: province*10_000_000_000 + 9_999_999_999})
		for _, x := range ns {
			ok, err := b.may(tx, Outbox, x.Agency)
			if err != nil {
				return err
			}
			if ok {
				g.Rows = append(g.Rows, noticeRow(ctx, n, x))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	states := []ui.Option{{Text: say(ctx, "all_states")}}
	for _, s := range outboxStates {
		states = append(states, ui.Option{Value: s.String(), Text: i18n.T(ctx, "notify.state_"+s.String())})
	}
	a := ask{ctx, q, nil}
	fr := o.frame(r, say(ctx, "nav_outbox"))
	fr.Lead = say(ctx, "outbox_lead")
	return o.desk(w, r, http.StatusOK, fr, o.flash(r), filterForm(ui.Filter{Action: web.URL(ctx, "/desk/outbox"), Reset: resetOf(ctx, r)}, a.text("number", free), a.choose("state", states, free)), ui.Table(g), ui.Pager(pager))
}

// outboxFilter reads the questions of the page.
func outboxFilter(q url.Values, province int64) (f notify.Filter, err error) {
	f = notify.Filter{Province: province, Number: strings.TrimSpace(q.Get("number")), Limit: outboxPage}
	for i := range outboxStates {
		if outboxStates[i].String() == q.Get("state") {
			f.State = &outboxStates[i]
		}
	}
	if v := q.Get("before"); v != "" {
		f.Before, err = web.Int64(v)
	}
	return f, err
}

// retry sends a failed notice again. One of a unit out of range does not exist.
func (o *Office) retry(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	province := int64(db.ProvinceOf(n))
	err = o.DB.Write(ctx, func(tx *db.Tx) error {
		ns, err := notify.List(tx, notify.Filter{Province: province, Before: n + 1, Limit: 1})
		if err != nil {
			return err
		}
		b := newReader(account.From(ctx), province)
		b.whole = mayGive(b.who, Outbox, account.Range{Lo: province * 10_000_000_000, Hi: province*10_000_000_000 + 9_999_999_999})
		ok := len(ns) == 1 && ns[0].ID == n
		if ok {
			ok, err = b.may(tx, Outbox, ns[0].Agency)
		}
		switch {
		case err != nil:
			return err
		case !ok:
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		if err := notify.Retry(tx, province, n); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: province, Person: b.who.Person, Login: b.who.Login, Agency: ns[0].Agency, Verb: "office.retry_notice", Object: ns[0].Number})
	})
	if err != nil {
		return err
	}
	return web.See(w, r, "/desk/outbox?done=retried")
}
