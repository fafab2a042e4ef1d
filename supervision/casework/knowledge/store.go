package knowledge

import (
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const articleCols = `a.province, a.id, a.region, a.agency, a.seat, a.standing, a.working, a.state, a.title, a.topic, a.audience, a.lang, a.valid_from, a.valid_to, a.review_on`

func articleDest(x *Article) []any {
	return []any{&x.Province, &x.ID, &x.Region, &x.Agency, &x.Seat, &x.Standing, &x.Working, &x.State, &x.Title, &x.Topic, &x.Audience, &x.Lang, &x.From, &x.To, &x.Review}
}

func scanArticle(r *db.Rows, x *Article) error { return r.Scan(articleDest(x)...) }

const versionCols = `v.province, v.article, v.number, v.title, v.questions, v.answer, v.topic, v.law, v.law_article, v.law_url, v.valid_from, v.valid_to, v.review_on, v.audience, v.lang, v.link,
 v.state, v.note, v.reason, v.hash, v.saves, v.author, v.author_for, v.reviewer, v.reviewer_for, v.written_at, v.decided_at`

func versionDest(v *Version, questions *string, written *int64) []any {
	return []any{&v.Province, &v.Article, &v.Number, &v.Title, questions, &v.Answer, &v.Topic, &v.Law, &v.LawArticle, &v.LawURL, &v.From, &v.To, &v.Review, &v.Audience, &v.Lang, &v.Link,
		&v.State, &v.Note, &v.Reason, &v.Hash, &v.Saves, &v.Author, db.OrZero(&v.authorFor), db.OrZero(&v.Reviewer), db.OrZero(&v.reviewerFor), written, db.OrZero(&v.DecidedAt)}
}

func scanVersion(r *db.Rows, v *Version) error {
	var questions string
	var written int64
	err := r.Scan(versionDest(v, &questions, &written)...)
	v.Questions, v.WrittenAt = lines(questions), clock.FromMillis(written)
	return err
}

func scanStanding(r *db.Rows, x *standingArticle) error {
	var questions string
	var written int64
	err := r.Scan(append(articleDest(&x.Article), versionDest(&x.Version, &questions, &written)...)...)
	x.Version.Questions, x.Version.WrittenAt = lines(questions), clock.FromMillis(written)
	return err
}

func articleByID(tx *db.Tx, province int, id int64, lock string) (*Article, error) {
	return db.Only(db.List(tx.Of(tagOf(id)), scanArticle, "select "+articleCols+" from knowledge_article a where a.province = $1 and a.id = $2"+lock, province, id))
}

func versionOf(tx *db.Tx, province int, id int64, number int) (*Version, error) {
	return db.Only(db.List(tx.Of(tagOf(id)), scanVersion, "select "+versionCols+" from knowledge_version v where v.province = $1 and v.article = $2 and v.number = $3", province, id, number))
}

// versionsOf lists an article's versions, the newest first.
func versionsOf(tx *db.Tx, x *Article) ([]Version, error) {
	return db.List(tx, scanVersion, "select "+versionCols+" from knowledge_version v where v.province = $1 and v.article = $2 order by v.number desc limit 200", x.Province, x.ID)
}

func insertArticle(tx *db.Tx, x *Article) error {
	_, err := tx.Exec(`insert into knowledge_article (province, id, prefecture, county, region, agency, seat, standing, working, state, title, topic, audience, lang, valid_from, valid_to, review_on)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`, x.Province, x.ID, x.Region.Prefecture(), x.Region.County(), x.Region, x.Agency, x.Seat, x.Standing, x.Working, x.State,
		x.Title, x.Topic, x.Audience, x.Lang, x.From, x.To, x.Review)
	return err
}

func updateArticle(tx *db.Tx, x *Article) error {
	_, err := tx.Exec(`update knowledge_article set standing = $3, working = $4, state = $5, title = $6, topic = $7, audience = $8, lang = $9, valid_from = $10, valid_to = $11, review_on = $12
 where province = $1 and id = $2`, x.Province, x.ID, x.Standing, x.Working, x.State, x.Title, x.Topic, x.Audience, x.Lang, x.From, x.To, x.Review)
	return err
}

func insertVersion(tx *db.Tx, v *Version) error {
	_, err := tx.Exec(`insert into knowledge_version (province, article, number, title, questions, answer, topic, law, law_article, law_url, valid_from, valid_to, review_on, audience, lang, link, state, saves, author, author_for, written_at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`, v.Province, v.Article, v.Number, v.Title, strings.Join(v.Questions, "\n"), v.Answer, v.Topic, v.Law, v.LawArticle, v.LawURL,
		v.From, v.To, v.Review, v.Audience, v.Lang, v.Link, v.State, v.Saves, v.Author, db.OrNull(v.authorFor), clock.Millis(v.WrittenAt))
	return err
}

func updateVersion(tx *db.Tx, v *Version) error {
	_, err := tx.Exec(`update knowledge_version set title = $4, questions = $5, answer = $6, topic = $7, law = $8, law_article = $9, law_url = $10, valid_from = $11, valid_to = $12, review_on = $13, audience = $14, lang = $15, link = $16,
 state = $17, note = $18, reason = $19, hash = $20, saves = $21, author = $22, author_for = $23, reviewer = $24, reviewer_for = $25, written_at = $26, decided_at = $27
 where province = $1 and article = $2 and number = $3`, v.Province, v.Article, v.Number, v.Title, strings.Join(v.Questions, "\n"), v.Answer, v.Topic, v.Law, v.LawArticle, v.LawURL, v.From, v.To, v.Review, v.Audience, v.Lang, v.Link,
		v.State, v.Note, v.Reason, v.Hash, v.Saves, v.Author, db.OrNull(v.authorFor), db.OrNull(v.Reviewer), db.OrNull(v.reviewerFor), clock.Millis(v.WrittenAt), db.OrNull(v.DecidedAt))
	return err
}

// update writes an article and a version of it.
func update(tx *db.Tx, x *Article, v *Version) error {
	if err := updateVersion(tx, v); err != nil {
		return err
	}
	return updateArticle(tx, x)
}

// deleteVersion removes a version that never passed.
func deleteVersion(tx *db.Tx, v *Version) error {
	if _, err := tx.Exec("delete from knowledge_hand where province = $1 and article = $2 and number = $3", v.Province, v.Article, v.Number); err != nil {
		return err
	}
	_, err := tx.Exec("delete from knowledge_version where province = $1 and article = $2 and number = $3", v.Province, v.Article, v.Number)
	return err
}

// deleteArticle removes an article that never stood.
func deleteArticle(tx *db.Tx, x *Article) error {
	_, err := tx.Exec("delete from knowledge_article where province = $1 and id = $2 and standing = 0", x.Province, x.ID)
	return err
}

// addHand notes whoever writes at a version, and whom he stands in for.
func addHand(tx *db.Tx, v *Version) error {
	for _, p := range []int64{v.Author, v.authorFor} {
		if p == 0 {
			continue
		}
		if _, err := tx.Exec("insert into knowledge_hand (province, article, number, person) values ($1, $2, $3, $4) on conflict (province, article, number, person) do nothing", v.Province, v.Article, v.Number, p); err != nil {
			return err
		}
	}
	return nil
}

func handsOf(tx *db.Tx, v *Version) ([]int64, error) {
	return db.List(tx, db.One[int64], "select person from knowledge_hand where province = $1 and article = $2 and number = $3 order by person limit 200", v.Province, v.Article, v.Number)
}

// listHolding lists what stands and holds for a division: the nearest level
// first. With ids, only those, and only what holds for that very division.
func listHolding(tx *db.Tx, q query, ids []int64) ([]standingArticle, error) {
	places := chain(q.place)
	if ids != nil {
		places = places[:1]
	}
	provinces := []int{0}
	if p := q.place.Province(); p != 0 {
		provinces = append(provinces, p)
	}
	w := &db.Where{}
	db.In(w, "a.province", provinces)
	db.In(w, "a.region", places)
	w.And("a.state = 'valid'")
	if ids != nil {
		db.In(w, "a.id", ids)
	}
	w.If(q.topic != "", "a.topic = ?", q.topic).If(!q.staff, "a.audience = 'public'")
	w.If(q.after.id != 0, "(a.region < ? or a.region = ? and (a.topic > ? or a.topic = ? and a.id > ?))", q.after.region, q.after.region, q.after.topic, q.after.topic, q.after.id)
	if !q.all {
		w.And("a.valid_from <= ? and (a.valid_to is null or a.valid_to >= ?)", today(tx), today(tx))
	}
	sql, _ := w.SQL()
	n := w.Next(q.limit)
	return db.List(tx.Of(allTag), scanStanding, "select "+articleCols+", "+versionCols+" from knowledge_article a join knowledge_version v on v.province = a.province and v.article = a.id and v.number = a.standing"+sql+" order by a.region desc, a.topic, a.id limit "+n, w.Args()...)
}

// standingAfter lists every valid article, in the order of ids.
func standingAfter(tx *db.Tx, after int64, limit int) ([]standingArticle, error) {
	return db.List(tx, scanStanding, "select "+articleCols+", "+versionCols+" from knowledge_article a join knowledge_version v on v.province = a.province and v.article = a.id and v.number = a.standing where a.state = 'valid' and a.id > $1 order by a.id limit $2", after, limit)
}

// mapped lists the articles in force everybody may read that hold for a division,
// or for a place within it.
func mapped(tx *db.Tx, home agency.Code, limit int) ([]int64, error) {
	w := &db.Where{}
	if p := home.Province(); p != 0 {
		db.In(w, "a.province", []int{0, p})
		lo, hi := home.Range()
		args := []any{lo, hi}
		for _, c := range chain(home) {
			args = append(args, c)
		}
		w.And("(a.region between ? and ? or a.region in (?"+strings.Repeat(", ?", len(args)-3)+"))", args...)
	}
	w.And("a.state = 'valid' and a.audience = 'public' and a.valid_from <= ? and (a.valid_to is null or a.valid_to >= ?)", today(tx), today(tx))
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, func(r *db.Rows, id *int64) error { return r.Scan(id) }, "select a.id from knowledge_article a"+sql+" order by a.id limit "+n, w.Args()...)
}

