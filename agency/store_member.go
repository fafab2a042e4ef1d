package agency

import (
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const (
	postColumns   = "id, agency, title, duty, head, rank, closed_on"
	memberColumns = "id, agency, person, post, since, until"
	// manyMembers bounds the rows a use case reads at once; no agency has so many people.
	manyMembers = 10000
)

func scanPost(r *db.Rows, p *Post) error {
	return r.Scan(&p.ID, &p.Agency, &p.Title, &p.Duty, &p.Head, &p.Rank, &p.ClosedOn)
}

func scanMember(r *db.Rows, m *Member) error {
	return r.Scan(&m.ID, &m.Agency, &m.Person, &m.Post, &m.Since, &m.Until)
}

// only is the one row of a list, or the refusal when there is none.
func only[T any](list []T, err error, key string) (v T, _ error) {
	if err != nil {
		return v, err
	}
	if len(list) == 0 {
		return v, fault.Say(fault.NotFound, key)
	}
	return list[0], nil
}

func findPost(tx *db.Tx, id int64) (Post, error) {
	list, err := db.List(tx, scanPost, "select "+postColumns+" from agency_post where id = $1"+tx.ForUpdate(), id)
	return only(list, err, "agency.post_unknown")
}

func listPosts(tx *db.Tx, agency int64) ([]Post, error) {
	return db.List(tx, scanPost, "select "+postColumns+` from agency_post
		where agency = $1 and closed_on is null order by rank, id limit $2`, agency, MaxPage)
}

func findPostByTitle(tx *db.Tx, agency int64, title string) (Post, error) {
	list, err := db.List(tx, scanPost, "select "+postColumns+` from agency_post
		where agency = $1 and title = $2 and closed_on is null order by id limit 1`, agency, title)
	return only(list, err, "agency.post_unknown")
}

func postTaken(tx *db.Tx, agency int64, title string) (bool, error) {
	_, err := findPostByTitle(tx, agency, title)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

func insertPost(tx *db.Tx, p Post) error {
	_, err := tx.Exec("insert into agency_post (id, agency, title, duty, head, rank) values ($1, $2, $3, $4, $5, $6)",
		p.ID, p.Agency, p.Title, p.Duty, p.Head, p.Rank)
	return err
}

func closePost(tx *db.Tx, id int64, on clock.Date) error {
	_, err := tx.Exec("update agency_post set closed_on = $2 where id = $1", id, on)
	return err
}

func findMember(tx *db.Tx, id int64) (Member, error) {
	list, err := db.List(tx, scanMember, "select "+memberColumns+" from agency_member where id = $1"+tx.ForUpdate(), id)
	return only(list, err, "agency.member_unknown")
}

func listMembers(tx *db.Tx, agency int64, on clock.Date, after int64, limit int) ([]Member, error) {
	return db.List(tx, scanMember, "select "+memberColumns+` from agency_member
		where agency = $1 and id > $2 and since <= $3 and (until is null or until > $3) order by id limit $4`,
		agency, after, on, limit)
}

func openMembers(tx *db.Tx, agency int64) ([]Member, error) {
	return db.List(tx, scanMember, "select "+memberColumns+` from agency_member
		where agency = $1 and until is null order by id limit $2`, agency, manyMembers)
}

func listMemberships(tx *db.Tx, person int64, limit int) ([]Member, error) {
	return db.List(tx, scanMember, "select "+memberColumns+` from agency_member
		where person = $1 order by since desc, id desc limit $2`, person, limit)
}

func listHolders(tx *db.Tx, post int64, limit int) ([]Member, error) {
	return db.List(tx, scanMember, "select "+memberColumns+` from agency_member
		where post = $1 order by case when until is null then 0 else 1 end, since desc, id desc limit $2`, post, limit)
}

func isMember(tx *db.Tx, agency, person int64, on clock.Date) (bool, error) {
	var n int
	err := tx.Row(`select count(*) from agency_member where person = $2 and agency = $1
		and since <= $3 and (until is null or until > $3)`, agency, person, on).Scan(&n)
	return n > 0, err
}

func membershipOpen(tx *db.Tx, m Member) (bool, error) {
	var n int
	err := tx.Row(`select count(*) from agency_member where agency = $1 and person = $2 and post = $3 and until is null`,
		m.Agency, m.Person, m.Post).Scan(&n)
	return n > 0, err
}

func insertMember(tx *db.Tx, m Member) error {
	_, err := tx.Exec("insert into agency_member (id, agency, person, post, since, until) values ($1, $2, $3, $4, $5, $6)",
		m.ID, m.Agency, m.Person, m.Post, m.Since, m.Until)
	return err
}

func endMember(tx *db.Tx, id int64, until clock.Date) error {
	_, err := tx.Exec("update agency_member set until = $2 where id = $1", id, until)
	return err
}

// endMembers ends what is open; what began later ends on the day it began.
func endMembers(tx *db.Tx, agency int64, until clock.Date) error {
	_, err := tx.Exec(`update agency_member set until = case when since > $2 then since else $2 end
		where agency = $1 and until is null`, agency, until)
	return err
}
