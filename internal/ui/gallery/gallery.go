// Package gallery shows every component of internal/ui in its filled, empty
// and refused state. Tests take pictures of it and search it for what pages
// must not hold; whoever writes a room copies from it. It is not part of the
// product: no command imports it. All words here are invented samples, in both
// languages, and it stores nothing about anybody.
package gallery

import (
	"context"
	"embed"
	"net/http"

	"github.com/a-h/templ"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
)

// Locale holds the sentences of the refused form.
//
//go:embed locale/*.json
var Locale embed.FS

// say picks the sample in the reader's language.
func say(ctx context.Context, zh, en string) string {
	return i18n.Text{Zh: zh, En: en}.In(ctx)
}

// csp is the header of every page of the product; the gallery keeps it too.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Pages are the pages of the gallery by name.
var Pages = map[string]func(context.Context, ui.Mode) templ.Component{
	"home": func(ctx context.Context, m ui.Mode) templ.Component { return home(frame(ctx, m, "")) },
	"parts": func(ctx context.Context, m ui.Mode) templ.Component {
		return parts(frame(ctx, m, say(ctx, "组件", "Components")))
	},
	"item": func(ctx context.Context, m ui.Mode) templ.Component { return item(itemFrame(ctx, m)) },
	"form": func(ctx context.Context, m ui.Mode) templ.Component { return form(formFrame(ctx, m), refused) },
	"desk": func(ctx context.Context, m ui.Mode) templ.Component { return desk(deskFrame(ctx, m)) },
}

// Handler serves the pages at /{page}?lang=en&mode=elder.contrast.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(ui.AssetPrefix, ui.Assets())
	mux.HandleFunc("GET /{page}", func(w http.ResponseWriter, r *http.Request) {
		page, ok := Pages[r.PathValue("page")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		ctx := r.Context()
		if l := i18n.Lang(r.FormValue("lang")); i18n.Has(l, "ui.direction") {
			ctx = i18n.With(ctx, l)
		}
		w.Header().Set("Content-Security-Policy", csp)
		templ.Handler(page(ctx, ui.ParseMode(r.FormValue("mode")))).ServeHTTP(w, r.WithContext(ctx))
	})
	return mux
}

// refused is what a use case returns for a form filled in badly.
var refused = fault.Fields(
	fault.Field{Name: "title", Key: "gallery.title"},
	fault.Field{Name: "formed", Key: "gallery.formed"},
	fault.Field{Name: "attribute", Key: "gallery.attribute"},
)

func frame(ctx context.Context, m ui.Mode, title string) ui.Frame {
	site := ui.Site{
		Name:      say(ctx, "示例县阳光政务公开与监督平台", "Demo County Open Government"),
		Organiser: say(ctx, "示例县卫生健康局（演示）", "Demo County Health Bureau (demo)"),
		Contact:   say(ctx, "000-0000，示例县示例路1号，工作日 8:30–17:30", "000-0000, 1 Demo Road, working days 8:30–17:30"),
		IDCode:    "bm00000000", Record: say(ctx, "演示备字 00000000 号", "Demo 00000000"), ErrorURL: "/errors",
	}
	nav := []ui.Link{
		{Text: say(ctx, "首页", "Home"), Href: "/home", Current: title == ""},
		{Text: say(ctx, "信息公开", "Disclosure"), Href: "/parts", Current: title != ""},
		{Text: say(ctx, "群众评议", "Evaluation"), Href: "#"},
		{Text: say(ctx, "监督维权", "Complaints"), Href: "#"},
		{Text: say(ctx, "整改与考核", "Rectification"), Href: "#"},
	}
	foot := []ui.Link{
		{Text: say(ctx, "公开目录", "Catalogue"), Href: "#"}, {Text: say(ctx, "公开指南", "Guide"), Href: "#"},
		{Text: say(ctx, "开放数据", "Open data"), Href: "#"}, {Text: say(ctx, "公开日志", "Public log"), Href: "#"},
		{Text: say(ctx, "无障碍", "Accessibility"), Href: "#"}, {Text: say(ctx, "隐私", "Privacy"), Href: "#"},
	}
	return ui.Frame{
		Title: title, Site: site, Nav: nav, Footer: foot, Mode: m, Demo: true, URL: "/home", AltURL: alt(ctx),
		Home: title == "", JSONLD: []byte(`{"@context":"https://schema.org","@type":"GovernmentOrganization"}`),
		Meta: []ui.Meta{{Name: "SiteIDCode", Content: "bm00000000"}},
	}
}

func alt(ctx context.Context) string {
	if i18n.LangOf(ctx) == i18n.EN {
		return "?"
	}
	return "?lang=en"
}

func itemFrame(ctx context.Context, m ui.Mode) ui.Frame {
	f := frame(ctx, m, say(ctx, "2026年第三季度奖励扶助金发放情况", "Support payments, third quarter of 2026"))
	f.Crumbs = []ui.Link{
		{Text: say(ctx, "示例县", "Demo County"), Href: "#"}, {Text: say(ctx, "示例镇", "Demo Town"), Href: "#"},
		{Text: say(ctx, "奖励扶助", "Support payments"), Href: "#"}, {Text: say(ctx, "正文", "Item")},
	}
	return f
}

func formFrame(ctx context.Context, m ui.Mode) ui.Frame {
	f := frame(ctx, m, say(ctx, "起草公开内容", "Draft an item"))
	f.Lead = say(ctx, "填写后由两位同事审查，再公开。", "Two colleagues review it before it is published.")
	f.Narrow = true
	f.Scripts = []string{"desk.js", "blur.js"}
	return f
}

func deskFrame(ctx context.Context, m ui.Mode) ui.Frame {
	f := frame(ctx, m, say(ctx, "我的待办", "My work"))
	f.Nav = []ui.Link{
		{Text: say(ctx, "我的待办", "My work"), Href: "/desk"},
		{Text: say(ctx, "公开", "Disclosure"), Href: "#", Under: []ui.Link{{Text: say(ctx, "公开信息", "Items"), Href: "#items"}, {Text: say(ctx, "读者纠错", "Error reports"), Href: "#reports"}}},
		{Text: say(ctx, "诉求", "Matters"), Href: "#", Current: true, Under: []ui.Link{{Text: say(ctx, "诉求办理", "Casework"), Href: "#matters", Current: true}, {Text: say(ctx, "统计分析", "Figures"), Href: "#figures"}}},
		{Text: say(ctx, "管理", "Office"), Href: "#", Under: []ui.Link{{Text: say(ctx, "人员", "People"), Href: "#people"}}},
	}
	f.User = &ui.UserBox{Name: say(ctx, "张三", "Zhang San"), Unit: say(ctx, "示例县卫生健康局", "Demo County Health Bureau"), SignOut: "/sign-out"}
	n := func(zh, en string, count int64, current, late bool) ui.Link {
		return ui.Link{Text: say(ctx, zh, en), Href: "#", Count: count, ShowCount: true, Current: current, Late: late}
	}
	f.Side = []ui.SideGroup{
		{Title: say(ctx, "待办", "Waiting"), Links: []ui.Link{
			n("全部", "All", 23, true, false), n("今天到期", "Due today", 4, false, false),
			n("已超期", "Overdue", 1, false, true), n("等待他人", "With others", 9, false, false)}},
		{Title: say(ctx, "按事项", "By kind"), Links: []ui.Link{
			n("公开审查", "Reviews", 6, false, false), n("依申请公开", "Requests", 5, false, false),
			n("投诉建议", "Complaints", 11, false, false), n("整改", "Rectification", 1, false, false)}},
	}
	return f
}
