package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-message"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/notify"
	"yangguang/internal/secret"
	"yangguang/supervision/casework"
)

var wordDecoder = mime.WordDecoder{CharsetReader: charsetReader}

func init() { message.CharsetReader = charsetReader } // the library knows one for all

func hashed(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// What became of a message.
const (
	mailFiled   = "filed"
	mailAdded   = "added"
	mailLeftOut = "left_out"
	mailFailed  = "failed"
)

// Mail is what became of one message.
type Mail struct {
	Province int
	ID       int64
	Agency   int64
	Outcome  string
	Reason   string // a word with a sentence "exchange.mail_<word>"; "" when nothing is to be said
	Number   string
	At       time.Time
	SeenAt   time.Time // of one that was not taken: when somebody looked after it

	message, sender, code []byte
}

// Waits answers whether somebody has to look after it.
func (m *Mail) Waits() bool { return m.Outcome == mailFailed && m.SeenAt.IsZero() }

// perSender is how many matters one mailbox may bring in a day; more is a
// program, or a flood, and is left to the office.
const perSender = 20

const codePurpose = "exchange.code"

// receive takes one message of a unit's mailbox: a new matter, an addition to
// one, or nothing. A message read twice is taken once. Its error is a failure of
// ours, after which the message stays where it is.
func (e *Exchange) receive(ctx context.Context, u agency.Agency, own string, raw []byte) (out *Mail, err error) {
	defer fault.Wrap(&err, "exchange.receive")
	l, err := readLetter(raw)
	if err != nil {
		return e.note(ctx, u, &letter{id: "sha256:" + hashed(raw)}, Mail{Outcome: mailFailed, Reason: "unreadable"})
	}
	var old *Mail
	if err := e.db().Read(ctx, func(tx *db.Tx) error {
		old, err = mailByMessage(tx, u, e.messageIndex(l))
		return err
	}); err == nil && old.Outcome != mailFailed {
		return old, nil
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	switch {
	case l.auto != "":
		return e.note(ctx, u, l, Mail{Outcome: mailLeftOut, Reason: l.auto})
	case strings.EqualFold(l.from, own):
		return e.note(ctx, u, l, Mail{Outcome: mailLeftOut, Reason: "own"})
	}
	if out, err := e.addition(ctx, u, l); err != nil || out != nil {
		return out, err
	}
	return e.fresh(ctx, u, l)
}

func (e *Exchange) messageIndex(l *letter) []byte {
	return e.Cases.Keys.Index("exchange.message", l.id)
}

func (e *Exchange) senderIndex(l *letter) []byte {
	if l.from == "" {
		return nil
	}
	return e.Cases.Keys.Index("exchange.sender", l.from)
}

// note writes what became of a message.
func (e *Exchange) note(ctx context.Context, u agency.Agency, l *letter, m Mail) (*Mail, error) {
	err := e.db().Write(ctx, func(tx *db.Tx) error { return e.noteIn(tx, u, l, &m, "") })
	return &m, err
}

func (e *Exchange) noteIn(tx *db.Tx, u agency.Agency, l *letter, m *Mail, code string) error {
	m.Province, m.ID, m.Agency, m.At = u.Province(), tx.ID(u.Province()), u.ID, tx.Now
	m.message, m.sender = e.messageIndex(l), e.senderIndex(l)
	if code != "" { // sealed to the number, since the row of a message written again keeps its id
		m.code = e.Cases.Keys.Seal(codePurpose, []byte(m.Number), []byte(code))
	}
	return insertMail(tx, m)
}

// addition adds a letter to the matter it names by number and code, or by
// answering a mail of ours to the mailbox the matter came from. nil when it
// names none that takes it: it is a new matter then, so that no word is lost.
func (e *Exchange) addition(ctx context.Context, u agency.Agency, l *letter) (*Mail, error) {
	number, code, err := e.named(ctx, u, l)
	if err != nil || number == "" {
		return nil, err
	}
	text := cutText(withoutCodes(or(unquoted(l.text), l.text)))
	reason := ""
	err = e.Cases.Post(ctx, number, code, "mail:"+l.id, text, l.files)
	if len(l.files) > 0 && onlyFiles(err) {
		reason = "files_refused"
		err = e.Cases.Post(ctx, number, code, "mail:"+l.id, text, nil)
	}
	if kind := fault.KindOf(err); err != nil && (kind == fault.Invalid || kind == fault.Conflict || kind == fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if reason == "" && l.lost > 0 {
		reason = "files_lost"
	}
	return e.note(ctx, u, l, Mail{Outcome: mailAdded, Number: number, Reason: reason})
}

// named finds the matter a letter is about.
func (e *Exchange) named(ctx context.Context, u agency.Agency, l *letter) (number, code string, err error) {
	all := l.subject + "\n" + l.text
	numbers, codes := numbersIn(all), codesIn(all)
	for _, n := range numbers {
		for _, c := range codes {
			if _, err := e.Cases.Follow(ctx, n, c); err == nil {
				return n, c, nil
			} else if fault.KindOf(err) == fault.Internal || fault.KindOf(err) == fault.Unavailable {
				return "", "", err
			}
		}
		if len(codes) > 0 {
			break // one number is tried, lest a letter tries through many
		}
	}
	err = e.db().Read(ctx, func(tx *db.Tx) error {
		for _, id := range l.to {
			notice, _, _ := strings.Cut(id, "@")
			i, err := strconv.ParseInt(notice, 10, 64)
			if err != nil {
				continue
			}
			n, err := notify.NumberOf(tx, u.Province(), i)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			m, err := mailOfNumber(tx, u.Province(), n)
			if err != nil {
				return err
			}
			// Our notices leave from one address: the answer may come in by another unit's mailbox.
			if m == nil || !secret.Equal(m.sender, e.senderIndex(l)) {
				continue
			}
			c, err := e.Cases.Keys.Open(codePurpose, []byte(m.Number), m.code)
			if err != nil {
				return err
			}
			number, code = n, string(c)
			return nil
		}
		return nil
	})
	return number, code, err
}

func onlyFiles(err error) bool {
	fs := fault.FieldsOf(err)
	return len(fs) > 0 && !slices.ContainsFunc(fs, func(f fault.Field) bool { return f.Name != "file" })
}

func cutText(s string) string {
	if utf8.RuneCountInString(s) > casework.MaxText {
		return string([]rune(s)[:casework.MaxText-1]) + "…"
	}
	return s
}

// fresh files a letter as a new matter and acknowledges it, with number and code
// and nothing else, to the mailbox it came from.
func (e *Exchange) fresh(ctx context.Context, u agency.Agency, l *letter) (*Mail, error) {
	out := Mail{Outcome: mailFiled}
	n := 0
	if err := e.db().Read(ctx, func(tx *db.Tx) (err error) {
		n, err = filedBy(tx, u.Province(), e.senderIndex(l), tx.Now.Add(-24*time.Hour))
		return err
	}); err != nil {
		return nil, err
	}
	if n >= perSender {
		return e.note(ctx, u, l, Mail{Outcome: mailFailed, Reason: "too_many"})
	}
	f := e.filing(u, l)
	if l.lost > 0 || utf8.RuneCountInString(l.text) > casework.MaxText {
		out.Reason = "cut"
	}
	also := func(tx *db.Tx, m *casework.Matter, code string) error {
		out.Number = m.Number
		if err := e.noteIn(tx, u, l, &out, code); err != nil {
			return err
		}
		return e.acknowledge(tx, m, l, code)
	}
	_, _, err := e.Cases.FileWith(ctx, f, also)
	if len(f.Files) > 0 && onlyFiles(err) {
		f.Files, out.Reason = nil, "files_refused"
		_, _, err = e.Cases.FileWith(ctx, f, also)
	}
	switch kind := fault.KindOf(err); {
	case err == nil:
		return &out, nil
	case kind == fault.Invalid || kind == fault.Conflict || kind == fault.NotFound || kind == fault.TooLarge:
		return e.note(ctx, u, l, Mail{Outcome: mailFailed, Reason: "refused"})
	}
	return nil, err
}

// acknowledge queues the answer. Where no mail can be sent, nothing is.
func (e *Exchange) acknowledge(tx *db.Tx, m *casework.Matter, l *letter, code string) error {
	o := e.Cases.Outbox
	if o == nil || o.Senders[notify.Email] == nil || m.Ack != "email" {
		return nil
	}
	_, err := o.Queue(tx, notify.Message{Province: int64(m.Province), Agency: m.Agency, Channel: notify.Email, Address: l.from, Lang: m.Lang, Template: "notify.step_mail", Number: m.Number, Code: code})
	return err
}

// filing is a letter as casework takes it. What kind it is follows from the
// words of its subject; whoever accepts it corrects that.
func (e *Exchange) filing(u agency.Agency, l *letter) casework.Filing {
	subject := withoutCodes(l.subject)
	if r := []rune(subject); len(r) > casework.MaxSubject {
		subject = string(r[:casework.MaxSubject-1]) + "…"
	}
	text := cutText(withoutCodes(l.text))
	if utf8.RuneCountInString(text) < 4 {
		text = subject + "\n" + text
	}
	if utf8.RuneCountInString(text) < 4 { // pictures alone
		text = i18n.T(i18n.With(context.Background(), i18n.ZH), "exchange.mail_no_text")
	}
	name := l.name
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	f := casework.Filing{Agency: u.ID, Channel: "email", Type: e.typeOf(l.subject), Token: "mail:" + itoa(u.ID) + ":" + l.id, Lang: i18n.ZH, Silent: true, Files: l.files,
		Told: casework.Told{Subject: subject, Text: text}, Who: casework.Contact{Name: name}}
	if a, err := mail.ParseAddress(l.from); err == nil && a.Address == l.from && len(l.from) <= 100 && strings.Trim(l.from, " \r\n,;<>\"") == l.from {
		f.Who.Email, f.Ack = l.from, "email"
	}
	return f
}

// typeOf is the type the words of a subject say; a suggestion when they say none.
func (e *Exchange) typeOf(subject string) string {
	low := strings.ToLower(subject)
	for _, id := range []string{"tipoff", "complaint", "enquiry", "praise"} {
		if e.Cases.Norm.Casework.Type(id) == nil {
			continue
		}
		for _, w := range wordsOf("exchange.mail_words_" + id) {
			if w != "" && strings.Contains(low, w) {
				return id
			}
		}
	}
	return "suggestion"
}

// Mails lists what became of messages, and how the mailboxes stand, for whoever
// keeps them.
func (e *Exchange) Mails(ctx context.Context, outcome string) (ms []Mail, boxes []Standing, err error) {
	defer fault.Wrap(&err, "exchange.Mails")
	err = e.db().Read(ctx, func(tx *db.Tx) error {
		units, err := unitsFor(tx, Managing)
		if err != nil {
			return err
		}
		if boxes, err = standings(tx, units); err != nil {
			return err
		}
		ms, err = mailsOf(tx, units, outcome, 100)
		return err
	})
	return ms, boxes, err
}
