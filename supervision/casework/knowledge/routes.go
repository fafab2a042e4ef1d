package knowledge

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const (
	publicRoot  = "/knowledge"
	publicOne   = publicRoot + "/{article}"
	deskRoot    = "/desk/knowledge"
	deskOne     = deskRoot + "/articles/{province}/{article}"
	reportsRoot = deskRoot + "/reports"
	reportOne   = reportsRoot + "/{province}/{report}"
	cannedRoot  = deskRoot + "/canned"
	cannedOne   = cannedRoot + "/{province}/{canned}"
)

// Join adds the knowledge base to the staff navigation.
func (k *Knowledge) Join(f *front.Front) { f.DeskNav(front.Casework, "knowledge.nav", deskRoot) }

// How often one caller may ask while typing, say something, have a file made.
var (
	typingRate = web.Rate{N: 240, Per: time.Minute}
	sayRate    = web.Rate{N: 10, Per: time.Minute}
	fileRate   = web.Rate{N: 30, Per: time.Minute}
)

// Routes are the room's pages, the permission beside each. What a person may do
// to the article behind one is asked again by the use case.
func (k *Knowledge) Routes() []web.Route {
	write, review := web.May(Writing), web.May(Reviewing)
	return []web.Route{
		{Pattern: "GET " + publicRoot, Access: web.Public, Handler: k.all, Cached: true},
		{Pattern: "GET " + publicRoot + "/suggest", Access: web.Public, Handler: k.suggestPublic, Limit: typingRate},
		{Pattern: "GET " + publicOne, Access: web.Public, Handler: k.show, Cached: true},
		{Pattern: "POST " + publicOne + "/said", Access: web.Public, Handler: k.said, Limit: sayRate},
		{Pattern: "POST " + publicOne + "/report", Access: web.Public, Handler: k.reported, Limit: sayRate},
		{Pattern: "GET " + deskRoot, Access: web.SignedIn, Handler: k.desk},
		{Pattern: "GET " + deskRoot + "/suggest", Access: web.SignedIn, Handler: k.suggestStaff, Limit: typingRate},
		{Pattern: "GET " + deskRoot + "/new", Access: write, Handler: k.newForm},
		{Pattern: "POST " + deskRoot + "/new", Access: write, Handler: k.create},
		{Pattern: "GET " + deskRoot + "/import", Access: write, Handler: k.importForm},
		{Pattern: "POST " + deskRoot + "/import", Access: write, Handler: k.doImport, Upload: maxSheet + 1<<20},
		{Pattern: "GET " + deskRoot + "/template.xlsx", Access: write, Handler: k.template},
		{Pattern: "GET " + deskRoot + "/export.xlsx", Access: web.SignedIn, Handler: k.export, Limit: fileRate},
		{Pattern: "GET " + deskOne, Access: web.SignedIn, Handler: k.article},
		{Pattern: "GET " + deskOne + "/versions/{version}", Access: web.SignedIn, Handler: k.version},
		{Pattern: "GET " + deskOne + "/edit", Access: write, Handler: k.editForm},
		{Pattern: "POST " + deskOne + "/edit", Access: write, Handler: k.edit},
		{Pattern: "POST " + deskOne + "/revise", Access: write, Handler: k.act(k.doRevise, "/edit")},
		{Pattern: "POST " + deskOne + "/discard", Access: write, Handler: k.discard},
		{Pattern: "POST " + deskOne + "/recall", Access: write, Handler: k.act(k.doRecall, "/edit")},
		{Pattern: "GET " + deskOne + "/review", Access: web.SignedIn, Handler: k.reviewForm},
		{Pattern: "POST " + deskOne + "/return", Access: review, Handler: k.judge(k.doReturn)},
		{Pattern: "POST " + deskOne + "/approve", Access: review, Handler: k.judge(k.doApprove)},
		{Pattern: "POST " + deskOne + "/confirm", Access: review, Handler: k.act(k.doConfirm, "")},
		{Pattern: "POST " + deskOne + "/retire", Access: review, Handler: k.act(k.doRetire, "")},
		{Pattern: "POST " + deskOne + "/report", Access: web.SignedIn, Handler: k.act(k.doReport, "?said=reported")},
		{Pattern: "GET " + reportsRoot, Access: web.SignedIn, Handler: k.reportList},
		{Pattern: "GET " + reportOne, Access: web.SignedIn, Handler: k.report},
		{Pattern: "POST " + reportOne, Access: write, Handler: k.closeReport},
		{Pattern: "GET " + cannedRoot, Access: web.SignedIn, Handler: k.cannedList},
		{Pattern: "GET " + cannedRoot + "/new", Access: web.SignedIn, Handler: k.cannedNew},
		{Pattern: "POST " + cannedRoot + "/new", Access: web.SignedIn, Handler: k.cannedCreate},
		{Pattern: "GET " + cannedOne, Access: web.SignedIn, Handler: k.canned},
		{Pattern: "POST " + cannedOne, Access: web.SignedIn, Handler: k.cannedSave},
		{Pattern: "POST " + cannedOne + "/drop", Access: web.SignedIn, Handler: k.cannedDrop},
	}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "knowledge."+key, args...)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func deskPath(province int, id int64) string {
	return deskRoot + "/articles/" + strconv.Itoa(province) + "/" + itoa(id)
}

func reportPath(r *Report) string {
	return reportsRoot + "/" + strconv.Itoa(r.Province) + "/" + itoa(r.ID)
}

func cannedPath(c *Canned) string {
	return cannedRoot + "/" + strconv.Itoa(c.Province) + "/" + itoa(c.ID)
}

// numbers reads the province and the id of a desk address.
func numbers(r *http.Request, name string) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, notFound()
	}
	id, err = web.PathID(r, name)
	return int(p), id, err
}

