package roster

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// publicPage is the roster everybody reads: name and post, nothing else.
type publicPage struct {
	Grids []ui.Grid
	ICS   string
}

// months are the beginning of this month, of the next and of the one after.
func months(now time.Time) [3]time.Time {
	now = now.In(clock.Shanghai)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, clock.Shanghai)
	return [3]time.Time{first, first.AddDate(0, 1, 0), first.AddDate(0, 2, 0)}
}

func (s *Rosters) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := publicPage{ICS: href(ctx, public, ".ics")}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		bounds := months(tx.Now)
		for i := range 2 {
			found, err := shown(tx, s.Front.Home, bounds[i], bounds[i+1])
			if err != nil {
				return err
			}
			g, err := s.grid(tx, found, false)
			if err != nil {
				return err
			}
			g.Caption, g.Nothing = monthOf(ctx, bounds[i].Format("2006-01")), word(ctx, "public_none")
			g.Columns = append([]ui.Column{g.Columns[0]}, append([]ui.Column{{Title: word(ctx, "unit")}}, g.Columns[1:]...)...)
			for j := range g.Rows {
				u, err := agency.Find(tx, found[j].Agency)
				if err != nil {
					return err
				}
				g.Rows[j] = append([]ui.Cell{g.Rows[j][0]}, append([]ui.Cell{{Text: u.Name}}, g.Rows[j][1:]...)...)
			}
			p.Grids = append(p.Grids, g)
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := s.Front.Page(r, word(ctx, "public_title"), append(s.Front.Crumbs(r, nil, nil), ui.Link{Text: word(ctx, "public_title")})...)
	f.Lead, f.Description = word(ctx, "public_lead"), word(ctx, "public_lead")
	f.Feeds = []ui.Feed{{Title: word(ctx, "public_title"), Type: "text/calendar", Href: p.ICS}}
	return web.Render(w, r, http.StatusOK, publicView(f, p))
}

