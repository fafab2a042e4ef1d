package account_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/account"
	"yangguang/internal/fault"
)

// pair enrols a principal who drafts and reviews in the township and manages it, and a delegate with nothing.
func (h *house) pair() (principal, delegate int64) {
	principal = h.enrol(h.root, "张三", "zhangsan", inTown, grantOf(0, draft), grantOf(0, review), grantOf(0, account.Managing))
	return principal, h.enrol(h.root, "李四", "lisi", inTown, grantOf(0, approve))
}

func TestADelegateActsForHisPrincipal(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		zhang, li := h.pair()
		now := h.clock.Now()
		id, err := h.Substitute(h.as("zhangsan"), account.Substitute{Principal: zhang, Delegate: li, Since: now.Add(-time.Hour), Until: now.Add(20 * time.Minute),
			Verbs: []string{draft}, Reason: "出差"})
		if err != nil {
			h.Fatal(err)
		}
		token := h.token("lisi")
		who := func() *account.Actor { return account.From(h.request(token)) }
		if who().May(draft, inTown) || !who().May(approve, inTown) {
			h.Error("lent rights work before he says for whom he acts")
		}
		ps, err := h.MayStandInFor(h.request(token))
		if err != nil || len(ps) != 1 || ps[0].ID != zhang {
			h.Fatalf("%+v, %v", ps, err)
		}
		if err := h.ActFor(h.request(token), zhang); err != nil {
			h.Fatal(err)
		}
		w := who()
		if !w.May(draft, inTown) || w.May(review, inTown) || w.May(account.Managing, inTown) || w.May(approve, inTown) {
			h.Errorf("acting for the principal he may %+v", w.Rights)
		}
		if diff := cmp.Diff([]int64{li, zhang}, w.Persons()); diff != "" || w.PrincipalID() != zhang || w.PrincipalName != "张三" || !w.Is(zhang) || !w.Is(li) || w.Is(0) || w.Is(h.admin) {
			h.Errorf("whose hand it is (-want +got):\n%s", diff)
		}
		if err := h.EndSubstitute(h.as("zhangsan"), id); err != nil {
			h.Fatal(err)
		}
		if w := who(); len(w.Rights) != 0 || w.PrincipalID() != zhang {
			h.Error("when it ends, acts meant for the principal become his own")
		}
		if err := h.ActFor(h.request(token), 0); err != nil {
			h.Fatal(err)
		}
		if w := who(); !w.May(approve, inTown) || w.PrincipalID() != 0 {
			h.Error("he did not return to his own name")
		}
		refused(h.T, "acting after the end", h.ActFor(h.request(token), zhang), fault.Forbidden, "account.no_substitute")
		refused(h.T, "ending twice", h.EndSubstitute(h.as("zhangsan"), id), fault.Conflict, "account.substitute_over")
		for _, v := range []string{"substitute", "act_for", "end_substitute"} {
			if h.audited("account."+v) == 0 {
				h.Errorf("%s is not audited", v)
			}
		}
	})
}

func TestASubstitutionEndsByItself(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		zhang, li := h.pair()
		now := h.clock.Now()
		if _, err := h.Substitute(h.as("admin1"), account.Substitute{Principal: zhang, Delegate: li, Since: now, Until: now.Add(10 * time.Minute), Reason: "病假"}); err != nil {
			h.Fatal(err)
		}
		token := h.token("lisi")
		if err := h.ActFor(h.request(token), zhang); err != nil {
			h.Fatal(err)
		}
		if w := account.From(h.request(token)); !w.May(draft, inTown) || !w.May(review, inTown) || w.May(account.Managing, inTown) {
			h.Errorf("all that may be lent is %+v", w.Rights)
		}
		h.clock.Advance(10 * time.Minute)
		if w := account.From(h.request(token)); len(w.Rights) != 0 {
			h.Errorf("after the end he may %+v", w.Rights)
		}
	})
}