// deskFrame is the frame of a page of the desk.
func (k *Knowledge) deskFrame(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	way := []ui.Link{{Text: word(ctx, "desk"), Href: href(ctx, "/desk")}, {Text: word(ctx, "nav"), Href: href(ctx, deskRoot)}}
	return k.Front.Desk(r, title, append(way, crumbs...)...)
}

func tagKind(state string) ui.TagKind {
	return map[string]ui.TagKind{Draft: ui.TagWithdrawn, InReview: ui.TagReview, Valid: ui.TagPublished, Revised: ui.TagWithdrawn, Retired: ui.TagDanger}[state]
}

// names keeps what a page asks of units and places more than once.
type names struct {
	units  map[int64]agency.Agency
	places map[agency.Code]string
}

func newNames() *names {
	return &names{map[int64]agency.Agency{}, map[agency.Code]string{}}
}

func (n *names) unit(tx *db.Tx, id int64) (agency.Agency, error) {
	if u, ok := n.units[id]; ok {
		return u, nil
	}
	u, err := agency.Find(tx, id)
	n.units[id] = u
	return u, err
}

func (n *names) place(tx *db.Tx, c agency.Code) (string, error) {
	if s, ok := n.places[c]; ok {
		return s, nil
	}
	d, err := agency.FindDivision(tx, c)
	n.places[c] = d.Name
	return d.Name, err
}

// unitsLooked is how many of a person's units a list offers.
const unitsLooked = 40

// unitsOf are the units within ranges.
func unitsOf(tx *db.Tx, within []account.Range) (out []agency.Agency, err error) {
	for _, x := range within {
		var found []agency.Agency
		if x.Agency != 0 {
			u, err := agency.Find(tx, x.Agency)
			if err != nil {
				return nil, err
			}
			found = []agency.Agency{u}
		} else if c, ok := (agency.Scope{Lo: agency.Code(x.Lo), Hi: agency.Code(x.Hi)}).Division(); ok {
			if found, err = agency.List(tx, agency.Filter{Within: c, Limit: unitsLooked}); err != nil {
				return nil, err
			}
		}
		for _, u := range found {
			if len(out) < unitsLooked && !slices.ContainsFunc(out, func(o agency.Agency) bool { return o.ID == u.ID }) {
				out = append(out, u)
			}
		}
	}
	return out, nil
}

// placesMost is how many divisions a question offers.
const placesMost = 200

// placeOptions offers a division, what lies above it up to a top, and what lies
// directly below.
func placeOptions(tx *db.Tx, c, top agency.Code) (out []ui.Option, err error) {
	above, err := agency.Ancestors(tx, c)
	if err != nil {
		return nil, err
	}
	own, err := agency.FindDivision(tx, c)
	if err != nil {
		return nil, err
	}
	below, err := agency.Children(tx, c, agency.Nation, placesMost)
	if err != nil {
		return nil, err
	}
	for _, d := range slices.Concat(above, []agency.Division{own}, below) {
		if top.Contains(d.Code) && !d.Grouping() {
			out = append(out, ui.Option{Value: d.Code.Short(), Text: d.Name})
		}
	}
	return out, nil
}

// options makes the choices of a list of codes.
func options(ctx context.Context, first, prefix string, codes ...string) (out []ui.Option) {
	if first != "" {
		out = append(out, ui.Option{Text: word(ctx, first)})
	}
	for _, c := range codes {
		out = append(out, ui.Option{Value: c, Text: word(ctx, prefix+c)})
	}
	return out
}

func (k *Knowledge) topicOptions(ctx context.Context, first string) (out []ui.Option) {
	if first != "" {
		out = append(out, ui.Option{Text: word(ctx, first)})
	}
	for _, t := range k.Topics {
		out = append(out, ui.Option{Value: t.ID, Text: t.Title.In(ctx)})
	}
	return out
}

// suggestion is one way on while a question is being typed.
type suggestion struct {
	Text string `json:"text"`
	Note string `json:"note,omitempty"`
	Href string `json:"href"`
}

// suggestMost is how many there are at most.
const suggestMost = 8

func (k *Knowledge) suggestPublic(w http.ResponseWriter, r *http.Request) error {
	return k.suggest(w, r, query{place: k.Front.Home}, func(x *standingArticle) string { return publicRoot + "/" + itoa(x.ID) })
}

func (k *Knowledge) suggestStaff(w http.ResponseWriter, r *http.Request) error {
	return k.suggest(w, r, query{place: k.homeOf(r), staff: true}, func(x *standingArticle) string { return deskPath(x.Province, x.ID) })
}

func (k *Knowledge) suggest(w http.ResponseWriter, r *http.Request, q query, path func(*standingArticle) string) error {
	out := []suggestion{}
	q.words, q.typed, q.limit = strings.TrimSpace(r.URL.Query().Get("q")), true, suggestMost
	if q.words != "" {
		if err := k.DB.Read(r.Context(), func(tx *db.Tx) error {
			rows, err := find(tx, q)
			for _, x := range rows {
				out = append(out, suggestion{x.Title, k.topic(tx.Ctx, x.Topic), href(tx.Ctx, path(&x))})
			}
			return err
		}); err != nil {
			return err
		}
	}
	return web.JSON(w, http.StatusOK, struct {
		Suggestions []suggestion `json:"suggestions"`
	}{out})
}

// homeOf is the division for which a member of the staff answers.
func (k *Knowledge) homeOf(r *http.Request) agency.Code {
	t := account.From(r.Context()).Behalf()
	if t.Agency == 0 {
		return k.Front.Home
	}
	return agency.Code(t.Division)
}
