package inforequest

import (
	"slices"
	"unicode"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// Sought is what several people asked one agency for: article 44 has the agency
// publish it for everybody.
type Sought struct {
	Subject    string  // masked, of the newest request
	Requests   []int64 // the newest first
	Applicants int     // how many different ones; nobody learns which
	Suggested  int     // how many of them suggested it
}

// How requests count as asking for the same, and how often is often.
const (
	alike       = 0.5 // of the pairs of characters of the shorter subject
	oftenAsked  = 3
	oftenMonths = 12
	oftenLooked = 2000
)

type sought struct {
	id        int64
	subject   string
	who       string
	suggested bool
	pairs     map[string]bool
}

// OftenSought are the subjects three different people asked an agency for within
// twelve months, or that one of them suggested, the most wanted first.
func OftenSought(tx *db.Tx, u agency.Agency) (out []Sought, err error) {
	since := clock.DateOf(tx.Now).AddMonths(-oftenMonths)
	all, err := db.List(tx, func(r *db.Rows, s *sought) error {
		var who []byte
		var n int
		err := r.Scan(&s.id, &s.subject, &who, &n)
		s.who, s.suggested = string(who), n > 0
		return err
	}, `select q.id, q.subject, q.who, (select count(*) from inforequest_event e where e.province = q.province and e.request = q.id and e.kind = 'suggested')
 from inforequest q where q.province = $1 and q.agency = $2 and q.filed_at >= $3 and q.own_record = $4 order by q.id desc limit $5`,
		u.Province(), u.ID, clock.Millis(since.Start()), false, oftenLooked)
	if err != nil {
		return nil, err
	}
	for _, g := range groups(all) {
		s := Sought{Subject: g[0].subject}
		people := map[string]bool{}
		for _, x := range g {
			s.Requests = append(s.Requests, x.id)
			people[x.who] = true
			if x.suggested {
				s.Suggested++
			}
		}
		if s.Applicants = len(people); s.Applicants >= oftenAsked || s.Suggested > 0 {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Sought) int { return b.Applicants - a.Applicants })
	return out, nil
}

// groups puts each request to the first group whose newest it is like.
func groups(all []sought) (out [][]sought) {
next:
	for _, x := range all {
		x.pairs = pairsOf(x.subject)
		for i := range out {
			if similar(out[i][0].pairs, x.pairs) {
				out[i] = append(out[i], x)
				continue next
			}
		}
		out = append(out, []sought{x})
	}
	return out
}

// pairsOf are the overlapping pairs of letters of a subject. Figures count as
// one sign: the plan of this year and of the last are asked for alike.
func pairsOf(s string) map[string]bool {
	var letters []rune
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			if n := len(letters); n == 0 || letters[n-1] != '0' {
				letters = append(letters, '0')
			}
		case unicode.IsLetter(r):
			letters = append(letters, unicode.ToLower(r))
		}
	}
	out := map[string]bool{}
	for i := 1; i < len(letters); i++ {
		out[string(letters[i-1:i+1])] = true
	}
	return out
}

func similar(a, b map[string]bool) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for p := range a {
		if b[p] {
			n++
		}
	}
	return len(a) > 1 && float64(n) >= alike*float64(len(a)) && 3*len(a) >= len(b)
}
