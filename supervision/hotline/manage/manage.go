package manage

import (
	"context"
	"net/http"
	"strconv"
	"strings"
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
	"yangguang/supervision/hotline"
)

// Pages serves them.
type Pages struct {
	Hotline *hotline.Hotline
	Front   *front.Front
	// TextNumber is the number people text to a line, "" when there is none; nil:
	// the hotline takes no texts.
	TextNumber func(ctx context.Context, line hotline.Ref) (string, error)

	streams web.Streams
}

const (
	root      = "/desk/hotline"
	lines     = root + "/lines"
	seats     = root + "/seats"
	phones    = root + "/phones"
	callbacks = root + "/callbacks"
	calls     = root + "/calls"
	board     = root + "/board"
	public    = "/hotline"
)

// Join adds the hotline to the navigation of the staff and of the public.
func (p *Pages) Join(f *front.Front) {
	f.DeskNav(front.Hotline, "hotline.duty", root, hotline.Answering)
	f.DeskNav(front.Hotline, "hotline.shift", root+"/shift", hotline.Leading)
	f.DeskNav(front.Hotline, "hotline.callbacks", callbacks, hotline.Answering, hotline.Leading)
	f.DeskNav(front.Hotline, "hotline.board", board, hotline.Leading, hotline.Managing)
	f.DeskNav(front.Hotline, "hotline.calls", calls, hotline.Leading)
	f.DeskNav(front.Hotline, "hotline.seats", seats, hotline.Leading, hotline.Managing)
	f.DeskNav(front.Hotline, "hotline.lines", lines, hotline.Managing)
	f.DeskNav(front.Hotline, "hotline.phones", phones, hotline.Managing)
	f.Nav("hotline.public_nav", public)
}

// Routes are the pages, the permission beside each; whose lines, seats and calls
// a person sees is asked again by the use case.
func (p *Pages) Routes() []web.Route {
	manage, lead := web.May(hotline.Managing), web.May(hotline.Leading)
	return []web.Route{
		{Pattern: "GET " + public, Access: web.Public, Handler: p.public},
		{Pattern: "GET " + lines, Access: manage, Handler: p.lines},
		{Pattern: "GET " + lines + "/new", Access: manage, Handler: p.lineForm},
		{Pattern: "POST " + lines + "/new", Access: manage, Handler: p.saveLine},
		{Pattern: "GET " + lines + "/{province}/{line}", Access: manage, Handler: p.lineForm},
		{Pattern: "POST " + lines + "/{province}/{line}", Access: manage, Handler: p.saveLine},
		{Pattern: "GET " + seats, Access: web.SignedIn, Handler: p.seats},
		{Pattern: "GET " + seats + "/new", Access: manage, Handler: p.seatForm},
		{Pattern: "POST " + seats + "/new", Access: manage, Handler: p.saveSeat},
		{Pattern: "GET " + seats + "/{province}/{seat}", Access: manage, Handler: p.seatForm},
		{Pattern: "POST " + seats + "/{province}/{seat}", Access: manage, Handler: p.saveSeat},
		{Pattern: "GET " + phones, Access: manage, Handler: p.phones},
		{Pattern: "POST " + phones, Access: manage, Handler: p.createPhone},
		{Pattern: "POST " + phones + "/{province}/{phone}/renew", Access: manage, Handler: p.renewPhone},
		{Pattern: "POST " + phones + "/{province}/{phone}/close", Access: manage, Handler: p.closePhone},
		{Pattern: "GET " + callbacks, Access: web.SignedIn, Handler: p.callbacks},
		{Pattern: "GET " + callbacks + "/events", Access: web.SignedIn, Handler: p.callbackEvents},
		{Pattern: "POST " + callbacks + "/{province}/{callback}/take", Access: web.SignedIn, Handler: p.takeCallBack},
		{Pattern: "POST " + callbacks + "/{province}/{callback}/settle", Access: web.SignedIn, Handler: p.settleCallBack},
		{Pattern: "GET " + calls, Access: lead, Handler: p.calls},
		{Pattern: "GET " + calls + "/{province}/{call}", Access: lead, Handler: p.call},
		{Pattern: "GET " + board, Access: web.SignedIn, Handler: p.board},
		{Pattern: "GET " + board + "/events", Access: web.SignedIn, Handler: p.events},
	}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "hotline."+key, args...)
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func pathOf(under string, r hotline.Ref, rest string) string {
	return under + "/" + strconv.Itoa(r.Province) + "/" + num(r.ID) + rest
}