func TestASubstitutionNarrowsToOneAgency(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		chief := h.enrol(h.root, "赵六", "zhaoliu", inCounty, account.Grant{Verb: review, Lo: county, Hi: countyHi}, account.Grant{Verb: draft, Agency: health, Lo: county, Hi: countyHi})
		li := h.enrol(h.root, "李四", "lisi", inTown)
		now := h.clock.Now()
		if _, err := h.Substitute(h.as("zhaoliu"), account.Substitute{Principal: chief, Delegate: li, Since: now, Until: now.Add(time.Hour), Agency: office, Reason: "开会"}); err != nil {
			h.Fatal(err)
		}
		token := h.token("lisi")
		if err := h.ActFor(h.request(token), chief); err != nil {
			h.Fatal(err)
		}
		want := []account.Right{{Verb: review, Range: account.Range{Agency: office, Lo: county, Hi: countyHi}, Principal: chief}}
		if diff := cmp.Diff(want, account.From(h.request(token)).Rights); diff != "" {
			h.Errorf("rights (-want +got):\n%s", diff)
		}
	})
}

func TestSubstitutionsThatAreRefused(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		zhang, li := h.pair()
		now := h.clock.Now()
		good := account.Substitute{Principal: zhang, Delegate: li, Since: now, Until: now.Add(time.Hour), Reason: "出差"}
		change := func(f func(*account.Substitute)) account.Substitute { s := good; f(&s); return s }
		mine := h.as("zhangsan")
		for _, c := range []struct {
			name string
			ctx  context.Context
			s    account.Substitute
			kind fault.Kind
			key  string
		}{
			{"by nobody", context.Background(), good, fault.Unauthenticated, "account.nobody"},
			{"by the delegate", h.as("lisi"), good, fault.NotFound, "account.person_not_found"},
			{"an administrator for himself", h.as("admin1"), change(func(s *account.Substitute) { s.Delegate = h.admin }), fault.Forbidden, "account.not_to_oneself"},
			{"oneself", mine, change(func(s *account.Substitute) { s.Delegate = zhang }), fault.Invalid, "account.substitute_self"},
			{"without a reason", mine, change(func(s *account.Substitute) { s.Reason = " " }), fault.Invalid, "account.reason_missing"},
			{"over already", mine, change(func(s *account.Substitute) { s.Since, s.Until = now.Add(-2*time.Hour), now.Add(-time.Hour) }), fault.Invalid, "account.period_wrong"},
			{"upside down", mine, change(func(s *account.Substitute) { s.Since = now.Add(2 * time.Hour) }), fault.Invalid, "account.period_wrong"},
			{"for years", mine, change(func(s *account.Substitute) { s.Until = now.AddDate(2, 0, 0) }), fault.Invalid, "account.period_wrong"},
			{"an unknown verb", mine, change(func(s *account.Substitute) { s.Verbs = []string{"room.rule"} }), fault.Invalid, "account.verb_unknown"},
			{"rights about accounts", mine, change(func(s *account.Substitute) { s.Verbs = []string{account.Managing} }), fault.Forbidden, "account.never_lent"},
		} {
			_, err := h.Substitute(c.ctx, c.s)
			refused(h.T, c.name, err, c.kind, c.key)
		}
		if _, err := h.Substitute(mine, good); err != nil {
			h.Fatal(err)
		}
		// What was lent is not lent on: Wang stands in for Li, who stands in for Zhang.
		wang := h.enrol(h.root, "王五", "wangwu", inTown)
		token := h.token("lisi")
		if err := h.ActFor(h.request(token), zhang); err != nil {
			h.Fatal(err)
		}
		_, err := h.Substitute(h.request(token), account.Substitute{Principal: zhang, Delegate: wang, Since: now, Until: now.Add(time.Hour), Reason: "转托"})
		refused(h.T, "the delegate lends in the principal's name", err, fault.NotFound, "account.person_not_found")
		if _, err := h.Substitute(h.as("lisi"), account.Substitute{Principal: li, Delegate: wang, Since: now, Until: now.Add(time.Hour), Reason: "出差"}); err != nil {
			h.Fatal(err)
		}
		far := h.token("wangwu")
		refused(h.T, "the delegate's delegate for the principal", h.ActFor(h.request(far), zhang), fault.Forbidden, "account.no_substitute")
		if err := h.ActFor(h.request(far), li); err != nil {
			h.Fatal(err)
		}
		if w := account.From(h.request(far)); w.May(draft, inTown) || !w.May(approve, inTown) {
			h.Errorf("at second hand he may %+v", w.Rights)
		}
	})
}
