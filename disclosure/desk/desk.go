package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// Desk is the staff's pages over the room's use cases.
type Desk struct {
	Disclosure *disclosure.Disclosure
	Front      *front.Front
	// Help is who helps the staff of this installation, such as a telephone
	// line; empty shows the installation's own contact.
	Help i18n.Text
}

// verbs are all grants with which somebody has business at these pages.
var verbs = []string{disclosure.Drafting, disclosure.Reviewing, disclosure.Supervising, disclosure.Approving, disclosure.TakingDown, disclosure.Overseeing}

// Join adds the desk's entries to the staff navigation.
func (d *Desk) Join(f *front.Front) {
	f.DeskNav(front.Publishing, "desk.items", "/desk/items", verbs...)
	f.DeskNav(front.Publishing, "desk.quick", "/desk/quick", disclosure.Drafting)
	f.DeskNav(front.Publishing, "desk.reports", "/desk/reports", verbs...)
	f.DeskNav(front.Publishing, "desk.below", "/desk/below", disclosure.Overseeing)
	f.DeskNav(front.Publishing, "desk.register", "/desk/register", verbs...)
}

const (
	itemPath      = "/desk/items/{province}/{version}"
	publishedPath = "/desk/published/{province}/{item}"
	quickPath     = "/desk/quick/{province}/{version}"
	reportPath    = "/desk/reports/{province}/{report}"
	uploadMost    = disclosure.MaxFile + 4<<20 // one file and the form around it
	textMost      = 8 << 20                    // a long text as a form sends it
)

