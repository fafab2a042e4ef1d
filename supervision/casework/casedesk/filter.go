package casedesk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// filterFields are what the address of a list may carry, besides its place.
var filterFields = []string{"view", "q", "type", "topic", "class", "state", "channel", "level", "unit", "handler", "common"}

// filterOf reads how a list is narrowed.
func filterOf(v url.Values) casework.Filter {
	f := casework.Filter{View: v.Get("view"), Type: v.Get("type"), Topic: v.Get("topic"), Class: v.Get("class"), Channel: v.Get("channel"), Text: strings.TrimSpace(v.Get("q")), Limit: pageSize + 1}
	if !slices.Contains(casework.Views, f.View) {
		f.View = casework.Unit
	}
	if s := v.Get("state"); slices.Contains(casework.States, s) {
		f.States = []string{s}
	}
	f.Level, _ = strconv.Atoi(v.Get("level"))
	f.Agency, _ = strconv.ParseInt(v.Get("unit"), 10, 64)
	f.Handler, _ = strconv.ParseInt(v.Get("handler"), 10, 64)
	f.Common, _ = strconv.ParseInt(v.Get("common"), 10, 64)
	at, id, _ := strings.Cut(v.Get("after"), "_")
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		if k, err := strconv.ParseInt(at, 10, 64); err == nil {
			f.After = casework.Key{At: k, ID: n}
		}
	}
	return f
}

// kept is the part of an address a filter is kept by.
func kept(v url.Values) string {
	out := url.Values{}
	for _, k := range filterFields {
		if s := v.Get(k); s != "" {
			out.Set(k, s)
		}
	}
	return out.Encode()
}

// saved is a filter somebody keeps.
type saved struct{ Name, Query string }

// maxSaved is how many filters one person keeps.
const maxSaved = 20

func savedOf(tx *db.Tx, person int64) ([]saved, error) {
	return db.List(tx, func(r *db.Rows, x *saved) error { return r.Scan(&x.Name, &x.Query) }, "select name, query from casework_view where person = $1 order by at, name limit $2", person, maxSaved)
}

// keepFilter keeps how a list is narrowed under a name. The words searched for
// are not kept: they may name a person.
func (d *Desk) keepFilter(w http.ResponseWriter, r *http.Request) error {
	ctx, in := r.Context(), input{r}
	name := in.text("name")
	v, err := url.ParseQuery(in.text("query"))
	if err != nil {
		return fault.As(fault.Invalid, err)
	}
	v.Del("q")
	bad := func(key string) error {
		return d.showList(w, r, v, http.StatusUnprocessableEntity, ui.Errors{{Name: "name", Key: key, Args: []any{maxSaved}}})
	}
	if n := utf8.RuneCountInString(name); n < 1 || n > 20 {
		return bad("casedesk.need_name")
	}
	person, many := account.From(ctx).Person, false
	err = d.Cases.DB.Write(ctx, func(tx *db.Tx) error {
		have, err := savedOf(tx, person)
		if err != nil {
			return err
		}
		if many = len(have) >= maxSaved && !slices.ContainsFunc(have, func(s saved) bool { return s.Name == name }); many {
			return nil
		}
		_, err = tx.Exec("insert into casework_view (person, name, query, at) values ($1, $2, $3, $4) on conflict (person, name) do update set query = excluded.query", person, name, kept(v), clock.Millis(tx.Now))
		return err
	})
	if err != nil {
		return err
	}
	if many {
		return bad("casedesk.saved_many")
	}
	return web.See(w, r, root+"?"+kept(v))
}

func (d *Desk) dropFilter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := d.Cases.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("delete from casework_view where person = $1 and name = $2", account.From(ctx).Person, input{r}.text("name"))
		return err
	}); err != nil {
		return err
	}
	return web.See(w, r, root)
}

// savedLinks are the filters of the person acting.
func (d *Desk) savedLinks(ctx context.Context, now string) (out []ui.Link, names []string, err error) {
	err = d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := savedOf(tx, account.From(ctx).Person)
		for _, s := range all {
			out = append(out, ui.Link{Text: s.Name, Href: web.URL(ctx, root) + "?" + s.Query, Current: s.Query == now})
			names = append(names, s.Name)
		}
		return err
	})
	return out, names, err
}
