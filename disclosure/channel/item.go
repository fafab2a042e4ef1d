package channel

import (
	"context"
	"path"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/pdf"
	"yangguang/internal/web"
)

// posting is what a sheet of one item is made of.
type posting struct {
	*disclosure.Page
	Category string
	Period   string
	Form     *form.View
	Site     string
	Whole    string // the page's whole address, "" when the installation has none
	Logged   bool   // it stands in the public log, and is what was logged
	Leaf     int64  // as which entry
	Proof    []byte // that it does, whole; nil until the entry is signed
}

// gather adds to a public item what its sheet says in words.
func (c *Channel) gather(ctx context.Context, pg *disclosure.Page) posting {
	p := posting{Page: pg, Site: c.Front.Name.In(ctx), Whole: c.whole(ctx, pg.Item.Path(pg.Unit))}
	if cat := c.Disclosure.Norm.Category(pg.Item.Category); cat != nil {
		p.Category = cat.Title.In(ctx)
	}
	if pg.Item.Period != "" {
		p.Period = pg.Item.Period
		if w, ok := c.Disclosure.Catalogue.Window(pg.Item.Category, pg.Item.Period, c.today()); ok {
			p.Period = w.Title.In(ctx)
		}
	}
	if l, err := c.Disclosure.LogOf(ctx, pg); err == nil && l != nil { // a sheet is drawn without the word rather than not at all
		p.Logged, p.Leaf = l.Unchanged, l.Leaf.Index
	}
	if f := c.Disclosure.Norm.Form(pg.Version.Form); f != nil {
		if d, err := form.Decode([]byte(pg.Version.Data)); err == nil {
			v := form.Table(ctx, *f, d)
			p.Form = &v
		}
	}
	return p
}

// whole is an address as a reader types it; "" without a configured domain.
func (c *Channel) whole(ctx context.Context, path string) string {
	if c.Front.Domain == "" {
		return ""
	}
	return c.Front.Domain + web.URL(ctx, path)
}

// itemPDF draws the sheet of one item.
func (c *Channel) itemPDF(ctx context.Context, pg *disclosure.Page, size string) ([]byte, error) {
	p := c.gather(ctx, pg)
	if proof, _, err := c.Disclosure.ProofOf(ctx, pg, pg.Version.Number); err == nil && p.Logged { // the sheet is useful without it
		if b := proof.Format(); len(b) <= mostProof {
			p.Proof = b
		}
	}
	sp := spec{size: size, today: c.today(), demo: c.demo(pg.Unit), title: pg.Item.Title, author: pg.Unit.Name, subject: pg.Item.Number, at: pg.Item.ChangedAt}
	if sp.at.IsZero() {
		sp.at = pg.Item.PublishedAt
	}
	return render(ctx, sp, func(s *sheet) {
		s.most = maxPages - 1
		s.head = func(s *sheet) { s.running(p.Site, s.t("sheet_kind")) }
		s.page()
		s.item(p)
		s.closing(p, true)
		s.finish(s.t("foot", pg.Unit.Name, pg.Item.Number))
	})
}

// running is the line at the top of each page.
func (s *sheet) running(left, right string) {
	s.Font(9)
	s.Color(muted)
	half := (s.w - 40) / 2
	s.Say(20, 17.6, half, left, "start")
	s.Say(20+half, 17.6, half, right, "end")
	s.Rule(20, s.w-20, 20, 0.7, navy)
	s.Rule(20, s.w-20, 21, 0.2, navy)
	s.Color(ink)
	s.y = 25
}

// item draws title, facts, content and the list of files.
func (s *sheet) item(p posting) {
	s.heading(p.Item.Title)
	s.facts(s.factsOf(p))
	s.y += 4
	v := p.Version
	var all []block
	if v.Summary != "" {
		all = append(all, block{kind: "para", spans: pdf.Words(v.Summary)})
	}
	if p.Form != nil {
		all = append(all, s.ofView(*p.Form)...)
	}
	s.blocks(append(all, s.indented(blocksOf(v.Body))...), s.body)
	if len(p.Files) > 0 {
		s.files(p.Files)
	}
}

