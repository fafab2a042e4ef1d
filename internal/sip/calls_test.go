package sip

import "testing"

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
