package account_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// world is the test's own account of who was granted and lent what, kept apart from the code's.
type world struct {
	*house
	names   []string
	persons []int64
	tokens  []string
	acting  []int64 // the principal each acts for
	left    map[int64]bool
	grants  []account.Grant
	loans   []account.Substitute
}

var (
	propVerbs   = []string{draft, review, approve, account.Managing}
	propTargets = []account.Target{inCounty, inTown, {Agency: office, Division: township + 1}, {Agency: health, Division: township}, elsewhere, {}}
	propRanges  = []account.Range{{Lo: county, Hi: countyHi}, {Agency: office, Lo: township, Hi: townHi}, {Lo: township, Hi: townHi}, {Agency: health, Lo: county, Hi: countyHi}, {Lo: other, Hi: otherHi}, {Lo: 0, Hi: 999_999_999_999}}
)

func live(since, until, now time.Time) bool {
	return !now.Before(since) && (until.IsZero() || now.Before(until))
}

// rights are what person i may do by the rules as a reader of the norm would say them.
func (w *world) rights(i int) (out []account.Grant) {
	p, now := w.persons[i], w.clock.Now()
	for _, g := range w.grants {
		if !live(g.Since, g.Until, now) {
			continue
		}
		if w.acting[i] == 0 && g.Person == p {
			out = append(out, g)
		}
		if w.acting[i] == 0 || g.Person != w.acting[i] || g.Verb == account.Managing || w.left[g.Person] {
			continue
		}
		for _, s := range w.loans {
			if s.Principal != g.Person || s.Delegate != p || !live(s.Since, s.Until, now) || len(s.Verbs) > 0 && !slices.Contains(s.Verbs, g.Verb) {
				continue
			}
			if s.Agency != 0 && g.Agency != 0 && s.Agency != g.Agency {
				continue
			}
			lent := g
			if s.Agency != 0 {
				lent.Agency = s.Agency
			}
			out = append(out, lent)
		}
	}
	return out
}

func (w *world) may(i int, verb string, r account.Range) bool {
	return slices.ContainsFunc(w.rights(i), func(g account.Grant) bool {
		return g.Verb == verb && g.Lo <= r.Lo && r.Hi <= g.Hi && (g.Agency == 0 || g.Agency == r.Agency)
	})
}

func point(t account.Target) account.Range {
	return account.Range{Agency: t.Agency, Lo: t.Division, Hi: t.Division}
}

// check compares every person's request with the world.
func (w *world) check(t *rapid.T, after string) {
	for i := range w.persons {
		if w.left[w.persons[i]] {
			if _, err := w.ActorOf(context.Background(), w.tokens[i]); !fault.Is(err, fault.Unauthenticated) {
				t.Fatalf("after %s: %s has left and still acts: %v", after, w.names[i], err)
			}
			continue
		}
		who := account.From(w.request(w.tokens[i]))
		for _, v := range propVerbs {
			for _, target := range propTargets {
				if got, want := who.May(v, target), w.may(i, v, point(target)); got != want {
					t.Fatalf("after %s: %s may %s %+v = %v, want %v", after, w.names[i], v, target, got, want)
				}
			}
		}
	}
}

func (w *world) as(i int) context.Context { return w.request(w.tokens[i]) }

func (w *world) agree(t *rapid.T, what string, err error, want bool) {
	if (err == nil) != want {
		t.Fatalf("%s: %v, want success %v", what, err, want)
	}
}

