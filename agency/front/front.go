// Package front makes the frame every page of an installation shares: whose
// site it is, its navigation, the way down from the nation to the village, the
// tags government websites must carry.
//
// It stores nothing.
package front

import (
	"context"
	"embed"
	"net/http"
	"slices"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Locale holds the frame's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Site is what an installation says of itself; configuration, not data.
type Site struct {
	Home      agency.Code // the division whose site this is; Nation for all
	Name      i18n.Text   // 示例县阳光政务公开与监督平台
	Organiser i18n.Text   // 主办单位
	Contact   i18n.Text   // 联系方式
	IDCode    string      // 网站标识码
	Record    string      // 备案号
	Police    string      // 公安备案号
	Domain    string      // https://example.gov.cn, without a slash at its end; "" when not known
	Demo      bool        // every page is marked 演示数据 and not indexed
}

// Front builds frames. Rooms add their entries when the program is wired.
type Front struct {
	Site
	// OnDesk, where set, adds to every desk page's frame: in whose name it is used.
	OnDesk func(r *http.Request, fr *ui.Frame)
	nav    []entry
	desk   []entry
}

type entry struct {
	group     Group // desk
	key, path string
	verbs     []string // desk: any of these grants shows it; none: everybody
}

// Group is a part of the desk's navigation, after the rooms of the norm; its
// word is the locale key of its name. The first entry a person sees in a group
// is where the group leads.
type Group string

// Alone is an entry that stands beside the groups.
const Alone Group = ""

// The groups, in the order they are shown.
const (
	Publishing Group = "front.group_publishing" // 一、信息公开
	Requests   Group = "front.group_requests"   // 依申请公开
	Casework   Group = "front.group_casework"   // 三、诉求办理
	Hotline    Group = "front.group_hotline"    // 三(一) 热线
	House      Group = "front.group_house"      // people, units, what the house keeps
)

var groups = []Group{Alone, Publishing, Requests, Casework, Hotline, House}

type copyKey struct{}

// WithCopy marks the pages rendered under ctx as those of a static copy; to
// leads to where what a copy cannot do is done.
func WithCopy(ctx context.Context, to func(ctx context.Context) ui.Link) context.Context {
	return context.WithValue(ctx, copyKey{}, to)
}

// Nav adds an entry to the public navigation; key is a locale key.
func (f *Front) Nav(key, path string) { f.nav = append(f.nav, entry{key: key, path: path}) }

// DeskNav adds an entry to a group of the desk's navigation, shown to holders
// of one of the grants.
func (f *Front) DeskNav(in Group, key, path string, verbs ...string) {
	f.desk = append(f.desk, entry{group: in, key: key, path: path, verbs: verbs})
}

// Page is the frame of a public page.
func (f *Front) Page(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	fr := f.base(r, title)
	fr.Crumbs = crumbs
	fr.Nav = links(ctx, f.nav, r.URL.Path)
	return fr
}

// Desk is the frame of a staff page.
func (f *Front) Desk(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	fr := f.base(r, title)
	fr.Crumbs, fr.NoIndex = crumbs, true
	a := account.From(ctx)
	if a == nil {
		return fr
	}
	fr.Nav = grouped(ctx, slices.DeleteFunc(slices.Clone(f.desk), func(e entry) bool { return !shown(a, e.verbs) }), r.URL.Path)
	fr.User = &ui.UserBox{Name: a.Name, SignOut: web.URL(ctx, "/sign-out"),
		Links: []ui.Link{{Text: i18n.T(ctx, "front.my_account"), Href: web.URL(ctx, "/account")}, {Text: i18n.T(ctx, "front.public_site"), Href: web.URL(ctx, "/")}}}
	if f.OnDesk != nil {
		f.OnDesk(r, &fr)
	}
	return fr
}

// Way is the crumbs of a page of a room at the desk: the desk, the room's group,
// the room, and what lies below it. A page is no link to itself.
func (f *Front) Way(r *http.Request, in Group, key, path string, below ...ui.Link) []ui.Link {
	ctx, a := r.Context(), account.From(r.Context())
	way := []ui.Link{{Text: i18n.T(ctx, "front.desk"), Href: web.URL(ctx, "/desk")}}
	for _, e := range f.desk {
		if e.group == in && a != nil && shown(a, e.verbs) {
			way = append(way, ui.Link{Text: i18n.T(ctx, string(in)), Href: web.URL(ctx, e.path)})
			break
		}
	}
	room := ui.Link{Text: i18n.T(ctx, key)}
	if len(below) > 0 {
		room.Href = web.URL(ctx, path)
	}
	return append(append(way, room), below...)
}

func shown(a *account.Actor, verbs []string) bool {
	if len(verbs) == 0 {
		return true
	}
	for _, v := range verbs {
		if a.Holds(v) {
			return true
		}
	}
	return false
}

// grouped are the groups that have an entry, each with its entries.
func grouped(ctx context.Context, entries []entry, path string) (out []ui.Link) {
	all := links(ctx, entries, path)
	for _, g := range groups {
		var under []ui.Link
		for i, e := range entries {
			if e.group == g {
				under = append(under, all[i])
			}
		}
		switch {
		case g == Alone:
			out = append(out, under...)
		case len(under) > 0:
			out = append(out, ui.Link{Text: i18n.T(ctx, string(g)), Href: under[0].Href, Under: under,
				Current: slices.ContainsFunc(under, func(l ui.Link) bool { return l.Current })})
		}
	}
	return out
}

// links are the entries of a navigation. Where one entry's address lies under
// another's, a page is marked under the nearer one alone.
func links(ctx context.Context, entries []entry, path string) (out []ui.Link) {
	nearest := ""
	for _, e := range entries {
		if current(path, e.path) && len(e.path) > len(nearest) {
			nearest = e.path
		}
	}
	for _, e := range entries {
		out = append(out, ui.Link{Text: i18n.T(ctx, e.key), Href: web.URL(ctx, e.path), Current: e.path == nearest})
	}
	return out
}

// current answers whether a page lies under a navigation entry.
func current(path, entry string) bool {
	if entry == "/" || entry == "/desk" {
		return path == entry
	}
	return path == entry || len(path) > len(entry) && path[:len(entry)] == entry && path[len(entry)] == '/'
}

func (f *Front) base(r *http.Request, title string) ui.Frame {
	ctx := r.Context()
	link := func(key, path string) ui.Link { return ui.Link{Text: i18n.T(ctx, key), Href: web.URL(ctx, path)} }
	fr := ui.Frame{
		Title: title, Lang: i18n.LangOf(ctx), AltURL: web.OtherURL(ctx), URL: web.URL(ctx, web.PathOf(ctx)), Mode: ui.ParseMode(web.ModeWord(ctx)),
		Demo: f.Demo, NoIndex: f.Demo,
		Site: ui.Site{Name: f.Name.In(ctx), Organiser: f.Organiser.In(ctx), Contact: f.Contact.In(ctx), IDCode: f.IDCode, Record: f.Record, Police: f.Police,
			Home: web.URL(ctx, "/"), ErrorURL: web.URL(ctx, "/site-error")},
		Footer: []ui.Link{link("front.foot_catalogue", "/catalogue"), link("front.foot_guide", "/guide"), link("front.foot_requests", "/requests"), link("front.foot_data", "/open-data"), link("front.foot_log", "/log"),
			link("front.foot_clauses", "/clauses"), link("front.foot_calendar", "/calendar"), link("front.foot_access", "/accessibility"), link("front.foot_privacy", "/privacy"), link("front.foot_staff", "/desk")},
		Meta: []ui.Meta{{Name: "SiteName", Content: f.Name.In(ctx)}, {Name: "SiteDomain", Content: f.Domain}, {Name: "SiteIDCode", Content: f.IDCode}},
	}
	if to, ok := ctx.Value(copyKey{}).(func(context.Context) ui.Link); ok {
		fr.Copy = to(ctx)
	}
	if f.Domain != "" {
		fr.Canonical = f.Domain + web.URL(ctx, r.URL.Path)
	}
	return fr
}

// Crumbs is the way from the installation's home down to a unit, and the unit
// itself when it is not the page being read.
func (f *Front) Crumbs(r *http.Request, above []agency.Division, u *agency.Agency) []ui.Link {
	ctx := r.Context()
	out := []ui.Link{{Text: i18n.T(ctx, "front.home"), Href: web.URL(ctx, "/")}}
	for _, d := range above {
		if d.Code == agency.Nation || (f.Home != agency.Nation && !f.Home.Contains(d.Code)) || d.Code == f.Home {
			continue
		}
		out = append(out, ui.Link{Text: d.Name, Href: web.URL(ctx, "/"+d.Code.Short())})
	}
	if u != nil {
		out = append(out, ui.Link{Text: u.Name, Href: web.URL(ctx, "/"+u.Path())})
	}
	return out
}
