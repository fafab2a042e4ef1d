package disclosure_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ledger"
)

// logs is the log of a house, with the key that signs it.
type logs struct {
	*ledger.Ledger
	h *house
}

func logsOf(t testing.TB, h *house) *logs {
	t.Helper()
	k, err := ledger.NewKey("example.gov.cn/log")
	check(t, err)
	return &logs{Ledger: &ledger.Ledger{DB: h.DB, Key: k}, h: h}
}

func (l *logs) keys(t fataler, province int64) []note.Verifier {
	t.Helper()
	v, err := ledger.Verifier(l.Key.VKey(province))
	if err != nil {
		t.Fatal(err)
	}
	return []note.Verifier{v}
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func (l *logs) verify(t fataler, province int64) (ledger.Report, []disclosure.Divergence) {
	t.Helper()
	r, out, err := l.h.Disclosure.VerifyLog(context.Background(), province, l.keys(t, province))
	if err != nil {
		t.Fatal(err)
	}
	return r, out
}

func (l *logs) sign(t fataler) {
	t.Helper()
	if _, err := l.Sign(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// everyAct brings about each act that is logged, and gives the items it was
// done to.
func everyAct(t *testing.T, h *house) (out []*disclosure.Item) {
	t.Helper()
	d := h.Disclosure
	plain := h.Publish(t, h.County, "county.2", h.Plain("先前的通知"))
	corrected := h.Publish(t, h.County, "county.2", h.Plain("要更正的通知"))
	h.Clock.Advance(time.Hour)
	text := h.Plain("更正后的通知")
	text.Reason = "数字有误"
	corrected = h.Correct(t, h.County, corrected, text)
	closed := h.Correct(t, h.County, h.Publish(t, h.County, "county.2", h.Plain("要关闭的旧文")), text)
	h.Clock.Advance(time.Minute)
	check(t, d.CloseEarlier(h.As(h.Approver), closed.Province, closed.ID, "旧文含不宜公开内容"))
	expired := h.Publish(t, h.Village, "village.6", h.Plain("村规民约"))
	check(t, d.SetValidity(h.As(h.Head), expired.Province, expired.ID, "expired", "到期"))
	down := h.Publish(t, h.County, "county.2", h.Plain("有错的通知"))
	check(t, d.TakeDown(h.As(h.Approver), down.Province, down.ID, "error", "内容有误"))
	erased := h.Correct(t, h.County, h.Publish(t, h.County, "county.2", h.Plain("泄露了的名单")), text)
	check(t, d.TakeDown(h.As(h.Approver), erased.Province, erased.ID, "privacy", "误将名单一并公开"))
	for _, it := range []*disclosure.Item{plain, corrected, closed, expired, down, erased} {
		out = append(out, again(t, h, it))
	}
	return out
}

// again reads an item as it is now.
func again(t testing.TB, h *house, it *disclosure.Item) (now *disclosure.Item) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) (err error) {
		now, err = disclosure.ByNumber(tx, it.Number)
		return err
	})
	return now
}

func TestEveryPublicActIsALeaf(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		l := logsOf(t, h)
		items := everyAct(t, h)
		l.sign(t)
		r, out := l.verify(t, 35)
		if r.Fault != "" || len(out) != 0 {
			t.Fatalf("%+v %v", r, out)
		}
		want := map[int]string{0: "published", 1: "published corrected", 2: "published corrected closed", 3: "published validity", 4: "published taken_down", 5: "published corrected taken_down"}
		leaves := int64(0)
		for i, it := range items {
			var got []string
			h.Read(t, func(tx *db.Tx) error {
				ls, err := ledger.About(tx, 35, "item/"+strconv.FormatInt(it.ID, 10))
				for _, x := range ls["item/"+strconv.FormatInt(it.ID, 10)] {
					got = append(got, x.Kind)
					if i == 5 && x.Open != (x.Kind == "taken_down") {
						t.Errorf("of the erased item %s is open: %v", x.Kind, x.Open)
					}
				}
				return err
			})
			if strings.Join(got, " ") != want[i] {
				t.Errorf("item %d has the leaves %v, want %s", i, got, want[i])
			}
			leaves += int64(len(got))
		}
		if r.Leaves != leaves || r.Destroyed != 2 {
			t.Errorf("%d leaves, %d destroyed", r.Leaves, r.Destroyed)
		}
	})
}

