package audit_test

import (
	"context"
	"os"
	"testing"

	"pgregory.net/rapid"

	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(audit.Locale)
	os.Exit(m.Run())
}

// A tampering is what somebody with the database's password does.
type tampering struct {
	name    string
	sql     []string // $1 province, $2 line
	witness bool     // only a head kept elsewhere shows it
	tail    bool     // the first wrong line may be anywhere from the line on
}

func edit(column, value string) tampering {
	return tampering{name: "edit " + column, sql: []string{"update audit set " + column + " = " + value + " where province = $1 and seq = $2"}}
}

var tamperings = []tampering{
	edit("at", "at + 1"), edit("person", "person + 1"), edit("login", "login + 1"), edit("agency", "agency + 1"),
	edit("verb", "'room.other'"), edit("object", "object || '0'"), edit("reason", "''"), edit("detail", "detail || ' '"),
	edit("hash", "prev"), edit("seq", "seq + 100"), edit("province", "province + 5000"),
	{name: "move a field into its neighbour", sql: []string{"update audit set reason = '', detail = reason || detail where province = $1 and seq = $2"}},
	{name: "delete a line", sql: []string{"delete from audit where province = $1 and seq = $2"}},
	{name: "delete a line and close the gap", sql: []string{
		"delete from audit where province = $1 and seq = $2",
		"update audit set seq = -seq where province = $1 and seq > $2",
		"update audit set seq = -seq - 1 where province = $1 and seq < 0 and $2 > 0"}},
	{name: "swap with the first line", sql: []string{
		"update audit set seq = -1 where province = $1 and seq = 1 and $2 > 0",
		"update audit set seq = 1 where province = $1 and seq = $2",
		"update audit set seq = $2 where province = $1 and seq = -1",
		"update audit set detail = 'x' where province = $1 and seq = 1 and $2 = 1"}},
	{name: "cut the end off", sql: []string{"delete from audit where province = $1 and seq >= $2"}},
	{name: "cut the end off and set the head's number back", sql: []string{
		"delete from audit where province = $1 and seq >= $2",
		"update audit_head set seq = $2 - 1 where province = $1"}},
	{name: "cut the end off and set the head back", witness: true, sql: []string{
		"update audit_head set seq = $2 - 1, hash = (select prev from audit where province = $1 and seq = $2) where province = $1",
		"delete from audit where province = $1 and seq >= $2"}},
	{name: "add a line at the end", tail: true, sql: []string{
		"insert into audit select province, seq + 1, at, person, login, agency, verb, object, reason, detail, hash, hash from audit where province = $1 and seq = (select max(seq) from audit where province = $1) and $2 > 0"}},
	{name: "forget the head", tail: true, sql: []string{"delete from audit_head where province = $1 and $2 > 0"}},
	{name: "forge the head", tail: true, sql: []string{"update audit_head set hash = (select prev from audit where province = $1 and seq = $2) where province = $1"}},
	{name: "remove the whole book", witness: true, sql: []string{
		"delete from audit where province = $1 and $2 > 0", "delete from audit_head where province = $1 and $2 > 0"}},
}

// tamper does it and tells between which lines the first wrong one must be.
func tamper(t *rapid.T, d *db.DB, how tampering, province, at, n int64) (low, high int64) {
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for _, q := range how.sql {
			if _, err := tx.Exec(q, province, at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	switch how.name {
	case "swap with the first line", "forget the head", "remove the whole book":
		return 1, 1
	case "cut the end off and set the head's number back":
		return max(1, at-1), at
	}
	if how.tail {
		return at, n + 1
	}
	return at, at
}