// countHolding tells how many articles are in force for a division.
func countHolding(tx *db.Tx, place agency.Code) (n int64, err error) {
	provinces := []int{0}
	if p := place.Province(); p != 0 {
		provinces = append(provinces, p)
	}
	w := &db.Where{}
	db.In(w, "a.province", provinces)
	db.In(w, "a.region", chain(place))
	w.And("a.state = 'valid' and a.audience = 'public' and a.valid_from <= ? and (a.valid_to is null or a.valid_to >= ?)", today(tx), today(tx))
	sql, args := w.SQL()
	err = tx.Of(allTag).Row("select count(*) from knowledge_article a"+sql, args...).Scan(&n)
	return n, err
}

// ownFilter narrows the articles of a person's units.
type ownFilter struct {
	state, topic, audience string
	over                   bool // only those whose last day has passed
	after                  int64
	limit                  int
}

// ownedIn lists articles of any state whose owners a person writes or reviews
// for, the newest first.
func ownedIn(tx *db.Tx, ranges []account.Range, f ownFilter) ([]Article, error) {
	w := &db.Where{}
	account.In(w, ranges, "a.agency", "a.seat")
	w.If(f.state != "", "a.state = ?", f.state).If(f.topic != "", "a.topic = ?", f.topic).If(f.audience != "", "a.audience = ?", f.audience).If(f.after != 0, "a.id < ?", f.after)
	w.If(f.over, "a.valid_to < ?", today(tx))
	sql, _ := w.SQL()
	n := w.Next(f.limit)
	return db.List(tx, scanArticle, "select "+articleCols+" from knowledge_article a"+sql+" order by a.id desc limit "+n, w.Args()...)
}

