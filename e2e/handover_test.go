package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"yangguang/internal/rtp/rtptest"
)

// The tones by which it is told who is heard.
const (
	callerTone = 880
	firstTone  = 1200 // of the seat that answers
	secondTone = 1500 // of the colleague, who leads the shift too
)

// Two people at the desk share the calls of others: one asks the other and passes
// the caller on, all three speak, the lead of the shift listens.
func TestACallIsShared(t *testing.T) {
	needsTelephone(t)
	one, two := newSeat(t, "xian.qicao", firstTone), newSeat(t, "xian.pizhun", secondTone)
	one.nobodyToCallBack()
	for _, x := range []struct {
		name string
		f    func(one, two *tab)
	}{{"PassedOn", passedOn}, {"ThreeAtOnce", threeAtOnce}, {"ListenedTo", listenedTo}, {"Joined", joined}} {
		t.Run(x.name, func(t *testing.T) { x.f(one.on(t), two.on(t)) })
	}
}

// newSeat is the browser of somebody at the desk, whose microphone says a tone in
// bursts: a lasting one is noise to a browser.
func newSeat(t *testing.T, login string, hz float64) *tab {
	t.Helper()
	tone := filepath.Join(t.TempDir(), "tone.wav")
	wav(t, tone, append(rtptest.Tone(hz, 300*time.Millisecond), make([]int16, 800)...))
	w := newTab(t, chromedp.Flag("use-file-for-fake-audio-capture", tone))
	w.signIn(login)
	return w
}

// called has somebody in a hurry call, whom the first seat answers; the second is
// on duty and not ready yet, so that it is not rung.
func called(one, two *tab) *caller {
	one.t.Helper()
	two.signsOn()
	one.signsOn()
	one.ready()
	c := phones(one.t, callerTone, "--keys", "00", "--pause", "300ms")
	one.answers()
	one.hears(callerTone)
	return c
}

// asks has the first seat speak with the second, who was busy until now, while
// the caller waits.
func asks(one, two *tab) {
	one.t.Helper()
	one.until(`document.getElementById("pass").textContent.includes("没有空闲的同事")`)
	two.ready()
	one.clicks(`#pass summary`)
	one.until(`document.querySelector("#pass select").value.startsWith("seat:") && document.activeElement.id === "pass-open"`)
	one.presses("consult")
	one.until(`document.getElementById("do-back") !== null && document.getElementById("do-complete") === null`) // it rings
	two.until(`document.querySelector("[data-ring]") !== null`)
	two.presses("take")
	two.hears(firstTone)
	one.hears(secondTone)
}

func passedOn(one, two *tab) {
	c := called(one, two)
	asks(one, two)
	one.presses("complete")
	two.hears(callerTone)
	two.until(`document.getElementById("do-hangup") !== null && document.getElementById("work").dataset.call !== ""`)
	one.until(`document.getElementById("do-longer") !== null`) // writes up
	one.hears()
	two.hangsUp()
	heard := c.hangsUp()
	wantHeard(one.t, heard, firstTone, true)
	wantHeard(one.t, heard, secondTone, true)
	one.signsOff()
	two.signsOff()
}

func threeAtOnce(one, two *tab) {
	c := called(one, two)
	asks(one, two)
	one.presses("three")
	one.hears(callerTone, secondTone)
	two.hears(callerTone, firstTone)
	two.presses("stepout")
	two.until(free) // it had no call to write up
	two.hears()
	one.hears(callerTone)
	one.hangsUp()
	heard := c.hangsUp()
	wantHeard(one.t, heard, firstTone, true)
	wantHeard(one.t, heard, secondTone, true)
	one.signsOff()
	two.signsOff()
}

// listenedTo: the lead hears both and nobody hears him, then the seat alone does;
// the seat's page says so as long as it is so.
func listenedTo(one, two *tab) {
	c := called(one, two)
	follows(one, two, "listen", "正在监听这通电话")
	one.hears(callerTone)
	follows(one, two, "whisper", "正在对您耳语")
	one.hears(callerTone, secondTone)
	two.presses("leave")
	one.until("!" + told("班长"))
	one.hears(callerTone)
	two.hears()
	one.hangsUp()
	heard := c.hangsUp()
	wantHeard(one.t, heard, firstTone, true)
	wantHeard(one.t, heard, secondTone, false)
	one.signsOff()
	two.signsOff()
}

// joined: everybody hears the lead, and the call's end is his too.
func joined(one, two *tab) {
	c := called(one, two)
	follows(one, two, "barge", "已加入通话")
	one.hears(callerTone, secondTone)
	one.hangsUp()
	two.until(`document.getElementById("do-leave") === null`)
	two.hears()
	wantHeard(one.t, c.hangsUp(), secondTone, true)
	one.signsOff()
	two.signsOff()
}

// follows has the second seat, of the lead, follow the first in a way its page
// says; the lead hears both then.
func follows(one, two *tab, mode, said string) {
	one.t.Helper()
	if two.at() != "/desk/hotline/shift" {
		two.open("/desk/hotline/shift")
		two.until(`document.getElementById("line").dataset.voice === "joined"`)
	}
	two.clicks(fmt.Sprintf(`[id^="do-%s-"]`, mode))
	two.until(fmt.Sprintf(`document.querySelector('[id^="do-%s-"][aria-pressed=true]') !== null`, mode))
	one.until(told(said))
	two.hears(callerTone, firstTone)
}

// told is whether the telephone's part of a page says something.
func told(words string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("#phone [role=status]")].some((p) => p.innerText.includes(%q))`, words)
}

// wantHeard says whether a tone was for the most part what was heard, for a
// moment at least.
func wantHeard(t *testing.T, samples []int16, hz float64, want bool) {
	t.Helper()
	got := false
	for stretch := range slices.Chunk(samples, 400) {
		got = got || rtptest.Share(stretch, hz) > 0.3
	}
	if got != want {
		t.Errorf("the caller heard %.0f Hz: %t, want %t", hz, got, want)
	}
}
