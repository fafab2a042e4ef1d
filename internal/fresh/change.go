package fresh

import (
	"slices"
	"strings"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// changed is what a commit changed, as the hearers of one process are told.
type changed struct {
	id   int64 // of its row; 0 for none
	at   time.Time
	tags []string
}

// Change says, in the transaction of the act itself, which parts of the public
// record are no longer what they were. This process forgets at the commit,
// every other one when it next looks.
func Change(tx *db.Tx, province int, tags ...string) (err error) {
	defer fault.Wrap(&err, "fresh.Change")
	tags = slices.Compact(slices.Sorted(slices.Values(tags)))
	c := changed{id: tx.ID(province), at: tx.Now, tags: tags}
	if err := insertChange(tx, province, c.id, strings.Join(tags, " ")); err != nil {
		return err
	}
	tx.Tell(c)
	return nil
}

// Hear has f called with the parts that changed, as soon as this process knows.
func Hear(d *db.DB, f func(tags []string)) {
	d.Hear(func(what any) {
		if c, ok := what.(changed); ok {
			f(c.tags)
		}
	})
}