// refOf reads the row of an address.
func refOf(r *http.Request, name string) (hotline.Ref, error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return hotline.Ref{}, fault.Say(fault.NotFound, "fault.not_found")
	}
	id, err := web.PathID(r, name)
	return hotline.Ref{Province: int(p), ID: id}, err
}

// Frame is the frame of a page of the hotline at the desk.
func (p *Pages) Frame(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	way := []ui.Link{{Text: word(ctx, "desk"), Href: href(ctx, "/desk")}, {Text: word(ctx, "nav"), Href: href(ctx, callbacks)}}
	return p.Front.Desk(r, title, append(way, append(crumbs, ui.Link{Text: title})...)...)
}

func (p *Pages) now() time.Time { return p.Hotline.DB.Clock().Now() }

// needs refuses whoever holds none of the verbs anywhere.
func needs(ctx context.Context, verbs ...string) error {
	a := account.From(ctx)
	for _, v := range verbs {
		if a.Holds(v) {
			return nil
		}
	}
	return fault.Say(fault.Forbidden, "fault.forbidden")
}

// maxUnits bounds the list a unit is chosen from.
const maxUnits = 200

// units are the agencies whose hotline the person acting manages.
func (p *Pages) units(ctx context.Context) (out []agency.Agency, err error) {
	err = p.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		for _, x := range account.From(ctx).Scope(hotline.Managing) {
			var found []agency.Agency
			if x.Agency != 0 {
				u, err := agency.Find(tx, x.Agency)
				if err != nil {
					return err
				}
				found = []agency.Agency{u}
			} else if c, ok := (agency.Scope{Lo: agency.Code(x.Lo), Hi: agency.Code(x.Hi)}).Division(); ok {
				if found, err = agency.List(tx, agency.Filter{Within: c, Limit: maxUnits}); err != nil {
					return err
				}
			}
			out = append(out, found...)
		}
		return nil
	})
	return out, err
}

func options(us []agency.Agency) (out []ui.Option) {
	seen := map[int64]bool{}
	for _, u := range us {
		if !seen[u.ID] {
			seen[u.ID] = true
			out = append(out, ui.Option{Value: num(u.ID), Text: u.Name})
		}
	}
	return out
}

// names are of units and persons, by id.
func (p *Pages) names(ctx context.Context, units, persons []int64) (u, who map[int64]string, err error) {
	u, who = map[int64]string{}, map[int64]string{}
	err = p.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		for _, id := range units {
			if id != 0 && u[id] == "" {
				a, err := agency.Find(tx, id)
				if err != nil {
					return err
				}
				u[id] = a.Name
			}
		}
		ns, err := account.Names(tx, persons)
		who = ns
		return err
	})
	return u, who, err
}

func moment(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return i18n.Time(ctx, t)
}

// span is a length of time as a clock shows it: 1:05.
func span(d time.Duration) string {
	s := int64(d / time.Second)
	return strconv.FormatInt(s/60, 10) + ":" + string('0'+byte(s%60/10)) + string('0'+byte(s%10))
}

// percent is a rate in per mille as people read it, "" when nothing was counted.
func percent(perMille int, ok bool) string {
	if !ok {
		return ""
	}
	return strconv.Itoa(perMille/10) + "." + strconv.Itoa(perMille%10) + "%"
}

func today(t time.Time) clock.Date { return clock.DateOf(t) }
