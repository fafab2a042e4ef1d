package texts

import (
	"context"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
)

const chatCols = `c.province, c.id, c.agency, c.region, c.line, c.state, c.person, c.unread, c.opened_at, c.last_at, c.first_reply_at, c.closed_at, c.why, c.matter, c.matter_number, c.number`

func scanChat(r *db.Rows, c *Chat) error {
	return r.Scan(&c.Province, &c.ID, &c.Agency, &c.Region, &c.Line, &c.State, db.OrZero(&c.Person), &c.Unread, db.OrZero(&c.Opened), db.OrZero(&c.Last), db.OrZero(&c.Replied), db.OrZero(&c.Closed), &c.Why, db.OrZero(&c.Matter), &c.Number, &c.number)
}

func chatByID(tx *db.Tx, r hotline.Ref) (*Chat, error) {
	return db.Only(db.List(tx, scanChat, "select "+chatCols+" from text_chat c where c.province = $1 and c.id = $2", r.Province, r.ID))
}

func lockChat(tx *db.Tx, r hotline.Ref) (*Chat, error) {
	return db.Only(db.List(tx, scanChat, "select "+chatCols+" from text_chat c where c.province = $1 and c.id = $2"+tx.ForUpdate(), r.Province, r.ID))
}

// chats lists those of some ranges in a state: the one waiting longest first, of
// what is over the newest.
func chats(tx *db.Tx, ranges []account.Range, state string) ([]Chat, error) {
	w := (&db.Where{}).And("c.state = ?", state)
	account.In(w, ranges, "c.agency", "c.region")
	n := w.Next(200)
	where, args := w.SQL()
	order := " order by case when c.unread > 0 then 0 else 1 end, c.last_at, c.id"
	if state == "closed" {
		order = " order by c.closed_at desc, c.id desc"
	}
	return db.List(tx, scanChat, "select "+chatCols+" from text_chat c"+where+order+" limit "+n, args...)
}

func messages(tx *db.Tx, c *Chat) ([]Message, error) {
	return db.List(tx, func(r *db.Rows, m *Message) error {
		var way string
		err := r.Scan(&m.ID, &way, &m.body, db.OrZero(&m.Person), db.OrZero(&m.At))
		m.In = way == "in"
		return err
	}, "select id, way, body, person, at from text_message where province = $1 and chat = $2 order by at, id limit 1000", c.Province, c.ID)
}

// taken answers whether a text of the gateway is in already.
func taken(tx *db.Tx, province int, gateway string) (bool, error) {
	n := 0
	err := tx.Row("select count(*) from text_message where province = $1 and gateway = $2 and gateway <> ''", province, gateway).Scan(&n)
	return n > 0, err
}

// since counts what a conversation's person wrote after a time.
func since(tx *db.Tx, c *Chat, at time.Time) (n int, err error) {
	err = tx.Row("select count(*) from text_message where province = $1 and chat = $2 and way = 'in' and at > $3", c.Province, c.ID, clock.Millis(at)).Scan(&n)
	return n, err
}

func arrived(tx *db.Tx, c *Chat) error {
	_, err := tx.Exec("update text_chat set unread = unread + 1, last_at = $3 where province = $1 and id = $2", c.Province, c.ID, clock.Millis(tx.Now))
	return err
}

func setHolder(tx *db.Tx, c *Chat, person int64) error {
	_, err := tx.Exec("update text_chat set person = $3, unread = case when $4 then 0 else unread end where province = $1 and id = $2", c.Province, c.ID, db.OrNull(person), person != 0)
	return err
}

func replied(tx *db.Tx, c *Chat, person int64) error {
	_, err := tx.Exec("update text_chat set person = coalesce(person, $3), unread = 0, last_at = $4, first_reply_at = coalesce(first_reply_at, $4) where province = $1 and id = $2", c.Province, c.ID, person, clock.Millis(tx.Now))
	return err
}

func closeChat(tx *db.Tx, c *Chat, why string) error {
	_, err := tx.Exec("update text_chat set state = 'closed', closed_at = $3, why = $4, unread = 0 where province = $1 and id = $2 and state = 'open'", c.Province, c.ID, clock.Millis(tx.Now), why)
	return err
}

func became(tx *db.Tx, c *Chat, matter int64, number string) error {
	_, err := tx.Exec("update text_chat set matter = $3, matter_number = $4, unread = 0 where province = $1 and id = $2", c.Province, c.ID, matter, number)
	return err
}

func silent(tx *db.Tx, before time.Time) ([]Chat, error) {
	return db.List(tx, scanChat, "select "+chatCols+" from text_chat c where c.state = 'open' and c.last_at < $1 order by c.last_at, c.id limit $2", clock.Millis(before), perBatch)
}

func destroy(tx *db.Tx, before time.Time) (int64, error) {
	old, err := db.List(tx, scanChat, "select "+chatCols+" from text_chat c where c.state = 'closed' and c.closed_at < $1 and c.number is not null order by c.closed_at, c.id limit $2", clock.Millis(before), perBatch)
	for i := range old {
		if err != nil {
			return 0, err
		}
		if _, err = tx.Exec("update text_message set body = null where province = $1 and chat = $2", old[i].Province, old[i].ID); err != nil {
			return 0, err
		}
		_, err = tx.Exec("update text_chat set number = null, caller = null where province = $1 and id = $2", old[i].Province, old[i].ID)
	}
	return int64(len(old)), err
}

// lineAt is the line a number texts to.
func (s *Texts) lineAt(ctx context.Context, number string) (ref hotline.Ref, err error) {
	err = s.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := db.List(tx, func(r *db.Rows, x *hotline.Ref) error { return r.Scan(&x.Province, &x.ID) }, "select province, line from text_line where number = $1 order by province, line limit 1", number)
		if err == nil && len(found) == 0 {
			err = fault.Say(fault.NotFound, "fault.not_found")
		}
		if err == nil {
			ref = found[0]
		}
		return err
	})
	return ref, err
}

// NumberOf is the number people text to a line; "" when there is none.
func (s *Texts) NumberOf(ctx context.Context, line hotline.Ref) (number string, err error) {
	err = s.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := db.List(tx, db.One[string], "select number from text_line where province = $1 and line = $2", line.Province, line.ID)
		if len(found) > 0 {
			number = found[0]
		}
		return err
	})
	return number, err
}