func TestATakeDownForPrivacyDestroysTheContent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		v := h.Draft(t, h.County, "county.2", h.Plain("泄露了的名单"))
		f, err := h.Disclosure.Attach(h.As(h.Author), v.Province, v.ID, "附件.txt", "", strings.NewReader("名单的正文"))
		check(t, err)
		check(t, h.Disclosure.Submit(h.As(h.Author), v.Province, v.ID))
		h.Review(t, h.County, v)
		check(t, h.Disclosure.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never))
		it := h.Item(t, v)
		check(t, h.Disclosure.TakeDown(h.As(h.Approver), it.Province, it.ID, "privacy", "误将名单一并公开"))
		got := h.Version(t, v)
		if got.Body != "" || got.BodyText != "" || got.Title != "" || got.Data != "" {
			t.Errorf("left of the text: %+v", got)
		}
		if _, err := h.Disclosure.Blobs.Open(t.Context(), f.Hash); err == nil {
			t.Error("the file is still there")
		}
		p, err := h.Disclosure.Public(t.Context(), h.County, it.Year, it.Serial)
		check(t, err)
		if want := h.Disclosure.Norm.Category("county.2").Title.Zh; p.Item.Title != want {
			t.Errorf("the tombstone is called %q, want its category's %q", p.Item.Title, want)
		}
		for _, where := range []string{"item where title", "item_version where title", "item_event where reason", "audit where detail", "job where payload", "file_text where words", "ledger_open where record"} {
			var n int
			h.Read(t, func(tx *db.Tx) error {
				return tx.Row("select count(*) from " + where + " like '%泄露%' or " + where[strings.LastIndex(where, " ")+1:] + " like '%名单的正文%'").Scan(&n)
			})
			if n > 0 {
				t.Errorf("title or text is still in %s", where)
			}
		}
		if p.Item.Title == "" || p.Item.EndReason == "" || p.Version != nil {
			t.Errorf("the tombstone is %+v", p.Item)
		}
		logged, err := h.Disclosure.LogOf(t.Context(), p)
		check(t, err)
		if logged.TakenDown == nil || !logged.Erased {
			t.Errorf("the log says %+v", logged)
		}
	})
}

func TestAPageKnowsWhetherItIsWhatWasLogged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		l := logsOf(t, h)
		it := h.Publish(t, h.County, "county.2", h.Plain("通知"))
		page := func() (*disclosure.Page, *disclosure.Logged) {
			p, err := h.Disclosure.Public(t.Context(), h.County, it.Year, it.Serial)
			check(t, err)
			got, err := h.Disclosure.LogOf(t.Context(), p)
			check(t, err)
			return p, got
		}
		p, got := page()
		if !got.Unchanged || got.Signed || len(got.Witnesses) != 0 {
			t.Errorf("just published: %+v", got)
		}
		if _, _, err := h.Disclosure.ProofOf(t.Context(), p, 1); err == nil {
			t.Error("what is not signed was proved")
		}
		l.sign(t)
		if _, got = page(); !got.Signed {
			t.Errorf("signed: %+v", got)
		}
		proof, content, err := h.Disclosure.ProofOf(t.Context(), p, 1)
		check(t, err)
		proven, err := proof.Check(l.keys(t, 35), nil)
		check(t, err)
		if !proven.Opened || proven.Content != ledger.HashOf(content) || !strings.Contains(string(content), it.Number) {
			t.Errorf("proved %+v of %s", proven, content)
		}
		check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("update item_version set body = '<p>改过的正文</p>' where province = 35 and id = $1", it.Current)
			return err
		}))
		if _, got = page(); got.Unchanged {
			t.Error("a changed text counts as unchanged")
		}
	})
}