// heading is the title, as large as three lines allow.
func (s *sheet) heading(title string) {
	s.Font(23)
	for s.Size > 14 && len(s.Lines(pdf.Strong(title), s.x1-s.x0-8)) > 2 {
		s.Font(s.Size - 1)
	}
	s.Color(navy)
	s.y += 3
	s.even(s.x0+4, s.x1-s.x0-8, pdf.Strong(title), 1.4)
	s.Color(ink)
	s.y += 3
}

// even centres a title with lines of about one length.
func (s *sheet) even(x, room float64, spans []pdf.Span, lead float64) {
	n, narrow := len(s.Lines(spans, room)), room
	for n > 1 && narrow > room/2 && len(s.Lines(spans, narrow-2)) == n {
		narrow -= 2
	}
	s.para(x+(room-narrow)/2, narrow, spans, lead, "center")
}

// indented begins paragraphs of Chinese two characters in, as letters do.
func (s *sheet) indented(all []block) []block {
	if i18n.LangOf(s.ctx) == i18n.EN {
		return all
	}
	for i, b := range all {
		if b.kind == "para" && len([]rune(pdf.Line(b.spans).Text())) > 24 && !strings.HasPrefix(b.spans[0].Text, "\u3000") {
			all[i].spans = append(pdf.Words("\u3000\u3000"), b.spans...)
		}
	}
	return all
}

type fact struct{ term, text string }

func (s *sheet) factsOf(p posting) []fact {
	it, v := p.Item, p.Version
	out := []fact{{s.t("unit"), p.Unit.Name}, {s.t("index"), it.Number}, {s.t("category"), p.Category}}
	add := func(key, text string) {
		if text != "" {
			out = append(out, fact{s.t(key), text})
		}
	}
	day := func(d clock.Date) string {
		if d.IsZero() {
			return ""
		}
		return i18n.Date(s.ctx, d)
	}
	add("period", p.Period)
	add("formed", day(it.FormedOn))
	add("published", day(clock.DateOf(it.PublishedAt)))
	if it.Corrected {
		add("corrected", day(clock.DateOf(v.PublishedAt)))
	}
	add("doc_number", v.DocNumber)
	if ends := day(it.EndsOn); it.NoticeOver(s.spec.today) {
		add("ends", s.t("marked", ends, it.NoticeWords(s.ctx, s.spec.today)))
	} else {
		add("ends", ends)
	}
	if it.Validity != "" {
		add("validity", i18n.T(s.ctx, "disclosure.validity_"+it.Validity))
	}
	return out
}

// facts are set in two columns between fine lines.
func (s *sheet) facts(all []fact) {
	t := &table{}
	for i := 0; i < len(all); i += 2 {
		row := []cell{{spans: pdf.Words(all[i].term), head: true}, {spans: pdf.Words(all[i].text)}}
		if i+1 < len(all) {
			row = append(row, cell{spans: pdf.Words(all[i+1].term), head: true}, cell{spans: pdf.Words(all[i+1].text)})
		} else {
			row[1].cols = 3
			row = append(row, cell{covered: true}, cell{covered: true})
		}
		t.rows = append(t.rows, row)
	}
	s.draw(t, 10)
}

func (s *sheet) files(files []disclosure.File) {
	all := []block{{kind: "head", level: 2, spans: pdf.Words(s.t("files"))}}
	for _, f := range files {
		text := s.t("file", f.Name, strings.ToUpper(strings.TrimPrefix(path.Ext(f.Name), ".")), kilobytes(f.Size))
		if f.Note != "" {
			text = s.t("pair", text, f.Note)
		}
		all = append(all, block{kind: "point", level: 1, marker: "•", spans: pdf.Words(text)})
	}
	s.blocks(all, 11)
}

func kilobytes(n int64) int64 { return max(1, (n+1023)/1024) }

// linkSide is the side of the code that leads to the page, in mm.
const linkSide = 32.0

