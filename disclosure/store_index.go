package disclosure

import (
	"unicode/utf8"

	"yangguang/internal/db"
)

// keepText stores a file's masked text in pieces, in place of an earlier
// reading. A piece ends at a line's end where there is one.
func keepText(tx *db.Tx, province int, hash, text string) error {
	if _, err := tx.Exec("delete from file_text where province = $1 and hash = $2", province, hash); err != nil {
		return err
	}
	for i, p := range piecesOf(text) {
		if _, err := tx.Exec("insert into file_text (province, hash, part, words) values ($1, $2, $3, $4)", province, hash, i, p); err != nil {
			return err
		}
	}
	return nil
}

// piecesOf cuts a text into pieces that are read one by one; there is one at
// least. Zero bytes, which PostgreSQL refuses in a text, become blanks.
func piecesOf(text string) (out []string) {
	b := []byte(text)
	for i := range b {
		if b[i] == 0 {
			b[i] = ' '
		}
	}
	for rest := string(b); ; {
		end, n, line := 0, 0, 0
		for end < len(rest) && n < pieceSize {
			_, size := utf8.DecodeRuneInString(rest[end:])
			if end += size; rest[end-size] == '\n' && n > pieceSize/2 {
				line = end
			}
			n++
		}
		if end < len(rest) && line > 0 {
			end = line
		}
		if out = append(out, rest[:end]); end == len(rest) {
			return out
		}
		rest = rest[end:]
	}
}

// fileText is the beginning of a file's text; nothing when it was never read.
func fileText(tx *db.Tx, province int, hash string, most int) ([]string, error) {
	return fileParts(tx, province, hash, 0, most)
}

func fileParts(tx *db.Tx, province int, hash string, from, most int) ([]string, error) {
	return db.List(tx, db.One[string], "select words from file_text where province = $1 and hash = $2 and part >= $3 order by part limit $4", province, hash, from, most)
}

func hashOf(tx *db.Tx, province int, version, file int64) (hash string, err error) {
	err = tx.Row("select hash from item_file where province = $1 and version = $2 and id = $3", province, version, file).Scan(&hash)
	return hash, err
}

// unreadFiles are a version's files whose text was never read.
func unreadFiles(tx *db.Tx, province int, version int64) ([]File, error) {
	return db.List(tx, func(r *db.Rows, f *File) error { return r.Scan(&f.ID, &f.Name, &f.Hash) },
		`select f.id, f.name, f.hash from item_file f where f.province = $1 and f.version = $2
 and not exists (select 1 from file_text t where t.province = f.province and t.hash = f.hash and t.part = 0) order by f.position, f.id limit 100`, province, version)
}

// forgetText drops the text of a file that no attachment of the province has
// any more.
func forgetText(tx *db.Tx, province int, hash string) error {
	_, err := tx.Exec(`delete from file_text where province = $1 and hash = $2
 and not exists (select 1 from item_file f where f.province = file_text.province and f.hash = file_text.hash)`, province, hash)
	return err
}

// publishedAfter walks the published items in the order of their keys.
func publishedAfter(tx *db.Tx, after Place, most int) ([]Place, error) {
	return db.List(tx, func(r *db.Rows, p *Place) error { return r.Scan(&p.Province, &p.Item) },
		"select province, id from item where state = 'published' and (province, id) > ($1, $2) order by province, id limit $3", after.Province, after.Item, most)
}
