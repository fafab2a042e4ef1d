package account_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

func TestHandOverInOneAct(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		zhang, li := h.pair()
		wang := h.enrol(h.root, "王五", "wangwu", inTown)
		now := h.clock.Now()
		if _, err := h.Substitute(h.as("zhangsan"), account.Substitute{Principal: zhang, Delegate: li, Since: now, Until: now.Add(time.Hour), Reason: "出差"}); err != nil {
			h.Fatal(err)
		}
		h.OnHandover(func(_ *db.Tx, from, to int64) ([]string, error) {
			if from != zhang || to != wang {
				h.Errorf("the room was asked to move %d to %d", from, to)
			}
			return []string{"draft 1", "draft 2"}, nil
		})
		token, li2 := h.token("zhangsan"), h.token("lisi")
		if err := h.ActFor(h.request(li2), zhang); err != nil {
			h.Fatal(err)
		}
		list, err := h.HandOver(h.as("admin1"), zhang, wang, "调离")
		if err != nil {
			h.Fatal(err)
		}
		if len(list.Lines) != 5 || !strings.Contains(strings.Join(list.Lines, "\n"), "draft 2") {
			h.Errorf("lines %q", list.Lines)
		}
		if _, err := h.ActorOf(context.Background(), token); err == nil {
			h.Error("the leaver's session goes on")
		}
		_, err = h.SignIn(context.Background(), "zhangsan", good, h.code("zhangsan"), here)
		refused(h.T, "the leaver", err, fault.Invalid, "account.frozen")
		if w := account.From(h.request(li2)); len(w.Rights) != 0 {
			h.Errorf("the leaver's delegate still may %+v", w.Rights)
		}
		if w := account.From(h.as("wangwu")); !w.May(draft, inTown) || !w.May(review, inTown) || !w.May(account.Managing, inTown) {
			h.Errorf("the successor may %+v", w.Rights)
		}
		refused(h.T, "unfreezing a leaver", h.Unfreeze(h.as("admin1"), h.login(zhang), "回来"), fault.Conflict, "account.person_left")
		_, err = h.Grant(h.as("admin1"), grantOf(zhang, draft))
		refused(h.T, "granting to a leaver", err, fault.Conflict, "account.person_left")

		for _, by := range []string{"wangwu", "admin1"} {
			person := wang
			if by == "admin1" {
				person = zhang
			}
			if hs, err := h.Handovers(h.as(by), person); err != nil || len(hs) != 1 || hs[0].ID != list.ID || hs[0].Lines != nil {
				h.Errorf("%s finds %+v, %v", by, hs, err)
			}
		}
		_, err = h.Handovers(h.as("lisi"), wang)
		refused(h.T, "another reads who handed over to whom", err, fault.NotFound, "account.person_not_found")
		refused(h.T, "another signs", h.SignHandover(h.as("lisi"), list.ID), fault.NotFound, "account.handover_not_found")
		for _, by := range []string{"wangwu", "admin1"} {
			if err := h.SignHandover(h.as(by), list.ID); err != nil {
				h.Errorf("%s: %v", by, err)
			}
			refused(h.T, by+" signs twice", h.SignHandover(h.as(by), list.ID), fault.Conflict, "account.handover_signed")
		}
		list, err = h.FindHandover(h.as("wangwu"), list.ID)
		if err != nil || list.LeaverSigned.IsZero() || list.SuccessorSigned.IsZero() || len(list.Lines) != 5 {
			h.Errorf("%+v, %v", list, err)
		}
		_, err = h.FindHandover(h.as("lisi"), list.ID)
		refused(h.T, "another reads the list", err, fault.NotFound, "account.person_not_found")
		if h.audited("account.hand_over") != 1 || h.audited("account.sign_hand_over") != 2 {
			h.Error("not audited")
		}
	})
}