// closing is the foot of an item: the code of its page, how to report an
// error, the proof as a code, and where the sheet hangs from when to when.
func (s *sheet) closing(p posting, posted bool) {
	if s.full { // one page is kept for it
		s.full, s.most = false, s.most+1
		s.page()
		s.Font(12)
		s.Color(alarm)
		s.para(s.x0, s.x1-s.x0, pdf.Words(s.t("cut")), 1.7, "center")
	}
	left, right := 0.0, 0.0 // what the codes take of the width
	if p.Whole != "" {
		left = linkSide + 3
	}
	if p.Proof != nil {
		right = proofSide + 2
	}
	room := s.x1 - s.x0 - left - right
	notes := s.notes(p, room)
	height := 4 + max(linkSide, right, s.high(notes, room))
	foot := height
	if posted {
		foot += 11
	}
	s.need(foot + 2)
	if s.full {
		return
	}
	if s.y > 40 { // not alone on its page: at the foot
		s.y = s.bottom - foot
	}
	s.Rule(s.x0, s.x1, s.y, 0.35, navy)
	top := s.y + 3
	if left > 0 {
		s.code(s.x0, top, linkSide, p.Whole)
	}
	if right > 0 {
		s.proof(s.x1-proofSide, top-1, p.Proof)
	}
	s.y = top + 1
	for _, n := range notes {
		s.Font(n.size)
		s.Color(n.ink)
		s.para(s.x0+left, room, n.spans, noteLead, "start")
		s.y += noteGap
	}
	s.Color(ink)
	s.y = top - 3 + height
	if posted {
		s.posted()
	}
}

// noted is a line or two beside the codes.
type noted struct {
	spans []pdf.Span
	size  float64
	ink   pdf.RGB
}

const (
	noteLead = 1.45 // of the size
	noteGap  = 0.8  // mm
)

// notes are what the foot of an item says.
func (s *sheet) notes(p posting, room float64) []noted {
	scan := s.t("scan")
	if p.Logged {
		scan = s.t("scan_log", p.Leaf)
	}
	out := []noted{{pdf.Strong(scan), 11, ink}}
	if p.Whole != "" {
		size := 9.0 // an address that breaks is copied wrongly: smaller instead, within reason
		for s.Font(size); size > 7 && len(s.Lines(pdf.Words(p.Whole), room)) > 1; s.Font(size) {
			size -= 0.25
		}
		out = append(out, noted{pdf.Words(p.Whole), size, ink})
	} else {
		out = append(out, noted{pdf.Words(s.t("find", p.Item.Number)), 9, ink})
	}
	out = append(out, noted{pdf.Words(s.report(p.Unit)), 9.5, ink})
	if s.Blots > 0 {
		out = append(out, noted{pdf.Words(s.t("blots")), 8, muted})
	}
	out = append(out, noted{pdf.Words(s.t("original")), 8, muted})
	if p.Proof != nil {
		out = append(out, noted{pdf.Words(s.t("proof_code")), 8, muted})
	}
	return out
}

// high is how much of the page notes take, in mm.
func (s *sheet) high(notes []noted, room float64) (mm float64) {
	for _, n := range notes {
		s.Font(n.size)
		mm += float64(len(s.Lines(n.spans, room)))*s.Em()*noteLead + noteGap
	}
	return mm
}

func (s *sheet) report(u agency.Agency) string {
	if u.Phone == "" {
		return s.t("report")
	}
	return s.t("report_phone", u.Phone)
}

// posted is filled in by hand, by whoever hangs the sheet up.
func (s *sheet) posted() {
	s.Rule(s.x0, s.x1, s.y, 0.2, hair)
	s.Font(10)
	s.y += 7.5
	x := s.x0
	for _, f := range []struct {
		key  string
		room float64
	}{{"posted_at", 36}, {"posted_by", 28}, {"posted_from", 30}, {"posted_to", 30}} {
		label := s.Clean(pdf.Words(s.t(f.key)))
		s.Put(x, s.y, label)
		x += s.Width(pdf.Line(label).Text()) + 1
		end := min(x+f.room, s.x1)
		s.Rule(x, end, s.y+1, 0.2, ink)
		x = end + 3
	}
	s.y += 3
}
