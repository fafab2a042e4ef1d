package notify_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/notify"
	"yangguang/internal/secret"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, clock.Shanghai)

func TestMain(m *testing.M) {
	i18n.MustLoad(notify.Locale)
	os.Exit(m.Run())
}

type bench struct {
	t      *testing.T
	d      *db.DB
	c      *clock.Fake
	o      *notify.Outbox
	r      *jobs.Runner
	log    *bytes.Buffer
	server *mailServer
	number string
}

// each runs f on every engine, each with a clock and a mail server of its own.
func each(t *testing.T, f func(b *bench)) {
	t.Helper()
	for _, postgres := range []bool{false, true} {
		c := clock.NewFake(start)
		dbtest.EachAt(t, c, []fs.FS{jobs.Migrations, notify.Migrations}, func(t *testing.T, d *db.DB) {
			if d.Postgres() != postgres {
				return
			}
			b := &bench{t: t, d: d, c: c, log: &bytes.Buffer{}, number: secret.Number("350525", "202611")}
			b.server = newMailServer(t, func(s *mailServer) { s.user = "\x00u\x00p" })
			b.o = &notify.Outbox{DB: d, Keys: secret.NewKeys(), Senders: map[notify.Channel]notify.Sender{notify.Email: sender(b.server)}}
			b.r = &jobs.Runner{DB: d, Log: slog.New(slog.NewTextHandler(b.log, nil))}
			b.o.Register(b.r)
			f(b)
		})
	}
}

func (b *bench) write(f func(tx *db.Tx) error) error {
	return b.d.Write(context.Background(), f)
}

func (b *bench) queue(change func(m *notify.Message)) (id int64, err error) {
	m := notify.Message{Province: 35, Agency: 4, Channel: notify.Email, Address: "zhang@example.com", Template: "notify.step_replied", Number: b.number}
	if change != nil {
		change(&m)
	}
	err = b.write(func(tx *db.Tx) (err error) {
		id, err = b.o.Queue(tx, m)
		return err
	})
	return id, err
}

