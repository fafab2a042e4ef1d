package account_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// slip enrols a person who has not come for his account yet.
func (h *house) slip(login string) account.Slip {
	h.Helper()
	slips, err := h.Onboard(h.as("admin1"), []account.NewMember{{Name: "张三", Login: login, Home: inTown}})
	if err != nil {
		h.Fatal(err)
	}
	return slips[0]
}

func TestASlipOpensAnAccountOnce(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		ctx := context.Background()
		s := h.slip("zhangsan")
		st, err := h.OpenSlip(ctx, s.Code, here)
		if err != nil || st.Login != "zhangsan" || st.Name != "张三" || st.Kind != account.Activation || !st.NeedsTOTP {
			h.Fatalf("%+v, %v", st, err)
		}
		again, err := h.OpenSlip(ctx, s.Code, here)
		if diff := cmp.Diff(st, again); diff != "" || err != nil {
			h.Errorf("a reloaded page shows another secret: %v\n%s", err, diff)
		}
		h.totp["zhangsan"] = st.TOTP
		refused(h.T, "a weak password", h.UseSlip(ctx, s.Code, "short", h.code("zhangsan"), here), fault.Invalid, "account.password_short")
		refused(h.T, "the own name", h.UseSlip(ctx, s.Code, "zhangsan-zhangsan-1", h.code("zhangsan"), here), fault.Invalid, "account.password_is_name")
		refused(h.T, "a wrong code", h.UseSlip(ctx, s.Code, good, "000000", here), fault.Invalid, "account.code_wrong")
		refused(h.T, "no second factor", h.UseSlip(ctx, s.Code, good, "", here), fault.Invalid, "account.code_wrong")
		if err := h.UseSlip(ctx, s.Code, good, h.code("zhangsan"), here); err != nil {
			h.Fatal(err)
		}
		h.as("zhangsan")
		refused(h.T, "the slip again", h.UseSlip(ctx, s.Code, good, h.code("zhangsan"), here), fault.Invalid, "account.slip_refused")
		_, err = h.OpenSlip(ctx, s.Code, here)
		refused(h.T, "its page again", err, fault.Invalid, "account.slip_refused")
		_, err = h.Reissue(h.as("admin1"), s.Login)
		refused(h.T, "another activation", err, fault.Conflict, "account.already_activated")
		if h.audited("account.activation") != 2 || h.audited("account.enrol") != 2 { // the administrator's and his
			h.Error("not audited")
		}
	})
}

func TestSlipsThatAreRefused(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		ctx := context.Background()
		s := h.slip("zhangsan")
		for _, code := range []string{"x", secret.Code(15), s.Code[:5]} {
			_, err := h.OpenSlip(ctx, code, "place "+code)
			refused(h.T, "code "+code, err, fault.Invalid, "account.slip_refused")
		}
		refused(h.T, "a secret never shown", h.UseSlip(ctx, s.Code, good, "000000", "b"), fault.Invalid, "account.slip_refused")
		next, err := h.Reissue(h.as("admin1"), s.Login)
		if err != nil {
			h.Fatal(err)
		}
		_, err = h.OpenSlip(ctx, s.Code, "c")
		refused(h.T, "a slip replaced by another", err, fault.Invalid, "account.slip_refused")
		h.clock.Advance(account.ActivationLasts)
		_, err = h.OpenSlip(ctx, next.Code, "c")
		refused(h.T, "two weeks later", err, fault.Invalid, "account.slip_refused")
		for range 10 {
			_, _ = h.OpenSlip(ctx, secret.Code(15), "guesser")
		}
		_, err = h.OpenSlip(ctx, secret.Code(15), "guesser")
		refused(h.T, "guessing", err, fault.TooMany, "account.too_many_tries")
	})
}

