package switchboard

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"yangguang/supervision/hotline"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, dir string) (*journal, []entry) {
	t.Helper()
	j, left, err := openJournal(dir)
	check(t, err)
	t.Cleanup(func() { _ = j.f.Close() })
	return j, left
}

// What was written is there after the process, in its order; a line the machine's
// end cut short was told to nobody.
func TestAJournalIsReadByTheNextProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j, left := opened(t, dir)
	if len(left) != 0 {
		t.Fatalf("a new journal holds %v", left)
	}
	at := time.Date(2026, 12, 1, 8, 0, 0, int(123*time.Millisecond), time.UTC)
	ref, seat := hotline.Ref{Province: 35, ID: 7}, hotline.Ref{Province: 35, ID: 8}
	for _, e := range []entry{
		{Kind: "arrived", Call: ref, At: at, Kept: &hotline.Kept{Call: ref, Line: 9, Number: []byte{0, 255}, Trunk: "carrier"}},
		{Kind: "bridged", Call: ref, At: at, Seat: &seat},
		{Kind: "ended", Call: ref, At: at, Ending: &hotline.Ending{By: "caller", Why: "hangup"}},
	} {
		check(t, j.add(&e))
	}
	path := filepath.Join(dir, journalName)
	b, err := os.ReadFile(path)
	check(t, err)
	check(t, os.WriteFile(path, append(b, `{"kind":"rated","call":{"Prov`...), 0o600))
	j, left = opened(t, dir)
	if len(left) != 3 || left[0].Kind != "arrived" || !bytes.Equal(left[0].Kept.Number, []byte{0, 255}) || *left[1].Seat != seat || !left[2].At.Equal(at) || left[2].Ending.Why != "hangup" {
		t.Fatalf("read %+v", left)
	}
	check(t, j.took(&left[0], left[1:]))
	check(t, j.took(&left[1], left[2:]))
	check(t, j.took(&left[2], nil))
	if i, err := os.Stat(path); err != nil || i.Size() != 0 {
		t.Errorf("%v %v is left of a journal the store has taken", i.Size(), err)
	}
}

// A journal that is never empty does not grow for that.
func TestAJournalForgetsWhatTheStoreHasTaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j, _ := opened(t, dir)
	var todo []entry
	add := func() {
		e := entry{Kind: "event", What: "menu", Code: "answers", N: len(todo), At: time.UnixMilli(1)}
		check(t, j.add(&e))
		todo = append(todo, e)
	}
	add()
	for range 5000 {
		add()
		e := todo[0]
		todo = todo[1:]
		check(t, j.took(&e, todo))
	}
	i, err := os.Stat(filepath.Join(dir, journalName))
	check(t, err)
	if i.Size() > 2*compactFrom {
		t.Errorf("%d bytes for one entry", i.Size())
	}
	if _, left := opened(t, dir); len(left) > 1+compactFrom/50 || left[len(left)-1].What != "menu" {
		t.Errorf("%d entries", len(left))
	}
}
