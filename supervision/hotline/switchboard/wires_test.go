package switchboard

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

// hall is a conversation whose voices each say a tone of their own.
type hall struct {
	t    *testing.T
	e    *rtp.Engine
	says map[*rtptest.Party]float64
	w    wires
}

func inHall(t *testing.T, f func(h *hall)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := rtp.NewEngine(clock.System(), 1)
		defer e.Close()
		f(&hall{t: t, e: e, says: map[*rtptest.Party]float64{}})
	})
}

func (h *hall) voice(hertz float64) *rtptest.Party {
	p := rtptest.NewParty(rtp.PCMA)
	h.says[p] = hertz
	return p
}

// talk has all say what they say for so many frames of 20 ms.
func (h *hall) talk(frames int) {
	for i := range frames {
		for p, hertz := range h.says {
			p.Say(rtptest.Tone(hertz, time.Second)[i%50*160:][:160])
		}
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
	}
}

// hears asserts what a voice was told since it was asked last.
func (h *hall) hears(what string, p *rtptest.Party, frames int, hertz ...float64) {
	h.t.Helper()
	heard, n := p.Heard()
	got := rtptest.Heard(heard, 300, 440, 520, 600, 640, 880)
	if n != frames || !slices.Equal(got, hertz) {
		h.t.Errorf("%s: heard %v in %d frames, want %v in %d", what, got, n, hertz, frames)
	}
}

var both = rtp.Part{Hears: true, Speaks: true}

// Who comes and goes is not noticed by the others: no frame is missing, and the
// music of a caller who waits goes on where it was.
func TestWhoComesAndGoesIsNotNoticed(t *testing.T) {
	inHall(t, func(h *hall) {
		caller, seat, other, lead := h.voice(880), h.voice(440), h.voice(520), h.voice(640)
		music := rtp.NewPrompt(append(rtptest.Tone(300, time.Second), rtptest.Tone(600, time.Second)...))
		waits := rtp.Part{Music: music}
		h.w.confer(h.e, []member{{line: caller, part: waits}, {line: seat, part: both}, {line: other, part: both}}, nil)
		h.talk(50)
		h.hears("the music's first second", caller, 50, 300)
		_, _ = seat.Heard()
		h.w.confer(h.e, []member{{line: caller, part: waits}, {line: seat, part: both}, {line: other, part: both}, {line: lead, part: rtp.Part{Hears: true}}}, nil)
		h.talk(25)
		h.w.confer(h.e, []member{{line: caller, part: waits}, {line: seat, part: both}, {line: other, part: both}}, nil)
		h.talk(25)
		h.hears("the music's second", caller, 50, 600)
		h.hears("the seat meanwhile", seat, 50, 520)
		h.hears("the lead, as long as it listened", lead, 25, 440, 520)
		h.w.apart()
		h.talk(10)
		h.hears("nobody any more", seat, 0)
	})
}

// Who whispers to the seat whispers to whoever has the seat's place, when the call
// is passed on; the one who left hears nothing.
func TestAWhisperFollowsThePlaceOfTheSeat(t *testing.T) {
	inHall(t, func(h *hall) {
		caller, first, second, lead := h.voice(880), h.voice(440), h.voice(520), h.voice(640)
		with := func(seat *rtptest.Party) []member {
			return []member{{line: caller, part: both}, {line: seat, part: both}, {line: lead, part: both, to: seat}}
		}
		h.w.confer(h.e, with(first), nil)
		h.talk(5) // of the jitter buffer
		for p := range h.says {
			_, _ = p.Heard()
		}
		h.talk(50)
		h.hears("the seat", first, 50, 640, 880)
		h.hears("the caller", caller, 50, 440)
		h.w.out(first)
		h.w.confer(h.e, with(second), nil)
		h.talk(5)
		for p := range h.says {
			_, _ = p.Heard()
		}
		h.talk(50)
		h.hears("who left", first, 0)
		h.hears("who came", second, 50, 640, 880)
		h.hears("the caller then", caller, 50, 520)
	})
}
