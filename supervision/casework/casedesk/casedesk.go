package casedesk

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// Desk serves the pages.
type Desk struct {
	Cases *casework.Casework
	Front *front.Front
	// Canned are texts a reply may begin with; nil where nobody keeps any.
	Canned func(ctx context.Context, k *casework.Case) ([]Canned, error)
	// Knowledge searches what may be quoted; nil where there is none.
	Knowledge func(ctx context.Context, k *casework.Case, q string) ([]Quote, error)
	// Dial puts the person of a matter on the list of who is called from the seat of
	// whoever acts; number is asked for once all else is right. nil where no
	// telephone belongs to the house.
	Dial func(ctx context.Context, k *casework.Case, number func() (string, error)) error
	// Pause is the least time between two ticks of a page that follows live; 0 is the usual one.
	Pause time.Duration

	ears ears
}

// Canned is a text a reply may begin with; with a macro, what using it does besides.
type Canned struct {
	ID, Name, Text string
	Macro          *Macro
}

// Quote is something of the knowledge base: its article@version, and where it is read.
type Quote struct{ ID, Title, Text, Href string }

// Join adds matters to the staff navigation.
func (d *Desk) Join(f *front.Front) {
	f.DeskNav(front.Casework, "casedesk.nav", root, casework.Verbs()...)
}

// Style is the sheet of the room's pages; a page that shows IntakeForm needs it.
const Style = "matters.css"

const (
	root     = "/desk/matters"
	casePath = root + "/{province}/{matter}"
)

// Routes are the room's pages, the permission beside each. What a person may do
// to the matter behind one is asked again by the use case.
func (d *Desk) Routes() []web.Route {
	out := []web.Route{
		{Pattern: "GET " + root, Access: web.SignedIn, Handler: d.list},
		{Pattern: "POST " + root + "/bulk", Access: web.SignedIn, Handler: d.bulk},
		{Pattern: "POST " + root + "/filters", Access: web.SignedIn, Handler: d.keepFilter},
		{Pattern: "POST " + root + "/filters/drop", Access: web.SignedIn, Handler: d.dropFilter},
		{Pattern: "GET " + root + "/events", Access: web.SignedIn, Handler: d.events},
		{Pattern: "GET " + root + "/new", Access: web.May(casework.Registering), Handler: d.newForm},
		{Pattern: "POST " + root + "/new", Access: web.May(casework.Registering), Handler: d.file, Upload: maxUpload},
		{Pattern: "GET " + root + "/renew", Access: web.May(casework.Registering), Handler: d.renewForm},
		{Pattern: "POST " + root + "/renew", Access: web.May(casework.Registering), Handler: d.renew},
		{Pattern: "GET " + root + "/released", Access: web.SignedIn, Handler: d.released},
		{Pattern: "POST " + casePath + "/statement", Access: web.SignedIn, Handler: d.state},
		{Pattern: "GET " + root + "/load", Access: web.SignedIn, Handler: d.load},
		{Pattern: "POST " + root + "/load", Access: web.SignedIn, Handler: d.reassign},
		{Pattern: "GET " + root + "/catalogue", Access: web.May(casework.Accepting), Handler: d.catalogue},
		{Pattern: "POST " + root + "/catalogue", Access: web.May(casework.Accepting), Handler: d.addRoute},
		{Pattern: "POST " + root + "/catalogue/end", Access: web.May(casework.Accepting), Handler: d.endRoute},
		{Pattern: "GET " + root + "/catalogue/routes.xlsx", Access: web.May(casework.Accepting), Handler: d.routesSheet},
		{Pattern: "POST " + root + "/catalogue/import", Access: web.May(casework.Accepting), Handler: d.importRoutes, Upload: maxSheet + 1<<20},
		{Pattern: "GET " + casePath, Access: web.SignedIn, Handler: d.show},
		{Pattern: "GET " + casePath + "/macros/{macro}", Access: web.SignedIn, Handler: d.macro},
		{Pattern: "POST " + casePath + "/macros/{macro}", Access: web.SignedIn, Handler: d.carryOut},
		{Pattern: "GET " + casePath + "/clock", Access: web.SignedIn, Handler: d.clock},
		{Pattern: "GET " + casePath + "/order", Access: web.SignedIn, Handler: d.order},
		{Pattern: "GET " + casePath + "/order.pdf", Access: web.SignedIn, Handler: d.orderPDF},
		{Pattern: "GET " + casePath + "/files/{file}", Access: web.SignedIn, Handler: d.download},
	}
	for _, a := range acts {
		upload := int64(0)
		if a.upload {
			upload = maxUpload
		}
		access := web.SignedIn
		if a.verb != "" {
			access = web.May(a.verb)
		}
		out = append(out, web.Route{Pattern: "GET " + casePath + "/" + a.name, Access: access, Handler: d.actForm(a)},
			web.Route{Pattern: "POST " + casePath + "/" + a.name, Access: access, Handler: d.act(a), Upload: upload})
	}
	return out
}

