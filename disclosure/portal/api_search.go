package portal

import (
	"net/http"
	"strconv"

	"yangguang/internal/db"
	"yangguang/internal/search"
	"yangguang/internal/web"
)

type (
	apiFound struct {
		apiItem
		Excerpt    string `json:"excerpt,omitempty"`
		Attachment string `json:"attachment,omitempty"`
	}
	apiResults struct {
		Items []apiFound `json:"items"`
		Total int        `json:"total"`
		More  bool       `json:"more"` // there are more than total
		Also  []string   `json:"also,omitempty"`
		Next  string     `json:"next,omitempty"`
	}
)

// totalMost is how far the interface counts, as its description says.
const totalMost = 10_000

// apiSearch is the search page for programs.
func (p *Portal) apiSearch(w http.ResponseWriter, r *http.Request) error {
	iq, err := p.apiFilter(r)
	if err != nil {
		return err
	}
	get := r.URL.Query().Get
	if typed(get("q")) == "" {
		return bad("q")
	}
	fl := filter{Within: iq.Within, Category: iq.Category}
	before := int64(0)
	if s := get("before"); s != "" {
		if before, err = strconv.ParseInt(s, 10, 64); err != nil || before <= 0 {
			return bad("before")
		}
	}
	out := apiResults{Items: []apiFound{}}
	err = p.read(r.Context(), func(tx *db.Tx) error {
		if s := get("agency"); s != "" {
			u, err := unitOfPath(tx, s)
			if err != nil {
				return bad("agency")
			}
			fl.Unit = &u
		}
		q, err := p.questionOf(tx, get("q"), get("exact") == "true")
		if err != nil {
			return err
		}
		ask := fl.asked(q)
		if out.Total, err = search.Count(tx, ask, totalMost+1); err != nil {
			return err
		}
		out.More, out.Total, out.Also = out.Total > totalMost, min(out.Total, totalMost), q.widened()
		ask.Before, ask.Limit = before, iq.Limit
		hits, err := search.Find(tx, ask)
		if err != nil {
			return err
		}
		if len(hits) == iq.Limit {
			out.Next = itoa(hits[len(hits)-1].Key)
		}
		all, err := p.found(tx, hits, q)
		for i := range all {
			out.Items = append(out.Items, apiFound{apiItemOf(&all[i].Row, today(tx)), all[i].Excerpt.Text, all[i].Attachment})
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out)
}
