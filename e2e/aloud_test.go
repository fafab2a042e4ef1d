package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// voices puts a voice of the device for each language in the place of the
// browser's, that ends each sentence when told to and remembers what it said.
const voices = `(() => {
  const said = [], quiet = {paused: false};
  const synth = {said, cancelled: 0, current: null,
    getVoices: () => [{lang: "zh-CN", localService: true, name: "zh"}, {lang: "en-GB", localService: true, name: "en"}],
    addEventListener(type, f) { if (type === "voiceschanged") this.changed = f; },
    speak(u) { said.push({text: u.text, lang: u.lang, voice: u.voice && u.voice.lang}); this.current = u; },
    cancel() { this.cancelled++; this.current = null; },
    next() { const u = this.current; this.current = null; if (u && u.onend) u.onend(); return !!this.current; }};
  Object.defineProperty(window, "speechSynthesis", {value: synth});
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
})()`

type utterance struct{ Text, Lang, Voice string }

// TestReadingAloud listens to what would be spoken: the page's main text, in
// order, each part in its language; the way around the page is left out; it
// stops at once, goes on where it was and ends by itself.
func TestReadingAloud(t *testing.T) {
	r := newReader(t)
	item := r.one("/latest", `^/[0-9]+/[a-z]+/[0-9]{4}-[0-9]+$`)
	w := newTab(t)
	w.beforeEveryPage(voices)
	for _, path := range []string{item, "/en" + item, "/en/guide"} {
		t.Run(path, func(t *testing.T) {
			w := w.on(t)
			w.open(path)
			if eval[bool](w, `document.querySelector("[data-read-aloud]").hidden`) {
				t.Fatal("there is a voice, but no button")
			}
			w.do(chromedp.Click(`[data-read-aloud]`))
			for range 3 {
				eval[bool](w, `speechSynthesis.next()`)
			}
			w.do(chromedp.Click(`[data-read-aloud]`)) // stop
			stopped := eval[int](w, `speechSynthesis.said.length`)
			if eval[bool](w, `speechSynthesis.next()`) || eval[int](w, `speechSynthesis.cancelled`) == 0 {
				t.Error("it does not stop")
			}
			w.do(chromedp.Click(`[data-read-aloud]`)) // go on
			eval[chromedp.Void](w, `{ let n = 0; while (speechSynthesis.next() && n++ < 2000); }`)
			said := eval[[]utterance](w, `speechSynthesis.said`)
			if said[stopped].Text != said[stopped-1].Text {
				t.Errorf("it stopped at %q and went on at %q", said[stopped-1].Text, said[stopped].Text)
			}
			said = slices.Delete(said, stopped, stopped+1)
			w.spoke(said, strings.HasPrefix(path, "/en"))
			if got := eval[string](w, `document.querySelector("[data-read-aloud]").textContent`); got == eval[string](w, `document.querySelector("[data-read-aloud]").dataset.stop`) {
				t.Error("it does not end")
			}
		})
	}
}

// spoke compares with the words of the page, in the order of the page.
func (w *tab) spoke(said []utterance, english bool) {
	w.t.Helper()
	if h1 := eval[string](w, `document.querySelector("main h1").innerText.trim()`); len(said) == 0 || squeeze(said[0].Text) != squeeze(h1) {
		w.t.Errorf("it does not begin with the heading %q: %v", h1, said[:min(len(said), 2)])
	}
	var all strings.Builder
	for _, u := range said {
		all.WriteString(squeeze(u.Text))
		words := strings.ContainsFunc(u.Text, latin) && !strings.ContainsFunc(u.Text, han)
		if want := map[bool]string{true: "en", false: "zh-CN"}[english && !strings.ContainsFunc(u.Text, han)]; u.Lang != want && (english || !words) {
			w.t.Errorf("%q is spoken as %q, want %q", u.Text, u.Lang, want)
		}
		if !strings.HasPrefix(u.Voice, u.Lang[:2]) {
			w.t.Errorf("%q in %s is spoken by a voice of %s", u.Text, u.Lang, u.Voice)
		}
	}
	for _, nav := range eval[[]string](w, `Array.from(document.querySelectorAll("header, footer, .crumbs")).map(e => e.innerText.trim()).filter(s => s)`) {
		if strings.Contains(all.String(), squeeze(nav)) {
			w.t.Errorf("it reads the way around the page: %q", nav)
		}
	}
	// Every word of the main part that is shown, once, in order.
	want := squeeze(eval[string](w, `(() => { const out = []; const walk = e => { for (const n of e.childNodes) {
	    if (n.nodeType === 3 && n.parentElement.offsetParent) out.push(n.data);
	    if (n.nodeType === 1 && !n.matches(".crumbs, .hide, button, script, svg, select, textarea, [hidden], .button")) walk(n); } };
	  walk(document.querySelector("main")); return out.join(""); })()`))
	if got := all.String(); got != want {
		i := 0
		for i < min(len(got), len(want)) && got[i] == want[i] {
			i++
		}
		i = max(0, i-30)
		w.t.Errorf("what is spoken differs from the page:\nspoken …%s\npage   …%s", got[i:min(len(got), i+160)], want[i:min(len(want), i+160)])
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