// underWay lists versions in a state within a person's reach, the oldest first.
func underWay(tx *db.Tx, ranges []account.Range, state string, limit int) ([]Version, error) {
	w := (&db.Where{}).And("v.state = ?", state)
	account.In(w, ranges, "a.agency", "a.seat")
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanVersion, "select "+versionCols+" from knowledge_version v join knowledge_article a on a.province = v.province and a.id = v.article"+sql+" order by v.written_at, v.article limit "+n, w.Args()...)
}

// unlisted are the articles whose review date comes by a day and which the list
// does not have.
func unlisted(tx *db.Tx, by clock.Date, limit int) ([]Article, error) {
	return db.List(tx, scanArticle, "select "+articleCols+` from knowledge_article a where a.state = 'valid' and a.review_on <= $1
 and not exists (select 1 from knowledge_due d where d.province = a.province and d.article = a.id) order by a.review_on, a.id limit $2`, by, limit)
}

func insertDue(tx *db.Tx, x *Article, on clock.Date) error {
	_, err := tx.Exec("insert into knowledge_due (province, article, review_on, listed_on) values ($1, $2, $3, $4) on conflict (province, article) do nothing", x.Province, x.ID, x.Review, on)
	return err
}

func deleteDue(tx *db.Tx, province int, id int64) error {
	_, err := tx.Exec("delete from knowledge_due where province = $1 and article = $2", province, id)
	return err
}