// maxUpload is what a form with files may hold.
const maxUpload = casework.MaxFiledFiles*casework.MaxFiledFile + 1<<20

func t(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "casedesk."+key, args...)
}

// words are those of the room itself, not of its desk.
func words(ctx context.Context, key string) string { return i18n.T(ctx, "casework."+key) }

// frame is the frame of a page of the desk.
func (d *Desk) frame(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	way := []ui.Link{{Text: t(ctx, "desk"), Href: web.URL(ctx, "/desk")}, {Text: t(ctx, "nav"), Href: web.URL(ctx, root)}}
	f := d.Front.Desk(r, title, append(way, crumbs...)...)
	f.NoIndex, f.Styles = true, []string{Style}
	return f
}

// pathOf is the address of a matter at the desk, with what follows.
func pathOf(m *casework.Matter, rest string) string {
	return root + "/" + strconv.Itoa(m.Province) + "/" + num(m.ID) + rest
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

func keyOf(m *casework.Matter) string { return strconv.Itoa(m.Province) + "-" + num(m.ID) }

// numbers reads the matter of an address.
func numbers(r *http.Request) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	id, err = web.PathID(r, "matter")
	return int(p), id, err
}

// caseOf opens the matter of an address, for whoever may read it.
func (d *Desk) caseOf(r *http.Request) (*casework.Case, error) {
	province, id, err := numbers(r)
	if err != nil {
		return nil, err
	}
	return d.Cases.Open(r.Context(), province, id)
}

func (d *Desk) now() time.Time    { return d.Cases.DB.Clock().Now() }
func (d *Desk) today() clock.Date { return clock.DateOf(d.now()) }

func (d *Desk) norm() *norm.Casework { return &d.Cases.Norm.Casework }

// mayAt answers whether the person acting may do one of the verbs where a
// matter is: at the unit that answers for it, at the one that has it, at one
// that helps.
func mayAt(ctx context.Context, k *casework.Case, verbs ...string) bool {
	a := account.From(ctx)
	at := []account.Target{{Agency: k.Agency, Division: int64(k.Region)}, {Agency: k.Holder, Division: int64(k.HolderRegion)}}
	for _, h := range k.Hops {
		if h.EndedAt.IsZero() {
			at = append(at, account.Target{Agency: h.Unit, Division: int64(h.Region)})
		}
	}
	return slices.ContainsFunc(verbs, func(v string) bool {
		return slices.ContainsFunc(at, func(x account.Target) bool { return a.May(v, x) })
	})
}

// holdsAny answers whether the person acting holds one of the verbs anywhere.
func holdsAny(ctx context.Context, verbs ...string) bool {
	return slices.ContainsFunc(verbs, account.From(ctx).Holds)
}

// choice is the name of one of the norm's codes; the code itself when the norm
// no longer has it.
func choice(ctx context.Context, list []norm.Choice, id string) string {
	for _, x := range list {
		if x.ID == id {
			return x.Title.In(ctx)
		}
	}
	return id
}

func (d *Desk) typeName(ctx context.Context, m *casework.Matter) string {
	name := m.Type
	if x := d.norm().Type(m.Type); x != nil {
		name = x.Title.In(ctx)
	}
	if m.Stage != "" {
		return t(ctx, "type_stage", name, words(ctx, "stage_"+m.Stage))
	}
	return name
}

func (d *Desk) topicName(ctx context.Context, id string) string {
	if x := d.norm().Topic(id); x != nil {
		return x.Title.In(ctx)
	}
	return ""
}

func choices(ctx context.Context, list []norm.Choice) (out []ui.Option) {
	for _, x := range list {
		out = append(out, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
	}
	return out
}

// maxUnits bounds the list a unit is chosen from.
const maxUnits = 100

// unitsFor are the units the person acting may do a verb at.
func unitsFor(tx *db.Tx, a *account.Actor, verbs ...string) ([]agency.Agency, error) {
	var out []agency.Agency
	seen := map[int64]bool{}
	for _, verb := range verbs {
		for _, x := range a.Scope(verb) {
			var found []agency.Agency
			var err error
			if x.Agency != 0 {
				var u agency.Agency
				u, err = agency.Find(tx, x.Agency)
				found = []agency.Agency{u}
			} else if c, ok := (agency.Scope{Lo: agency.Code(x.Lo), Hi: agency.Code(x.Hi)}).Division(); ok {
				found, err = agency.List(tx, agency.Filter{Within: c, Limit: maxUnits})
			}
			if err != nil {
				return nil, err
			}
			for _, u := range found {
				if !seen[u.ID] && casework.Takes(u) {
					seen[u.ID] = true
					out = append(out, u)
				}
			}
		}
	}
	return out, nil
}

func unitOptions(us []agency.Agency) (out []ui.Option) {
	for _, u := range us {
		out = append(out, ui.Option{Value: num(u.ID), Text: u.Name})
	}
	return out
}
