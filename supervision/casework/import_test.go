package casework_test

import (
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

// historic is an order closed years before the platform.
func historic(h *caseworktest.House) casework.Historic {
	on := func(day, hour int) time.Time {
		return time.Date(2021, 3, day, hour, 0, 0, 0, disclosuretest.Now.Location())
	}
	return casework.Historic{Agency: h.County.ID, Token: "old-1", Outside: "HD2021-1", Type: "complaint", Subject: "奖励扶助金 13800000000", Text: "没有收到。", Note: "已补发。",
		FiledAt: on(1, 9), AcceptedAt: on(2, 9), FirstDue: on(10, 18), RepliedAt: on(12, 9), DeliveredAt: on(13, 9), ClosedAt: on(20, 9),
		Result: "solved", Delivery: "phone", Rated: "yes", Satisfied: "fair"}
}

// TestHistoryIsImportedClosedWithItsOwnDatesAndTellsNobody: the past has its
// own dates, in order, and nothing runs or is sent for it.
func TestHistoryIsImportedClosedWithItsOwnDatesAndTellsNobody(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		ctx := h.As(h.Front)
		var told []string
		h.Cases.Changed = func(_ *db.Tx, before, after *casework.Matter) error {
			if before != nil {
				t.Error("an imported matter was changed from something")
			}
			told = append(told, after.State+" "+after.FiledAt.Format("2006"))
			return nil
		}
		in := func(x casework.Historic) (m *casework.Matter, err error) {
			err = h.DB.Write(ctx, func(tx *db.Tx) error {
				m, err = h.Cases.Import(tx, x)
				return err
			})
			return m, err
		}
		m, err := in(historic(h))
		check(t, err)
		again, err := in(historic(h))
		check(t, err)
		if again.ID != m.ID || len(told) != 1 || told[0] != "closed 2021" {
			t.Errorf("imported twice it is %s and %s, told %v", m.Number, again.Number, told)
		}
		k := h.Matter(t, m)
		x := historic(h)
		if k.State != casework.Closed || !k.ClosedAt.Equal(x.ClosedAt) || !k.FiledAt.Equal(x.FiledAt) || !k.Late || !k.FirstDue.Equal(x.FirstDue) || !k.NextAt.IsZero() || k.HasContact || k.Channel != "import" {
			t.Errorf("it is %+v", k.Matter)
		}
		if k.Number[7:13] != "202103" || k.Subject == x.Subject {
			t.Errorf("number %s, subject %q", k.Number, k.Subject)
		}
		last := time.Time{}
		for _, e := range k.Entries {
			if e.At.Before(last) || e.At.Year() != 2021 {
				t.Errorf("event %s at %s after %s", e.Kind, e.At, last)
			}
			last = e.At
		}
		notices := 0
		h.Read(t, func(tx *db.Tx) error { return tx.Row("select count(*) from notice").Scan(&notices) })
		if len(k.Entries) != 5 || len(k.Ratings) != 1 || notices != 0 {
			t.Errorf("%d events, %d ratings, %d notices", len(k.Entries), len(k.Ratings), notices)
		}
		for name, c := range map[string]struct {
			change func(x *casework.Historic)
			want   string
		}{
			"a reply before the acceptance":  {func(x *casework.Historic) { x.RepliedAt = x.FiledAt.Add(time.Hour) }, "replied:casework.before_accepted"},
			"closed in the future":           {func(x *casework.Historic) { x.ClosedAt = h.Clock.Now().AddDate(0, 0, 1) }, "closed:casework.still_to_come"},
			"not closed":                     {func(x *casework.Historic) { x.ClosedAt = time.Time{} }, "closed:casework.need_moment"},
			"solved with no reply":           {func(x *casework.Historic) { x.RepliedAt, x.DeliveredAt = time.Time{}, time.Time{} }, "replied:casework.need_moment"},
			"a result nobody knows":          {func(x *casework.Historic) { x.Result = "fine" }, "result:casework.need_result"},
			"without the number it had":      {func(x *casework.Historic) { x.Outside = "" }, "outside:casework.need_outside"},
			"due before it was filed":        {func(x *casework.Historic) { x.FirstDue = x.FiledAt.AddDate(0, 0, -1) }, "due:casework.before_filed"},
			"a type the norm does not have":  {func(x *casework.Historic) { x.Type = "rumour" }, "type:casework.need_type"},
			"delivered by an unknown way":    {func(x *casework.Historic) { x.Delivery = "pigeon" }, "delivery:casework.need_way"},
			"refused for an unknown ground":  {func(x *casework.Historic) { x.Refusal = "lazy" }, "refusal:casework.need_refusal"},
			"rated by a word nobody may say": {func(x *casework.Historic) { x.Rated = "great" }, "rated:casework.need_solved"},
		} {
			x := historic(h)
			x.Token = name
			c.change(&x)
			_, err := in(x)
			if err == nil {
				t.Errorf("%s: imported", name)
				continue
			}
			disclosuretest.Refused(t, err, fault.Invalid, c.want)
		}
	})
}

