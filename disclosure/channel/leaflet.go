package channel

import (
	"context"
	"slices"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/pdf"
	"yangguang/norm"
)

// leaflet is the essentials of a unit on one sheet folded in the middle.
type leaflet struct {
	Unit   agency.Agency
	Title  string // of its catalogue
	Duties []duty
	Guides []posting // of the shape guide
	Fees   []posting
	Others []posting
	Site   string
	Whole  string
	On     clock.Date
}

// duty is one category with its newest item.
type duty struct {
	title, latest, on string
}

func (c *Channel) leaflet(ctx context.Context, u agency.Agency) (l leaflet, err error) {
	l = leaflet{Unit: u, Site: c.Front.Name.In(ctx), Whole: c.whole(ctx, "/"+u.Path()), On: c.today()}
	var latest map[string]disclosure.Row
	err = c.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		latest, err = disclosure.LatestOf(tx, u)
		return err
	})
	cg := c.Disclosure.Norm.Catalogue(string(u.Kind))
	if err != nil || cg == nil {
		return l, err
	}
	l.Title = cg.Title.In(ctx)
	for _, cat := range cg.Categories {
		if !cat.ActiveOn(l.On) {
			continue
		}
		d := duty{title: cat.Title.In(ctx), latest: i18n.T(ctx, "channel.none_yet"), on: "—"}
		if cat.Inherited {
			d.latest = i18n.T(ctx, "channel.inherited")
		}
		row, ok := latest[cat.ID]
		if !ok && cat.Optional {
			continue
		}
		if ok {
			d.latest, d.on = row.Title, clock.DateOf(row.PublishedAt).String()
			if row.NoticeOver(l.On) {
				d.latest = i18n.T(ctx, "channel.marked", row.Title, row.NoticeWords(ctx, l.On))
			}
			if err := c.leafletItem(ctx, &l, cat, row); err != nil {
				return l, err
			}
		}
		l.Duties = append(l.Duties, d)
	}
	return l, nil
}

// leafletItem reads the item of a category a reader comes for: how to get a
// service, and what it costs.
func (c *Channel) leafletItem(ctx context.Context, l *leaflet, cat norm.Category, row disclosure.Row) error {
	guide := slices.ContainsFunc(cat.FormIDs(), func(id string) bool { f := c.Disclosure.Norm.Form(id); return f != nil && f.Shape == "guide" })
	fee := cat.Slug == "fees" || cat.Slug == "free-services"
	pg, err := c.Disclosure.Public(ctx, l.Unit, row.Year, row.Serial)
	if err != nil || pg.Version == nil {
		return err
	}
	switch p := c.gather(ctx, pg); {
	case guide:
		l.Guides = append(l.Guides, p)
	case fee && p.Form != nil:
		l.Fees = append(l.Fees, p)
	default:
		l.Others = append(l.Others, p)
	}
	return nil
}

// leafletPDF draws two pages of two halves: outside the back and the front,
// inside left and right.
func (c *Channel) leafletPDF(ctx context.Context, l leaflet) ([]byte, error) {
	title := i18n.T(ctx, "channel.leaflet_title", l.Unit.Name)
	sp := spec{size: "a4", wide: true, demo: c.demo(l.Unit), title: title, author: l.Unit.Name, subject: i18n.T(ctx, "channel.leaflet"), at: l.On.Start()}
	return render(ctx, sp, func(s *sheet) {
		s.bottom = s.h - 12
		s.top = 16
		s.most = 2
		s.page()
		s.half(1)
		s.front(l)
		s.half(0)
		s.back(l)
		s.inside(l)
		s.fold(title)
	})
}

// half turns to one half of the page.
func (s *sheet) half(i int) {
	s.x0 = float64(i)*s.w/2 + 12
	s.x1 = float64(i+1)*s.w/2 - 12
	s.y = s.top
	s.full = false
}