// TestALeaverWithoutASuccessor: his rights end, nobody gets them, and the
// manager receives the list for the unit.
func TestALeaverWithoutASuccessor(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		zhang, li := h.pair()
		var to int64 = -1
		h.OnHandover(func(_ *db.Tx, _, successor int64) ([]string, error) {
			to = successor
			return []string{"draft 1"}, nil
		})
		list, err := h.HandOver(h.as("admin1"), zhang, 0, "调离")
		if err != nil {
			h.Fatal(err)
		}
		if to != 0 || !list.ToUnit() || list.Successor != h.admin || !strings.Contains(strings.Join(list.Lines, "\n"), "draft 1") || len(list.Lines) < 2 {
			h.Errorf("the room moved to %d; the list: %+v", to, list)
		}
		if w := account.From(h.as("lisi")); w.May(draft, inTown) && li == 0 {
			h.Error("a colleague has got the leaver's right")
		}
		_, err = h.SignIn(context.Background(), "zhangsan", good, h.code("zhangsan"), here)
		refused(h.T, "the leaver", err, fault.Invalid, "account.frozen")
		if err := h.SignHandover(h.as("admin1"), list.ID); err != nil {
			h.Error(err)
		}
		refused(h.T, "the receiver signs for the leaver too", h.SignHandover(h.as("admin1"), list.ID), fault.Conflict, "account.handover_signed")
		if list, err = h.FindHandover(h.as("admin1"), list.ID); err != nil || list.SuccessorSigned.IsZero() || !list.LeaverSigned.IsZero() {
			h.Errorf("%+v, %v", list, err)
		}
		gone, stood := map[int64]bool{}, false
		if err := h.d.Read(context.Background(), func(tx *db.Tx) (err error) {
			if gone, err = account.Absent(tx, zhang, li); err == nil {
				stood, err = account.StoodIn(tx, li)
			}
			return err
		}); err != nil || !gone[zhang] || gone[li] || stood {
			h.Errorf("absent: %v, stood in for: %v, %v", gone, stood, err)
		}
	})
}

func TestHandOversThatAreRefused(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		zhang, li := h.pair()
		stranger := h.enrol(h.root, "钱七", "qianqi", elsewhere)
		wide := h.enrol(h.root, "赵六", "zhaoliu", inTown, account.Grant{Verb: review, Lo: county, Hi: otherHi})
		admin := h.as("admin1")
		for _, c := range []struct {
			name     string
			ctx      context.Context
			from, to int64
			reason   string
			kind     fault.Kind
			key      string
		}{
			{"by nobody", context.Background(), zhang, li, "调离", fault.Unauthenticated, "account.nobody"},
			{"by one without the right", h.as("lisi"), zhang, h.admin, "调离", fault.NotFound, "account.person_not_found"},
			{"one's own", h.as("zhangsan"), zhang, li, "调离", fault.Forbidden, "account.not_to_oneself"},
			{"to oneself", h.as("zhangsan"), li, zhang, "调离", fault.Forbidden, "account.not_to_oneself"},
			{"to the same person", admin, zhang, zhang, "调离", fault.Invalid, "account.handover_self"},
			{"to one elsewhere", admin, zhang, stranger, "调离", fault.NotFound, "account.person_not_found"},
			{"without a reason", admin, zhang, li, " ", fault.Invalid, "account.reason_missing"},
			{"grants beyond the range", admin, wide, li, "调离", fault.Forbidden, "account.grant_beyond"},
		} {
			_, err := h.HandOver(c.ctx, c.from, c.to, c.reason)
			refused(h.T, c.name, err, c.kind, c.key)
		}
		boom := errors.New("the room's part failed")
		h.OnHandover(func(*db.Tx, int64, int64) ([]string, error) { return nil, boom })
		if _, err := h.HandOver(admin, zhang, li, "调离"); !errors.Is(err, boom) {
			h.Errorf("err = %v", err)
		}
		if w := account.From(h.as("zhangsan")); !w.May(draft, inTown) {
			h.Error("half a hand-over remained")
		}
	})
}

func TestFreezingIsRefused(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		zhang, _ := h.pair()
		admin := h.as("admin1")
		_, err := h.Logins(h.as("lisi"), zhang)
		refused(h.T, "another's logins", err, fault.NotFound, "account.person_not_found")
		refused(h.T, "nobody", h.Freeze(context.Background(), h.login(zhang), "x"), fault.Unauthenticated, "account.nobody")
		refused(h.T, "oneself", h.Freeze(admin, h.login(h.admin), "x"), fault.Forbidden, "account.not_to_oneself")
		refused(h.T, "without a reason", h.Freeze(admin, h.login(zhang), ""), fault.Invalid, "account.reason_missing")
		refused(h.T, "without the right", h.Freeze(h.as("lisi"), h.login(zhang), "x"), fault.NotFound, "account.person_not_found")
		refused(h.T, "what is not frozen", h.Unfreeze(admin, h.login(zhang), "x"), fault.Conflict, "account.not_frozen")
		if err := h.Freeze(admin, h.login(zhang), "x"); err != nil {
			h.Fatal(err)
		}
		refused(h.T, "a name there is not", h.FreezeNamed(h.root, "nobody", "x"), fault.NotFound, "account.login_not_found")
		if err := h.FreezeNamed(h.root, "LiSi", "x"); err != nil {
			h.Error(err)
		}
		refused(h.T, "twice", h.Freeze(admin, h.login(zhang), "x"), fault.Conflict, "account.login_frozen")
	})
}