func TestRecoveryAtTheCounter(t *testing.T) {
	each(t, withPasskeys, func(h *house) {
		ctx := context.Background()
		p := h.enrol(h.root, "张三", "zhangsan", inTown)
		phone, token := h.register("zhangsan"), h.token("zhangsan")
		helper := h.enrol(h.root, "李四", "lisi", inTown, grantOf(0, account.Managing))
		_, err := h.RecoverAtCounter(h.as("lisi"), h.login(p), "手机丢失")
		refused(h.T, "without the right to", err, fault.NotFound, "account.person_not_found")
		_, err = h.RecoverAtCounter(h.as("admin1"), h.login(h.admin), "手机丢失")
		refused(h.T, "for oneself", err, fault.Forbidden, "account.not_to_oneself")
		_, err = h.RecoverAtCounter(h.as("admin1"), h.login(p), "")
		refused(h.T, "without a reason", err, fault.Invalid, "account.reason_missing")
		_, err = h.RecoverAtCounter(ctx, h.login(p), "手机丢失")
		refused(h.T, "by nobody", err, fault.Unauthenticated, "account.nobody")
		if err := h.Freeze(h.as("admin1"), h.login(helper), "调查"); err != nil {
			h.Fatal(err)
		}
		_, err = h.RecoverAtCounter(h.as("admin1"), h.login(helper), "手机丢失")
		refused(h.T, "a frozen account", err, fault.Conflict, "account.login_frozen")

		s, err := h.RecoverAtCounter(h.as("admin1"), h.login(p), "手机丢失")
		if err != nil || s.Kind != account.Recovery {
			h.Fatal(err)
		}
		if _, err := h.ActorOf(ctx, token); err == nil {
			h.Error("the old session goes on")
		}
		_, err = h.SignIn(ctx, "zhangsan", good, h.code("zhangsan"), here)
		refused(h.T, "the old telephone", err, fault.Invalid, "account.sign_in_refused")
		_, err = h.passkeySignIn(phone)
		refused(h.T, "the old passkey", err, fault.Invalid, "account.passkey_failed")
		old := h.totp["zhangsan"]
		h.activate(s)
		h.as("zhangsan")
		phone.count += 10
		_, err = h.passkeySignIn(phone)
		refused(h.T, "the old passkey afterwards", err, fault.Invalid, "account.passkey_failed")
		_, err = h.SignIn(ctx, "zhangsan", good, secret.TOTP(old, h.clock.Now()), here)
		refused(h.T, "the old second factor afterwards", err, fault.Invalid, "account.sign_in_refused")
		late, err := h.RecoverAtCounter(h.as("admin1"), h.login(p), "又丢失")
		if err != nil {
			h.Fatal(err)
		}
		h.clock.Advance(account.RecoveryLasts)
		_, err = h.OpenSlip(ctx, late.Code, here)
		refused(h.T, "a day later", err, fault.Invalid, "account.slip_refused")
		if h.audited("account.issue_recovery") != 2 || h.audited("account.recovery") != 1 {
			h.Error("not audited")
		}
	})
}

func TestOnboardingIsAllOrNothing(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		ctx := h.as("admin1")
		fine := account.NewMember{Name: "张三", Login: "zhangsan", StaffNo: "001", ResidentNumber: "350525198001010018", Home: inTown, Grants: []account.Grant{grantOf(0, draft)}}
		change := func(f func(*account.NewMember)) account.NewMember {
			m := fine
			m.Login, m.StaffNo, m.ResidentNumber = "lisi", "", ""
			f(&m)
			return m
		}
		_, err := h.Onboard(ctx, []account.NewMember{fine,
			change(func(m *account.NewMember) { m.Name = " " }),
			change(func(m *account.NewMember) { m.Login = "li si" }),
			change(func(m *account.NewMember) { m.Login = "ZHANGSAN" }),
			change(func(m *account.NewMember) { m.Home = elsewhere }),
			change(func(m *account.NewMember) { m.ResidentNumber = "350525198001010019" }),
			change(func(m *account.NewMember) { m.Grants = []account.Grant{grantOf(0, "room.rule")} }),
			change(func(m *account.NewMember) { m.Name, m.StaffNo, m.Login = "李四", "001", "lisi2" }),
			change(func(m *account.NewMember) { m.Name, m.ResidentNumber, m.Login = "李四", fine.ResidentNumber, "lisi3" }),
		})
		got := map[string]string{}
		for _, f := range fault.FieldsOf(err) {
			got[f.Name] = f.Key
		}
		want := map[string]string{"2.name": "account.name_length", "3.login": "account.login_form", "4.login": "account.name_taken",
			"5.home": "account.home_beyond", "6.resident_number": "account.number_wrong", "7.row": "account.verb_unknown",
			"8.staff_no": "account.staff_no_taken", "9.resident_number": "account.number_of_another"}
		if diff := cmp.Diff(want, got); diff != "" {
			h.Errorf("per-row report (-want +got):\n%s", diff)
		}
		if ps, _ := h.Persons(ctx, account.PersonFilter{Agency: office}); len(ps) != 0 {
			h.Errorf("%d persons were enrolled by a refused list", len(ps))
		}
		_, err = h.Onboard(ctx, make([]account.NewMember, 501))
		refused(h.T, "too many", err, fault.TooLarge, "account.too_many_rows")
		var many []account.NewMember
		for i := range 300 {
			many = append(many, account.NewMember{Name: "张三", Login: fmt.Sprintf("clerk%03d", i), StaffNo: fmt.Sprint(i + 1), Home: inTown, Grants: []account.Grant{grantOf(0, draft)}})
		}
		slips, err := h.Onboard(ctx, many)
		if err != nil || len(slips) != 300 {
			h.Fatalf("%d slips, %v", len(slips), err)
		}
	})
}