// front is what one sees first.
func (s *sheet) front(l leaflet) {
	room := s.x1 - s.x0
	s.Box(s.w/2, 0, s.w/2, 62, navy)
	white := pdf.RGB{R: 255, G: 255, B: 255}
	s.Color(white)
	s.Font(10)
	s.y = 14
	s.para(s.x0, room, pdf.Words(l.Site), 1.6, "center")
	s.y = 25
	s.Font(26)
	for s.Size > 15 && len(s.Lines(pdf.Strong(l.Unit.Name), room)) > 2 {
		s.Font(s.Size - 1)
	}
	s.Color(white)
	s.even(s.x0, room, pdf.Strong(l.Unit.Name), 1.35)
	s.y = 72
	s.Color(navy)
	s.Font(30)
	s.para(s.x0, room, pdf.Strong(s.t("leaflet")), 1.4, "center")
	s.Color(ink)
	s.Font(11)
	s.para(s.x0, room, pdf.Words(l.Title), 1.6, "center")
	s.y += 3
	if l.Whole != "" {
		s.code((s.x0+s.x1)/2-24, s.y, 48, l.Whole)
		s.y += 50
		s.Font(11)
		s.para(s.x0, room, pdf.Strong(s.t("scan_unit")), 1.6, "center")
		s.Font(8.5)
		s.Color(muted)
		s.para(s.x0, room, pdf.Words(l.Whole), 1.6, "center")
	}
	s.Color(muted)
	s.Font(9)
	s.y = s.bottom - 6
	s.para(s.x0, room, pdf.Words(s.t("as_of", i18n.Date(s.ctx, l.On))), 1.5, "center")
	s.Color(ink)
}

// back is how to reach the unit and how to complain.
func (s *sheet) back(l leaflet) {
	u := l.Unit
	t := &table{labels: true}
	for _, f := range []fact{{s.t("address"), u.Address}, {s.t("hours"), u.Hours}, {s.t("phone"), u.Phone}, {s.t("fax"), u.Fax}, {s.t("email"), u.Email}, {s.t("website"), u.Website}} {
		if f.text != "" {
			t.rows = append(t.rows, []cell{{spans: pdf.Strong(f.term), head: true}, {spans: pdf.Words(f.text)}})
		}
	}
	if len(t.rows) > 0 {
		s.section(s.t("contact"), t)
		s.draw(t, 11)
		s.y += 4
	}
	s.section(s.t("rights"), nil)
	s.blocks([]block{
		{kind: "point", level: 1, marker: "1.", spans: pdf.Words(s.t("right_read"))},
		{kind: "point", level: 1, marker: "2.", spans: pdf.Words(s.t("right_nudge"))},
		{kind: "point", level: 1, marker: "3.", spans: pdf.Words(s.report(u))},
	}, 11)
	s.Color(muted)
	s.Font(8)
	s.y = max(s.y+3, s.bottom-8)
	s.para(s.x0, s.x1-s.x0, pdf.Words(s.t("original")), 1.4, "start")
	s.Color(ink)
}

// section begins a part, on the same half as the table under it.
func (s *sheet) section(title string, under *table) {
	s.Font(14)
	s.need(s.Em()*3 + max(s.Em(), s.before(under, 9)))
	if s.full {
		return
	}
	s.Color(navy)
	s.para(s.x0, s.x1-s.x0, pdf.Strong(title), 1.5, "start")
	s.Rule(s.x0, s.x1, s.y+0.5, 0.5, navy)
	s.Color(ink)
	s.y += 3
}

// inside flows through both halves: services, what they cost, what is public.
func (s *sheet) inside(l leaflet) {
	s.page()
	s.half(0)
	side := 0
	s.next = func() {
		if side++; side > 1 {
			s.full = true
			return
		}
		s.half(1)
	}
	s.bottom -= 7 // the line that says where the rest is
	for _, g := range l.Guides {
		s.guide(g)
	}
	for _, f := range l.Fees {
		s.fees(f)
	}
	s.duties(l)
	for _, p := range l.Others {
		s.digest(p)
	}
	s.bottom += 7
	if s.full {
		s.full = false
		s.Font(9.5)
		s.Color(alarm)
		s.y = s.bottom - 4
		s.para(s.x0, s.x1-s.x0, pdf.Strong(s.t("more_inside")), 1.4, "center")
		s.Color(ink)
	}
}

// guide is a service with its steps, in few words.
func (s *sheet) guide(p posting) {
	if p.Form == nil {
		return
	}
	t := &table{labels: true}
	for _, it := range p.Form.Fields {
		if slices.Contains([]string{"basis", "promise", "url", "service"}, it.ID) {
			continue
		}
		t.rows = append(t.rows, []cell{{spans: pdf.Words(it.Label), head: true}, {spans: pdf.Words(it.Text)}})
	}
	s.section(p.Item.Title, t)
	s.draw(t, 9)
	s.y += 2
	var all []block
	for _, st := range p.Form.Steps {
		all = append(all, block{kind: "point", level: 1, marker: s.t("nth", st.Number), spans: s.stepWords(st)})
	}
	s.blocks(all, 9.5)
	s.y += 3
}

