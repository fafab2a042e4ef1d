package answers

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/disclosure/inforequest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Join adds the log to the staff navigation.
func (s *Answers) Join(f *front.Front) {
	f.DeskNav(front.Requests, "answers.desk_nav", deskRoot, inforequest.Handling, inforequest.Deciding, disclosure.Drafting)
}

const (
	publicRoot = "/requests/answers"
	onePath    = "/{division}/{agency}/answers/{answer}"
	deskRoot   = "/desk/answers"
	deskOne    = deskRoot + "/{province}/{answer}"
	oftenRoot  = deskRoot + "/often"
	oftenOne   = oftenRoot + "/{province}/{proposal}"
)

// Routes are the room's pages, the permission beside each. What a person may do
// to the answer behind one is asked again by the use case.
func (s *Answers) Routes() []web.Route {
	handle, decide, draft := web.May(inforequest.Handling), web.May(inforequest.Deciding), web.May(disclosure.Drafting)
	return []web.Route{
		{Pattern: "GET " + publicRoot, Access: web.Public, Handler: s.log, Cached: true},
		{Pattern: "GET " + publicRoot + "/feed.atom", Access: web.Public, Handler: s.atom, Cached: true},
		{Pattern: "GET " + onePath, Access: web.Public, Handler: s.show, Cached: true},
		{Pattern: "GET " + onePath + "/files/{file}", Access: web.Public, Handler: s.file, Copied: true},
		{Pattern: "GET " + deskRoot, Access: web.SignedIn, Handler: s.desk},
		{Pattern: "GET " + deskOne, Access: web.SignedIn, Handler: s.review},
		{Pattern: "GET " + deskOne + "/files/{file}", Access: web.SignedIn, Handler: s.deskFile},
		{Pattern: "POST " + deskOne + "/save", Access: handle, Handler: s.act(s.doSave, false)},
		{Pattern: "POST " + deskOne + "/submit", Access: handle, Handler: s.act(s.doSubmit, false)},
		{Pattern: "POST " + deskOne + "/discard", Access: handle, Handler: s.act(s.doDiscard, true)},
		{Pattern: "POST " + deskOne + "/return", Access: decide, Handler: s.act(s.doReturn, false)},
		{Pattern: "POST " + deskOne + "/publish", Access: decide, Handler: s.act(s.doPublish, false)},
		{Pattern: "POST " + deskOne + "/take-down", Access: decide, Handler: s.act(s.doTakeDown, false)},
		{Pattern: "GET " + oftenRoot, Access: web.SignedIn, Handler: s.often},
		{Pattern: "POST " + oftenRoot, Access: handle, Handler: s.propose44},
		{Pattern: "GET " + oftenOne, Access: web.SignedIn, Handler: s.proposal},
		{Pattern: "POST " + oftenOne + "/begin", Access: draft, Handler: s.begin},
		{Pattern: "POST " + oftenOne + "/decline", Access: decide, Handler: s.decline},
	}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "answers."+key, args...)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func notFound() error { return fault.Say(fault.NotFound, "fault.not_found") }

// monthWords shows a month.
func monthWords(ctx context.Context, month string) string {
	year, m, _ := strings.Cut(month, "-")
	return word(ctx, "month", year, strings.TrimPrefix(m, "0"))
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

func deskPath(province int, id int64) string {
	return deskRoot + "/" + strconv.Itoa(province) + "/" + itoa(id)
}

func (s *Answers) decision(ctx context.Context, id string) string {
	if d := s.Requests.Norm.Requests.Decision(id); d != nil {
		return d.Title.In(ctx)
	}
	return id
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

// deskFrame is the frame of a page of the desk.
func (s *Answers) deskFrame(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	way := []ui.Link{{Text: word(ctx, "desk"), Href: href(ctx, "/desk")}, {Text: word(ctx, "desk_nav"), Href: href(ctx, deskRoot)}}
	return s.Front.Desk(r, title, append(way, crumbs...)...)
}
