package export

import (
	"net/http"
	"strconv"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Routes are the package's routes.
func (c *Copies) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + copyPath, Access: web.Public, Handler: c.about, Cached: true},
		{Pattern: "GET /desk/copies", Access: web.May(Copying), Handler: c.list},
		{Pattern: "POST /desk/copies", Access: web.May(Copying), Handler: c.make},
		{Pattern: "POST /desk/copies/download", Access: web.May(Copying), Handler: c.download},
	}
}

type part struct{ Head, Text string }

// about says what a static copy is and what it cannot do.
func (c *Copies) about(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var parts []part
	for i := 1; i <= 3; i++ {
		k := "export.copy_" + strconv.Itoa(i)
		parts = append(parts, part{i18n.T(ctx, k+"_head"), i18n.T(ctx, k)})
	}
	who := []ui.Pair{{Term: i18n.T(ctx, "export.organiser"), Text: c.Front.Organiser.In(ctx)}, {Term: i18n.T(ctx, "export.contact"), Text: c.Front.Contact.In(ctx)}}
	if c.Front.Domain != "" {
		who = append(who, ui.Pair{Term: i18n.T(ctx, "export.address"), Text: c.Front.Domain, Href: c.Front.Domain})
	}
	f := c.Front.Page(r, i18n.T(ctx, "export.copy"), ui.Link{Text: i18n.T(ctx, "front.home"), Href: web.URL(ctx, "/")}, ui.Link{Text: i18n.T(ctx, "export.copy")})
	f.Narrow, f.NoIndex = true, true
	return web.Render(w, r, http.StatusOK, aboutView(f, parts, who))
}

type listPage struct {
	Notice, Kind string
	Set          bool // a folder is configured
	Sent         bool
	Failed       bool // the last run did not come to an end
	Made         bool // there is a copy to take along
	Facts        []ui.Pair
	Runs         ui.Grid
	Action       string
}

// list shows the administrator when copies were made and what they came to.
func (c *Copies) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t := func(key string) string { return i18n.T(ctx, "export."+key) }
	p := listPage{Set: c.Options.Dir != "", Sent: r.URL.Query().Get("sent") != "", Action: web.URL(ctx, "/desk/copies")}
	var runs []run
	if err := c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		runs, err = lastRuns(tx, 20)
		return err
	}); err != nil {
		return err
	}
	if p.Set {
		p.Facts = []ui.Pair{{Term: t("folder"), Text: c.Options.Dir}, {Term: t("every"), Text: t("on_demand")}}
		if c.Every > 0 {
			p.Facts[1].Text = c.Every.String()
		}
	}
	p.Failed = p.Set && len(runs) > 0 && runs[0].Fault != ""
	p.Runs = ui.Grid{Caption: t("runs"), Cards: true, Nothing: t("runs_none"),
		Columns: []ui.Column{{Title: t("started")}, {Title: t("ended")}, {Title: t("state")}, {Title: t("files"), Number: true}, {Title: t("changed"), Number: true}, {Title: t("removed"), Number: true}}}
	for _, x := range runs {
		ended, state := "", ui.Cell{Of: ui.Tag(ui.TagWaiting, t("under_way"))}
		if !x.Ended.IsZero() {
			ended, state = i18n.Time(ctx, x.Ended), ui.Cell{Of: ui.Tag(ui.TagPublished, t("made"))}
			p.Made = p.Made || p.Set && x.Fault == ""
		}
		if x.Fault != "" {
			state = ui.Cell{Of: ui.Tag(ui.TagDanger, t("failed"))}
		}
		n := func(v int64) ui.Cell { return ui.Cell{Text: i18n.Number(ctx, v)} }
		p.Runs.Rows = append(p.Runs.Rows, []ui.Cell{{Text: i18n.Time(ctx, x.Started)}, {Text: ended}, state, n(x.Files), n(x.Changed), n(x.Removed)})
	}
	f := c.Front.Desk(r, t("nav"), ui.Link{Text: t("desk"), Href: web.URL(ctx, "/desk")}, ui.Link{Text: t("nav")})
	f.Lead = t("lead")
	return web.Render(w, r, http.StatusOK, listView(f, p))
}

// make has a copy made now.
func (c *Copies) make(w http.ResponseWriter, r *http.Request) error {
	if c.Options.Dir == "" {
		return fault.Say(fault.Conflict, "export.not_set")
	}
	if err := c.DB.Write(r.Context(), func(tx *db.Tx) error {
		if err := c.wanted(tx); err != nil {
			return err
		}
		return c.record(tx, "request", "")
	}); err != nil {
		return err
	}
	return web.See(w, r, "/desk/copies?sent=1")
}