func TestWhatWasPublicBeforeTheLogIsLogged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		l := logsOf(t, h)
		items := everyAct(t, h)
		forget := func() {
			check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
				for _, table := range []string{"item_logged", "ledger_head", "ledger_leaf", "ledger_open", "ledger_tile", "ledger_checkpoint", "ledger_key"} {
					if _, err := tx.Exec("delete from " + table); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		forget()
		// An act on an item that has no leaves yet gives it those first.
		check(t, h.Disclosure.TakeDown(h.As(h.Approver), items[1].Province, items[1].ID, "error", "内容有误"))
		n, err := h.Disclosure.LogExisting(t.Context())
		check(t, err)
		if n != len(items)-1 {
			t.Errorf("%d items were logged", n)
		}
		if n, err = h.Disclosure.LogExisting(t.Context()); err != nil || n != 0 {
			t.Errorf("again: %d %v", n, err)
		}
		// A start after that reads the mark and no item.
		ctx, asked := db.CountStatements(t.Context())
		if _, err = h.Disclosure.LogExisting(ctx); err != nil || asked.Load() != 1 {
			t.Errorf("a start asked %d times: %v", asked.Load(), err)
		}
		// And go on as usual from there.
		check(t, h.Disclosure.SetValidity(h.As(h.Approver), items[0].Province, items[0].ID, "abolished", "废止"))
		l.sign(t)
		r, out := l.verify(t, 35)
		if r.Fault != "" || len(out) != 0 {
			t.Fatalf("%+v %v", r, out)
		}
	})
}

// rowTampering changes what the public sees, as somebody would who can write
// to the database.
var rowTamperings = []struct {
	name, sql string
	item      int // of everyAct
}{
	{"a text", "update item_version set body = body || '。' where id = $1", -1},
	{"a title", "update item_version set title = title || '。' where id = $1", -1},
	{"a summary", "update item_version set summary = 'x' where id = $1", -1},
	{"a document number", "update item_version set doc_number = 'x' where id = $1", -1},
	{"a day of forming", "update item_version set formed_on = '2020-01-01' where id = $1", -1},
	{"a reason", "update item_version set reason = 'x' where id = $1", -1},
	{"an emergency", "update item_version set emergency = not emergency where id = $1", -1},
	{"a back-dated version", "update item_version set published_at = published_at - 86400000 where id = $1", -1},
	{"a version's number", "update item_version set number = number + 5 where id = $1", -1},
	{"a version's state", "update item_version set state = 'discarded' where id = $1", -1},
	{"a closed text opened", "update item_version set closed = '' where item = (select item from item_version where id = $1)", 2},
	{"an open text closed", "update item_version set closed = 'x' where id = $1", -1},
	{"an item's title", "update item set title = title || '。' where id = (select item from item_version where id = $1)", 0},
	{"an item's number", "update item set number = number || '9' where id = (select item from item_version where id = $1)", -1},
	{"an item's address", "update item set serial = serial + 500 where id = (select item from item_version where id = $1)", -1},
	{"an item's category", "update item set category = 'county.3' where id = (select item from item_version where id = $1)", -1},
	{"a back-dated item", "update item set published_at = published_at - 86400000 where id = (select item from item_version where id = $1)", -1},
	{"a changed_at", "update item set changed_at = changed_at - 1 where id = (select item from item_version where id = $1)", -1},
	{"an item's force", "update item set validity = 'amended' where id = (select item from item_version where id = $1)", -1},
	{"a mark of lateness", "update item set timely = false where id = (select item from item_version where id = $1)", 0},
	{"a correction unmarked", "update item set corrected = not corrected where id = (select item from item_version where id = $1)", 1},
	{"an item hidden", "update item set state = 'unpublished' where id = (select item from item_version where id = $1)", -1},
	{"an item taken down silently", "update item set state = 'taken_down', ended_at = 1, end_kind = 'error', end_reason = 'x' where id = (select item from item_version where id = $1)", 0},
	{"a tombstone revived", "update item set state = 'published' where id = (select item from item_version where id = $1)", 4},
	{"a tombstone's reason", "update item set end_reason = 'x' where id = (select item from item_version where id = $1)", 5},
	{"a tombstone's ground", "update item set end_kind = 'ended' where id = (select item from item_version where id = $1)", 4},
	{"a privacy ground made up", "update item set end_kind = 'privacy' where id = (select item from item_version where id = $1)", 4},
	{"an event's reason", "update item_event set reason = 'x' where id = (select max(id) from item_event where item = (select item from item_version where id = $1))", 3},
	{"a back-dated event", "update item_event set at = at - 86400000 where id = (select max(id) from item_event where item = (select item from item_version where id = $1))", -1},
	{"an event removed", "delete from item_event where id = (select max(id) from item_event where item = (select item from item_version where id = $1))", -1},
	{"an event moved to another item", "update item_event set item = (select min(id) from item where state = 'published') where id = (select max(id) from item_event where item = (select item from item_version where id = $1))", 5},
	{"an event added", "insert into item_event (province, id, item, at, verb, reason) select province, 7, item, published_at, 'amended', 'x' from item_version where id = $1", -1},
	{"a salt removed", "delete from ledger_open where idx = (select max(idx) from ledger_leaf where subject = 'item/' || (select cast(item as text) from item_version where id = $1))", -1},
	{"a file added", "insert into item_file (province, id, version, position, name, kind, size, hash, at) select 35, 7, id, 1, 'x.txt', 'text/plain', 1, 'x', 1 from item_version where id = $1", 0},
}

