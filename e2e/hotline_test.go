package e2e

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

// Somebody calls the hotline by telephone and somebody at the desk answers in the
// browser: they hear each other, the page is loaded again in the middle of it,
// what was written is still there, the call goes on and ends at the desk.
func TestACallIsAnsweredInTheBrowser(t *testing.T) {
	needsTelephone(t)
	w := newTab(t)
	w.signIn("xian.qicao") // may register matters too
	w.nobodyToCallBack()
	w.signsOn()
	w.ready()
	c := phones(t, 880)

	w.until(`document.querySelector("[data-ring]") !== null`)
	w.shot("hotline-rings")
	w.answers()
	w.hears(880)
	w.do(chromedp.SendKeys(`#work [name=subject]`, "咨询奖励扶助如何申报"))
	w.until(`/[0-9]:[0-9]/.test(document.getElementById("draft-said").textContent)`)
	w.shot("hotline-talks")

	w.loads("the page again", chromedp.Reload())
	w.until(`document.getElementById("line").dataset.voice === "joined"`)
	eval[bool](w, `(window.fetch = () => new Promise(() => {})) !== null`) // what is walked below is not to be renewed meanwhile
	w.hears(880)
	w.until(`document.querySelector("#work [name=subject]").value === "咨询奖励扶助如何申报"`)
	// Everything is within reach of the keyboard, and what is done often has a key.
	w.walk()
	w.loads("the page once more", chromedp.Reload())
	w.until(`document.getElementById("line").dataset.voice === "joined"`)
	w.do(chromedp.KeyEvent(kb.F8))
	w.until(`document.getElementById("do-hold").value === "resume"`)
	w.do(chromedp.KeyEvent(kb.F8))
	w.until(`document.getElementById("do-hold").value === "hold"`)
	w.hotlinePictures()
	w.do(chromedp.KeyEvent(kb.F2, chromedp.KeyModifiers(chromedp.ModifierShift)))
	w.until(`document.getElementById("do-hangup") === null && document.getElementById("do-longer") !== null`)
	if heard := c.hangsUp(); loud(heard) < 1000 {
		t.Errorf("the caller heard a loudness of %d from the desk; he says:\n%s", loud(heard), c.says())
	}
	w.signsOff()
}

func needsTelephone(t *testing.T) {
	t.Helper()
	if telephone == "" {
		t.Skip("this program runs no telephone that a test could call: YANGGUANG_E2E_URL names one started elsewhere")
	}
}

// signsOn opens the desk and signs on with the browser, away until it is ready.
func (w *tab) signsOn() {
	w.t.Helper()
	w.open("/desk/hotline")
	if !eval[bool](w, `document.getElementById("do-on_browser") !== null`) { // left on duty by an earlier run
		w.signsOff()
	}
	w.loads("signing on", chromedp.Click(`#do-on_browser`))
	w.until(`document.getElementById("line").dataset.voice === "joined"`)
	w.until(`document.getElementById("do-ready") !== null`)
}

// signsOff leaves the desk, by way of a break where somebody writes up.
func (w *tab) signsOff() {
	w.t.Helper()
	if w.at() != "/desk/hotline" {
		w.open("/desk/hotline")
	}
	w.until(`document.getElementById("do-sign_off") !== null || document.getElementById("do-longer") !== null`)
	if eval[bool](w, `document.getElementById("do-longer") !== null`) {
		w.presses("away_break")
	}
	w.presses("sign_off")
	w.until(`document.getElementById("do-on_browser") !== null`)
}

// presses presses a button of the desk once it is there, again when the page put
// another in its place under the mouse.
func (w *tab) presses(what string) {
	w.t.Helper()
	w.clicks("#do-" + what)
}

func (w *tab) clicks(sel string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	for {
		w.until(fmt.Sprintf("document.querySelector(%q) !== null", sel))
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(sel)))
		if err == nil {
			return
		}
		if ctx.Err() != nil || !strings.Contains(err.Error(), "Could not find node") {
			w.t.Fatalf("%s: %v (at %s)", sel, err, w.at())
		}
	}
}

// free is a desk that waits for calls.
const free = `document.getElementById("do-away_break") !== null && document.getElementById("do-longer") === null`

// ready has calls ring here.
func (w *tab) ready() {
	w.t.Helper()
	w.presses("ready")
	w.until(free)
}

// answers takes what rings, as somebody who writes does: by a key.
func (w *tab) answers() {
	w.t.Helper()
	w.until(`document.getElementById("do-take") !== null`)
	w.do(chromedp.KeyEvent(kb.F2))
	w.until(`document.querySelector("#work form.intake") !== null`)
}

