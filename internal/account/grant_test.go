package account_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

func grantOf(person int64, verb string) account.Grant {
	return account.Grant{Person: person, Verb: verb, Agency: office, Lo: township, Hi: townHi}
}

func TestAGrantHoldsWhereAndWhenItSays(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		p := h.enrol(h.root, "张三", "zhangsan", inTown)
		token := h.token("zhangsan")
		g := grantOf(p, draft)
		g.Since, g.Until = h.clock.Now().Add(2*time.Minute), h.clock.Now().Add(10*time.Minute)
		admin := h.token("admin1")
		id, err := h.Grant(h.request(admin), g)
		if err != nil {
			h.Fatal(err)
		}
		may := func(verb string, t account.Target) bool { return account.From(h.request(token)).May(verb, t) }
		if may(draft, inTown) {
			h.Error("before it begins")
		}
		h.clock.Advance(2 * time.Minute)
		for _, c := range []struct {
			name string
			verb string
			t    account.Target
			want bool
		}{
			{"the agency in the township", draft, inTown, true},
			{"the agency in a village of it", draft, account.Target{Agency: office, Division: township + 1}, true},
			{"another agency there", draft, account.Target{Agency: health, Division: township}, false},
			{"no agency there", draft, account.Target{Division: township}, false},
			{"the county above", draft, inCounty, false},
			{"another county", draft, elsewhere, false},
			{"no target at all", draft, account.Target{}, false},
			{"another verb", review, inTown, false},
		} {
			if got := may(c.verb, c.t); got != c.want {
				h.Errorf("%s: %v", c.name, got)
			}
		}
		who := account.From(h.request(token))
		want := []account.Range{{Agency: office, Lo: township, Hi: townHi}}
		if diff := cmp.Diff(want, who.Scope(draft)); diff != "" || !who.Holds(draft) || who.Holds(review) {
			h.Errorf("scope (-want +got):\n%s", diff)
		}
		if err := h.Revoke(h.request(admin), id); err != nil {
			h.Fatal(err)
		}
		if may(draft, inTown) {
			h.Error("the request after the revocation still may")
		}
		refused(h.T, "revoking twice", h.Revoke(h.request(admin), id), fault.Conflict, "account.grant_over")
		if gs, err := h.GrantsOf(h.request(token), p); err != nil || len(gs) != 1 || gs[0].GrantedBy != h.admin {
			h.Errorf("own grants %+v, %v", gs, err)
		}
		if h.audited("account.grant") != 1 || h.audited("account.revoke") != 1 {
			h.Error("not audited")
		}
	})
}

func TestGrantsThatAreRefused(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		p := h.enrol(h.root, "张三", "zhangsan", inTown)
		sub := h.enrol(h.root, "王五", "wangwu", inTown, account.Grant{Verb: account.Managing, Agency: office, Lo: township, Hi: townHi})
		ctx, subCtx := h.as("admin1"), h.as("wangwu")
		change := func(f func(*account.Grant)) account.Grant { g := grantOf(p, draft); f(&g); return g }
		for _, c := range []struct {
			name string
			ctx  context.Context
			g    account.Grant
			kind fault.Kind
			key  string
		}{
			{"by nobody", context.Background(), grantOf(p, draft), fault.Unauthenticated, "account.nobody"},
			{"by one without the right", h.as("zhangsan"), grantOf(sub, draft), fault.Forbidden, "account.grant_beyond"},
			{"to oneself", ctx, grantOf(h.admin, draft), fault.Forbidden, "account.not_to_oneself"},
			{"an unknown verb", ctx, grantOf(p, "room.rule"), fault.Invalid, "account.verb_unknown"},
			{"beyond the county", ctx, change(func(g *account.Grant) { g.Hi = otherHi }), fault.Forbidden, "account.grant_beyond"},
			{"the whole nation", ctx, change(func(g *account.Grant) { g.Lo, g.Hi = 0, 999_999_999_999 }), fault.Forbidden, "account.grant_beyond"},
			{"a range upside down", ctx, change(func(g *account.Grant) { g.Lo, g.Hi = g.Hi, g.Lo }), fault.Invalid, "account.range_wrong"},
			{"a range beyond all", ctx, change(func(g *account.Grant) { g.Hi = 1 << 60 }), fault.Invalid, "account.range_wrong"},
			{"a period upside down", ctx, change(func(g *account.Grant) { g.Until = h.clock.Now() }), fault.Invalid, "account.period_wrong"},
			{"from the past", ctx, change(func(g *account.Grant) { g.Since = start.Add(-time.Hour) }), fault.Invalid, "account.not_backwards"},
			{"a township's for every agency", subCtx, change(func(g *account.Grant) { g.Agency = 0 }), fault.Forbidden, "account.grant_beyond"},
			{"a township's for another agency", subCtx, change(func(g *account.Grant) { g.Agency = health }), fault.Forbidden, "account.grant_beyond"},
			{"a right about accounts one has not", subCtx, change(func(g *account.Grant) { g.Verb = account.Recovering }), fault.Forbidden, "account.grant_beyond"},
			{"to a person there is not", ctx, grantOf(42, draft), fault.NotFound, "fault.not_found"},
		} {
			_, err := h.Grant(c.ctx, c.g)
			if c.key == "fault.not_found" {
				if !fault.Is(err, fault.NotFound) {
					h.Errorf("%s: %v", c.name, err)
				}
				continue
			}
			refused(h.T, c.name, err, c.kind, c.key)
		}
		id, err := h.Grant(ctx, account.Grant{Person: p, Verb: draft, Lo: county, Hi: countyHi})
		if err != nil {
			h.Fatal(err)
		}
		refused(h.T, "a township revokes the county's", h.Revoke(subCtx, id), fault.NotFound, "account.grant_not_found")
		_, err = h.GrantsOf(h.as("zhangsan"), sub)
		refused(h.T, "another's grants", err, fault.NotFound, "account.person_not_found")
		if _, err := h.Grant(subCtx, grantOf(p, account.Managing)); err != nil {
			h.Errorf("a township passes its own right on: %v", err)
		}
	})
}