func (s *sheet) stepWords(st form.Step) []pdf.Span {
	out := pdf.Strong(st.Title)
	for i, it := range st.Items {
		if i == 0 {
			out = append(out, pdf.Span{Text: s.t("then", it.Text)})
			continue
		}
		out = append(out, pdf.Span{Text: s.t("aside", it.Label, it.Text)})
	}
	return out
}

// fees are the first columns of a table of what things cost.
func (s *sheet) fees(p posting) {
	t := ofColumns(*p.Form)
	t.caption = ""
	keep := []int{}
	for i, c := range p.Form.Columns {
		if !slices.Contains([]string{"basis", "since", "content", "how"}, c.ID) {
			if p.Form.RowHead != "" {
				i++
			}
			keep = append(keep, i)
		}
	}
	if p.Form.RowHead != "" {
		keep = append([]int{0}, keep...)
	}
	for _, rows := range [][][]cell{t.head, t.rows} {
		for i, r := range rows {
			var out []cell
			for _, k := range keep {
				out = append(out, r[k])
			}
			rows[i] = out
		}
	}
	s.section(p.Item.Title, t)
	s.draw(t, 9)
	s.y += 3
}

func (s *sheet) duties(l leaflet) {
	if len(l.Duties) == 0 {
		return
	}
	h := func(key string) cell { return cell{spans: pdf.Strong(s.t(key)), head: true, align: "center"} }
	t := &table{head: [][]cell{{h("category"), h("latest"), h("published")}}}
	for _, d := range l.Duties {
		t.rows = append(t.rows, []cell{{spans: pdf.Words(d.title)}, {spans: pdf.Words(d.latest)}, {spans: pdf.Words(d.on), align: "end"}})
	}
	s.section(s.t("published_here"), t)
	s.draw(t, 9)
}

// maxDigest is how many characters of an item's text the leaflet carries.
const maxDigest = 220

// digest is what fits of an item that is neither a service nor a fee: its
// table, or the beginning of its text.
func (s *sheet) digest(p posting) {
	if p.Form == nil && len(opening(p.Version)) == 0 {
		return
	}
	s.y += 3
	if p.Form != nil && len(p.Form.Rows) > 0 {
		t := ofColumns(*p.Form)
		t.caption = ""
		s.section(p.Item.Title, t)
		s.draw(t, 9)
		return
	}
	s.section(p.Item.Title, nil)
	if p.Form != nil {
		s.blocks(s.ofView(*p.Form), 9.5)
		return
	}
	s.blocks(opening(p.Version), 9.5)
}

// opening is the beginning of an item's text, up to its first table.
func opening(v *disclosure.Version) (out []block) {
	all, left := blocksOf(v.Body), maxDigest
	if v.Summary != "" {
		all = []block{{kind: "para", spans: pdf.Words(v.Summary)}}
	}
	for _, b := range all {
		n := len([]rune(pdf.Line(b.spans).Text()))
		if b.kind == "table" || b.kind == "rule" || left <= 0 {
			break
		}
		if n > left {
			b.spans = pdf.Words(string([]rune(pdf.Line(b.spans).Text())[:left]) + "…")
		}
		out, left = append(out, b), left-n
	}
	for len(out) > 0 && out[len(out)-1].kind == "head" { // with nothing under it
		out = out[:len(out)-1]
	}
	return out
}

// fold marks the middle and, on demonstration data, both pages.
func (s *sheet) fold(foot string) {
	n := s.PDF.PageCount()
	for i := 1; i <= n; i++ {
		s.PDF.SetPage(i)
		for y := 0.0; y < s.h; y += 6 {
			s.Upright(s.w/2, y, min(y+2, s.h), 0.15, hair)
		}
		if s.spec.demo {
			s.watermark()
			s.Font(8.5)
			if i == 1 {
				s.demoStrip(12, s.w/2-24)
				continue
			}
			s.demoStrip(12, s.w-24)
		}
		s.Font(8)
		s.Color(muted)
		s.Say(12, s.h-5, s.w/2-24, foot, "start")
		s.Say(s.w/2+12, s.h-5, s.w/2-24, s.t("page_of", i, n), "end")
	}
}
