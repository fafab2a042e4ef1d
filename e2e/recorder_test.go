package e2e

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAPromptIsSpokenIntoTheBrowser records a prompt at the studio's page with a
// microphone that hums 440 Hz, keeps it, and listens to what a caller would hear.
func TestAPromptIsSpokenIntoTheBrowser(t *testing.T) {
	w := newTab(t)
	w.beforeEveryPage(`navigator.mediaDevices.getUserMedia = async () => {
		const c = new AudioContext(), o = c.createOscillator(), g = c.createGain(), d = c.createMediaStreamDestination();
		o.frequency.value = 440; g.gain.value = .5; o.connect(g); g.connect(d); o.start();
		return d.stream;
	};`)
	w.signIn("xian.qicao")
	const page = "/desk/hotline/studio/prompts/zh/nobody"
	w.open(page)
	eval[chromedp.Void](w, `window.heard = 0; new MutationObserver(() => window.heard++).observe(document.querySelector("meter"), {attributes: true})`)
	w.do(chromedp.Click(`[data-act=start]`))
	if _, err := chromedp.Run(w.ctx, chromedp.Poll[bool](`window.heard >= 2`)); err != nil {
		t.Fatalf("the meter does not move: %v", err)
	}
	if _, err := chromedp.Run(w.ctx, chromedp.Poll[bool](`document.querySelector("[data-recorder-clock]").textContent.includes("1 ")`)); err != nil {
		t.Fatalf("the seconds are not told: %v", err)
	}
	w.do(chromedp.Click(`[data-act=stop]`))
	if name := eval[string](w, `document.querySelector("#f-sound").files[0].name`); name != "recording.wav" {
		t.Fatalf("the form holds %q", name)
	}
	if eval[bool](w, `document.querySelector("[data-act=play]").disabled`) {
		t.Error("what was recorded cannot be heard before it is kept")
	}
	w.press(`form[action$="/sound"] button[type=submit]`, http.StatusOK)
	w.shows("草稿", "1.")
	// The middle of all periods: a busy machine's browser leaves gaps in what it records.
	hum := eval[struct{ Hz, Heard float64 }](w, `(async () => {
		const src = document.querySelector('audio[src*="/sounds/"]').src;
		const s = new Int16Array((await (await fetch(src)).arrayBuffer()).slice(44));
		const periods = [];
		let last = 0;
		for (let i = 1; i < s.length; i++) if (s[i - 1] < 0 && s[i] >= 0) { periods.push(i - last); last = i; }
		periods.sort((a, b) => a - b);
		return {Hz: 8000 / periods[periods.length >> 1], Heard: periods.length / 440};
	})()`)
	if hum.Hz < 430 || hum.Hz > 450 || hum.Heard < .5 {
		t.Errorf("a hum of 440 Hz is heard as %.0f Hz for %.1f seconds", hum.Hz, hum.Heard)
	}
	w.press(`button[formaction$="/discard"]`, http.StatusOK)
	w.shows("本单位还没有自己的版本")
}
