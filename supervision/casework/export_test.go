package casework

import "yangguang/internal/db"

// Row reads a matter without what lies around it, for tests that look a million times.
func Row(tx *db.Tx, province int, id int64) (*Matter, error) { return matterByID(tx, province, id) }