// TestWhoReadsTheStoreAloneKnowsNoCode: the code told to the person follows from
// the form's token under a key, and not from what is stored of it.
func TestWhoReadsTheStoreAloneKnowsNoCode(t *testing.T) {
	h := caseworktest.New(t)
	m, code := h.File(t, h.Filing("suggestion"))
	var token, hash []byte
	h.Read(t, func(tx *db.Tx) error {
		return tx.Row("select token, code from casework where province = $1 and id = $2", m.Province, m.ID).Scan(&token, &hash)
	})
	for _, seed := range [][]byte{token, hash} {
		if secret.CodeFrom(seed, 10) == code {
			t.Error("the code can be made from the row")
		}
	}
}

// TestWhatIsPostedIsKeptOnceAndAnswersAQuestion: a letter read twice is one
// addition; what was asked for is answered by it.
func TestWhatIsPostedIsKeptOnceAndAnswersAQuestion(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		m, code := h.File(t, h.Filing("suggestion"))
		for range 2 {
			check(t, h.Cases.Post(h.Anyone(), m.Number, code, "letter-1", "补充一点。", nil))
		}
		if n := len(entriesOf(h, t, m, "added")); n != 1 {
			t.Errorf("kept %d times", n)
		}
		check(t, h.Cases.Ask(h.As(h.Front), m.Province, m.ID, "是哪个村？"))
		for range 2 {
			check(t, h.Cases.Post(h.Anyone(), m.Number, code, "letter-2", "示例村。", nil))
		}
		if k := h.Matter(t, m); k.State != casework.Registered || len(entriesOf(h, t, m, "supplement")) != 1 {
			t.Errorf("it is %s", k.State)
		}
		check(t, h.Cases.Withdraw(h.Anyone(), m.Number, code))
		disclosuretest.Refused(t, h.Cases.Post(h.Anyone(), m.Number, code, "letter-3", "再补充。", nil), fault.Conflict, "flow.not_now")
	})
}

func entriesOf(h *caseworktest.House, t *testing.T, m *casework.Matter, kind string) (out []casework.Entry) {
	for _, e := range h.Matter(t, m).Entries {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// TestASecretMatterGoesAboveWhomItIsAboutAndStaysSecret whatever its type.
func TestASecretMatterGoesAboveWhomItIsAboutAndStaysSecret(t *testing.T) {
	h := caseworktest.New(t)
	f := h.Filing("suggestion")
	f.Secret, f.About = true, h.County.ID
	m, _ := h.File(t, f)
	if m.Agency != h.Superior.ID || !m.Hidden {
		t.Errorf("at %d, hidden %v", m.Agency, m.Hidden)
	}
	check(t, h.Cases.Reclassify(account.AsSystem(t.Context()), m.Province, m.ID, casework.Change{Type: "enquiry", Reason: "改为咨询"}))
	if k := h.Matter(t, m); !k.Hidden || h.Cases.Public(&k.Matter) {
		t.Error("a change of type ended the secrecy")
	}
}