// hangsUp ends the call at the desk, which writes up then.
func (w *tab) hangsUp() {
	w.t.Helper()
	w.presses("hangup")
	w.until(`document.getElementById("do-hangup") === null && document.getElementById("do-longer") !== null`)
}

// caller is somebody at a telephone who says a tone.
type caller struct {
	t     *testing.T
	cmd   *exec.Cmd
	out   *os.File
	heard string // where what he hears is kept
}

// phones has somebody call the county's hotline.
func phones(t *testing.T, hz float64, flags ...string) *caller {
	t.Helper()
	dir := t.TempDir()
	tone := filepath.Join(dir, "tone.wav")
	wav(t, tone, rtptest.Tone(hz, time.Second))
	c := &caller{t: t, heard: filepath.Join(dir, "heard.wav")}
	flags = append([]string{"phone", "call", "--at", telephone, "--say", tone, "--heard", c.heard, "--for", "90s"}, append(flags, "000088880000")...)
	c.cmd = exec.CommandContext(t.Context(), telephoneBy, flags...)
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(os.Interrupt) } // killed, he would not hang up
	var err error
	if c.out, err = os.Create(filepath.Join(dir, "said")); err != nil {
		t.Fatal(err)
	}
	c.cmd.Stdout, c.cmd.Stderr = c.out, c.out
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // before the files go
		_ = c.cmd.Wait()
		_ = c.out.Close()
	})
	return c
}

// hangsUp ends the call at the telephone and returns what was heard there.
func (c *caller) hangsUp() []int16 {
	c.t.Helper()
	_ = c.cmd.Process.Signal(os.Interrupt)
	_ = c.cmd.Wait()
	said, heard := channels(c.t, c.heard)
	if loud(said) == 0 {
		c.t.Fatalf("the caller said nothing; he says:\n%s", c.says())
	}
	return heard
}

// says is what the caller's program wrote.
func (c *caller) says() string {
	b, _ := os.ReadFile(c.out.Name())
	return string(b)
}

// hotlinePictures draws, while a call is spoken, what the manuals of the hotline
// show: the desk of who answers, the shift lead's, the studio's.
func (w *tab) hotlinePictures() {
	w.t.Helper()
	if os.Getenv("YANGGUANG_MANUAL") == "" {
		return
	}
	lead := newTab(w.t)
	lead.signIn("xian.pizhun")
	lead.open("/desk/hotline")
	if eval[bool](lead, `document.getElementById("do-on_browser") !== null`) {
		lead.loads("signing on", chromedp.Click(`#do-on_browser`))
	}
	for _, lang := range []struct{ name, first string }{{"en", "/en"}, {"zh", ""}} {
		w.open(lang.first + "/desk/hotline")
		w.until(`document.getElementById("line").dataset.voice === "joined" && document.getElementById("do-hangup") !== null`)
		w.picture("agent-call."+lang.name, 1100)
		for _, x := range []struct {
			name, path string
			height     float64
		}{{"lead-shift", "/desk/hotline/shift", 760}, {"lead-board", "/desk/hotline/board", 1000}, {"prompts-list", "/desk/hotline/studio", 1000}, {"prompts-script", "/desk/hotline/studio/script", 1000}} {
			lead.open(lang.first + x.path)
			if x.name == "lead-shift" {
				lead.until(`document.getElementById("line").dataset.voice === "joined"`)
			}
			lead.picture(x.name+"."+lang.name, x.height)
		}
	}
	lead.open("/desk/hotline")
	lead.do(chromedp.Click(`#do-sign_off`))
}

// nobodyToCallBack settles the demonstration's call-backs: a seat that is ready is
// rung for them before anybody else.
func (w *tab) nobodyToCallBack() {
	w.t.Helper()
	w.open("/desk/hotline/callbacks")
	left := eval[int](w, `(async () => {
 for (let i = 0; i < 100; i++) {
  const page = new DOMParser().parseFromString(await (await fetch("/desk/hotline/callbacks")).text(), "text/html");
  const settle = page.querySelector('main form[action$="/settle"]');
  const form = settle || page.querySelector('main form[action$="/take"]');
  if (!form) return 0;
  const body = new URLSearchParams();
  if (settle) body.set(settle.querySelector("select").name, "not_needed");
  await fetch(form.getAttribute("action"), { method: "POST", body });
 }
 return 1;
})()`)
	if left != 0 {
		w.t.Fatal("there are call-backs that cannot be settled")
	}
}

// until waits until a condition holds in the page.
func (w *tab) until(condition string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 40*time.Second)
	defer cancel()
	for {
		// A poll ends with an error when its page makes way for the next one.
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("(() => { try { return "+condition+" } catch { return false } })()")); err == nil {
			return
		} else if ctx.Err() != nil {
			w.t.Fatalf("in vain for %s (at %s)", condition, w.at())
		}
	}
}

