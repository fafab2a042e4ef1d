package portal

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/search"
	"yangguang/internal/web"
)

// suggestion is one way on while a question is being typed.
type suggestion struct {
	Text string `json:"text"`
	Note string `json:"note,omitempty"` // what it is
	Href string `json:"href"`
}

// suggestMost is how many there are at most.
const suggestMost = 8

// suggestRate bounds how often one caller may ask: a key each quarter second.
var suggestRate = web.Rate{N: 240, Per: time.Minute}

// suggest answers a question that is being typed with what is published under
// that title now, with units, places and categories. What others looked for is
// neither kept nor shown.
func (p *Portal) suggest(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	asked := typed(r.URL.Query().Get("q"))
	key := href(ctx, "/") + "\x00" + asked
	at, now := p.changes.Load(), p.Disclosure.DB.Clock().Now()
	out, ok := p.suggested.get(key, at, now)
	if !ok {
		if err := p.read(ctx, func(tx *db.Tx) (err error) {
			out, err = p.suggestionsFor(tx, asked)
			return err
		}); err != nil {
			return err
		}
		p.suggested.put(key, out, at, now)
	}
	return web.JSON(w, http.StatusOK, struct {
		Suggestions []suggestion `json:"suggestions"`
	}{out})
}

func (p *Portal) suggestionsFor(tx *db.Tx, asked string) ([]suggestion, error) {
	ctx := tx.Ctx
	out := []suggestion{}
	if asked == "" {
		return out, nil
	}
	us, err := agency.Search(tx, p.Front.Home, asked, 3)
	if err != nil {
		return nil, err
	}
	for _, u := range us {
		out = append(out, suggestion{u.Name, t(ctx, u.Kind.Key()), href(ctx, "/", u.Path())})
	}
	ds, err := agency.SearchDivisions(tx, p.Front.Home, asked, 3)
	if err != nil {
		return nil, err
	}
	for _, d := range ds {
		out = append(out, suggestion{d.Name, t(ctx, d.Level.Key()), href(ctx, "/", d.Code.Short())})
	}
	out = append(out, p.categoriesNamed(ctx, asked)...)
	rows, err := p.titled(tx, asked)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, x := range out {
		seen[x.Text] = true
	}
	for _, row := range rows {
		if !seen[row.Text] {
			seen[row.Text] = true
			out = append(out, row)
		}
	}
	return out[:min(len(out), suggestMost)], nil
}

// titled are published items whose title has what is being typed.
func (p *Portal) titled(tx *db.Tx, asked string) (out []suggestion, err error) {
	f := filter{Within: p.Front.Home}
	ask := f.asked(question{Typed: asked})
	ask.InTitle, ask.Typing, ask.Limit = true, true, 2*suggestMost
	hits, err := search.Find(tx, ask)
	if err != nil {
		return nil, err
	}
	rows, err := p.rows(tx, hits)
	for i := range rows {
		out = append(out, suggestion{rows[i].Title, rows[i].Unit, href(tx.Ctx, rows[i].Href())})
	}
	return out, err
}

// categoriesNamed are the categories whose title has what is being typed.
func (p *Portal) categoriesNamed(ctx context.Context, asked string) (out []suggestion) {
	low := strings.ToLower(asked)
	for _, cg := range p.Disclosure.Norm.Catalogues {
		for _, c := range cg.Categories {
			if title := c.Title.In(ctx); strings.Contains(strings.ToLower(title), low) && len(out) < 3 {
				out = append(out, suggestion{title, t(ctx, "portal.category"), href(ctx, "/catalogue?category=", c.ID)})
			}
		}
	}
	return out
}

// suggested keeps answers for a moment: many readers type the same beginnings.
// An answer from before anything published changed is not given again.
type suggested struct {
	mu   sync.Mutex
	kept map[string]keptSuggestions // guarded by mu
}

type keptSuggestions struct {
	out []suggestion
	at  int64 // the count of changes before it was read
	on  time.Time
}

// How many answers are kept, and how long where another process may publish.
const (
	keptMost = 1000
	keptFor  = 10 * time.Second
)

func (s *suggested) get(key string, at int64, now time.Time) ([]suggestion, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.kept[key]
	return k.out, ok && k.at == at && now.Sub(k.on) < keptFor
}

func (s *suggested) put(key string, out []suggestion, at int64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= keptMost {
		s.kept = map[string]keptSuggestions{}
	}
	s.kept[key] = keptSuggestions{out, at, now}
}