// TestNobodyComesToARightNobodyGave: no sequence of grants, revocations, substitutes and hand-overs, by anybody.
func TestNobodyComesToARightNobodyGave(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(start)
	h := newHouse(t, dbtest.SQLite(t, c, migrations...), c, account.Options{Demo: true})
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		w := &world{house: h, left: map[int64]bool{}}
		for range 4 {
			n++
			w.add(t, fmt.Sprintf("p%d", n))
		}
		w.give(t, 0, account.Managing, propRanges[0])
		for _, v := range []string{draft, review, approve} {
			w.give(t, 1, v, propRanges[0])
		}
		w.check(t, "the beginning")
		i := rapid.IntRange(0, len(w.persons)-1)
		t.Repeat(map[string]func(*rapid.T){
			"grant":      func(t *rapid.T) { w.grant(t, i.Draw(t, "by"), i.Draw(t, "to")) },
			"revoke":     func(t *rapid.T) { w.revoke(t, i.Draw(t, "by")) },
			"substitute": func(t *rapid.T) { w.substitute(t, i.Draw(t, "by"), i.Draw(t, "principal"), i.Draw(t, "delegate")) },
			"act for":    func(t *rapid.T) { w.actFor(t, i.Draw(t, "who"), i.Draw(t, "principal")) },
			"hand over":  func(t *rapid.T) { w.handOver(t, i.Draw(t, "by"), i.Draw(t, "from"), i.Draw(t, "to")) },
			"wait": func(t *rapid.T) {
				w.clock.Advance(time.Duration(rapid.IntRange(1, 5).Draw(t, "minutes")) * time.Minute)
			},
			"": func(t *rapid.T) { w.check(t, "this") },
		})
	})
}

