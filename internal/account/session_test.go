package account_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

func TestSignInRefusesAlikeWhateverIsWrong(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		slips, err := h.Onboard(h.root, []account.NewMember{{Name: "张三", Login: "zhangsan", Home: inTown}})
		if err != nil {
			h.Fatal(err)
		}
		code := h.code("admin1")
		for name, in := range map[string][3]string{
			"an unknown name":       {"nobody", good, code},
			"a wrong password":      {"admin1", "wrong-horse-battery-21", code},
			"a wrong code":          {"admin1", good, "000000"},
			"no code":               {"admin1", good, ""},
			"an account not opened": {"zhangsan", "x", ""},
		} {
			_, err := h.SignIn(context.Background(), in[0], in[1], in[2], "from "+name)
			refused(h.T, name, err, fault.Invalid, "account.sign_in_refused")
		}
		if n := h.audited("account.sign_in_refused"); n != 4 { // those with a province; the unknown name stands in the nation's book
			h.Errorf("%d refusals audited, want 4", n)
		}
		if _, err := h.SignIn(context.Background(), " ＡＤＭＩＮ1 ", good, code, here); err != nil {
			h.Errorf("the name in full-width capitals: %v", err)
		}
		_, err = h.SignIn(context.Background(), "admin1", good, code, here)
		refused(h.T, "the same code twice", err, fault.Invalid, "account.sign_in_refused")
		if slips[0].Code == "" || h.audited("account.sign_in") != 1 {
			h.Error("a success was not audited")
		}
	})
}

func TestOnlyTheOwnerLearnsThatAnAccountIsFrozen(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		p := h.enrol(h.root, "张三", "zhangsan", inTown)
		if err := h.Freeze(h.as("admin1"), h.login(p), "离岗"); err != nil {
			h.Fatal(err)
		}
		_, err := h.SignIn(context.Background(), "zhangsan", "wrong-horse-battery-21", h.code("zhangsan"), here)
		refused(h.T, "a stranger", err, fault.Invalid, "account.sign_in_refused")
		_, err = h.SignIn(context.Background(), "zhangsan", good, h.code("zhangsan"), here)
		refused(h.T, "the owner", err, fault.Invalid, "account.frozen")
	})
}

// beside holds that a refusal stands beside one field.
func beside(t *testing.T, err error, field, key string) {
	t.Helper()
	if fs := fault.FieldsOf(err); len(fs) != 1 || fs[0].Name != field || fs[0].Key != key {
		t.Errorf("%v, want %s beside %s", err, key, field)
	}
}

func TestWrongTriesAreLimitedByPlace(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		ctx := context.Background()
		for range 12 { // a form sent too early is no try
			_, err := h.SignIn(ctx, "admin1", "", "", here)
			beside(h.T, err, "password", "account.password_blank")
			_, err = h.SignIn(ctx, " ", "x", "", here)
			beside(h.T, err, "name", "account.name_blank")
			_, err = h.OpenSlip(ctx, " ", here)
			beside(h.T, err, "slip", "account.slip_blank")
		}
		for i := range 5 {
			_, err := h.SignIn(ctx, "admin1", "wrong-horse-battery-21", "", here)
			refused(h.T, "try "+string(rune('1'+i)), err, fault.Invalid, "account.sign_in_refused")
		}
		_, err := h.SignIn(ctx, "admin1", good, h.code("admin1"), here)
		refused(h.T, "the sixth try on one account from one place", err, fault.TooMany, "account.too_many_tries")
		for range 5 {
			_, _ = h.SignIn(ctx, "nobody", "x", "", here)
		}
		_, err = h.SignIn(ctx, "another", "x", "", here)
		refused(h.T, "the eleventh try from one place", err, fault.TooMany, "account.too_many_tries")
		if _, err := h.SignIn(ctx, "admin1", good, h.code("admin1"), "192.0.2.9"); err != nil {
			h.Errorf("the owner from another place: %v", err)
		}
		h.clock.Advance(time.Hour)
		if _, err := h.SignIn(ctx, "admin1", good, h.code("admin1"), here); err != nil {
			h.Errorf("an hour later: %v", err)
		}
	})
}

func TestAnOfficeBehindOneAddressIsNotLimitedBySuccess(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		for range 12 {
			h.token("admin1")
		}
	})
}

