package rtp_test

import (
	"testing"
	"time"

	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

// ledgerTap counts what a tap hears.
type ledgerTap struct{ left, right int }

func (l *ledgerTap) Left(p rtp.Packet)  { l.left += len(p.Payload) }
func (l *ledgerTap) Right(p rtp.Packet) { l.right += len(p.Payload) }

func TestABridgePassesOnAndTranslates(t *testing.T) {
	for _, c := range [][2]rtp.Codec{{rtp.PCMA, rtp.PCMA}, {rtp.PCMA, rtp.PCMU}, {rtp.PCMU, rtp.PCMA}, {rtp.PCMU, rtp.PCMU}} {
		caller, clerk := rtptest.NewParty(c[0]), rtptest.NewParty(c[1])
		tap := &ledgerTap{}
		br := rtp.NewBridge(caller, clerk, tap)
		caller.Say(rtptest.Tone(880, time.Second))
		clerk.Say(rtptest.Tone(440, time.Second))
		here, frames := caller.Heard()
		there, _ := clerk.Heard()
		if frames != 50 || rtptest.Share(here, 440) < 0.98 || rtptest.Share(there, 880) < 0.98 {
			t.Errorf("%v: %d frames, 440 is %.2f of it, 880 %.2f of the other", c, frames, rtptest.Share(here, 440), rtptest.Share(there, 880))
		}
		if tap.left != 8000 || tap.right != 8000 {
			t.Errorf("the tap heard %+v", tap)
		}
		// What comes in another codec than the party asked for is translated too.
		clerk.SayOctets(c[1]^8, (c[1]^8).Encode(nil, rtptest.Tone(440, 100*time.Millisecond)))
		if here, _ := caller.Heard(); rtptest.Share(here, 440) < 0.95 {
			t.Errorf("%v: a packet of the other codec is not 440 Hz", c)
		}
		br.Close()
		caller.Say(rtptest.Tone(880, time.Second))
		if there, _ := clerk.Heard(); len(there) != 0 {
			t.Error("they hear each other after Close")
		}
	}
}

func TestOnHoldALineHearsMusicAndTheOtherNothing(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		caller, clerk := rtptest.NewParty(rtp.PCMA), rtptest.NewParty(rtp.PCMU)
		tap := &ledgerTap{}
		br := rtp.NewBridge(caller, clerk, tap)
		br.Hold(e, caller, rtp.NewPrompt(rtptest.Tone(600, time.Second)))
		caller.Say(rtptest.Tone(880, time.Second))
		clerk.Say(rtptest.Tone(440, time.Second))
		pass(time.Second)
		here, _ := caller.Heard()
		there, _ := clerk.Heard()
		if len(there) != 0 || *tap != (ledgerTap{}) || rtptest.Share(here, 600) < 0.98 {
			t.Errorf("on hold the clerk heard %d, the tap %+v, music is %.2f", len(there), *tap, rtptest.Share(here, 600))
		}
		br.Resume(caller)
		pass(time.Second)
		clerk.Say(rtptest.Tone(440, time.Second))
		if here, frames := caller.Heard(); frames != 50 || rtptest.Share(here, 440) < 0.98 {
			t.Errorf("after hold %d frames", frames)
		}
		br.Close()
	})
}