func (b *bench) mustQueue(change func(m *notify.Message)) int64 {
	b.t.Helper()
	id, err := b.queue(change)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *bench) run() {
	b.t.Helper()
	if _, err := b.r.RunDue(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) list(f notify.Filter) (ns []notify.Notice) {
	b.t.Helper()
	f.Province = 35
	err := b.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		ns, err = notify.List(tx, f)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return ns
}

func TestANoticeIsSentAfterTheCommitAndSeenAtTheDesk(t *testing.T) {
	each(t, func(b *bench) {
		b.mustQueue(nil)
		if len(b.server.received()) != 0 {
			b.t.Fatal("sent before the job")
		}
		b.run()
		b.mustQueue(func(m *notify.Message) { m.Lang = i18n.EN })
		b.run()
		got := b.server.received()
		if len(got) != 2 || !strings.Contains(got[0].body, "您的事项 "+b.number+" 已有答复") || !strings.Contains(got[1].body, "Your matter "+b.number) {
			b.t.Fatalf("received %+v", got)
		}
		want := notify.Notice{Province: 35, Agency: 4, Channel: notify.Email, Masked: "z***@example.com", Template: "notify.step_replied",
			Number: b.number, State: notify.Sent, Tries: 1, Created: start, Done: start}
		if diff := cmp.Diff(want, b.list(notify.Filter{})[1], cmpopts.IgnoreFields(notify.Notice{}, "ID")); diff != "" {
			b.t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestWhoWroteByMailIsToldHisCode: it is sealed with the address, sent grouped,
// stands in no column readable, and is erased with the address; what is no code is refused.
func TestWhoWroteByMailIsToldHisCode(t *testing.T) {
	each(t, func(b *bench) {
		code := secret.Code(10)
		id := b.mustQueue(func(m *notify.Message) { m.Template, m.Code = "notify.step_mail", code })
		b.run()
		got := b.server.received()
		if len(got) != 1 || got[0].to != "zhang@example.com" || !strings.Contains(got[0].body, secret.Group(code)) || !strings.Contains(got[0].body, b.number) {
			b.t.Fatalf("received %+v", got)
		}
		n := b.list(notify.Filter{})[0]
		if n.Masked != "z***@example.com" || strings.Contains(b.log.String(), code) {
			b.t.Errorf("the desk sees %+v", n)
		}
		if err := b.d.Read(context.Background(), func(tx *db.Tx) error {
			number, err := notify.NumberOf(tx, 35, id)
			if number != b.number {
				b.t.Errorf("the notice is about %q", number)
			}
			return err
		}); err != nil {
			b.t.Fatal(err)
		}
		if _, err := b.queue(func(m *notify.Message) { m.Template, m.Code = "notify.step_mail", "not a code" }); err == nil {
			b.t.Error("what is no code was taken")
		}
	})
}

// TestATextOfItsOwnIsSealedWithTheAddress: it is sent as it is, the desk sees what
// it is about, and no file holds it.
func TestATextOfItsOwnIsSealedWithTheAddress(t *testing.T) {
	each(t, func(b *bench) {
		const text = "canary-5b1e: duty at nine"
		b.mustQueue(func(m *notify.Message) { m.Text, m.Number, m.Template = text, "", "notify.subject" })
		b.noFileHolds("canary-5b1e")
		b.run()
		if got := b.server.received(); len(got) != 1 || !strings.Contains(got[0].body, text) || got[0].to != "zhang@example.com" {
			b.t.Fatalf("received %+v", got)
		}
		if n := b.list(notify.Filter{})[0]; n.State != notify.Sent || n.Number != "" || n.Masked != "z***@example.com" {
			b.t.Errorf("the desk sees %+v", n)
		}
	})
}

func TestANoticeOfAnActThatFailedIsNotSent(t *testing.T) {
	each(t, func(b *bench) {
		failed := errors.New("the act failed")
		err := b.write(func(tx *db.Tx) error {
			_, err := b.o.Queue(tx, notify.Message{Province: 35, Channel: notify.Email, Address: "zhang@example.com", Template: "notify.step_closed", Number: b.number})
			return errors.Join(err, failed)
		})
		if !errors.Is(err, failed) || fault.KindOf(err) != fault.Internal {
			b.t.Fatal(err)
		}
		b.run()
		if len(b.server.received()) != 0 || len(b.list(notify.Filter{})) != 0 {
			b.t.Error("sent all the same")
		}
	})
}

func TestWhatCannotBeToldIsRefused(t *testing.T) {
	each(t, func(b *bench) {
		for _, c := range []struct {
			name   string
			change func(m *notify.Message)
			kind   fault.Kind
		}{
			{"a mailbox without a place", func(m *notify.Message) { m.Address = "zhang" }, fault.Invalid},
			{"a mailbox with a name", func(m *notify.Message) { m.Address = "张三 <zhang@example.com>" }, fault.Invalid},
			{"a second line", func(m *notify.Message) { m.Address = "zhang@example.com\r\nBcc: li@example.com" }, fault.Invalid},
			{"two mailboxes", func(m *notify.Message) { m.Address = "zhang@example.com, li@example.com" }, fault.Invalid},
			{"a telephone that is none", func(m *notify.Message) { m.Channel, m.Address = notify.SMS, "05952323" }, fault.Invalid},
			{"a text in place of a template", func(m *notify.Message) { m.Template = "您反映的问题……" }, fault.Internal},
			{"a text in place of a number", func(m *notify.Message) { m.Number = "张三怀孕" }, fault.Internal},
		} {
			if _, err := b.queue(c.change); !fault.Is(err, c.kind) || strings.Contains(err.Error(), "zhang@") || strings.Contains(err.Error(), "张三") {
				b.t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

func TestTelephonesAreOneSpellingAndMasked(t *testing.T) {
	each(t, func(b *bench) {
		for _, typed := range []string{"13800000000", "+86 138-0000-0000", "１３８００００００００", "0086 13800000000"} {
			b.mustQueue(func(m *notify.Message) { m.Channel, m.Address = notify.SMS, typed })
			if got := b.list(notify.Filter{Limit: 1})[0].Masked; got != "138****0000" {
				b.t.Errorf("%s: %s", typed, got)
			}
		}
		b.run()
		if n := b.list(notify.Filter{Limit: 1})[0]; n.State != notify.Queued || n.Fault != "no_sender" {
			b.t.Errorf("without a gateway: %+v", n)
		}
	})
}

func TestAFailureThatMayPassIsTriedAgainUntilItIsSentOrGivenUp(t *testing.T) {
	each(t, func(b *bench) {
		b.server.says("RCPT", "451 zhang@example.com later")
		b.mustQueue(nil)
		b.run()
		if n := b.list(notify.Filter{})[0]; n.State != notify.Queued || n.Tries != 1 || n.FaultKey() != "notify.fault_wait" || !n.Done.IsZero() {
			b.t.Errorf("after one try: %+v", n)
		}
		for range 30 {
			b.c.Advance(6 * time.Hour)
			b.run()
		}
		n := b.list(notify.Filter{})[0]
		if n.State != notify.Failed || n.Tries != 17 || n.Fault != "wait 451" || n.Done.IsZero() {
			b.t.Fatalf("given up: %+v", n)
		}
		b.server.says("RCPT", "")
		if err := b.write(func(tx *db.Tx) error { return notify.Retry(tx, 35, n.ID) }); err != nil {
			b.t.Fatal(err)
		}
		b.run()
		if n := b.list(notify.Filter{})[0]; n.State != notify.Sent || n.Tries != 1 || n.Fault != "" || len(b.server.received()) != 1 {
			b.t.Errorf("sent again by the desk: %+v", n)
		}
		if err := b.write(func(tx *db.Tx) error { return notify.Retry(tx, 35, n.ID) }); !fault.Is(err, fault.Conflict) {
			b.t.Errorf("Retry of a notice that was sent: %v", err)
		}
	})
}

func TestARefusedAddressIsFinalAndADeskMayStopANotice(t *testing.T) {
	each(t, func(b *bench) {
		b.server.says("RCPT", "550 zhang@example.com unknown")
		b.mustQueue(nil)
		b.run()
		if n := b.list(notify.Filter{})[0]; n.State != notify.Failed || n.Fault != "refused 550" || n.Tries != 1 {
			b.t.Errorf("refused: %+v", n)
		}
		stopped := b.mustQueue(nil)
		give := func(tx *db.Tx) error { return notify.GiveUp(tx, 35, stopped) }
		if err := b.write(give); err != nil {
			b.t.Fatal(err)
		}
		b.server.says("RCPT", "")
		b.run()
		if n := b.list(notify.Filter{})[0]; n.Fault != "given_up" || len(b.server.received()) != 0 {
			b.t.Errorf("stopped: %+v", n)
		}
		if err := b.write(give); !fault.Is(err, fault.Conflict) {
			b.t.Errorf("stopped twice: %v", err)
		}
	})
}

func TestAddressesAreSealedUnloggedAndErased(t *testing.T) {
	each(t, func(b *bench) {
		const canary = "canary-7f3a@example.com"
		b.server.says("RCPT", "451 "+canary)
		b.mustQueue(func(m *notify.Message) { m.Address = canary })
		b.run()
		b.server.says("RCPT", "")
		b.c.Advance(time.Minute)
		b.run()
		if len(b.server.received()) != 1 {
			b.t.Fatal("not sent")
		}
		if !strings.Contains(b.log.String(), "wait 451") || strings.Contains(b.log.String(), "canary") {
			b.t.Errorf("log: %s", b.log)
		}
		b.noFileHolds("canary-7f3a")
		b.c.Advance(29 * 24 * time.Hour)
		b.run()
		if n := b.list(notify.Filter{})[0]; n.Masked == "" {
			b.t.Error("erased too early")
		}
		b.c.Advance(3 * 24 * time.Hour)
		b.run()
		n := b.list(notify.Filter{})[0]
		if n.Masked != "" || n.State != notify.Sent {
			b.t.Errorf("not erased: %+v", n)
		}
		if err := b.write(func(tx *db.Tx) error { return notify.Retry(tx, 35, n.ID) }); !fault.Is(err, fault.Conflict) {
			b.t.Errorf("Retry of an erased address: %v", err)
		}
	})
}

// noFileHolds looks for a text in the database file and its log.
func (b *bench) noFileHolds(text string) {
	b.t.Helper()
	if b.d.Postgres() {
		return
	}
	files, err := filepath.Glob(b.d.Path() + "*")
	if err != nil || len(files) == 0 {
		b.t.Fatal("no database files", err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil || bytes.Contains(content, []byte(text)) {
			b.t.Errorf("%s holds %s (%v)", filepath.Base(name), text, err)
		}
	}
}

func TestTheDeskSeesItsOwn(t *testing.T) {
	each(t, func(b *bench) {
		other := secret.Number("350526", "202611")
		a := b.mustQueue(nil)
		c := b.mustQueue(func(m *notify.Message) { m.Agency, m.Number = 5, other })
		b.run()
		sent, failed := notify.Sent, notify.Failed
		for _, tc := range []struct {
			name string
			f    notify.Filter
			want []int64
		}{
			{"all, newest first", notify.Filter{}, []int64{c, a}},
			{"one agency's", notify.Filter{Agency: 4}, []int64{a}},
			{"one number's", notify.Filter{Number: other}, []int64{c}},
			{"one state", notify.Filter{State: &sent}, []int64{c, a}},
			{"another state", notify.Filter{State: &failed}, nil},
			{"the next page", notify.Filter{Before: c}, []int64{a}},
		} {
			var got []int64
			for _, n := range b.list(tc.f) {
				got = append(got, n.ID)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				b.t.Errorf("%s (-want +got):\n%s", tc.name, diff)
			}
		}
	})
}

func TestLocaleIsCompleteAndHoldsOnlyTheNumber(t *testing.T) {
	for _, p := range i18n.Check(notify.Locale) {
		t.Error(p)
	}
	b, err := notify.Locale.ReadFile("locale/zh-CN.json")
	if err != nil {
		t.Fatal(err)
	}
	sentences, err := i18n.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	for key, s := range sentences {
		// Whoever wrote by mail is told his code as well, and nobody else is.
		if key == "notify.step_mail" && strings.Contains(s, "{1}") && strings.Contains(s, "{2}") && !strings.Contains(s, "{3}") {
			continue
		}
		if strings.HasPrefix(key, "notify.step_") && (!strings.Contains(s, "{1}") || strings.Contains(s, "{2}")) {
			t.Errorf("%s must hold the number and nothing else: %s", key, s)
		}
	}
}
