package search

import "yangguang/internal/db"

// earlierThere answers whether the index of an earlier release is there, which
// had one order for all.
func earlierThere(tx *db.Tx) (bool, error) {
	var n int
	err := tx.Row("select count(*) from sqlite_master where type = 'table' and name = 'search_fts'").Scan(&n)
	return n > 0, err
}

// earlierAsked answers whether documents of an earlier release are to be looked
// for where that release put them.
func (a asking) earlierAsked(tx *db.Tx) (bool, error) {
	if a.earlier == "" {
		return false, nil
	}
	return earlierThere(tx)
}

// clearEarlier throws away some of the index of an earlier release, and the whole
// of it at last; more says that something is left. The whole at once would keep
// every writer waiting.
func clearEarlier(tx *db.Tx, pages int) (more bool, err error) {
	if there, err := earlierThere(tx); err != nil || !there {
		return false, err
	}
	// The least ids are the engine's own of the table's structure; they stay till the end.
	n, err := tx.Exec("delete from search_fts_data where id in (select id from search_fts_data where id > 1000 order by id desc limit $1)", pages)
	if err != nil || n > 0 {
		return true, err
	}
	_, err = tx.Exec("drop table search_fts")
	return false, err
}