func TestOneNaturalPersonIsOneRow(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		ctx := h.as("admin1")
		m := account.NewMember{Name: "张三", Login: "zhangsan", ResidentNumber: "350525198001010018", Home: inTown}
		first, err := h.Onboard(ctx, []account.NewMember{m})
		if err != nil {
			h.Fatal(err)
		}
		m.Login, m.ResidentNumber = "zhangsan.b", "３５０５２５198001010018 "
		second, err := h.Onboard(ctx, []account.NewMember{m})
		if err != nil || second[0].Person != first[0].Person || second[0].Login == first[0].Login {
			h.Errorf("%+v and %+v, %v", first, second, err)
		}
		if err := h.d.Read(ctx, func(tx *db.Tx) error {
			var ref []byte
			err := tx.Row("select national_ref from person where id = $1", first[0].Person).Scan(&ref)
			if len(ref) != 32 {
				h.Errorf("the stored reference has %d bytes", len(ref))
			}
			return err
		}); err != nil {
			h.Fatal(err)
		}
		if first[0].Person == 0 || first[0].Person != second[0].Person {
			h.Error("two persons")
		}
	})
}

func TestOnlyTheDemoGoesWithoutASecondFactor(t *testing.T) {
	make := func(h *house) (int64, error) {
		var login int64
		err := h.d.Write(h.root, func(tx *db.Tx) error {
			p, err := account.CreatePerson(tx, account.Person{Name: "演示员", Home: inTown})
			if err != nil {
				return err
			}
			login, err = h.CreateLogin(tx, p, "Demo", secret.Cheap.Hash(good), false)
			return err
		})
		return login, err
	}
	each(t, account.Options{}, func(h *house) {
		_, err := make(h)
		refused(h.T, "outside the demo", err, fault.Forbidden, "account.demo_only")
	})
	t.Run("demo", func(t *testing.T) {
		each(t, account.Options{Demo: true}, func(h *house) {
			if _, err := make(h); err != nil {
				h.Fatal(err)
			}
			token, err := h.SignIn(context.Background(), "demo", good, "", here)
			if err != nil {
				h.Fatal(err)
			}
			h.clock.Advance(6 * time.Minute)
			_, err = h.StepUp(context.Background(), token, "x", here)
			refused(h.T, "a wrong password at the step-up", err, fault.Invalid, "account.code_wrong")
			if _, err := h.StepUp(context.Background(), token, good, here); err != nil {
				h.Error(err)
			}
			real := account.New(account.Options{DB: h.d, Keys: h.keys, Cost: secret.Cheap})
			_, err = real.SignIn(context.Background(), "demo", good, "", "elsewhere")
			refused(h.T, "the demo's data served for real", err, fault.Invalid, "account.sign_in_refused")
			_, err = make(h)
			refused(h.T, "the name again", err, fault.Invalid, "account.name_taken")
			s := h.slip("zhangsan")
			if err := h.UseSlip(context.Background(), s.Code, good, "", here); err != nil {
				h.Errorf("a slip of the demo without a telephone: %v", err)
			}
		})
	})
}
