package channel

import (
	"context"
	"strconv"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/pdf"
)

// maxBoard is the most items printed in full in one file; more are listed only.
const maxBoard = 40

// set is which of a unit's items go onto the board.
type set struct {
	Category string // norm category id, "" for all
	Name     string // of the category or the quarter
	From, To clock.Date
}

// quarterBack is what a board shows when nothing else is asked: villages post
// at least each quarter (村民委员会组织法 art. 30).
const quarterBack = -91

// setOf reads the word of an address: "", a category's slug, or 2026Q3.
func (c *Channel) setOf(ctx context.Context, u agency.Agency, word string) (set, error) {
	today := c.today()
	if word == "" {
		return set{From: today.AddDays(quarterBack), To: today}, nil
	}
	if y, q, ok := quarter(word); ok {
		from := clock.NewDate(y, time.Month(3*q-2), 1)
		to := clock.NewDate(y, time.Month(3*q+1), 1).AddDays(-1)
		return set{From: from, To: to, Name: i18n.T(ctx, "channel.quarter", strconv.Itoa(y), q)}, nil
	}
	if cg := c.Disclosure.Norm.Catalogue(string(u.Kind)); cg != nil {
		for _, cat := range cg.Categories {
			if cat.Slug == word {
				return set{Category: cat.ID, Name: cat.Title.In(ctx), From: today.AddDays(-366), To: today}, nil
			}
		}
	}
	return set{}, notFound()
}

func quarter(s string) (year, q int, ok bool) {
	if len(s) != 6 || s[4] != 'Q' || s[5] < '1' || s[5] > '4' {
		return 0, 0, false
	}
	year, err := strconv.Atoi(s[:4])
	return year, int(s[5] - '0'), err == nil && year >= 2000
}

// board is a set of items, the newest first.
type board struct {
	Unit  agency.Agency
	Set   set
	Rows  []disclosure.Row
	Items []posting
	More  int // listed but not printed
	Site  string
	Whole string
}

func (c *Channel) board(ctx context.Context, u agency.Agency, st set) (b board, err error) {
	b = board{Unit: u, Set: st, Site: c.Front.Name.In(ctx), Whole: c.whole(ctx, "/"+u.Path())}
	err = c.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		b.Rows, err = disclosure.List(tx, disclosure.Query{Agency: u.ID, Within: u.Division, Category: st.Category, From: st.From, To: st.To, Limit: disclosure.MaxList})
		return err
	})
	if err != nil {
		return b, err
	}
	for i := range b.Rows {
		if len(b.Items) == maxBoard {
			b.More = len(b.Rows) - maxBoard
			break
		}
		pg, err := c.Disclosure.Public(ctx, u, b.Rows[i].Year, b.Rows[i].Serial)
		if fault.Is(err, fault.NotFound) || err == nil && pg.Version == nil {
			continue // taken down since the list was read
		}
		if err != nil {
			return b, err
		}
		b.Items = append(b.Items, c.gather(ctx, pg))
	}
	return b, nil
}

// boardPDF draws the list and behind it the sheets.
func (c *Channel) boardPDF(ctx context.Context, b board, size string) ([]byte, error) {
	title := i18n.T(ctx, "channel.board_title", b.Unit.Name)
	sp := spec{size: size, today: c.today(), demo: c.demo(b.Unit), title: title, author: b.Unit.Name, subject: i18n.T(ctx, "channel.board"), at: b.Set.To.Start()}
	return render(ctx, sp, func(s *sheet) {
		s.head = func(s *sheet) { s.running(b.Site, s.t("board")) }
		s.page()
		s.cover(b)
		for _, p := range b.Items {
			if s.page(); s.full {
				break
			}
			s.marks[p.Item.Number] = s.PDF.PageCount()
			s.item(p)
			s.closing(p, false)
		}
		s.finish(title)
	})
}

// cover lists what is in the file and on which page.
func (s *sheet) cover(b board) {
	s.heading(b.Unit.Name)
	s.Font(15)
	s.para(s.x0, s.x1-s.x0, pdf.Strong(s.t("board")), 1.5, "center")
	s.Font(11)
	s.Color(muted)
	span := s.t("board_span", i18n.Date(s.ctx, b.Set.From), i18n.Date(s.ctx, b.Set.To), len(b.Rows))
	if b.Set.Name != "" {
		span = s.t("pair", b.Set.Name, span)
	}
	s.para(s.x0, s.x1-s.x0, pdf.Words(span), 1.6, "center")
	s.Color(ink)
	s.y += 4
	if len(b.Rows) == 0 {
		s.Font(12)
		s.para(s.x0, s.x1-s.x0, pdf.Words(s.t("board_empty")), 1.8, "center")
	} else {
		s.draw(s.contents(b), 10.5)
	}
	if b.More > 0 {
		s.y += 2
		s.Font(10)
		s.para(s.x0, s.x1-s.x0, pdf.Words(s.t("board_more", b.More)), 1.6, "start")
	}
	s.closing(posting{Page: &disclosure.Page{Unit: b.Unit, Item: &disclosure.Item{Number: b.Unit.Name}}, Whole: b.Whole}, true)
}

// titleOf is an item's title as a list shows it: a notice that is over says so.
func (s *sheet) titleOf(it *disclosure.Item) string {
	if !it.NoticeOver(s.spec.today) {
		return it.Title
	}
	return s.t("marked", it.Title, it.NoticeWords(s.ctx, s.spec.today))
}

func (s *sheet) contents(b board) *table {
	h := func(key string) cell { return cell{spans: pdf.Strong(s.t(key)), head: true, align: "center"} }
	t := &table{head: [][]cell{{h("no"), h("title"), h("category"), h("published"), h("page")}}}
	category := map[string]string{}
	for _, p := range b.Items {
		category[p.Item.Number] = p.Category
	}
	for i, r := range b.Rows {
		page := ""
		if n := s.pages[r.Number]; n > 0 {
			page = strconv.Itoa(n)
		}
		t.rows = append(t.rows, []cell{{spans: pdf.Words(strconv.Itoa(i + 1)), align: "center"}, {spans: pdf.Words(s.titleOf(&r.Item))}, {spans: pdf.Words(category[r.Number])},
			{spans: pdf.Words(clock.DateOf(r.PublishedAt).String()), align: "end"}, {spans: pdf.Words(page), align: "center"}})
	}
	return t
}
