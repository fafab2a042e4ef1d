package site

import (
	"context"

	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/inforequest"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
	"yangguang/supervision/casework/knowledge"
)

// evidence is what shows that a clause is lived: counts of real rows, each with
// the list behind it. A clause whose room is not built yet has none.
func (s *Site) evidence(ctx context.Context, clause string) (out []Evidence, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.disclosureEvidence(tx, clause)
		return err
	})
	return out, err
}

func (s *Site) disclosureEvidence(tx *db.Tx, clause string) ([]Evidence, error) {
	home := s.Front.Home
	one := func(key string, n int64, href string) Evidence {
		return Evidence{Words: i18n.T(tx.Ctx, key), Count: n, Href: web.URL(tx.Ctx, href)}
	}
	switch clause {
	case "1.1.a":
		n, err := disclosure.CountPublished(tx, home, nil)
		return []Evidence{one("site.ev_published", n, "/latest")}, err
	case "1.1.b":
		inTime, all, err := inforequest.CountAnswered(tx, home)
		return []Evidence{one("site.ev_answered", all, "/requests"), one("site.ev_answered_in_time", inTime, "/requests")}, err
	case "1.1.c":
		corrected, err := disclosure.CountChanges(tx, home.Province(), "corrected")
		if err != nil {
			return nil, err
		}
		down, err := disclosure.CountChanges(tx, home.Province(), "taken_down")
		return []Evidence{one("site.ev_corrected", corrected, "/latest"), one("site.ev_taken_down", down, "/latest")}, err
	case "1.1.d":
		f, err := catalogue.Total(tx, home)
		return []Evidence{one("site.ev_met", f.Met(), "/catalogue"), one("site.ev_overdue", f.Overdue, "/overdue")}, err
	case "3.1.1":
		n, err := knowledge.CountPublic(tx, home)
		if n == 0 {
			return nil, err
		}
		return []Evidence{one("site.ev_knowledge", n, "/knowledge")}, err
	}
	for _, cg := range s.Norm.Catalogues {
		if cg.Clause != clause {
			continue
		}
		var ids []string
		for _, c := range cg.Categories {
			ids = append(ids, c.ID)
		}
		n, err := disclosure.CountPublished(tx, home, ids)
		return []Evidence{one("site.ev_catalogue", n, "/catalogue")}, err
	}
	return nil, nil
}
