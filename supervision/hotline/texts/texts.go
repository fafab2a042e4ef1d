// Package texts is the hotline for those who cannot hear or speak (3.1.1): people
// text a number, a seat answers by text, and what they bring becomes a matter like
// what a caller brings.
//
// What is stored about people: the number, sealed, with its keyed hash, which says
// only "the same again"; what was written, sealed. Pages show the number masked.
// Both go with the retention table; that somebody wrote, and when he was answered,
// stays. A sealed line takes no texts: an operator knows who texted whom.
//
// Who may read: whoever answers the hotline at the line's unit, and the lead of
// the shift. The operator's gateway brings texts by an address that a shared
// secret signs.
package texts

import (
	"context"
	"embed"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/notify"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/hotline"
)

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Texts is the room.
type Texts struct {
	Hotline *hotline.Hotline
	Intake  *casedesk.Desk
	Secret  string // the gateway's; "" takes no texts
	Frame   func(r *http.Request, title string, crumbs ...ui.Link) ui.Frame

	bell    db.Bells // rings when a conversation changed in this process
	streams web.Streams
}

const (
	purposeNumber = "texts.number"
	purposeBody   = "texts.body"

	maxIn    = 2000 // characters, of several short messages joined
	maxReply = 300
	perHour  = 60 // of one conversation
	// silence is after which a conversation is over.
	silence  = 24 * time.Hour
	perBatch = 500
)

// Chat is a conversation.
type Chat struct {
	Province int
	ID       int64
	Agency   int64
	Region   agency.Code
	Line     int64
	State    string
	Person   int64
	Unread   int
	Opened   time.Time
	Last     time.Time
	Replied  time.Time // first
	Closed   time.Time
	Why      string
	Matter   int64
	Number   string // of the matter
	number   []byte
}

// Ref is the conversation's key.
func (c *Chat) Ref() hotline.Ref { return hotline.Ref{Province: c.Province, ID: c.ID} }

func (c *Chat) target() account.Target {
	return account.Target{Agency: c.Agency, Division: int64(c.Region)}
}

// Message is one text.
type Message struct {
	ID     int64
	In     bool
	Text   string // "" when it was destroyed
	Person int64
	At     time.Time
	body   []byte
}

