package sip

import (
	"strings"
	"testing"
	"time"

	"yangguang/internal/sip/sdp"
)

func TestACallIsAnsweredAndTheCallerHangsUp(t *testing.T) {
	h := listen(t, nil)
	h.sipp(t, "answer")
	if e := h.ended(t); e != (Ending{Why: ByThem}) {
		t.Errorf("ended %+v", e)
	}
}

func TestACallIsAnsweredAndTheHotlineHangsUp(t *testing.T) {
	h := listen(t, func(c *Config) {
		c.OnCall = func(c *Call) { answer(c); <-c.Confirmed(); c.Hangup() }
	})
	h.sipp(t, "hungup")
	if e := h.ended(t); e != (Ending{Why: ByUs}) {
		t.Errorf("ended %+v", e)
	}
}

func TestDigitsByINFO(t *testing.T) {
	pressed := make(chan byte, 8)
	h := listen(t, func(c *Config) {
		c.OnCall = func(c *Call) {
			answer(c)
			<-c.Done()
			for {
				select {
				case d := <-c.Digits():
					pressed <- d
				default:
					close(pressed)
					return
				}
			}
		}
	})
	h.sipp(t, "info")
	got := ""
	for d := range pressed {
		got += string(d)
	}
	if got != "57#" {
		t.Errorf("pressed %q, want 57#", got)
	}
}

func TestTheCallerGivesUpWhileItRings(t *testing.T) {
	h := listen(t, func(c *Config) { c.OnCall = func(c *Call) { _ = c.Ring() } })
	h.sipp(t, "cancel")
	if e := h.ended(t); e != (Ending{Cancelled, 487}) {
		t.Errorf("ended %+v", e)
	}
	if n := h.Calls(); n != 0 {
		t.Errorf("%d calls are left", n)
	}
}

func TestHoldResumeAndRefresh(t *testing.T) {
	var heard []string
	h := listen(t, func(c *Config) {
		c.OnCall = func(c *Call) {
			c.OnOffer(func(offer sdp.Session) (sdp.Session, error) {
				heard = append(heard, offer.Direction.String())
				return sdp.Answer(offer, ours)
			})
			answer(c)
		}
	})
	h.sipp(t, "hold")
	h.ended(t)
	if got := strings.Join(heard, " "); got != "sendonly sendrecv" {
		t.Errorf("the hotline was asked for %q; a refresh is no new offer", got)
	}
}

func TestScenariosOfOneKindOfAnswer(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"codec":     nil,
		"rejected":  func(c *Config) { c.OnCall = func(c *Call) { _ = c.Reject(486, "", 30*time.Second) } },
		"require":   nil,
		"options":   nil,
		"outside":   nil,
		"session":   nil,
		"refer":     nil,
		"lateoffer": nil,
		"full":      func(c *Config) { c.Trunks[0].Calls = 1; c.Limits.Calls = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listen(t, change).sipp(t, name)
		})
	}
}

func TestANodeThatDrainsSendsCallsElsewhere(t *testing.T) {
	h := listen(t, nil)
	h.Drain()
	h.sipp(t, "draining")
	if !h.Draining() || h.Counters().Limited == 0 {
		t.Errorf("draining %v, %+v", h.Draining(), h.Counters())
	}
}

func TestOverTCP(t *testing.T) {
	for _, name := range []string{"answer", "hungup", "cancel", "hold", "options"} {
		t.Run(name, func(t *testing.T) {
			h := listen(t, func(c *Config) {
				switch name {
				case "cancel":
					c.OnCall = func(c *Call) { _ = c.Ring() }
				case "hungup":
					c.OnCall = func(c *Call) { answer(c); <-c.Confirmed(); c.Hangup() }
				}
			})
			h.sipp(t, name, "-t", "t1")
		})
	}
}

func TestAnAnswerThatIsNeverAcknowledged(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for the thirty-two seconds of RFC 3261 with sipp; TestRepeats has them by a clock of its own")
	}
	t.Parallel()
	h := listen(t, nil)
	h.sipp(t, "noack")
	if e := h.ended(t); e != (Ending{Why: NoAck}) {
		t.Errorf("ended %+v", e)
	}
}

func TestFiftyCallsASecond(t *testing.T) {
	h := listen(t, nil)
	h.sipp(t, "answer", "-m", "250", "-r", "50")
	for range 250 {
		if e := h.ended(t); e.Why != ByThem {
			t.Fatalf("ended %+v", e)
		}
	}
	if n := h.Calls(); n != 0 {
		t.Errorf("%d calls are left", n)
	}
}
