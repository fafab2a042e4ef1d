package search

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
)

func TestARowTellsThePlaceAndTheNewerComesFirst(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t, nil, Migrations)
	rapid.Check(t, func(rt *rapid.T) {
		place := rapid.Custom(func(rt *rapid.T) int64 {
			return rapid.Int64Range(0, lastMilli).Draw(rt, "milli")<<placeBits | rapid.Int64Range(0, placeMask).Draw(rt, "group")
		})
		a, b := place.Draw(rt, "a"), place.Draw(rt, "b")
		if x, y := shelfRow(7, milliOf(a)), shelfRow(7, milliOf(b)); (x < y) != (milliOf(a) > milliOf(b)) || x < 0 {
			rt.Errorf("rows %d, %d of %d, %d", x, y, milliOf(a), milliOf(b))
		}
		var back int64
		if err := d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row("select "+placeOfRow+" from (select $1 as rowid) as search_shelf", rowAt(a)).Scan(&back)
		}); err != nil || back != a {
			rt.Errorf("row %d tells place %d, not %d: %v", rowAt(a), back, a, err)
		}
	})
}

func TestManyOfOneInstantStandNearIt(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t, nil, Migrations)
	at := time.Date(2026, 11, 30, 0, 0, 0, 0, clock.Shanghai)
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		taken := map[int64]bool{}
		const n = 5000
		for i := range n {
			place, err := freePlace(tx, Doc{Province: int64(35 + i%2), ID: int64(i), At: at}, taken)
			if err != nil {
				return err
			}
			if behind := milliOf(place) - clock.Millis(at); taken[place] || behind < 0 || behind > 20*n || groupOf(place) != int64(35+i%2) {
				t.Fatalf("number %d stands at %d, %d ms behind", i, place, behind)
			}
			taken[place] = true
		}
		for _, at := range []time.Time{{}, time.UnixMilli(-5), time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)} {
			place, err := freePlace(tx, Doc{Province: 35, At: at}, nil)
			if err != nil || place < 0 || rowAt(place) < 0 || groupOf(place) != 35 {
				t.Errorf("%v: place %d, %v", at, place, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// putEarlier puts a document as the release before this one did.
func putEarlier(tx *db.Tx, doc Doc, low int64) error {
	place := clock.Millis(doc.At)<<placeBits | low
	if err := insertDoc(tx, doc, place); err != nil {
		return err
	}
	title, texts, labels := doc.terms()
	for i, x := range texts[0] {
		if x.opening {
			texts[0][i].s = x.s[strings.Index(x.s, openingSign):]
		}
	}
	if !tx.Postgres() {
		_, err := tx.Exec("insert into search_fts (rowid, title, body) values ($1, $2, $3)", place, text(title), joinTexts(texts)+" "+strings.Join(labels, " "))
		return err
	}
	var b strings.Builder
	for i, x := range texts[0] { // one after another, without gaps
		b.WriteString("'" + x.s + "':" + strconv.Itoa(i+1) + " ")
	}
	for _, l := range append(labels, cellLabels(place)...) {
		b.WriteString("'" + l + "' ")
	}
	return insertPart(tx, doc, 0, place, b.String())
}

// TestTheIndexOfAnEarlierReleaseIsFoundUntilItIsRenewed has half of the documents
// put by the release before, and puts them again one after another.
func TestTheIndexOfAnEarlierReleaseIsFoundUntilItIsRenewed(t *testing.T) {
	dbtest.Each(t, []fs.FS{Migrations}, func(t *testing.T, d *db.DB) {
		const n = 60
		var docs []Doc
		for i := range n {
			docs = append(docs, Doc{Province: int64(35 + i%3), ID: int64(i + 1), Kind: "item", Body: "情况公示，奖励" + strconv.Itoa(i) + "户，第12号", Scopes: []string{"p" + strconv.Itoa(35+i%3)}, At: time.UnixMilli(int64(1_700_000_000_000 + i*1000))})
		}
		do := func(f func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		if err := Setup(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		do(func(tx *db.Tx) error {
			if _, err := tx.Exec("delete from search_format"); err != nil {
				return err
			}
			if tx.Postgres() {
				return nil
			}
			_, err := tx.Exec("create virtual table search_fts using fts5(title, body, content='', contentless_delete=1, tokenize='ascii')")
			return err
		})
		do(func(tx *db.Tx) error {
			for i, doc := range docs {
				if i%2 == 0 {
					if err := putEarlier(tx, doc, int64(i)*7919%placeMask); err != nil {
						return err
					}
				} else if err := Put(tx, doc); err != nil {
					return err
				}
			}
			return nil
		})
		for renewed := 0; ; renewed += 15 {
			do(func(tx *db.Tx) error {
				for _, q := range []Q{{Text: "情况公示"}, {Text: "公示，奖励"}, {Text: "第12号"}, {Text: "奖励", Scopes: []string{"p36"}}, {Kinds: []string{"item"}}} {
					all, before := []int64(nil), int64(0)
					for {
						q.Limit, q.Before = 7, before
						hits, err := Find(tx, q)
						if err != nil {
							return err
						}
						for _, h := range hits {
							all, before = append(all, h.ID), h.Key
						}
						if len(hits) < 7 {
							break
						}
					}
					if want := n / (1 + 2*len(q.Scopes)); len(all) != want || !slices.IsSortedFunc(all, func(a, b int64) int { return int(b - a) }) {
						t.Errorf("%+v, %d renewed: %v", q, renewed, all)
					}
					if c, err := Count(tx, q, 100); err != nil || c != len(all) {
						t.Errorf("%+v, %d renewed: counted %d of %d: %v", q, renewed, c, len(all), err)
					}
					if ranked, err := Find(tx, Q{Text: q.Text, Scopes: q.Scopes, Kinds: q.Kinds, ByRank: true, Limit: n}); err != nil || len(ranked) != len(all) {
						t.Errorf("%+v, %d renewed: ranked %d of %d: %v", q, renewed, len(ranked), len(all), err)
					}
				}
				if hits, err := Find(tx, Q{Text: "公示奖励"}); err != nil || len(hits) > 0 {
					t.Errorf("the comma is not seen: %v %v", hits, err)
				}
				return nil
			})
			if renewed == n {
				break
			}
			do(func(tx *db.Tx) error {
				for _, doc := range docs[renewed : renewed+15] {
					if err := Put(tx, doc); err != nil {
						return err
					}
				}
				if renewed+15 == n {
					return Renewed(tx)
				}
				return nil
			})
			if err := Settle(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		do(func(tx *db.Tx) error {
			if old, err := Outdated(tx); err != nil || old {
				t.Errorf("still outdated: %v %v", old, err)
			}
			if !tx.Postgres() {
				if there, err := earlierThere(tx); err != nil || there {
					t.Errorf("the index of the earlier release is still there: %v %v", there, err)
				}
			}
			return nil
		})
	})
}

func TestAPhraseAsksForEverySecondPair(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"公示":       "'公示'",
		"公示期":      "'公示' <1> '示期'",
		"基本公共卫生服务": "'基本' <2> '公共' <2> '卫生' <2> '服务'",
		"社会，抚养费":   "'社会' <1> '会' <2> '抚养' <1> '养费'",
		"第12号公告":   "'第' <1> '12' <1> '12·号' <1> '号公' <1> '公告'",
		"费":        "'费':*",
	} {
		p, _ := phraseOf(text)
		if got := tsquery.phrase(p, false); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	p, _ := phraseOf("社会，抚养")
	if got, want := tsqueryEarlier.phrase(p, true), "('社会':A <1> '会':A <1> '抚养':A | '社会':A <1> '会':A <2> '抚养':A)"; got != want {
		t.Errorf("an earlier index: %s, want %s", got, want)
	}
	p, _ = phraseOf("基本公共")
	if got, want := tsqueryEarlier.phrase(p, false), "'基本' <1> '本公' <1> '公共'"; got != want {
		t.Errorf("an earlier index: %s, want %s", got, want)
	}
	p, _ = phraseOf("12号")
	if got, want := fts5Earlier.phrase(p, false), `"12 ·号"`; got != want {
		t.Errorf("an earlier index: %s, want %s", got, want)
	}
}