// hears waits until the page's voice was, from now on and for a sixth of a second
// in all, made of these tones and of nothing else, or silent when there are none.
func (w *tab) hears(hz ...int) {
	w.t.Helper()
	w.hearsBy(`document.getElementById("voice")`, hz...)
}

// hearsBy does so at one of the page's voices.
func (w *tab) hearsBy(voice string, hz ...int) {
	w.t.Helper()
	tones, err := json.Marshal(append([]int{}, hz...))
	if err != nil {
		w.t.Fatal(err)
	}
	w.until(voice + `.srcObject !== null`)
	eval[int](w, voice+`.times = 0`)
	w.until(fmt.Sprintf(`(() => {
 const voice = %s;
 if (!voice.ear || voice.ear.of !== voice.srcObject) {
  const ctx = new AudioContext(), ear = ctx.createAnalyser();
  ear.fftSize = 4096; ear.smoothingTimeConstant = 0; ear.of = voice.srcObject;
  ctx.createMediaStreamSource(voice.srcObject).connect(ear);
  voice.ear = ear;
 }
 const of = new Float32Array(voice.ear.frequencyBinCount), step = voice.ear.context.sampleRate / voice.ear.fftSize;
 voice.ear.getFloatFrequencyData(of);
 const loudest = (like) => Math.max(-200, ...of.filter((_, i) => like(i * step)));
 const tones = %s, near = (hz, most) => tones.some((x) => Math.abs(hz - x) < most);
 const weakest = Math.min(...tones.map((x) => loudest((hz) => Math.abs(hz - x) < 30)));
 const rest = loudest((hz) => !near(hz, 150));
 if (tones.length === 0 ? rest < -80 : weakest > -60 && rest < weakest - 6) voice.times++;
 return voice.times >= 10; // frames of the screen
})()`, voice, tones))
}

// wav writes samples as a file of a telephone's quality.
func wav(t *testing.T, path string, samples []int16) {
	t.Helper()
	b := []byte("RIFF")
	le := func(n uint32) { b = binary.LittleEndian.AppendUint32(b, n) }
	size := uint32(2 * len(samples)) //nolint:gosec // of a second
	le(36 + size)
	b = append(b, "WAVEfmt "...)
	le(16)
	le(1 | 1<<16) // PCM, one channel
	le(8000)
	le(16000)
	le(2 | 16<<16)
	b = append(b, "data"...)
	le(size)
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s)) //nolint:gosec // two's complement is what is written
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// channels are what the scripted caller said and what he heard.
func channels(t *testing.T, path string) (said, heard []int16) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l, r := rtptest.Channels(b)
	return rtp.PCMA.Decode(nil, l), rtp.PCMA.Decode(nil, r)
}

// loud is the largest sample of the last seconds.
func loud(samples []int16) (most int16) {
	for _, s := range samples[max(0, len(samples)-10*8000):] {
		most = max(most, s)
	}
	return most
}

// TestOnlyTheAnsweringDeskMayHear asks the browser itself.
func TestOnlyTheAnsweringDeskMayHear(t *testing.T) {
	w := newTab(t)
	w.signIn("xian.qicao")
	for path, want := range map[string]bool{"/desk/hotline": true, "/desk/hotline/callbacks": false, "/desk": false} {
		w.open(path)
		if got := eval[bool](w, `document.featurePolicy.allowsFeature("microphone")`); got != want {
			t.Errorf("%s: the microphone may be asked for: %t", path, got)
		}
	}
}

// A month of calls came before anybody opened the demonstration: all of them are
// over, and most were answered.
func TestTheDemonstrationsCallsAreOver(t *testing.T) {
	w := newTab(t)
	w.signIn("xian.pizhun")
	w.open("/desk/hotline/board")
	if got := eval[string](w, `document.querySelector(".stat-value").textContent.replace(/\s/g, "")`); got != "0人" {
		t.Errorf("%s wait on the board", got)
	}
	w.open("/desk/hotline/texts") // and somebody who cannot hear still waits for an answer
	if got := eval[string](w, `document.querySelector("main").textContent`); !strings.Contains(got, "000******01") {
		t.Errorf("no conversation goes on: %s", got)
	}
	w.open("/desk/hotline/calls")
	if answered := eval[int](w, `[...document.querySelectorAll("main table tbody tr")].filter(r => r.textContent.includes("已接听") || r.textContent.includes("接通")).length`); answered == 0 {
		t.Error("no call of the list was answered")
	}
}