func TestTheDelayGrowsAndNeverLocksTheOwnerOut(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		ctx := context.Background()
		h.token("admin1") // his usual place is known now
		for i := range 10 {
			_, _ = h.SignIn(ctx, "admin1", "wrong-horse-battery-21", "", "198.51.100."+string(rune('0'+i)))
		}
		_, err := h.SignIn(ctx, "admin1", good, secret.TOTP(h.totp["admin1"], h.clock.Now()), "198.51.100.77")
		refused(h.T, "a new place during the delay", err, fault.Invalid, "account.sign_in_refused")
		if _, err := h.SignIn(ctx, "admin1", good, h.code("admin1"), here); err != nil {
			h.Errorf("the owner at his usual place: %v", err)
		}
		ls, _ := h.Logins(h.root, h.admin)
		if ls[0].FailedTries != 0 {
			h.Errorf("%d wrong tries remembered after a success", ls[0].FailedTries)
		}
		for i := range 200 { // an attacker with many addresses keeps trying; no delay is longer than a quarter of an hour
			_, _ = h.SignIn(ctx, "admin1", "wrong-horse-battery-21", "", "203.0.113."+string(rune(0x4e00+i)))
			h.clock.Advance(time.Minute)
		}
		h.clock.Advance(15 * time.Minute)
		if _, err := h.SignIn(ctx, "admin1", good, h.code("admin1"), "198.51.100.99"); err != nil {
			h.Errorf("the owner at a new place a quarter of an hour later: %v", err)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		ctx := context.Background()
		ended := func(what, token string) {
			h.Helper()
			_, err := h.ActorOf(ctx, token)
			refused(h.T, what, err, fault.Unauthenticated, "account.session_ended")
		}
		ended("an invented token", "x")
		ended("no token", "")
		idle := h.token("admin1")
		h.clock.Advance(29 * time.Minute)
		h.request(idle)
		h.clock.Advance(30 * time.Minute)
		ended("half an hour idle", idle)
		long := h.token("admin1")
		for range 24 * 2 {
			h.clock.Advance(14 * time.Minute)
			h.request(long)
		}
		h.clock.Advance(29 * time.Minute)
		h.request(long)
		h.clock.Advance(20 * time.Minute)
		ended("half a day in all", long)
		out := h.token("admin1")
		if err := h.SignOut(ctx, out); err != nil {
			h.Fatal(err)
		}
		ended("signed out", out)
		if err := h.SignOut(ctx, out); err != nil {
			h.Errorf("signing out twice: %v", err)
		}
	})
}

func TestFreezingEndsSessionsAtOnce(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		p := h.enrol(h.root, "张三", "zhangsan", inTown)
		token := h.token("zhangsan")
		h.request(token)
		if err := h.Freeze(h.as("admin1"), h.login(p), "调查"); err != nil {
			h.Fatal(err)
		}
		_, err := h.ActorOf(context.Background(), token)
		refused(h.T, "the next request", err, fault.Unauthenticated, "account.session_ended")
		if err := h.Unfreeze(h.as("admin1"), h.login(p), "查清"); err != nil {
			h.Fatal(err)
		}
		h.as("zhangsan")
	})
}

func TestStepUp(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		ctx := context.Background()
		token := h.token("admin1")
		if err := account.From(h.request(token)).NeedStepUp(h.clock.Now()); err != nil {
			h.Errorf("just signed in: %v", err)
		}
		h.clock.Advance(5*time.Minute + time.Second)
		refused(h.T, "five minutes later", account.From(h.request(token)).NeedStepUp(h.clock.Now()), fault.Forbidden, "account.step_up_needed")
		_, err := h.StepUp(ctx, token, "000000", here)
		refused(h.T, "a wrong code", err, fault.Invalid, "account.code_wrong")
		next, err := h.StepUp(ctx, token, h.code("admin1"), here)
		if err != nil || next == token {
			h.Fatal("the token did not change", err)
		}
		if err := account.From(h.request(next)).NeedStepUp(h.clock.Now()); err != nil {
			h.Errorf("after the step-up: %v", err)
		}
		_, err = h.ActorOf(ctx, token)
		refused(h.T, "the old token", err, fault.Unauthenticated, "account.session_ended")
		refused(h.T, "nobody", (*account.Actor)(nil).NeedStepUp(h.clock.Now()), fault.Unauthenticated, "account.nobody")
		for range 5 {
			_, _ = h.StepUp(ctx, next, "000000", here)
		}
		_, err = h.StepUp(ctx, next, h.code("admin1"), here)
		refused(h.T, "guessing codes", err, fault.TooMany, "account.too_many_tries")
	})
}

func TestOwnSessionsAreListedAndEnded(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		h.enrol(h.root, "张三", "zhangsan", inTown)
		mine, forgotten, his := h.token("admin1"), h.token("admin1"), h.token("zhangsan")
		ctx := h.request(mine)
		ss, err := h.Sessions(ctx)
		if err != nil || len(ss) != 2 {
			h.Fatalf("%d sessions, %v", len(ss), err)
		}
		if err := h.EndSession(ctx, account.From(h.request(forgotten)).Session); err != nil {
			h.Fatal(err)
		}
		if _, err := h.ActorOf(ctx, forgotten); err == nil {
			h.Error("the ended session goes on")
		}
		err = h.EndSession(ctx, account.From(h.request(his)).Session)
		refused(h.T, "another's session", err, fault.NotFound, "account.session_not_found")
		_, err = h.Sessions(context.Background())
		refused(h.T, "nobody's sessions", err, fault.Unauthenticated, "account.nobody")
	})
}

