package knowledge

import (
	"context"
	"slices"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// What is counted of an article.
const (
	used   = "used"   // quoted in an answer
	solved = "solved" // a reader said that it answered the question
)

// unsolvedReasons are why an answer did not help; each is counted as "no_…".
var unsolvedReasons = []string{"unclear", "incomplete", "other_case", "outdated", "other"}

// count adds one to a figure of a version, in this month.
func count(tx *db.Tx, x *Article, number int, what string) error {
	return addTally(tx, x.Province, x.ID, number, what, today(tx).String()[:7])
}

// Said counts what a reader says of a public article: that it answered the
// question, or, with a reason, that it did not.
func (k *Knowledge) Said(ctx context.Context, id int64, yes bool, reason string) (err error) {
	defer fault.Wrap(&err, "knowledge.Said(%d)", id)
	what := solved
	if !yes {
		if !slices.Contains(unsolvedReasons, reason) {
			return fault.Fields(fault.Field{Name: "reason", Key: "knowledge.need_no_reason"})
		}
		what = "no_" + reason
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := k.public(tx, id)
		if err != nil {
			return err
		}
		return count(tx, x, x.Standing, what)
	})
}

// public is an article everybody may read today; whatever else it is, nobody
// learns that it is there.
func (k *Knowledge) public(tx *db.Tx, id int64) (*Article, error) {
	x, err := k.shown(tx, id)
	if err == nil && !x.InForce(today(tx)) {
		err = notFound()
	}
	return x, err
}

// shown is an article that has an address for everybody: for the public, once it
// stood, and of this installation's place, above or below it.
func (k *Knowledge) shown(tx *db.Tx, id int64) (*Article, error) {
	x, err := articleByID(tx, db.ProvinceOf(id), id, "")
	if err != nil {
		return nil, err
	}
	if x.Standing == 0 || x.Audience != ForPublic || x.From.After(today(tx)) || !x.Region.Contains(k.Front.Home) && !k.Front.Home.Contains(x.Region) {
		return nil, notFound()
	}
	return x, nil
}

// counts are an article's figures over all its versions.
type counts struct {
	Used, Solved, Unsolved int
	Why                    map[string]int
}

func countsOf(tx *db.Tx, x *Article) (c counts, err error) {
	c.Why = map[string]int{}
	rows, err := tallies(tx, x)
	for _, t := range rows {
		switch t.what {
		case used:
			c.Used += t.n
		case solved:
			c.Solved += t.n
		default:
			c.Unsolved += t.n
			c.Why[t.what[len("no_"):]] += t.n
		}
	}
	return c, err
}
