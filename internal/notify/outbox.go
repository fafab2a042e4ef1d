package notify

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/secret"
)

// Channel is a way to reach a person.
type Channel string

// The channels.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
)

// State is where a notice stands; each has a sentence "notify.state_<state>".
type State int

// The states.
const (
	Queued State = iota
	Sent
	Failed
)

var stateNames = [...]string{"queued", "sent", "failed"}

// String is the state's stable name.
func (s State) String() string { return stateNames[s] }

// Message is a step to be told.
type Message struct {
	Province int64
	Agency   int64 // who handles the matter and sees the notice at its desk
	Channel  Channel
	Address  string    // as the person gave it
	Lang     i18n.Lang // the person's language
	Template string    // a sentence with one place, for the number: "notify.step_replied"
	Number   string    // the public number
	// Code is told beside the number to whoever wrote by mail himself: the
	// mailbox is the one the matter came from. The template has a second place.
	Code string
	// Text is sent in place of the template's sentence, which is then its subject
	// and what the desk sees: a word to staff, or what an agent answers somebody who
	// wrote. It is sealed with the address and erased with it; Number may be empty.
	Text string
}

// Sender delivers one text to one address. Both it and its errors keep the
// address to themselves: an error is one made with fail, temporary or final.
type Sender interface {
	Send(ctx context.Context, to Letter) error
}

// Letter is what a sender delivers.
type Letter struct {
	ID      int64 // the same when it is sent again, so that the other side may notice
	Address string
	Subject string
	Text    string
}

// Outbox holds what is to be sent.
type Outbox struct {
	DB      *db.DB
	Keys    *secret.Keys
	Senders map[Channel]Sender
}

const (
	sendKind = "notify.send"
	purpose  = "notify.address"
	// maxTries spans about 15 hours; a step told a day late confuses.
	maxTries = 17
	// atOnce bounds the sending jobs that run together: servers are slow.
	atOnce = 2
	// eraseAfter is how long an address stays once nothing is left to send.
	eraseAfter = 30 * 24 * time.Hour
)

// Queue writes a notice in the caller's transaction; it is sent after the
// commit. A template without a sentence or a number that is none is the
// program's mistake, a bad address the person's.
func (o *Outbox) Queue(tx *db.Tx, m Message) (id int64, err error) {
	defer fault.Wrap(&err, "notify.Queue(%s)", m.Template)
	address, masked, err := tidy(m.Channel, m.Address)
	if err != nil {
		return 0, err
	}
	if !i18n.Has(i18n.ZH, m.Template) {
		return 0, errors.New("there is no such template")
	}
	if m.Text == "" && !secret.Valid(m.Number) || m.Number != "" && !secret.Valid(m.Number) {
		return 0, errors.New("this is not a public number")
	}
	if _, ok := secret.ParseCode(m.Code); m.Code != "" && !ok {
		return 0, errors.New("this is not a code")
	}
	if m.Lang == "" {
		m.Lang = i18n.ZH
	}
	if m.Code+m.Text != "" { // sealed with the address, erased with it
		address += "\x00" + m.Code
	}
	if m.Text != "" {
		address += "\x00" + strings.ReplaceAll(m.Text, "\x00", "")
	}
	id = tx.ID(int(m.Province))
	if err := insert(tx, id, m, o.Keys.Seal(purpose, place(id), []byte(address)), masked); err != nil {
		return 0, err
	}
	return id, addJob(tx, m.Province, id)
}

// place ties a sealed address to its row.
func place(id int64) []byte { return strconv.AppendInt(nil, id, 10) }

func addJob(tx *db.Tx, province, id int64) error {
	key := strconv.FormatInt(id, 10)
	return jobs.Add(tx, jobs.Job{Province: province, Kind: sendKind, Key: key, Payload: key})
}

// Register lets a runner send what is queued and erase old addresses.
func (o *Outbox) Register(r *jobs.Runner) {
	r.HandleSome(sendKind, atOnce, o.send)
	r.Every("notify.erase", jobs.Daily(2, 10), func(ctx context.Context, _ jobs.Job) error { return o.Erase(ctx) })
}

