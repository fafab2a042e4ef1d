package e2e

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	withTelephone(t)
	w := newTab(t)
	w.signIn("xian.qicao") // may register matters too
	w.nobodyToCallBack()
	w.onDuty()
	w.ready()
	caller := calls(t, 880)
	w.until(`document.querySelector("[data-ring]") !== null`)
	w.shot("hotline-rings")
	w.do(chromedp.KeyEvent(kb.F2))
	w.until(`document.querySelector("#work form.intake") !== null`)
	w.hears(880)
	w.do(chromedp.SendKeys(`#work [name=subject]`, "咨询奖励扶助如何申报"))
	w.until(`/[0-9]:[0-9]/.test(document.getElementById("draft-said").textContent)`)
	w.shot("hotline-talks")

	w.loads("the page again", chromedp.Reload())
	w.until(`document.getElementById("line").dataset.voice === "joined"`)
	w.hears(880)
	w.until(`document.querySelector("#work [name=subject]").value === "咨询奖励扶助如何申报"`)
	w.do(chromedp.Click(`#do-hangup`))
	w.until(`document.getElementById("do-hangup") === null`)
	if heard := caller.hangUp(); loud(heard) < 1000 {
		t.Errorf("the caller heard a loudness of %d from the desk; he says:\n%s", loud(heard), caller.said.String())
	}
}

func withTelephone(t *testing.T) {
	t.Helper()
	if telephone == "" {
		t.Skip("this program runs no telephone that a test could call: YANGGUANG_E2E_URL names one started elsewhere")
	}
}

// onDuty has the person take the seat with the browser's voice.
func (w *tab) onDuty() {
	w.t.Helper()
	w.open("/desk/hotline")
	if eval[bool](w, `document.getElementById("do-on_browser") === null`) { // left on duty by an earlier run
		w.offDuty()
	}
	w.loads("signing on", chromedp.Click(`#do-on_browser`))
	w.until(`document.getElementById("line").dataset.voice === "joined"`)
}

func (w *tab) ready() {
	w.t.Helper()
	w.do(chromedp.Click(`#do-ready`))
	w.until(`document.getElementById("do-away_break") !== null`)
}

// offDuty ends the write-up of a call, where there is one, and signs off.
func (w *tab) offDuty() {
	w.t.Helper()
	w.until(`document.getElementById("do-ready") !== null || document.getElementById("do-sign_off") !== null`)
	if eval[bool](w, `document.getElementById("do-sign_off") === null`) {
		w.ready()
	}
	w.do(chromedp.Click(`#do-sign_off`))
	w.until(`document.getElementById("do-on_browser") !== null`)
}

// caller is somebody who calls by telephone, says a tone and keeps what he hears.
type caller struct {
	t     *testing.T
	cmd   *exec.Cmd
	heard string
	said  bytes.Buffer
}

func calls(t *testing.T, hz float64) *caller {
	t.Helper()
	dir := t.TempDir()
	tone := filepath.Join(dir, "tone.wav")
	wav(t, tone, rtptest.Tone(hz, time.Second))
	c := &caller{t: t, heard: filepath.Join(dir, "heard.wav")}
	c.cmd = exec.CommandContext(t.Context(), telephoneBy, "phone", "call", "--at", telephone, "--say", tone, "--heard", c.heard, "--for", "90s", "000088880000")
	c.cmd.Stdout, c.cmd.Stderr = &c.said, &c.said
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
		}
	})
	return c
}

// hangUp ends the call and answers what he heard.
func (c *caller) hangUp() []int16 {
	c.t.Helper()
	_ = c.cmd.Process.Signal(os.Interrupt)
	_ = c.cmd.Wait()
	b, err := os.ReadFile(c.heard)
	if err != nil {
		c.t.Fatal(err)
	}
	_, heard := rtptest.Channels(b)
	return rtp.PCMA.Decode(nil, heard)
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

// hears waits until the page's voice is mostly a tone.
func (w *tab) hears(hz int) {
	w.t.Helper()
	w.until(fmt.Sprintf(`(() => {
 const of = (%s)();
 const most = of.levels.indexOf(Math.max(...of.levels)) * of.step;
 return Math.max(...of.levels) > -60 && Math.abs(most - %d) < 30;
})()`, ear, hz))
}

// hearsToo waits until a tone is in the page's voice, whatever else is.
func (w *tab) hearsToo(hz int) {
	w.t.Helper()
	w.until(fmt.Sprintf(`(() => {
 const of = (%s)();
 const at = Math.round(%d / of.step);
 return Math.max(...of.levels.slice(at - 2, at + 3)) > -65;
})()`, ear, hz))
}

// ear listens to what the page's voice says just now: levels in dB, step Hz apart.
const ear = `() => {
 const voice = document.getElementById("voice");
 if (!voice.ear || voice.ear.of !== voice.srcObject) {
  const ctx = new AudioContext(), ear = ctx.createAnalyser();
  ear.fftSize = 4096; ear.of = voice.srcObject; ear.smoothingTimeConstant = 0;
  ctx.createMediaStreamSource(voice.srcObject).connect(ear);
  voice.ear = ear;
 }
 const levels = new Float32Array(voice.ear.frequencyBinCount);
 voice.ear.getFloatFrequencyData(levels);
 return { levels, step: voice.ear.context.sampleRate / voice.ear.fftSize };
}`

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
	w.open("/desk/hotline/calls")
	if answered := eval[int](w, `[...document.querySelectorAll("main table tbody tr")].filter(r => r.textContent.includes("已接听") || r.textContent.includes("接通")).length`); answered == 0 {
		t.Error("no call of the list was answered")
	}
}