func rowRounds() int {
	if n, err := strconv.Atoi(os.Getenv("YANGGUANG_TAMPERINGS")); err == nil {
		return n
	}
	return len(rowTamperings)
}

// TestEveryChangedRowIsNamed tampers with one row in a transaction, checks in
// it, and takes it back; every tampering is tried on some item.
func TestEveryChangedRowIsNamed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		l := logsOf(t, h)
		items := everyAct(t, h)
		l.sign(t)
		keep(t, h)
		rnd := 0
		for n := range rowRounds() {
			how := rowTamperings[n%len(rowTamperings)]
			at := how.item
			if at < 0 {
				rnd = (rnd*31 + n + 7) % 997
				at = rnd % len(items)
				if erased := at == 5; erased && !strings.Contains(how.sql, "item_event") && !strings.Contains(how.sql, "update item set") {
					at = 1 // what was destroyed has no text any more
				}
			}
			it := again(t, h, items[at])
			changed := int64(0)
			check(t, h.DB.Write(context.Background(), func(tx *db.Tx) (err error) {
				changed, err = tx.Exec(how.sql, it.Current)
				return err
			}))
			r, out := l.verify(t, 35)
			if changed == 0 || r.Fault == "" && len(out) == 0 {
				t.Fatalf("%s of item %d: %d rows changed, and nothing is named", how.name, at, changed)
			}
			named := false
			for _, x := range out {
				named = named || strings.HasPrefix(x.Number, it.Number) || x.Number == "item/"+strconv.FormatInt(it.ID, 10)
				if !i18n.Has(i18n.ZH, "disclosure.log_"+x.What) {
					t.Errorf("no sentence for %q", x.What)
				}
			}
			if !named {
				t.Fatalf("%s of item %d (%s): %v names another", how.name, at, it.Number, out)
			}
			undo(t, h)
		}
		if r, out := l.verify(t, 35); r.Fault != "" || len(out) != 0 {
			t.Fatalf("after all was put back: %+v %v", r, out)
		}
	})
}

// kept are the tables a tampering touches, children first.
var kept = []string{"item_event", "item_file", "ledger_open", "item_version", "item"}

// keep copies them aside.
func keep(t testing.TB, h *house) {
	t.Helper()
	check(t, h.DB.Write(context.Background(), func(tx *db.Tx) error {
		for _, table := range kept {
			if _, err := tx.Exec("create table kept_" + table + " as select * from " + table); err != nil {
				return err
			}
		}
		return nil
	}))
}

// undo puts every row back.
func undo(t testing.TB, h *house) {
	t.Helper()
	check(t, h.DB.Write(context.Background(), func(tx *db.Tx) error {
		for _, table := range kept {
			query := "delete from " + table
			if table == "item" || table == "item_version" { // others refer to its rows
				cols, err := columns(tx, table)
				if err != nil {
					return err
				}
				query = "update " + table + " set (" + cols + ") = (select " + cols + " from kept_" + table + " k where k.province = " + table + ".province and k.id = " + table + ".id)"
			}
			if _, err := tx.Exec(query); err != nil {
				return err
			}
		}
		for _, table := range kept[:3] {
			if _, err := tx.Exec("insert into " + table + " select * from kept_" + table); err != nil {
				return err
			}
		}
		return nil
	}))
}

func columns(tx *db.Tx, table string) (string, error) {
	rows, err := tx.Query("select * from " + table + " limit 1")
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	return strings.Join(cols, ", "), err
}