// dueIn lists what is due for review within a person's reach, the longest first.
func dueIn(tx *db.Tx, ranges []account.Range, limit int) ([]Article, error) {
	w := &db.Where{}
	account.In(w, ranges, "a.agency", "a.seat")
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanArticle, "select "+articleCols+" from knowledge_due d join knowledge_article a on a.province = d.province and a.id = d.article"+sql+" order by d.review_on, a.id limit "+n, w.Args()...)
}

func addTally(tx *db.Tx, province int, article int64, number int, what, month string) error {
	_, err := tx.Exec(`insert into knowledge_tally (province, article, number, what, month, n) values ($1, $2, $3, $4, $5, 1)
 on conflict (province, article, number, what, month) do update set n = knowledge_tally.n + 1`, province, article, number, what, month)
	return err
}

type tally struct {
	what string
	n    int
}

func tallies(tx *db.Tx, x *Article) ([]tally, error) {
	return db.List(tx, func(r *db.Rows, t *tally) error { return r.Scan(&t.what, &t.n) },
		"select what, sum(n) from knowledge_tally where province = $1 and article = $2 group by what order by what limit 50", x.Province, x.ID)
}

const reportCols = `r.province, r.id, r.article, r.number, r.agency, r.seat, r.source, r.kind, r.note, r.times, r.person, r.at, r.due_on, r.state, r.outcome, r.words, a.title`

func scanReport(r *db.Rows, x *Report) error {
	return r.Scan(&x.Province, &x.ID, &x.Article, &x.Number, &x.Agency, &x.Seat, &x.Source, &x.Kind, &x.Note, &x.Times, db.OrZero(&x.Person), db.OrZero(&x.At), &x.DueOn, &x.State, &x.Outcome, &x.Words, &x.Title)
}

const reportFrom = " from knowledge_report r join knowledge_article a on a.province = r.province and a.id = r.article"

func reportByID(tx *db.Tx, province int, id int64, lock string) (*Report, error) {
	return db.Only(db.List(tx, scanReport, "select "+reportCols+reportFrom+" where r.province = $1 and r.id = $2"+lock, province, id))
}