// feed is the same as iCalendar (RFC 5545). Cancelled slots stay in it as such,
// so that a calendar that has them takes them off.
func (s *Rosters) feed(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var b strings.Builder
	line := func(format string, args ...any) { fold(&b, fmt.Sprintf(format, args...)) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//yangguang//roster//ZH")
	line("X-WR-CALNAME:%s", escape(word(ctx, "public_title")))
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		bounds := months(tx.Now)
		found, err := shown(tx, s.Front.Home, bounds[0], bounds[2])
		if err != nil {
			return err
		}
		for _, x := range found {
			u, err := agency.Find(tx, x.Agency)
			if err != nil {
				return err
			}
			stamp, sequence := x.Begins, 0 // what it says does not change without a change
			if !x.Changed.IsZero() {
				stamp, sequence = x.Changed, int(x.Changed.Unix()-1_700_000_000)
			}
			line("BEGIN:VEVENT")
			line("UID:%d-%d@roster.yangguang", x.Province, x.ID)
			line("DTSTAMP:%s", utc(stamp))
			line("SEQUENCE:%d", sequence)
			line("DTSTART:%s", utc(x.Begins))
			line("DTEND:%s", utc(x.Ends))
			line("SUMMARY:%s", escape(word(ctx, "ics_summary", x.Name, x.Post)))
			line("LOCATION:%s", escape(u.Name))
			if said := remarks(ctx, &x); len(said) > 0 {
				line("DESCRIPTION:%s", escape(strings.Join(said, word(ctx, "and"))))
			}
			line("STATUS:%s", map[string]string{planned: "CONFIRMED", cancelled: "CANCELLED"}[x.State])
			line("END:VEVENT")
		}
		return nil
	})
	if err != nil {
		return err
	}
	line("END:VCALENDAR")
	return web.Write(w, http.StatusOK, "text/calendar; charset=utf-8", []byte(b.String()))
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func escape(s string) string {
	return strings.NewReplacer("\\", `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", "").Replace(s)
}

// fold writes a line in pieces of 75 bytes at most, never inside a character.
func fold(b *strings.Builder, s string) {
	room := 75
	for len(s) > room {
		n := room
		for !utf8.RuneStart(s[n]) {
			n--
		}
		b.WriteString(s[:n] + "\r\n ")
		s, room = s[n:], 74
	}
	b.WriteString(s + "\r\n")
}

// figuresPage counts a year of slots by leader.
type figuresPage struct {
	Chart ui.Series
	Grid  ui.Grid
}

type count struct {
	person                       int64
	name                         string
	planned, held, calls, matter int64
	closed, solved               int64 // of the matters, at the time of reading
}

func (s *Rosters) figures(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a := account.From(ctx)
	ranges := append(append([]account.Range(nil), a.Scope(Writing)...), a.Scope(Publishing)...)
	var p figuresPage
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		year := tx.Now.In(clock.Shanghai).Year()
		from := time.Date(year, 1, 1, 0, 0, 0, 0, clock.Shanghai)
		found, err := counts(tx, ranges, from, tx.Now)
		if err != nil {
			return err
		}
		if err := s.results(tx, found, ranges, from); err != nil {
			return err
		}
		p.Chart = ui.Series{Title: word(ctx, "figures_chart", strconv.Itoa(year)), Says: word(ctx, "figures_says"), What: word(ctx, "leader")}
		p.Grid = ui.Grid{Caption: word(ctx, "figures_of", strconv.Itoa(year)), Cards: true, Nothing: word(ctx, "none"), Columns: []ui.Column{{Title: word(ctx, "leader")}, {Title: word(ctx, "planned"), Number: true}, {Title: word(ctx, "held"), Number: true}, {Title: word(ctx, "calls"), Number: true}, {Title: word(ctx, "taken_over"), Number: true}, {Title: word(ctx, "closed"), Number: true}, {Title: word(ctx, "solved"), Number: true}}}
		for _, c := range found {
			p.Chart.Data = append(p.Chart.Data, ui.Point{Label: c.name, N: float64(c.held), Kind: "main"})
			p.Grid.Rows = append(p.Grid.Rows, ui.Text(c.name, itoa(c.planned), itoa(c.held), itoa(c.calls), itoa(c.matter), itoa(c.closed), itoa(c.solved)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "figures"), ui.Link{Text: word(ctx, "figures")})
	f.Lead = word(ctx, "figures_lead")
	return web.Render(w, r, http.StatusOK, figuresView(f, p))
}

// results adds how many of the matters are closed, and solved as the persons said.
func (s *Rosters) results(tx *db.Tx, to []count, ranges []account.Range, from time.Time) error {
	all, err := mattersOf(tx, ranges, from, tx.Now)
	if err != nil || s.Cases == nil {
		return err
	}
	at := map[int64]*count{}
	for i := range to {
		at[to[i].person] = &to[i]
	}
	for len(all) > 0 { // by province, and no more than are asked about at once
		n := 1
		for n < len(all) && n < 500 && all[n].province == all[0].province {
			n++
		}
		numbers := make([]string, n)
		for i, m := range all[:n] {
			numbers[i] = m.number
		}
		standing, err := s.Cases.Standings(tx, all[0].province, numbers)
		if err != nil {
			return err
		}
		for _, m := range all[:n] {
			x, known := standing[m.number]
			c := at[m.person]
			if !known || c == nil {
				continue
			}
			if x.State == casework.Closed {
				c.closed++
			}
			if x.Solved() {
				c.solved++
			}
		}
		all = all[n:]
	}
	return nil
}

// counts are the published slots that have begun, by leader.
func counts(tx *db.Tx, ranges []account.Range, from, to time.Time) ([]count, error) {
	w := (&db.Where{}).And("s.published").And("s.state = 'planned'").And("s.begins_at >= ?", clock.Millis(from)).And("s.begins_at <= ?", clock.Millis(to))
	account.In(w, ranges, "s.agency", "s.region")
	cond, args := w.SQL()
	return db.List(tx, func(r *db.Rows, c *count) error {
		return r.Scan(&c.person, &c.name, &c.planned, &c.held, &c.calls, &c.matter)
	}, `select s.person, max(s.name), count(*), sum(case when s.held then 1 else 0 end), sum(s.calls), sum((select count(*) from roster_matter m where m.province = s.province and m.slot = s.id))
 from roster_slot s`+cond+" group by s.person order by 4 desc, s.person limit 200", args...)
}