// send tries one notice. A failure that may pass is returned, so that the job
// comes back; a final one is written down and the job is done.
func (o *Outbox) send(ctx context.Context, j jobs.Job) (err error) {
	id, err := strconv.ParseInt(j.Payload, 10, 64)
	if err != nil {
		return jobs.GiveUp(err)
	}
	var n sealedNotice
	err = o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = load(tx, j.Province, id)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && n.State != Queued {
		return nil // sent, given up or erased meanwhile
	}
	if err != nil {
		return err
	}
	var f *failure
	switch err := o.deliver(ctx, n); {
	case err == nil:
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err() // stopped; the try does not count
	case !errors.As(err, &f):
		f = &failure{kind: "connect"}
	}
	// Written even when the time of the job is over: it was sent, or it was not.
	return o.record(context.WithoutCancel(ctx), n, f)
}

func (o *Outbox) record(ctx context.Context, n sealedNotice, f *failure) error {
	state, word := Queued, ""
	switch {
	case f == nil:
		state = Sent
	case f.final || n.Tries+1 >= maxTries:
		state, word = Failed, f.stored()
	default:
		word = f.stored()
	}
	err := o.DB.Write(ctx, func(tx *db.Tx) error { return tried(tx, n.Province, n.ID, state, word) })
	if err == nil && state == Queued {
		return f
	}
	return err
}

func (o *Outbox) deliver(ctx context.Context, n sealedNotice) error {
	s, ok := o.Senders[n.Channel]
	if !ok {
		return fail("no_sender", 0)
	}
	address, err := o.Keys.Open(purpose, place(n.ID), n.sealed)
	if err != nil {
		return fail("unreadable", 0).forGood()
	}
	to, rest, _ := strings.Cut(string(address), "\x00")
	code, text, _ := strings.Cut(rest, "\x00")
	in := i18n.With(ctx, n.lang)
	if text != "" {
		return s.Send(ctx, Letter{ID: n.ID, Address: to, Subject: i18n.T(in, n.Template, n.Number), Text: text})
	}
	return s.Send(ctx, Letter{
		ID: n.ID, Address: to,
		Subject: i18n.T(in, "notify.subject", n.Number), Text: i18n.T(in, n.Template, n.Number, secret.Group(code)),
	})
}

// Notice is a row of the outbox as the desk sees it.
type Notice struct {
	Province int64
	ID       int64
	Agency   int64
	Channel  Channel
	Masked   string // "138****0000"
	Template string
	Number   string
	State    State
	Tries    int
	Fault    string // "refused 550"; "" = none. Its first word has a sentence "notify.fault_<word>"
	Created  time.Time
	Done     time.Time // when it was sent or given up; zero = not yet
}

// FaultKey is the sentence for what went wrong, "" when nothing did.
func (n Notice) FaultKey() string {
	if n.Fault == "" {
		return ""
	}
	word, _, _ := strings.Cut(n.Fault, " ")
	return "notify.fault_" + word
}

// Filter chooses notices of one province; zero fields do not filter.
type Filter struct {
	Province int64
	Agency   int64
	Number   string
	State    *State
	Before   int64 // ids below: the page's key
	Limit    int   // 50 when zero, at most 500
}

// List gives the chosen notices, newest first.
func List(tx *db.Tx, f Filter) (ns []Notice, err error) {
	defer fault.Wrap(&err, "notify.List(%d)", f.Province)
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 500)
	return list(tx, f)
}

// Retry sends a failed notice again, from the first try.
func Retry(tx *db.Tx, province, id int64) (err error) {
	defer fault.Wrap(&err, "notify.Retry(%d)", id)
	if err := requeue(tx, province, id); err != nil {
		return err
	}
	return addJob(tx, province, id)
}

// GiveUp stops sending a notice that is queued.
func GiveUp(tx *db.Tx, province, id int64) (err error) {
	defer fault.Wrap(&err, "notify.GiveUp(%d)", id)
	return giveUp(tx, province, id)
}

// Erase removes the addresses of notices done 30 days ago, a batch at a time;
// what remains says only that a step was told.
func (o *Outbox) Erase(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "notify.Erase")
	for n := int64(1); n > 0; {
		err := o.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = erase(tx, tx.Now.Add(-eraseAfter), 500)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
