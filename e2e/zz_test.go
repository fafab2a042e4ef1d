package e2e

import (
	"os"
	"strings"
	"testing"
)

func TestLook(t *testing.T) {
	w := newTab(t)
	login := os.Getenv("LOGIN")
	if login != "" {
		w.signIn(login)
	}
	modes := map[string]dress{"d": {width: 1366}, "n": {width: 320}, "e": {width: 1366, mode: "elder"}, "x": {width: 1366, english: true}, "y": {width: 320, english: true}}
	for _, m := range strings.Split(os.Getenv("MODES"), ",") {
		d := modes[m]
		w.wear(d)
		for _, p := range strings.Fields(os.Getenv("PAGES")) {
			name, path, _ := strings.Cut(p, "=")
			if d.english {
				path = "/en" + path
			}
			if got := w.open(path); got >= 400 {
				t.Errorf("%s: %d", path, got)
			}
			w.shot(m + "-" + name)
		}
	}
}
