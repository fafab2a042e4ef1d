package ledger_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"yangguang/internal/db"
	"yangguang/internal/fresh"
	"yangguang/internal/ledger"
)

// watch opens a witness of some logs with a state of its own.
func watch(t *testing.T, path string, h *house, vkeys ...string) (*ledger.Witnessing, ledger.Witness) {
	t.Helper()
	k, err := ledger.KeyIn(filepath.Join(filepath.Dir(path), "witness.key"), "witness.example")
	check(t, err)
	w, err := ledger.NewWitnessing(k, path, h.clock.Now, vkeys...)
	check(t, err)
	srv := httptest.NewServer(http.StripPrefix("/w", w))
	t.Cleanup(srv.Close)
	return w, ledger.Witness{URL: srv.URL + "/w", VKey: w.VKey()}
}

func TestAWitnessCosignsALogThatGrows(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		path := filepath.Join(t.TempDir(), "state.json")
		w, config := watch(t, path, h, h.Key.VKey(35))
		h.Witnesses = []ledger.Witness{config}
		changed := 0
		fresh.Hear(h.DB, func(tags []string) {
			if slices.Contains(tags, "log/35") { // the name or the day of a witness
				changed++
			}
		})
		v, err := ledger.Verifier(w.VKey())
		check(t, err)
		for _, n := range []int{1, 3, 300, 1} {
			h.fill(t, 35, n)
			h.sign(t)
			if done, err := h.Submit(context.Background()); err != nil || done != 1 {
				t.Fatalf("submitting: %d %v", done, err)
			}
			r, err := ledger.VerifySource(context.Background(), stored{h, 35}, h.keys(t, 35), []note.Verifier{v})
			check(t, err)
			if len(r.Checkpoint.Witnesses) != 1 || r.Checkpoint.Witnesses[0].Name != "witness.example" || r.Checkpoint.Witnesses[0].At.Unix() != h.clock.Now().Unix() {
				t.Fatalf("witnessed by %+v", r.Checkpoint.Witnesses)
			}
		}
		if done, err := h.Submit(context.Background()); err != nil || done != 0 || changed != 1 {
			t.Errorf("submitting again: %d %v, %d changes", done, err, changed)
		}
		// What is behind the last cosignature is proved with it, what is beyond is not.
		h.fill(t, 35, 1)
		h.sign(t)
		h.read(t, func(tx *db.Tx) error {
			for i, want := range map[int64]int{3: 1, 305: 0} {
				l, err := ledger.Find(tx, 35, i)
				check(t, err)
				p, err := ledger.Prove(tx, l)
				check(t, err)
				got, err := p.Check(h.keys(t, 35), []note.Verifier{v})
				check(t, err)
				if len(got.Checkpoint.Witnesses) != want {
					t.Errorf("leaf %d is witnessed by %v", i, got.Checkpoint.Witnesses)
				}
			}
			return nil
		})
		// The log forgets what the witness said: it is told the size and goes on from there.
		exec(t, h, "delete from ledger_cosignature")
		if done, err := h.Submit(context.Background()); err != nil || done != 1 {
			t.Errorf("submitting from nothing: %d %v", done, err)
		}
	})
}

// TestAWitnessRefusesWhatIsNotAContinuation restarts the witness before each
// submission: what it has cosigned is on disk.
func TestAWitnessRefusesWhatIsNotAContinuation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		path := filepath.Join(t.TempDir(), "state.json")
		h.fill(t, 35, 10)
		h.sign(t)
		older := note35(t, h)
		h.fill(t, 35, 10)
		h.sign(t)
		newer := note35(t, h)
		_, config := watch(t, path, h, h.Key.VKey(35))
		h.Witnesses = []ledger.Witness{config}
		if _, err := h.Submit(context.Background()); err != nil {
			t.Fatal(err)
		}
		// The same key signs another history of the same length, and a longer one.
		fork := newHouse(t, h.DB, h.clock)
		fork.Key = h.Key
		exec(t, h, "delete from ledger_checkpoint")
		exec(t, h, "delete from ledger_cosignature")
		exec(t, h, "delete from ledger_tile")
		exec(t, h, "delete from ledger_leaf")
		exec(t, h, "delete from ledger_open")
		exec(t, h, "delete from ledger_head")
		fork.fill(t, 35, 20)
		fork.sign(t)
		forked := note35(t, fork)
		fork.fill(t, 35, 5)
		fork.sign(t)
		longer := note35(t, fork)
		foreign := newHouse(t, h.DB, h.clock)
		foreign.fill(t, 36, 1)
		foreign.sign(t)
		var unknown string
		foreign.read(t, func(tx *db.Tx) error { b, err := ledger.Latest(tx, 36); unknown = string(b); return err })
		zero := strings.Repeat("A", 43) + "=\n"
		for _, tc := range []struct {
			name, body string
			status     int
			answer     string
		}{
			{"rolled back", "old 20\n\n" + older, http.StatusBadRequest, ""},
			{"rolled back, from its own size", "old 10\n\n" + older, http.StatusConflict, "20\n"},
			{"begun anew", "old 0\n\n" + newer, http.StatusConflict, "20\n"},
			{"forked at the same size", "old 20\n\n" + forked, http.StatusConflict, "the log was forked: another tree of this size was cosigned before\n"},
			{"forked and grown", "old 20\n" + zero + "\n" + longer, http.StatusUnprocessableEntity, ""},
			{"grown without proof", "old 20\n\n" + longer, http.StatusUnprocessableEntity, ""},
			{"an unknown log", "old 0\n\n" + unknown, http.StatusNotFound, ""},
			{"another text under the signature", "old 20\n\n" + strings.Replace(newer, "\n20\n", "\n21\n", 1), http.StatusForbidden, ""},
			{"no old size", "\n\n" + newer, http.StatusBadRequest, ""},
			{"an old size with zeroes", "old 020\n\n" + newer, http.StatusBadRequest, ""},
			{"too many hashes", "old 20\n" + strings.Repeat(zero, 64) + "\n" + longer, http.StatusBadRequest, ""},
			{"nothing", "", http.StatusBadRequest, ""},
			{"the same again", "old 20\n\n" + newer, http.StatusOK, ""},
		} {
			w, _ := watch(t, path, h, h.Key.VKey(35))
			rec := httptest.NewRecorder()
			w.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/add-checkpoint", strings.NewReader(tc.body)))
			body, _ := io.ReadAll(rec.Result().Body)
			if rec.Code != tc.status || tc.answer != "" && string(body) != tc.answer {
				t.Errorf("%s: %d %q, want %d %q", tc.name, rec.Code, body, tc.status, tc.answer)
			}
			if size := rec.Header().Get("Content-Type") == "text/x.tlog.size"; size != (tc.answer == "20\n") {
				t.Errorf("%s: is the answer a size? %v", tc.name, size)
			}
			if tc.status != http.StatusOK && bytes.Contains(body, []byte("—")) {
				t.Errorf("%s: it was cosigned", tc.name)
			}
		}
	})
}

func note35(t *testing.T, h *house) (s string) {
	t.Helper()
	h.read(t, func(tx *db.Tx) error {
		b, err := ledger.Latest(tx, 35)
		s = string(b)
		return err
	})
	return s
}

func TestADamagedStateIsNotBegunAnew(t *testing.T) {
	h := newHouse(t, nil, nil)
	path := filepath.Join(t.TempDir(), "state.json")
	check(t, writeFile(path, "{"))
	if _, err := ledger.NewWitnessing(h.Key, path, nil); err == nil {
		t.Error("a witness began with a state it could not read")
	}
}
