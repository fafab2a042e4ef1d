package search

import (
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// format counts the ways documents were put: 2 has the first character of a Han
// run behind a word, and attachments; 3 has the scopes beside the index; 4 has
// the cells of time on PostgreSQL; 5 has a shelf for each province on SQLite, and
// on PostgreSQL a gap between two Han runs, and the word before a run with its
// first character.
const format = 5

// Outdated answers whether documents may stand in the index that an earlier
// release put there. They are found as that release found them, until whoever
// owns them has put every one again and says Renewed.
func Outdated(tx *db.Tx) (yes bool, err error) {
	defer fault.Wrap(&err, "search.Outdated")
	current, err := hasFormat(tx)
	return !current, err
}

// Renewed notes that every document was put by this release. An earlier one that
// is started again does not find its own note, and puts them again in its way.
func Renewed(tx *db.Tx) (err error) {
	defer fault.Wrap(&err, "search.Renewed")
	return addFormat(tx)
}
