package keeping

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(Locale, fault.Locale)
	os.Exit(m.Run())
}

func TestLocalesAgree(t *testing.T) {
	for _, p := range i18n.Check(Locale) {
		t.Error(p)
	}
}

func TestEveryLineOfTheTableIsWholeInBothLanguages(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Table() {
		for _, s := range []i18n.Text{r.Title, r.Why, r.Basis, r.Long} {
			if s.Zh == "" || s.En == "" {
				t.Errorf("%s lacks a sentence", r.ID)
			}
		}
		if seen[r.ID] || r.Then != "keep" && (r.Carrier == "" || r.Days == 0) || r.Then == "keep" && r.Carrier != "" {
			t.Errorf("%s: twice, or what happens does not fit who carries it out", r.ID)
		}
		seen[r.ID] = true
	}
}

const canary = "金丝雀九七三一的住址和电话"

func house(t *testing.T, d *db.DB) *Keeping {
	t.Helper()
	c := calendar.NewKeeper(d, nil)
	check(t, c.Seed(t.Context()))
	k := &Keeping{DB: d, Keys: secret.NewKeys(), Calendars: c, Front: &front.Front{Site: front.Site{Home: 350525000000}}}
	for _, r := range Table() {
		if r.Carrier != "" {
			k.Carry(r.Carrier, func(context.Context, time.Time) (int64, error) { return 0, nil })
		}
	}
	return k
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func as(t *testing.T, lo, hi int64) context.Context {
	return account.With(t.Context(), &account.Actor{Person: 9, Rights: []account.Right{{Verb: Answering, Range: account.Range{Lo: lo, Hi: hi}}}})
}

var schema = []fs.FS{calendar.Migrations, audit.Migrations, Migrations}

func TestARequestIsSealedOpenedWithAReasonAnsweredAndDestroyed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		k := house(t, d)
		q, code, err := k.Ask(t.Context(), "delete", "请删除："+canary, canary)
		check(t, err)
		if got := q.DueOn.Sub(clock.DateOf(q.At)); got < 19 || got > 32 {
			t.Errorf("due after %d days", got)
		}
		sealed(t, d)
		admin := as(t, 0, 999_999_999_999)
		if _, err := k.Open(admin, q.Province, q.ID, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("opened without a reason: %v", err)
		}
		if _, err := k.Open(as(t, 110000000000, 119999999999), q.Province, q.ID, "办理申请"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another province opened it: %v", err)
		}
		if _, err := k.Open(t.Context(), q.Province, q.ID, "办理申请"); !fault.Is(err, fault.NotFound) {
			t.Errorf("nobody opened it: %v", err)
		}
		o, err := k.Open(admin, q.Province, q.ID, "办理申请")
		check(t, err)
		if o.Contact != canary || !strings.Contains(o.Body, canary) {
			t.Errorf("opened %+v", o)
		}
		lines := 0
		check(t, d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row("select count(*) from audit where verb = $1", "keeping.open").Scan(&lines)
		}))
		if lines != 1 {
			t.Errorf("%d openings are recorded", lines)
		}
		check(t, k.Answer(admin, q.Province, q.ID, "已删除，"+canary))
		if err := k.Answer(admin, q.Province, q.ID, "再答复一次"); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered twice: %v", err)
		}
		s, err := k.Status(t.Context(), q.Number, strings.ToLower(code))
		check(t, err)
		if s.State != "answered" || !strings.Contains(s.Answer, "已删除") || s.Body != "" {
			t.Errorf("the person reads %+v", s)
		}
		if _, err := k.Status(t.Context(), q.Number, secret.Code(10)); !fault.Is(err, fault.Invalid) {
			t.Errorf("another code opened it: %v", err)
		}
		sealed(t, d)
		n, err := k.destroyRequests(t.Context(), d.Clock().Now().Add(time.Hour))
		check(t, err)
		if s, err = k.Status(t.Context(), q.Number, code); err != nil || n != 1 || !s.Destroyed || s.Answer != "" {
			t.Errorf("destroyed %d: %+v %v", n, s, err)
		}
	})
}

// sealed searches the store for what a person wrote.
func sealed(t *testing.T, d *db.DB) {
	t.Helper()
	check(t, d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := db.List(tx, func(r *db.Rows, b *[]byte) error {
			var x, y, z []byte
			err := r.Scan(&x, &y, &z)
			*b = bytes.Join([][]byte{x, y, z}, nil)
			return err
		}, "select body, contact, answer from privacy_request order by id limit 10")
		for _, b := range rows {
			if bytes.Contains(b, []byte(canary)) {
				t.Error("what a person wrote lies open in the store")
			}
		}
		return err
	}))
}

func TestTheNationsRequestsCanBeLookedUpToo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		k := house(t, d)
		k.Front.Home = 0
		q, code, err := k.Ask(t.Context(), "access", "请告诉我平台保存了哪些内容", "010-00000000")
		check(t, err)
		if s, err := k.Status(t.Context(), q.Number, code); err != nil || s.ID != q.ID {
			t.Errorf("%s is not found: %v", q.Number, err)
		}
	})
}

func TestARequestWithoutWordsIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		_, _, err := house(t, d).Ask(t.Context(), "all", "短", "")
		if fs := fault.FieldsOf(err); len(fs) != 3 {
			t.Errorf("refused with %v", fs)
		}
	})
}

func TestTheDailyJobCallsEveryCarrierAndAuditsItsCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		k := house(t, d)
		called := time.Time{}
		k.Carry("disclosure.reports", func(_ context.Context, before time.Time) (int64, error) { called = before; return 3, nil })
		k.Carry("disclosure.drafts", func(context.Context, time.Time) (int64, error) {
			return 0, fault.Say(fault.Unavailable, "fault.unavailable")
		})
		if err := k.Run(t.Context()); err == nil {
			t.Error("a carrier failed and nobody was told")
		}
		if days := d.Clock().Now().Sub(called).Hours() / 24; days < 179 || days > 181 {
			t.Errorf("reports are destroyed after %v days", days)
		}
		check(t, d.Read(t.Context(), func(tx *db.Tx) error {
			ran, err := runs(tx)
			if _, failed := ran["drafts"]; failed || ran["reports"].Records != 3 || ran["outbox"].At.IsZero() {
				t.Errorf("noted %+v", ran)
			}
			var detail string
			check(t, tx.Row("select detail from audit where verb = $1", "keeping.delete").Scan(&detail))
			if detail != "records 3" {
				t.Errorf("audited %q", detail)
			}
			return err
		}))
		defer func() {
			if recover() == nil {
				t.Error("a carrier no line names was taken")
			}
		}()
		k.Carry("unknown", nil)
	})
}
