package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/ivr"
	"yangguang/supervision/hotline"
)

// 3.1.1: what a caller can have read aloud is made by itself when it is
// published, and gone when it is taken down.
func TestWhatALineReadsFollowsWhatIsPublished(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		t.Skip("espeak-ng is not installed: reading aloud is not tested; install espeak-ng")
	}
	clk := clock.NewFake(disclosuretest.Now.AddDate(0, -1, 0))
	d := dbtest.SQLite(t, clk, migrations()...)
	f := fillHouse(t, d, clk)
	f.c.Data = t.TempDir()
	ctx := account.AsSystem(t.Context())
	w := f.world
	l, err := f.hotline.SaveLine(ctx, hotline.Line{Agency: w.County.ID, Number: "000088880000", Name: "演示热线", Mode: hotline.Own, Ring: 20e9, Open: true})
	must(t, err)
	guide := w.Publish(t, w.Institution, "institution.2", w.Text("institution.2", "", "再生育登记怎样办"))
	guides := func() int {
		t.Helper()
		all, err := f.read(t.Context(), ivr.Guides, l)
		must(t, err)
		return len(all)
	}
	if n := guides(); n != 0 {
		t.Errorf("%d guides are read before their sounds are made", n)
	}
	must(t, f.renewReading(t.Context()))
	before := guides()
	if before == 0 {
		t.Fatal("no guide is read")
	}
	made, err := os.ReadDir(filepath.Join(f.c.prompts(), "read"))
	must(t, err)
	w.TakeDown(t, guide, "error", "内容有误")
	if n := guides(); n != before-1 {
		t.Errorf("%d guides are read after one of %d was taken down", n, before)
	}
	must(t, f.renewReading(t.Context()))
	left, err := os.ReadDir(filepath.Join(f.c.prompts(), "read"))
	must(t, err)
	if len(left) >= len(made) {
		t.Errorf("%d of %d sounds are left", len(left), len(made))
	}
}