func TestHoldersOfAVerb(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		a := h.enrol(h.root, "张三", "zhangsan", inTown, account.Grant{Verb: review, Lo: county, Hi: countyHi})
		b := h.enrol(h.root, "李四", "lisi", inTown, account.Grant{Verb: review, Agency: office, Lo: township, Hi: townHi})
		h.enrol(h.root, "王五", "wangwu", inTown, account.Grant{Verb: review, Agency: health, Lo: township, Hi: townHi})
		var got []int64
		if err := h.d.Read(h.root, func(tx *db.Tx) error {
			ps, err := account.Holders(tx, review, inTown, 10)
			for _, p := range ps {
				got = append(got, p.ID)
			}
			names, err2 := account.Names(tx, []int64{a, b, 42})
			if diff := cmp.Diff(map[int64]string{a: "张三", b: "李四"}, names); diff != "" || err2 != nil {
				h.Errorf("names: %v\n%s", err2, diff)
			}
			return err
		}); err != nil {
			h.Fatal(err)
		}
		if diff := cmp.Diff([]int64{a, b}, got); diff != "" {
			h.Errorf("holders (-want +got):\n%s", diff)
		}
	})
}

func TestAdministratorsSeeTheirOwnRangeOnly(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		p := h.enrol(h.root, "张三", "zhangsan", inTown)
		h.enrol(h.root, "李四", "lisi", elsewhere)
		ctx := h.as("admin1")
		ps, err := h.Persons(ctx, account.PersonFilter{})
		if err != nil || len(ps) != 2 || ps[0].ID != h.admin || ps[1].ID != p {
			h.Fatalf("%+v, %v", ps, err)
		}
		for f, want := range map[account.PersonFilter]int{
			{Name: "张"}: 1, {Name: "%"}: 0, {Agency: office}: 1, {Limit: 1}: 1, {After: p}: 0,
		} {
			if ps, err := h.Persons(ctx, f); err != nil || len(ps) != want {
				h.Errorf("%+v: %d, %v", f, len(ps), err)
			}
		}
		if ps, err := h.Persons(h.as("zhangsan"), account.PersonFilter{}); err != nil || len(ps) != 0 {
			h.Errorf("without the right: %+v, %v", ps, err)
		}
		refused(h.T, "moving a person out of the range", h.Rehome(ctx, p, elsewhere), fault.Forbidden, "account.home_beyond")
		if err := h.Rehome(ctx, p, inCounty); err != nil {
			h.Error(err)
		}
	})
}

func TestTheBookOfAccountsIsWhole(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		h.as("admin1")
		r, err := audit.Verify(context.Background(), h.d, 35)
		if err != nil || r.Fault != "" || r.Lines == 0 {
			h.Errorf("%+v, %v", r, err)
		}
	})
}