// Routes are the desk's routes. Whether a person may work on the item behind
// one is decided by the use case; a review step's grant is named by the norm,
// so signing asks only for a session here.
func (d *Desk) Routes() []web.Route {
	draft, approve := web.May(disclosure.Drafting), web.May(disclosure.Approving)
	end, oversee := web.May(disclosure.TakingDown), web.May(disclosure.Overseeing)
	return []web.Route{
		{Pattern: "GET /desk/items", Access: web.SignedIn, Handler: d.items},
		{Pattern: "GET /desk/items/new", Access: draft, Handler: d.chooseCategory},
		{Pattern: "POST /desk/items", Access: draft, Handler: d.start},
		{Pattern: "GET " + itemPath + "/edit", Access: draft, Handler: d.editForm},
		{Pattern: "POST " + itemPath + "/edit", Access: draft, Handler: d.edit, Upload: uploadMost},
		{Pattern: "POST " + itemPath + "/autosave", Access: draft, Handler: d.autosave, Upload: textMost},
		{Pattern: "GET " + itemPath + "/discard", Access: draft, Handler: d.discardForm},
		{Pattern: "POST " + itemPath + "/discard", Access: draft, Handler: d.act(d.discard)},
		{Pattern: "GET " + itemPath + "/preview", Access: web.SignedIn, Handler: d.preview},
		{Pattern: "GET " + itemPath + "/template.xlsx", Access: web.SignedIn, Handler: d.template},
		{Pattern: "GET " + itemPath + "/form.xlsx", Access: web.SignedIn, Handler: d.filled},
		{Pattern: "GET " + itemPath + "/files/{file}", Access: web.SignedIn, Handler: d.file},
		{Pattern: "GET " + itemPath + "/files/{file}/line", Access: draft, Handler: d.line},
		{Pattern: "GET " + itemPath + "/files/{file}/safe", Access: draft, Handler: d.safeForm},
		{Pattern: "POST " + itemPath + "/files/{file}/safe", Access: draft, Handler: d.makeSafe},
		{Pattern: "GET " + itemPath, Access: web.SignedIn, Handler: d.sheet},
		{Pattern: "POST " + itemPath + "/pass", Access: web.SignedIn, Handler: d.act(d.pass)},
		{Pattern: "POST " + itemPath + "/return", Access: web.SignedIn, Handler: d.act(d.sendBack)},
		{Pattern: "POST " + itemPath + "/refer", Access: web.SignedIn, Handler: d.act(d.refer)},
		{Pattern: "POST " + itemPath + "/release", Access: web.SignedIn, Handler: d.act(d.release)},
		{Pattern: "POST " + itemPath + "/clear", Access: web.SignedIn, Handler: d.act(d.clear)},
		{Pattern: "POST " + itemPath + "/approve", Access: approve, Handler: d.act(d.approve)},
		{Pattern: "POST " + itemPath + "/recall", Access: approve, Handler: d.act(d.recall)},
		{Pattern: "POST " + itemPath + "/pass-after", Access: web.SignedIn, Handler: d.act(d.passAfter)},
		{Pattern: "POST " + itemPath + "/approve-after", Access: approve, Handler: d.act(d.approveAfter)},
		{Pattern: "POST " + itemPath + "/emergency", Access: approve, Handler: d.act(d.emergency)},
		{Pattern: "POST " + itemPath + "/withdraw", Access: web.SignedIn, Handler: d.act(d.withdraw)},
		{Pattern: "POST " + itemPath + "/rule", Access: oversee, Handler: d.act(d.rule)},
		{Pattern: "GET " + publishedPath, Access: web.SignedIn, Handler: d.published},
		{Pattern: "POST " + publishedPath + "/correct", Access: draft, Handler: d.correct},
		{Pattern: "GET " + publishedPath + "/take-down", Access: end, Handler: d.takeDownForm},
		{Pattern: "POST " + publishedPath + "/take-down", Access: end, Handler: d.takeDown},
		{Pattern: "POST " + publishedPath + "/validity", Access: end, Handler: d.validity},
		{Pattern: "GET " + publishedPath + "/close-earlier", Access: end, Handler: d.closeForm},
		{Pattern: "POST " + publishedPath + "/close-earlier", Access: end, Handler: d.closeEarlier},
		{Pattern: "GET /desk/reports", Access: web.SignedIn, Handler: d.reports},
		{Pattern: "GET " + reportPath, Access: web.SignedIn, Handler: d.reportCover},
		{Pattern: "POST " + reportPath + "/open", Access: web.SignedIn, Handler: d.openReport},
		{Pattern: "POST " + reportPath + "/answer", Access: web.SignedIn, Handler: d.answerReport},
		{Pattern: "GET /desk/below", Access: oversee, Handler: d.below},
		{Pattern: "GET /desk/below/inspection", Access: oversee, Handler: d.inspection},
		{Pattern: "GET /desk/register", Access: web.SignedIn, Handler: d.register},
		{Pattern: "GET /desk/quick", Access: draft, Handler: d.quick},
		{Pattern: "POST /desk/quick", Access: draft, Handler: d.quickStart},
		{Pattern: "GET " + quickPath + "/photo", Access: draft, Handler: d.quickPhotoForm},
		{Pattern: "POST " + quickPath + "/photo", Access: draft, Handler: d.quickPhoto, Upload: uploadMost},
		{Pattern: "GET " + quickPath + "/send", Access: draft, Handler: d.quickForm},
		{Pattern: "POST " + quickPath + "/send", Access: draft, Handler: d.quickSend, Upload: textMost},
	}
}

// pathOf is the address of a version, or of an item's management.
func pathOf(kind string, province int, id int64, more string) string {
	return "/desk/" + kind + "/" + strconv.Itoa(province) + "/" + strconv.FormatInt(id, 10) + more
}

func versionPath(province int, id int64, more string) string {
	return pathOf("items", province, id, more)
}

// target reads province and the other number of a path.
func target(r *http.Request, name string) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	id, err = web.PathID(r, name)
	return int(p), id, err
}

// open reads the version a path names, for whoever may read it.
func (d *Desk) open(r *http.Request) (*disclosure.Sheet, error) {
	province, id, err := target(r, "version")
	if err != nil {
		return nil, err
	}
	return d.Disclosure.Open(r.Context(), province, id)
}

