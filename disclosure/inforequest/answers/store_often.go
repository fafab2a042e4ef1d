package answers

import (
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const proposalCols = `p.province, p.id, p.agency, p.region, p.subject, p.requests, p.applicants, p.suggested, p.state, p.category, p.item, p.reason, p.person, p.decider`

func scanProposal(r *db.Rows, p *Proposal) error {
	return r.Scan(&p.Province, &p.ID, &p.Agency, &p.Region, &p.Subject, &p.Requests, &p.Applicants, &p.Suggested, &p.State, &p.Category, db.OrZero(&p.Item), &p.Reason, &p.Person, db.OrZero(&p.Decider))
}

func proposalByID(tx *db.Tx, province int, id int64, lock string) (*Proposal, error) {
	return db.Only(db.List(tx, scanProposal, "select "+proposalCols+" from answer_often p where p.province = $1 and p.id = $2"+lock, province, id))
}

func insertProposal(tx *db.Tx, p *Proposal) error {
	_, err := tx.Exec(`insert into answer_often (province, id, prefecture, county, region, agency, subject, requests, applicants, suggested, state, person, at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, p.Province, p.ID, p.Region.Prefecture(), p.Region.County(), p.Region, p.Agency, p.Subject, p.Requests, p.Applicants, p.Suggested,
		p.State, p.Person, clock.Millis(tx.Now))
	return err
}

func updateProposal(tx *db.Tx, p *Proposal) error {
	_, err := tx.Exec("update answer_often set state = $3, category = $4, item = $5, reason = $6, decider = $7 where province = $1 and id = $2",
		p.Province, p.ID, p.State, p.Category, db.OrNull(p.Item), p.Reason, db.OrNull(p.Decider))
	return err
}

func insertProposed(tx *db.Tx, p *Proposal, request int64) error {
	_, err := tx.Exec("insert into answer_often_request (province, request, proposal) values ($1, $2, $3) on conflict (province, request) do nothing", p.Province, request, p.ID)
	return err
}

// proposedOf answers whether one of some requests stands in a proposal.
func proposedOf(tx *db.Tx, province int, requests []int64) (bool, error) {
	w := (&db.Where{}).And("province = ?", province)
	sql, args := db.In(w, "request", requests[:min(len(requests), 500)]).SQL()
	var n int
	err := tx.Row("select count(*) from answer_often_request"+sql, args...).Scan(&n)
	return n > 0, err
}

func requestsOf(tx *db.Tx, p *Proposal) ([]int64, error) {
	return db.List(tx, db.One[int64], "select request from answer_often_request where province = $1 and proposal = $2 order by request desc limit 500", p.Province, p.ID)
}

// proposalOf is the proposal a request stands in; nil without one.
func proposalOf(tx *db.Tx, province int, request int64) (*Proposal, error) {
	found, err := db.List(tx, scanProposal, "select "+proposalCols+" from answer_often_request r join answer_often p on p.province = r.province and p.id = r.proposal where r.province = $1 and r.request = $2",
		province, request)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// proposals lists those within a person's reach, the newest first.
func proposals(tx *db.Tx, ranges []account.Range, states []string, limit int) ([]Proposal, error) {
	w := &db.Where{}
	account.In(w, ranges, "p.agency", "p.region")
	db.In(w, "p.state", states)
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanProposal, "select "+proposalCols+" from answer_often p"+sql+" order by p.id desc limit "+n, w.Args()...)
}