// In is a text as the gateway brings it.
type In struct {
	ID   string `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
	Text string `json:"text"`
}

var (
	gatewayID = regexp.MustCompile(`^[0-9A-Za-z._:-]{1,64}$`)
	phones    = regexp.MustCompile(`^[0-9]{5,15}$`)
	filling   = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "")
)

// tidy is the one spelling of a number.
func tidy(s string) string {
	s = filling.Replace(strings.TrimSpace(s))
	for _, p := range []string{"+86", "0086"} {
		s = strings.TrimPrefix(s, p)
	}
	return s
}

func place(id int64) []byte { return strconv.AppendInt(nil, id, 10) }

// Receive takes a text in, once for the gateway's id: it joins the conversation
// its number has open with the line, or begins one, which is answered at once by
// what to expect.
func (s *Texts) Receive(ctx context.Context, in In) (seen bool, err error) {
	defer fault.Wrap(&err, "texts.Receive")
	in.From, in.To, in.Text = tidy(in.From), tidy(in.To), strings.TrimSpace(in.Text)
	if n := utf8.RuneCountInString(in.Text); !gatewayID.MatchString(in.ID) || !phones.MatchString(in.From) || n < 1 || n > maxIn || !utf8.ValidString(in.Text) {
		return false, fault.Say(fault.Invalid, "fault.invalid")
	}
	ref, err := s.lineAt(ctx, in.To)
	if err != nil {
		return false, err
	}
	l, err := s.Hotline.Line(ctx, ref)
	if err != nil || l.Sealed || !l.Open {
		if err == nil {
			err = fault.Say(fault.NotFound, "fault.not_found")
		}
		return false, err
	}
	open, _, err := s.Hotline.OpenNow(ctx, l)
	if err != nil {
		return false, err
	}
	err = s.Hotline.DB.Write(ctx, func(tx *db.Tx) error {
		tx.After(s.bell.Ring)
		if seen, err = taken(tx, l.Province, in.ID); err != nil || seen {
			return err
		}
		c, fresh, err := s.chatWith(tx, l, in.From)
		if err != nil {
			return err
		}
		if n, err := since(tx, c, tx.Now.Add(-time.Hour)); err != nil || n >= perHour {
			if err == nil {
				err = fault.Say(fault.TooMany, "fault.too_many")
			}
			return err
		}
		if err := s.keep(tx, c, "in", in.Text, in.ID, 0, 0); err != nil {
			return err
		}
		if err := arrived(tx, c); err != nil || !fresh {
			return err
		}
		return s.greet(tx, c, in.From, l, open)
	})
	if db.Broken(err, "text_message_once", "text_message.province, text_message.gateway") {
		return true, nil
	}
	return seen, err
}

// chatWith is the open conversation of a number with a line; fresh says that it
// begins now.
func (s *Texts) chatWith(tx *db.Tx, l hotline.Line, number string) (c *Chat, fresh bool, err error) {
	caller := s.Hotline.Keys.Index("texts.caller", number)
	for range 2 {
		c, err = db.Only(db.List(tx, scanChat, "select "+chatCols+" from text_chat c where c.province = $1 and c.line = $2 and c.caller = $3 and c.state = 'open'"+tx.ForUpdate(), l.Province, l.ID, caller))
		if !fault.Is(err, fault.NotFound) {
			return c, fresh, err
		}
		id := tx.ID(l.Province)
		n, err := tx.Exec(`insert into text_chat (province, id, prefecture, county, region, agency, line, number, caller, opened_at, last_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict (province, line, caller) where state = 'open' do nothing`,
			l.Province, id, l.Region.Prefecture(), l.Region.County(), l.Region, l.Agency, l.ID, s.Hotline.Keys.Seal(purposeNumber, place(id), []byte(number)), caller, clock.Millis(tx.Now))
		if err != nil {
			return nil, false, err
		}
		fresh = n == 1
	}
	return nil, false, fault.Say(fault.Unavailable, "fault.unavailable")
}

// greet says at once that a person will answer, and what to do in an emergency.
func (s *Texts) greet(tx *db.Tx, c *Chat, number string, l hotline.Line, open bool) error {
	key := "texts.greeting"
	if !open {
		key = "texts.greeting_closed"
	}
	return s.send(tx, c, number, i18n.T(i18n.With(tx.Ctx, i18n.ZH), key, l.Name), 0)
}

// send queues a text to somebody and keeps it. What the gateway cannot reach is
// kept all the same when it is an answer of ours by itself.
func (s *Texts) send(tx *db.Tx, c *Chat, number, text string, person int64) error {
	notice, err := s.Hotline.Outbox.Queue(tx, notify.Message{Province: int64(c.Province), Agency: c.Agency, Channel: notify.SMS, Address: number, Template: "texts.subject", Text: text})
	if fault.Is(err, fault.Invalid) {
		if person != 0 {
			return fault.Fields(fault.Field{Name: "text", Key: "texts.no_mobile"})
		}
		return nil
	}
	if err != nil {
		return err
	}
	return s.keep(tx, c, "out", text, "", person, notice)
}

func (s *Texts) keep(tx *db.Tx, c *Chat, way, text, gateway string, person, notice int64) error {
	id := tx.ID(c.Province)
	_, err := tx.Exec("insert into text_message (province, chat, id, way, body, person, gateway, notice, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		c.Province, c.ID, id, way, s.Hotline.Keys.Seal(purposeBody, place(id), []byte(text)), db.OrNull(person), gateway, db.OrNull(notice), clock.Millis(tx.Now))
	return err
}

// may lets through whoever answers or leads at the line's unit; for everybody
// else there is no conversation.
func may(a *account.Actor, c *Chat) error {
	if a == nil || !a.May(hotline.Answering, c.target()) && !a.May(hotline.Leading, c.target()) {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	return nil
}

// on takes a step with a conversation: locked, checked, recorded.
func (s *Texts) on(ctx context.Context, ref hotline.Ref, act string, f func(tx *db.Tx, a *account.Actor, c *Chat) error) (err error) {
	defer fault.Wrap(&err, "texts.%s(%d)", act, ref.ID)
	return s.Hotline.DB.Write(ctx, func(tx *db.Tx) error { return s.step(tx, ref, act, f) })
}

func (s *Texts) step(tx *db.Tx, ref hotline.Ref, act string, f func(tx *db.Tx, a *account.Actor, c *Chat) error) error {
	a := account.From(tx.Ctx)
	c, err := lockChat(tx, ref)
	if err != nil {
		return err
	}
	if err := may(a, c); err != nil {
		return err
	}
	if err := f(tx, a, c); err != nil {
		return err
	}
	tx.After(s.bell.Ring)
	return audit.Append(tx, audit.Entry{Province: int64(c.Province), Person: a.Person, Login: a.Login, Agency: c.Agency, Verb: "texts." + act, Object: "text_chat " + strconv.FormatInt(c.ID, 10)})
}

// mine refuses who does not have the conversation; who leads may have anybody's.
func mine(a *account.Actor, c *Chat) error {
	switch {
	case c.State != "open":
		return fault.Say(fault.Conflict, "texts.closed")
	case c.Person != 0 && c.Person != a.Person && !a.May(hotline.Leading, c.target()):
		return fault.Say(fault.Conflict, "texts.taken")
	}
	return nil
}

// Take gives a conversation to the person acting, and what came is read.
func (s *Texts) Take(ctx context.Context, ref hotline.Ref) error {
	return s.on(ctx, ref, "take", func(tx *db.Tx, a *account.Actor, c *Chat) error {
		if err := mine(a, c); err != nil {
			return err
		}
		return setHolder(tx, c, a.Person)
	})
}

// GiveBack leaves a conversation to whoever takes it next.
func (s *Texts) GiveBack(ctx context.Context, ref hotline.Ref) error {
	return s.on(ctx, ref, "give_back", func(tx *db.Tx, a *account.Actor, c *Chat) error {
		if err := mine(a, c); err != nil {
			return err
		}
		return setHolder(tx, c, 0)
	})
}

// Reply answers by text; who answers has the conversation from then on.
func (s *Texts) Reply(ctx context.Context, ref hotline.Ref, text string) error {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < 1 || n > maxReply {
		return fault.Fields(fault.Field{Name: "text", Key: "texts.need_text", Args: []any{maxReply}})
	}
	return s.on(ctx, ref, "reply", func(tx *db.Tx, a *account.Actor, c *Chat) error {
		if err := mine(a, c); err != nil {
			return err
		}
		number, err := s.numberOf(c)
		if err != nil {
			return err
		}
		if err := s.send(tx, c, number, text, a.Person); err != nil {
			return err
		}
		return replied(tx, c, a.Person)
	})
}

// Close ends a conversation; the next text of the number begins another.
func (s *Texts) Close(ctx context.Context, ref hotline.Ref) error {
	return s.on(ctx, ref, "close", func(tx *db.Tx, a *account.Actor, c *Chat) error {
		if err := mine(a, c); err != nil {
			return err
		}
		return closeChat(tx, c, "done")
	})
}

func (s *Texts) numberOf(c *Chat) (string, error) {
	if len(c.number) == 0 {
		return "", fault.Say(fault.Conflict, "texts.closed")
	}
	b, err := s.Hotline.Keys.Open(purposeNumber, place(c.ID), c.number)
	return string(b), err
}

// masked is the number as pages show it.
func (s *Texts) masked(c *Chat) string {
	n, err := s.numberOf(c)
	if err != nil || len(n) < 5 {
		return ""
	}
	return n[:3] + strings.Repeat("*", len(n)-5) + n[len(n)-2:]
}

// read opens the messages of a conversation, the oldest first.
func (s *Texts) read(tx *db.Tx, c *Chat) ([]Message, error) {
	all, err := messages(tx, c)
	for i := range all {
		if err != nil {
			return nil, err
		}
		if len(all[i].body) > 0 {
			var b []byte
			b, err = s.Hotline.Keys.Open(purposeBody, place(all[i].ID), all[i].body)
			all[i].Text = string(b)
		}
	}
	return all, err
}

// Register names the job that ends silent conversations.
func (s *Texts) Register(r *jobs.Runner) {
	r.Every("texts.silent", jobs.Each(30*time.Minute), func(ctx context.Context, _ jobs.Job) error { return s.EndSilent(ctx) })
}

// EndSilent closes conversations nobody wrote in for a day.
func (s *Texts) EndSilent(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "texts.EndSilent")
	var old []Chat
	if err := s.Hotline.DB.Read(ctx, func(tx *db.Tx) (err error) {
		old, err = silent(tx, tx.Now.Add(-silence))
		return err
	}); err != nil {
		return err
	}
	for i := range old {
		if err := s.Hotline.DB.Write(ctx, func(tx *db.Tx) error {
			c, err := lockChat(tx, old[i].Ref())
			if err != nil || c.State != "open" || c.Last.After(tx.Now.Add(-silence)) {
				return err
			}
			return closeChat(tx, c, "silent")
		}); err != nil {
			return err
		}
	}
	return nil
}

// Destroy carries out the line of the retention table: numbers and what was
// written in conversations closed before a time go; when and how long stays.
func (s *Texts) Destroy(ctx context.Context, before time.Time) (n int64, err error) {
	defer fault.Wrap(&err, "texts.Destroy")
	err = s.Hotline.DB.Write(ctx, func(tx *db.Tx) error {
		n, err = destroy(tx, before)
		return err
	})
	return n, err
}

// Waiting brings to mind the conversations with texts nobody read, those nobody
// has and one's own.
func (s *Texts) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	a := account.From(ctx)
	if a == nil || !a.Holds(hotline.Answering) {
		return nil, nil
	}
	err = s.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := chats(tx, a.Scope(hotline.Answering), "open")
		if err != nil {
			return err
		}
		group := front.Waiting{Kind: "texts.wait"}
		for i := range found {
			c := &found[i]
			if c.Unread == 0 || c.Person != 0 && c.Person != a.Person {
				continue
			}
			group.Works = append(group.Works, ui.Work{Href: href(ctx, pathOf(c.Ref(), "")), Title: word(ctx, "wait_title", s.masked(c)), Tag: ui.TagWaiting, TagWords: word(ctx, "unread_n", c.Unread), Next: word(ctx, "next"), Spent: -1})
		}
		if len(group.Works) > 0 {
			out = append(out, group)
		}
		return nil
	})
	return out, err
}