// frame is the frame of a staff page: what can be done on the left, the help
// line for staff below everything.
func (d *Desk) frame(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	f := d.Front.Desk(r, title, append([]ui.Link{{Text: i18n.T(ctx, "desk.home"), Href: web.URL(ctx, "/desk")}}, crumbs...)...)
	f.Side = d.side(r)
	if did := r.URL.Query().Get("did"); slices.Contains(deeds, did) {
		f.Notice = done(i18n.T(ctx, "desk.did_"+did))
	}
	return f
}

// deeds are what a page may say was just done.
var deeds = []string{"saved", "submitted", "passed", "approved", "scheduled", "returned", "referred", "ruled", "refused", "withdrawn",
	"recalled", "emergency", "completed", "discarded", "released", "cleared", "attached", "detached", "made_safe", "filled", "taken_down", "validity", "closed", "answered"}

func (d *Desk) side(r *http.Request) []ui.SideGroup {
	ctx, a := r.Context(), account.From(r.Context())
	link := func(key, path string) ui.Link {
		return ui.Link{Text: i18n.T(ctx, key), Href: web.URL(ctx, path), Current: web.PathOf(ctx) == path}
	}
	items := ui.SideGroup{Title: i18n.T(ctx, "desk.items"), Links: []ui.Link{link("desk.side_all", "/desk/items"),
		link("desk.scheduled", "/desk/items?state=approved"), link("desk.items_public", "/desk/items?state=published")}}
	if a != nil && a.Holds(disclosure.Drafting) {
		items.Links = append(items.Links, link("desk.new", "/desk/items/new"))
	}
	return []ui.SideGroup{items}
}

// help is the sentence that says who helps.
func (d *Desk) help(ctx context.Context) string {
	if line := d.Help.In(ctx); line != "" {
		return line
	}
	return first(d.Front.Contact.In(ctx), i18n.T(ctx, "desk.help_nobody"))
}

// show answers with a page of the desk.
func (d *Desk) show(w http.ResponseWriter, r *http.Request, status int, f ui.Frame, body templ.Component) error {
	return web.Render(w, r, status, page(f, d.help(r.Context()), body))
}

func (d *Desk) today() clock.Date { return clock.DateOf(d.Disclosure.DB.Clock().Now()) }

// categoryTitle is a category's name in the reader's language; one the norm no
// longer has is named by its id.
func (d *Desk) categoryTitle(ctx context.Context, id string) string {
	if c := d.Disclosure.Norm.Category(id); c != nil {
		return c.Title.In(ctx)
	}
	return id
}

// periodTitle is a period's name in the reader's language.
func (d *Desk) periodTitle(ctx context.Context, category, period string) string {
	if w, ok := d.Disclosure.Catalogue.Window(category, period, d.today()); ok {
		return w.Title.In(ctx)
	}
	return period
}

// stepTitle is the name of a step of the review rule.
func stepTitle(ctx context.Context, rule *norm.ReviewRule, id string) string {
	if rule != nil {
		for _, s := range slices.Concat(rule.Steps, rule.Emergency) {
			if s.ID == id {
				return s.Title.In(ctx)
			}
		}
	}
	if i18n.Has(i18n.LangOf(ctx), "disclosure.step_"+id) {
		return i18n.T(ctx, "disclosure.step_"+id)
	}
	return ""
}

// tagOf is the colour of a version's state.
func tagOf(state string) ui.TagKind {
	switch state {
	case disclosure.Published:
		return ui.TagPublished
	case disclosure.InReview, disclosure.Referred:
		return ui.TagReview
	case disclosure.Approved:
		return ui.TagWaiting
	}
	return ui.TagWithdrawn
}

// sentence is what an error says to its reader.
func sentence(ctx context.Context, err error) string {
	key, args, _ := fault.Sentence(err)
	return i18n.T(ctx, key, args...)
}
