package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// beep is the tone of the browser's pretended microphone, in Hz.
const beep = 400

// A call in two real browsers: the seat that answers asks a colleague, makes it a
// call of three, and leaves; the colleague has the caller then. The one who leads
// the shift listens to another, and the page of that seat says so.
func TestACallIsPassedOnAndListenedTo(t *testing.T) {
	withTelephone(t)
	first, second := newTab(t), newTab(t)
	first.signIn("xian.qicao")
	first.nobodyToCallBack()
	second.signIn("xian.pizhun")
	first.onDuty()
	first.ready()
	second.onDuty()
	someone := calls(t, 880)
	first.until(`document.querySelector("[data-ring]") !== null`)
	first.do(chromedp.KeyEvent(kb.F2))
	first.hears(880)

	// The lead listens from the page of the shift.
	second.open("/desk/hotline/shift")
	second.until(`document.getElementById("line").dataset.voice === "joined"`)
	second.until(`document.querySelector('[id^="do-listen-"]') !== null`)
	second.do(chromedp.Click(`[id^="do-listen-"]`))
	second.until(`document.getElementById("do-leave") !== null`)
	first.until(`document.querySelector(".hd-talk .notice") !== null`)
	first.shot("hotline-listened")
	second.hears(880)
	second.hearsToo(beep)
	second.shot("hotline-shift")
	second.do(chromedp.Click(`#do-leave`))
	second.until(`document.getElementById("do-leave") === null`)
	first.until(`document.querySelector(".hd-talk .notice") === null`)

	// The seat asks a colleague, while the caller hears music.
	second.open("/desk/hotline")
	second.until(`document.getElementById("line").dataset.voice === "joined"`)
	second.ready()
	first.until(`[...document.querySelectorAll("#pass option")].some(o => o.value.startsWith("seat:"))`)
	first.do(chromedp.Click(`#pass summary`))
	eval[bool](first, `(() => { const s = document.querySelector("#pass select"); s.value = [...s.options].find(o => o.value.startsWith("seat:")).value; return true })()`)
	first.shot("hotline-pass")
	first.do(chromedp.Click(`#do-consult`))
	second.until(`document.querySelector("[data-ring]") !== null`)
	second.shot("hotline-asked")
	second.do(chromedp.KeyEvent(kb.F2))
	first.until(`document.getElementById("do-three") !== null`)
	second.hearsToo(beep)
	second.until(`document.getElementById("do-stepout") !== null`)
	first.shot("hotline-consults")
	second.shot("hotline-beside")

	first.do(chromedp.Click(`#do-three`))
	first.hears(880)
	second.hears(880)
	second.hearsToo(beep)
	first.shot("hotline-three")

	first.do(chromedp.Click(`#do-complete`))
	first.until(`document.getElementById("do-complete") === null && document.querySelector(".hd-talk") === null`)
	second.until(`document.querySelector(".hd-talk") !== null`)
	second.hears(880)
	second.shot("hotline-passed")
	second.do(chromedp.Click(`#do-hangup`))
	second.until(`document.getElementById("do-hangup") === null`)
	if heard := someone.hangUp(); loud(heard) < 1000 {
		t.Errorf("the caller heard a loudness of %d", loud(heard))
	}
	first.offDuty()
	second.offDuty()
}
