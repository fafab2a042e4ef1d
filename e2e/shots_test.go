package e2e

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// shot keeps the whole page as it is, for people to look at, when
// YANGGUANG_LOOK names a folder.
func (w *tab) shot(name string) {
	w.t.Helper()
	dir := os.Getenv("YANGGUANG_LOOK")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		w.t.Error(err)
	}
}

// TestPictures photographs every kind of page in the dresses people look at:
//
//	YANGGUANG_LOOK=/tmp/look YANGGUANG_LOOK_AT='desk-*' go test -run TestPictures ./e2e
func TestPictures(t *testing.T) {
	if os.Getenv("YANGGUANG_LOOK") == "" {
		t.Skip("YANGGUANG_LOOK names no folder")
	}
	for person, views := range everyView(t) {
		w := newTab(t)
		if person != "" {
			w.signIn(person)
		}
		for _, d := range []dress{{false, "elder", 320}, {true, "", 1366}} {
			w.wear(d)
			for _, v := range views {
				if ok, _ := filepath.Match(cmp.Or(os.Getenv("YANGGUANG_LOOK_AT"), "*"), v.name); ok {
					w.shown(v, d.english)
					w.shot(v.name + "-" + d.String())
				}
			}
		}
	}
}
