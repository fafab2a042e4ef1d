package inforequest

import (
	"strconv"

	"yangguang/agency"
	"yangguang/internal/db"
)

// Tally counts an agency's requests of a year as table 3 of the yearly report
// asks: by kind of applicant, and within it by decision.
type Tally struct {
	New     map[string]int            // 本年新收: by the day of receipt
	Carried map[string]int            // 上年结转
	Ended   map[string]map[string]int // decision -> kind of applicant
	Forward map[string]int            // 结转下年度
}

// TallyOf counts a calendar year. What is still unconfirmed has not been
// received, and counts nowhere.
func TallyOf(tx *db.Tx, u agency.Agency, year int) (t Tally, err error) {
	first, next := strconv.Itoa(year)+"-01-01", strconv.Itoa(year+1)+"-01-01"
	t = Tally{New: map[string]int{}, Carried: map[string]int{}, Ended: map[string]map[string]int{}, Forward: map[string]int{}}
	type row struct {
		kind, decision string
		n              int
	}
	for _, x := range []struct {
		cond string
		into func(row)
	}{
		{"received_on >= $3 and received_on < $4", func(x row) { t.New[x.kind] += x.n }},
		{"received_on < $3 and (decided_on is null or decided_on >= $3) and $4 <> ''", func(x row) { t.Carried[x.kind] += x.n }},
		{"received_on < $4 and decided_on >= $3 and decided_on < $4", func(x row) {
			if t.Ended[x.decision] == nil {
				t.Ended[x.decision] = map[string]int{}
			}
			t.Ended[x.decision][x.kind] += x.n
		}},
		{"received_on < $4 and (decided_on is null or decided_on >= $4) and $3 <> ''", func(x row) { t.Forward[x.kind] += x.n }},
	} {
		rows, err := db.List(tx, func(r *db.Rows, x *row) error { return r.Scan(&x.kind, &x.decision, &x.n) },
			"select applicant, coalesce(decision, ''), count(*) from inforequest where province = $1 and agency = $2 and "+x.cond+" group by applicant, coalesce(decision, '') order by 1, 2 limit 1000", u.Province(), u.ID, first, next)
		if err != nil {
			return t, err
		}
		for _, y := range rows {
			x.into(y)
		}
	}
	return t, nil
}

// RemedyTally counts table 4 by kind and outcome; "" is what still goes on.
func RemedyTally(tx *db.Tx, u agency.Agency, year int) (map[string]map[string]int, error) {
	first, next := strconv.Itoa(year)+"-01-01", strconv.Itoa(year+1)+"-01-01"
	type row struct {
		kind, outcome string
		n             int
	}
	rows, err := db.List(tx, func(r *db.Rows, x *row) error { return r.Scan(&x.kind, &x.outcome, &x.n) },
		`select kind, case when ended_on is null or ended_on >= $4 then '' else outcome end, count(*) from inforequest_remedy
 where province = $1 and agency = $2 and filed_on < $4 and (ended_on is null or ended_on >= $3) group by 1, 2 order by 1, 2 limit 100`, u.Province(), u.ID, first, next)
	out := map[string]map[string]int{}
	for _, x := range rows {
		if out[x.kind] == nil {
			out[x.kind] = map[string]int{}
		}
		out[x.kind][x.outcome] += x.n
	}
	return out, err
}