func TestPasswordRules(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		for _, c := range []struct{ password, key string }{
			{"short-one", "account.password_short"},
			{strings.Repeat("长密码真长", 26), "account.password_long"},
			{"my-zhangsan-password", "account.password_is_name"},
			{"my-ＺｈａｎｇＳａｎ-pass", "account.password_is_name"},
			{"admin@123456", "account.password_common"},
			{"iloveyou123456", "account.password_common"},
			{"aaaaaaaaaaaaaaa", "account.password_common"},
			{"yg7qyg7qyg7q", "account.password_common"},
			{"123456789012", "account.password_common"},
			{"qwertyuiopas", "account.password_common"},
			{"correct horse battery", ""},
			{"山高月小水落石出清风徐来", ""},
		} {
			err := h.CheckPasswordRules("zhangsan", c.password)
			if c.key == "" && err != nil {
				h.Errorf("%s: %v", c.password, err)
			}
			if c.key != "" {
				refused(h.T, c.password, err, fault.Invalid, c.key)
			}
		}
	})
}

func TestDengbaoProfileAsksForAMixAndAChange(t *testing.T) {
	each(t, account.Options{Profile: account.ProfileDengbao3}, func(h *house) {
		refused(h.T, "words only", h.CheckPasswordRules("x-y", "correct horse battery"), fault.Invalid, "account.password_simple")
		if err := h.CheckPasswordRules("x-y", good); err != nil {
			h.Errorf("three kinds: %v", err)
		}
		h.clock.Advance(90 * 24 * time.Hour)
		token := h.token("admin1")
		who := account.From(h.request(token))
		if !who.MustChange || who.Holds(account.Managing) {
			h.Error("90 days later the old password still opens everything")
		}
		_, err := h.Onboard(h.request(token), nil)
		refused(h.T, "an act before the change", err, fault.Unauthenticated, "account.nobody")
		if err := h.ChangePassword(h.request(token), good, "another-horse-battery-22", here); err != nil {
			h.Fatal(err)
		}
		if who := account.From(h.request(token)); who.MustChange || !who.Holds(account.Managing) {
			h.Error("the change did not open the account")
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		mine, elsewhere := h.token("admin1"), h.token("admin1")
		ctx := h.request(mine)
		refused(h.T, "nobody", h.ChangePassword(context.Background(), good, "another-horse-22", here), fault.Unauthenticated, "account.nobody")
		refused(h.T, "a wrong old one", h.ChangePassword(ctx, "x", "another-horse-22", here), fault.Invalid, "account.old_password_wrong")
		refused(h.T, "the same again", h.ChangePassword(ctx, good, good, here), fault.Invalid, "account.password_same")
		refused(h.T, "a short one", h.ChangePassword(ctx, good, "short", here), fault.Invalid, "account.password_short")
		if err := h.ChangePassword(ctx, good, "another-horse-22", here); err != nil {
			h.Fatal(err)
		}
		if _, err := h.ActorOf(ctx, elsewhere); err == nil {
			h.Error("the other session goes on")
		}
		h.request(mine)
		_, err := h.SignIn(ctx, "admin1", good, h.code("admin1"), here)
		refused(h.T, "the old password", err, fault.Invalid, "account.sign_in_refused")
		if _, err := h.SignIn(ctx, "admin1", "another-horse-22", h.code("admin1"), here); err != nil {
			h.Error(err)
		}
		if h.audited("account.change_password") != 1 {
			h.Error("not audited")
		}
	})
}

func TestCookies(t *testing.T) {
	each(t, account.Options{Secure: true}, func(h *house) {
		c := h.Cookie("token")
		if c.Name != "__Host-yg" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteStrictMode || c.MaxAge != 0 {
			h.Errorf("cookie %v", c)
		}
		if h.Cookie("").MaxAge >= 0 {
			h.Error("an empty token does not take the cookie away")
		}
		for _, c := range []struct {
			name, host, cookie string
			tls                bool
			want               string
		}{
			{"the secure cookie counts anywhere", "yc.example", "__Host-yg", true, "t"},
			{"the plain one counts on loopback", "127.0.0.1:8080", "yg", false, "t"},
			{"and by its name", "localhost", "yg", false, "t"},
			{"and on IPv6", "[::1]:8080", "yg", false, "t"},
			{"not on another host", "yc.example", "yg", false, ""},
			{"not over TLS", "127.0.0.1", "yg", true, ""},
			{"another cookie is none", "127.0.0.1", "other", false, ""},
		} {
			r := httptest.NewRequest("GET", "http://"+c.host+"/", nil)
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
			r.AddCookie(&http.Cookie{Name: c.cookie, Value: "t"})
			if got := account.TokenFrom(r); got != c.want {
				h.Errorf("%s: %q", c.name, got)
			}
		}
	})
}

func TestARequestCostsTwoStatements(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		token := h.token("admin1")
		ctx, n := countStatements()
		if _, err := h.ActorOf(ctx, token); err != nil || n.Load() != 2 {
			h.Errorf("%d statements, %v", n.Load(), err)
		}
	})
}
