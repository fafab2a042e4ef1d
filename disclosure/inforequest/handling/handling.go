package handling

import (
	"context"
	"net/http"
	"strconv"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Desk serves the pages.
type Desk struct {
	Requests *inforequest.Requests
	Front    *front.Front
	Answers  *answers.Answers // the public log
}

// Join adds requests to the staff navigation.
func (d *Desk) Join(f *front.Front) {
	f.DeskNav(front.Requests, "handling.nav", "/desk/requests", inforequest.Verbs()...)
}

const (
	root     = "/desk/requests"
	casePath = root + "/{province}/{request}"
)

// Routes are the room's pages, the permission beside each. What a person may do
// to the request behind one is asked again by the use case.
func (d *Desk) Routes() []web.Route {
	out := []web.Route{
		{Pattern: "GET " + root, Access: web.SignedIn, Handler: d.list},
		{Pattern: "GET " + root + "/list.xlsx", Access: web.SignedIn, Handler: d.workbook},
		{Pattern: "POST " + root + "/assign", Access: web.May(inforequest.Registering), Handler: d.assignMany},
		{Pattern: "POST " + root + "/letters", Access: web.May(inforequest.Registering), Handler: d.printMany},
		{Pattern: "GET " + root + "/new", Access: web.May(inforequest.Registering), Handler: d.newForm},
		{Pattern: "POST " + root + "/new", Access: web.May(inforequest.Registering), Handler: d.file},
		{Pattern: "GET " + root + "/statistics", Access: web.SignedIn, Handler: d.statistics},
		{Pattern: "GET " + root + "/office", Access: web.May(inforequest.Deciding), Handler: d.officeForm},
		{Pattern: "POST " + root + "/office", Access: web.May(inforequest.Deciding), Handler: d.setOffice},
		{Pattern: "GET " + templates, Access: web.May(inforequest.Deciding), Handler: d.templateList},
		{Pattern: "GET " + templates + "/{kind}", Access: web.May(inforequest.Deciding), Handler: d.templateForm},
		{Pattern: "POST " + templates + "/{kind}", Access: web.May(inforequest.Deciding), Handler: d.setTemplate},
		{Pattern: "POST " + templates + "/{kind}/try", Access: web.May(inforequest.Deciding), Handler: d.tryTemplate},
		{Pattern: "POST " + templates + "/{kind}/house", Access: web.May(inforequest.Deciding), Handler: d.dropTemplate},
		{Pattern: "GET " + casePath, Access: web.SignedIn, Handler: d.show},
		{Pattern: "GET " + casePath + "/clock", Access: web.SignedIn, Handler: d.clock},
		{Pattern: "GET " + casePath + "/letters/{letter}/{form}", Access: web.SignedIn, Handler: d.letter},
		{Pattern: "POST " + casePath + "/letters/{letter}/delivery.pdf", Access: web.May(inforequest.Registering), Handler: d.deliveryForm},
		{Pattern: "POST " + casePath + "/letters/{letter}/envelope.pdf", Access: web.May(inforequest.Registering), Handler: d.envelope},
		{Pattern: "GET " + casePath + "/files/{file}", Access: web.SignedIn, Handler: d.download},
		{Pattern: "GET " + casePath + "/decision", Access: web.May(inforequest.Handling), Handler: d.decision},
		{Pattern: "POST " + casePath + "/decision", Access: web.May(inforequest.Handling), Handler: d.save},
		{Pattern: "POST " + casePath + "/submit", Access: web.May(inforequest.Handling), Handler: d.submit},
	}
	for _, a := range acts {
		upload := int64(0)
		if a.upload {
			upload = inforequest.MaxFile + 1<<20
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

func t(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "handling."+key, args...)
}

// frame is the frame of a page of the desk.
func (d *Desk) frame(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	way := []ui.Link{{Text: t(ctx, "desk"), Href: web.URL(ctx, "/desk")}, {Text: t(ctx, "nav"), Href: web.URL(ctx, root)}}
	f := d.Front.Desk(r, title, append(way, crumbs...)...)
	f.NoIndex = true
	return f
}

// pathOf is the address of a request at the desk, with what follows.
func pathOf(province int, id int64, rest string) string {
	return root + "/" + strconv.Itoa(province) + "/" + strconv.FormatInt(id, 10) + rest
}

// numbers reads the request of an address.
func numbers(r *http.Request) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	id, err = web.PathID(r, "request")
	return int(p), id, err
}

func (d *Desk) today() clock.Date { return clock.DateOf(d.Requests.DB.Clock().Now()) }

// tagOf is the colour of a state; a late one is red whatever it is.
func (d *Desk) tagOf(ctx context.Context, q *inforequest.Request) (ui.TagKind, string) {
	words := i18n.T(ctx, "inforequest.state_"+q.State)
	switch {
	case q.Overdue(d.today()):
		return ui.TagDanger, t(ctx, "overdue", words)
	case q.State == inforequest.Closed:
		return ui.TagPublished, words
	case q.State == inforequest.InReview:
		return ui.TagReview, words
	}
	return ui.TagWaiting, words
}

// decisionTitle is the name of a decision; "" while there is none.
func (d *Desk) decisionTitle(ctx context.Context, id string) string {
	if x := d.Requests.Norm.Requests.Decision(id); x != nil {
		return x.Title.In(ctx)
	}
	return ""
}

// units are the agencies the person acting takes requests in at, or rules.
func units(tx *db.Tx, a *account.Actor, verb string) ([]agency.Agency, error) {
	var out []agency.Agency
	seen := map[int64]bool{}
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
			if !seen[u.ID] {
				seen[u.ID] = true
				out = append(out, u)
			}
		}
	}
	return out, nil
}

// maxUnits bounds the list a unit is chosen from.
const maxUnits = 100