func (w *world) add(t *rapid.T, name string) {
	var p int64
	err := w.d.Write(w.root, func(tx *db.Tx) (err error) {
		if p, err = account.CreatePerson(tx, account.Person{Name: name, Home: inTown}); err != nil {
			return err
		}
		_, err = w.CreateLogin(tx, p, name, secret.Cheap.Hash(good), false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := w.SignIn(context.Background(), name, good, "", here)
	if err != nil {
		t.Fatal(err)
	}
	w.names, w.persons, w.tokens, w.acting = append(w.names, name), append(w.persons, p), append(w.tokens, token), append(w.acting, 0)
}

// give is the operator's own grant at the beginning.
func (w *world) give(t *rapid.T, to int, verb string, r account.Range) {
	g := account.Grant{Person: w.persons[to], Verb: verb, Agency: r.Agency, Lo: r.Lo, Hi: r.Hi, Since: w.clock.Now()}
	id, err := w.Grant(w.root, g)
	if err != nil {
		t.Fatal(err)
	}
	g.ID = id
	w.grants = append(w.grants, g)
}

func (w *world) grant(t *rapid.T, by, to int) {
	if w.left[w.persons[by]] {
		return
	}
	r := rapid.SampledFrom(propRanges).Draw(t, "range")
	g := account.Grant{Person: w.persons[to], Verb: rapid.SampledFrom(propVerbs).Draw(t, "verb"), Agency: r.Agency, Lo: r.Lo, Hi: r.Hi, Since: w.clock.Now()}
	if rapid.Bool().Draw(t, "ends") {
		g.Until = w.clock.Now().Add(7 * time.Minute)
	}
	id, err := w.Grant(w.as(by), g)
	// The right to administer is never lent, so whoever acts for a principal cannot grant.
	want := by != to && !w.left[g.Person] && w.may(by, account.Managing, r)
	w.agree(t, fmt.Sprintf("%s grants %s %s", w.names[by], w.names[to], g.Verb), err, want)
	if err == nil {
		g.ID = id
		w.grants = append(w.grants, g)
	}
}

func (w *world) revoke(t *rapid.T, by int) {
	if len(w.grants) == 0 || w.left[w.persons[by]] {
		return
	}
	i := rapid.IntRange(0, len(w.grants)-1).Draw(t, "grant")
	g := &w.grants[i]
	err := w.Revoke(w.as(by), g.ID)
	now := w.clock.Now()
	w.agree(t, w.names[by]+" revokes", err, w.may(by, account.Managing, g.Range()) && (g.Until.IsZero() || now.Before(g.Until)))
	if err == nil {
		g.Until = now
	}
}

func (w *world) substitute(t *rapid.T, by, principal, delegate int) {
	if rapid.Bool().Draw(t, "his own") {
		by = principal
	}
	if w.left[w.persons[by]] {
		return
	}
	s := account.Substitute{Principal: w.persons[principal], Delegate: w.persons[delegate], Since: w.clock.Now(), Until: w.clock.Now().Add(9 * time.Minute), Reason: "出差"}
	if rapid.Bool().Draw(t, "narrow") {
		s.Verbs, s.Agency = []string{rapid.SampledFrom([]string{draft, review}).Draw(t, "verb")}, rapid.SampledFrom([]int64{0, office, health}).Draw(t, "agency")
	}
	_, err := w.Substitute(w.as(by), s)
	own := by == principal && w.acting[by] == 0
	administers := w.may(by, account.Managing, point(inTown)) && (by == principal || by != delegate)
	want := principal != delegate && !w.left[s.Principal] && !w.left[s.Delegate] && (own || administers)
	w.agree(t, fmt.Sprintf("%s lets %s stand in for %s", w.names[by], w.names[delegate], w.names[principal]), err, want)
	if err == nil {
		w.loans = append(w.loans, s)
	}
}

func (w *world) actFor(t *rapid.T, i, principal int) {
	if n := len(w.loans); n > 0 && rapid.Bool().Draw(t, "as arranged") {
		s := w.loans[rapid.IntRange(0, n-1).Draw(t, "loan")]
		i, principal = slices.Index(w.persons, s.Delegate), slices.Index(w.persons, s.Principal)
	}
	if w.left[w.persons[i]] {
		return
	}
	p := w.persons[principal]
	if i == principal {
		p = 0
	}
	err := w.ActFor(w.as(i), p)
	want := p == 0 || slices.ContainsFunc(w.loans, func(s account.Substitute) bool {
		return s.Principal == p && s.Delegate == w.persons[i] && live(s.Since, s.Until, w.clock.Now())
	})
	w.agree(t, w.names[i]+" acts for another", err, want)
	if err == nil {
		w.acting[i] = p
	}
}

func (w *world) handOver(t *rapid.T, by, from, to int) {
	if w.left[w.persons[by]] || rapid.IntRange(0, 5).Draw(t, "seldom") > 0 {
		return
	}
	leaver, now := w.persons[from], w.clock.Now()
	_, err := w.HandOver(w.as(by), leaver, w.persons[to], "调离")
	want := w.may(by, account.Managing, point(inTown)) && from != to && by != from && by != to && !w.left[leaver] && !w.left[w.persons[to]]
	for _, g := range w.grants {
		if g.Person == leaver && (g.Until.IsZero() || now.Before(g.Until)) && !w.may(by, account.Managing, g.Range()) {
			want = false
		}
	}
	w.agree(t, fmt.Sprintf("%s hands %s over to %s", w.names[by], w.names[from], w.names[to]), err, want)
	if err != nil {
		return
	}
	w.left[leaver] = true
	moved, err := w.GrantsOf(w.root, w.persons[to])
	if err != nil {
		t.Fatal(err)
	}
	for i := range w.grants {
		if g := &w.grants[i]; g.Person == leaver && (g.Until.IsZero() || now.Before(g.Until)) {
			copied := *g
			copied.Person, copied.Since = w.persons[to], now
			// Its number is asked for, so that it can be revoked later; what it allows is the model's.
			copied.ID = 0
			for _, m := range moved {
				if m.Verb == copied.Verb && m.Range() == copied.Range() && m.Until.Equal(copied.Until) && !slices.ContainsFunc(w.grants, func(o account.Grant) bool { return o.ID == m.ID }) {
					copied.ID = m.ID
				}
			}
			if copied.ID == 0 {
				t.Fatalf("a grant of %s did not move", g.Verb)
			}
			g.Until = now
			w.grants = append(w.grants, copied)
		}
	}
	for i := range w.loans {
		if s := &w.loans[i]; (s.Principal == leaver || s.Delegate == leaver) && now.Before(s.Until) {
			s.Until = now
		}
	}
}