func insertReport(tx *db.Tx, r *Report) error {
	_, err := tx.Exec(`insert into knowledge_report (province, id, article, number, agency, seat, source, kind, note, times, person, at, due_on, state)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, r.Province, r.ID, r.Article, r.Number, r.Agency, r.Seat, r.Source, r.Kind, r.Note, r.Times, db.OrNull(r.Person), clock.Millis(r.At), r.DueOn, r.State)
	return err
}

// sayAgain adds a reader to the open task of the same kind.
func sayAgain(tx *db.Tx, x *Article, kind string) (int64, error) {
	return tx.Exec("update knowledge_report set times = times + 1 where province = $1 and article = $2 and number = $3 and kind = $4 and source = 'public' and state = 'open'", x.Province, x.ID, x.Standing, kind)
}

func closeReport(tx *db.Tx, r *Report, by int64) error {
	_, err := tx.Exec("update knowledge_report set state = $3, outcome = $4, words = $5, closed_by = $6, closed_at = $7 where province = $1 and id = $2",
		r.Province, r.ID, r.State, r.Outcome, r.Words, by, clock.Millis(tx.Now))
	return err
}

// reports lists reports within a person's reach: open ones by their day, closed
// ones the newest first.
func reports(tx *db.Tx, ranges []account.Range, state string, after int64, limit int) ([]Report, error) {
	w := (&db.Where{}).And("r.state = ?", state)
	account.In(w, ranges, "r.agency", "r.seat")
	order := " order by r.due_on, r.id limit "
	if state == closed {
		order = " order by r.id desc limit "
		w.If(after != 0, "r.id < ?", after)
	}
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanReport, "select "+reportCols+reportFrom+sql+order+n, w.Args()...)
}

// reportsOf are the open reports about an article.
func reportsOf(tx *db.Tx, x *Article) ([]Report, error) {
	return db.List(tx, scanReport, "select "+reportCols+reportFrom+" where r.province = $1 and r.article = $2 and r.state = 'open' order by r.due_on, r.id limit 50", x.Province, x.ID)
}

const cannedCols = `c.province, c.id, c.agency, c.seat, c.person, c.name, c.body, c.suits, c.topic, c.note, c.does, c.lead, c.saves, c.changed_at, c.changed_by`

func scanCanned(r *db.Rows, c *Canned) error {
	var of string
	err := r.Scan(&c.Province, &c.ID, &c.Agency, &c.Seat, db.OrZero(&c.Person), &c.Name, &c.Body, &of, &c.Topic, &c.Note, &c.Does, db.OrZero(&c.Lead), &c.Saves, db.OrZero(&c.Changed), &c.By)
	c.Suits = strings.Fields(of)
	return err
}

func cannedByID(tx *db.Tx, province int, id int64, lock string) (*Canned, error) {
	return db.Only(db.List(tx, scanCanned, "select "+cannedCols+" from knowledge_canned c where c.province = $1 and c.id = $2"+lock, province, id))
}

// cannedFor lists a unit's canned replies, and a person's own there.
func cannedFor(tx *db.Tx, u agency.Agency, person int64) ([]Canned, error) {
	return db.List(tx, scanCanned, "select "+cannedCols+" from knowledge_canned c where c.province = $1 and c.agency = $2 and (c.person is null or c.person = $3) order by c.name, c.id limit 500", u.Province(), u.ID, person)
}

func insertCanned(tx *db.Tx, c *Canned) error {
	_, err := tx.Exec(`insert into knowledge_canned (province, id, agency, seat, person, name, body, suits, topic, note, saves, changed_at, changed_by, does, lead)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, c.Province, c.ID, c.Agency, c.Seat, db.OrNull(c.Person), c.Name, c.Body, strings.Join(c.Suits, " "), c.Topic, c.Note, c.Saves, clock.Millis(c.Changed), c.By, c.Does, db.OrNull(c.Lead))
	return err
}

func updateCanned(tx *db.Tx, c *Canned) error {
	_, err := tx.Exec("update knowledge_canned set name = $3, body = $4, suits = $5, topic = $6, note = $7, saves = $8, changed_at = $9, changed_by = $10, does = $11, lead = $12 where province = $1 and id = $2",
		c.Province, c.ID, c.Name, c.Body, strings.Join(c.Suits, " "), c.Topic, c.Note, c.Saves, clock.Millis(c.Changed), c.By, c.Does, db.OrNull(c.Lead))
	return err
}

func deleteCanned(tx *db.Tx, c *Canned) error {
	n, err := tx.Exec("delete from knowledge_canned where province = $1 and id = $2", c.Province, c.ID)
	if err == nil && n == 0 {
		err = fault.Say(fault.Conflict, "flow.not_now")
	}
	return err
}

// ranges joins where a person writes and where he reviews.
func ranges(a *account.Actor) []account.Range {
	out := slices.Clone(a.Scope(Writing))
	for _, x := range a.Scope(Reviewing) {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
