package e2e

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// runAxe lists violations and what axe could not decide. Contrast of text
// inside SVG is never decided by axe; internal/ui computes those pairs from the
// style sheet instead.
const runAxe = `axe.run(document, {resultTypes: ["violations", "incomplete"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
  r.violations.map(v => "violation " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(" | "))
  .concat(r.incomplete
    .map(v => v.id === "color-contrast" ? {id: v.id, nodes: v.nodes.filter(n => !n.html.startsWith("<text"))} : v).filter(v => v.nodes.length > 0)
    .map(v => "undecided " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + ((n.any[0] || {}).message || "")).join(" | "))))`

// modeCookie holds how a reader wants pages shown.
const modeCookie = "yg-mode"

// dress is one way of seeing a page.
type dress struct {
	english bool
	mode    string // the cookie: elder, contrast, dark; "" for the usual
	width   int64
}

func (d dress) String() string {
	lang := "zh"
	if d.english {
		lang = "en"
	}
	return fmt.Sprintf("%s-%s-%d", lang, cmp.Or(d.mode, "normal"), d.width)
}

// dresses are the two of every change, or with YANGGUANG_AXE_REPORT the grid.
func dresses() []dress {
	if os.Getenv("YANGGUANG_AXE_REPORT") == "" {
		return []dress{{false, "", 320}, {true, "elder", 1366}}
	}
	var out []dress
	for _, english := range []bool{false, true} {
		for _, mode := range []string{"", "elder", "contrast", "dark"} {
			for _, width := range []int64{320, 768, 1366} {
				out = append(out, dress{english, mode, width})
			}
		}
	}
	return out
}

// wear sets the mode as the reader's own cookie.
func (w *tab) wear(d dress) {
	w.t.Helper()
	if d.width == 320 {
		w.window(d.width, 700, chromedp.EmulateMobile, chromedp.EmulateTouch)
	} else {
		w.window(d.width, 900)
	}
	_, err := chromedp.Run(w.ctx, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
		return cdp.Call(ctx, t, network.DeleteCookies, network.DeleteCookiesParams{Name: modeCookie, URL: base + "/"})
	})
	if err == nil && d.mode != "" {
		_, err = chromedp.Run(w.ctx, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
			return cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: modeCookie, Value: d.mode, URL: base + "/"})
		})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestAxe runs axe-core over every kind of page, and in the same visit holds
// that nothing reaches beyond a narrow window.
func TestAxe(t *testing.T) {
	script, err := os.ReadFile(axeScript())
	if err != nil {
		t.Fatal("no axe-core, so nothing was proved: cd e2e && npm ci")
	}
	report := &axeReport{began: time.Now()}
	for person, views := range everyView(t) {
		t.Run(cmp.Or(person, "citizen"), func(t *testing.T) {
			w := newTab(t)
			if person != "" {
				w.signIn(person)
			}
			for _, d := range dresses() {
				for _, v := range views {
					t.Run(v.name+"/"+d.String(), func(t *testing.T) {
						w := w.on(t)
						w.wear(d)
						w.shown(v, d.english)
						report.add(v, d, w.axe(string(script), v, d))
					})
				}
			}
		})
	}
	report.write(t)
}

// axe tells everything that is wrong with the page shown; on the narrowest
// window also about fingers, and about text twice as large as a browser's
// setting makes it.
func (w *tab) axe(script string, v view, d dress) []string {
	w.t.Helper()
	eval[chromedp.Void](w, script)
	found := slices.Concat(eval[[]string](w, runAxe), eval[[]string](w, wide))
	if d.width == 320 {
		found = slices.Concat(found, eval[[]string](w, small))
	}
	if d.width == 320 {
		eval[chromedp.Void](w, `document.documentElement.style.fontSize = parseFloat(getComputedStyle(document.documentElement).fontSize) * 2 + "px"`)
		for _, f := range slices.Concat(eval[[]string](w, wide), eval[[]string](w, cut)) {
			found = append(found, "text at 200 %: "+f)
		}
	}
	for _, f := range found {
		w.t.Errorf("%s: %s", w.at(), f)
	}
	return found
}

// axeReport is what make axe leaves in bench/.
type axeReport struct {
	began  time.Time
	pages  map[string]int // by state
	faults []string
}

func (r *axeReport) add(v view, d dress, found []string) {
	if r.pages == nil {
		r.pages = map[string]int{}
	}
	r.pages[cmp.Or(v.state, "filled")]++
	for _, f := range found {
		r.faults = append(r.faults, v.name+" "+d.String()+": "+f)
	}
}

func (r *axeReport) write(t *testing.T) {
	path := os.Getenv("YANGGUANG_AXE_REPORT")
	if path == "" {
		return
	}
	var b strings.Builder
	total := 0
	for _, n := range r.pages {
		total += n
	}
	fmt.Fprintf(&b, "# make axe\naxe-core 4.14.1: wcag2a wcag2aa wcag21a wcag21aa wcag22aa best-practice; undecided results count as findings.\n")
	fmt.Fprintf(&b, "Grid: zh, en × normal, elder, contrast, dark × 320, 768, 1366 px; also that nothing reaches beyond the window.\n\n")
	fmt.Fprintf(&b, "%d visits (%d filled, %d empty, %d error states), %d findings, %.0f s\n\n", total, r.pages["filled"], r.pages["empty"], r.pages["error"], len(r.faults), time.Since(r.began).Seconds())
	for _, f := range r.faults {
		fmt.Fprintln(&b, f)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Error(err)
	}
}

// axeScript is where axe-core was installed.
func axeScript() string { return cmp.Or(os.Getenv("AXE"), "node_modules/axe-core/axe.min.js") }
