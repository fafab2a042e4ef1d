package rtp_test

import (
	"slices"
	"testing"
	"time"

	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

// table is a conference whose parties each say a tone of their own.
type table struct {
	t    *testing.T
	who  map[float64]*rtptest.Party
	tick int
}

// talk has all say 20 ms at a time, in time.
func (tb *table) talk(d time.Duration) {
	for range int(d / (20 * time.Millisecond)) {
		for hertz, p := range tb.who {
			p.Say(rtptest.Tone(hertz, time.Second)[tb.tick%50*160:][:160])
		}
		tb.tick++
		pass(20 * time.Millisecond)
	}
}

// hears asserts what each heard in the last second but 200 ms.
func (tb *table) hears(what string, want map[float64][]float64) {
	tb.t.Helper()
	tb.talk(200 * time.Millisecond)
	for _, p := range tb.who {
		p.Heard()
	}
	tb.talk(time.Second)
	for hertz, p := range tb.who {
		heard, frames := p.Heard()
		if got := rtptest.Heard(heard, 400, 700, 1000); !slices.Equal(got, want[hertz]) {
			tb.t.Errorf("%s: %v heard %v, want %v", what, hertz, got, want[hertz])
		}
		if frames != 50 {
			tb.t.Errorf("%s: %v got %d frames in a second", what, hertz, frames)
		}
	}
}

func TestAConferenceGivesEachWhatItsPartLets(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		caller, clerk, lead := rtptest.NewParty(rtp.PCMA), rtptest.NewParty(rtp.PCMU), rtptest.NewParty(rtp.PCMA)
		tb := &table{t: t, who: map[float64]*rtptest.Party{400: caller, 700: clerk}}
		conf := e.NewConference()
		c, m := conf.Join(caller, full), conf.Join(clerk, full)
		tb.hears("two", map[float64][]float64{400: {700}, 700: {400}})
		tb.who[1000] = lead
		l := conf.Join(lead, rtp.Part{Hears: true})
		tb.hears("listening in", map[float64][]float64{400: {700}, 700: {400}, 1000: {400, 700}})
		conf.Set(l, rtp.Part{Hears: true, Speaks: true, Only: m})
		tb.hears("whispering", map[float64][]float64{400: {700}, 700: {400, 1000}, 1000: {400, 700}})
		conf.Set(l, full)
		tb.hears("three", map[float64][]float64{400: {700, 1000}, 700: {400, 1000}, 1000: {400, 700}})
		conf.Set(c, rtp.Part{})
		tb.hears("the caller on hold", map[float64][]float64{400: nil, 700: {1000}, 1000: {700}})
		conf.Set(c, full)
		conf.Leave(l)
		delete(tb.who, 1000)
		tb.hears("the lead has left", map[float64][]float64{400: {700}, 700: {400}})
		lead.Heard()
		tb.talk(time.Second)
		if _, frames := lead.Heard(); frames != 0 {
			t.Error("the one who left is still spoken to")
		}
		conf.Close()
		caller.Heard()
		tb.talk(time.Second)
		if _, frames := caller.Heard(); frames != 0 {
			t.Error("a closed conference speaks")
		}
	})
}

func TestTheOthersNoticeNothingWhenOneComesAndGoes(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		caller, clerk, lead := rtptest.NewParty(rtp.PCMA), rtptest.NewParty(rtp.PCMA), rtptest.NewParty(rtp.PCMA)
		tb := &table{t: t, who: map[float64]*rtptest.Party{400: caller, 700: clerk}}
		conf := e.NewConference()
		conf.Join(caller, full)
		conf.Join(clerk, full)
		tb.talk(200 * time.Millisecond)
		caller.Heard()
		for range 10 {
			l := conf.Join(lead, rtp.Part{Hears: true})
			tb.talk(60 * time.Millisecond)
			conf.Set(l, rtp.Part{Hears: true, Speaks: true})
			tb.talk(40 * time.Millisecond)
			conf.Leave(l)
		}
		heard, frames := caller.Heard()
		if frames != 50 || rtptest.Share(heard, 700) < 0.98 {
			t.Errorf("%d frames, %.3f of them the clerk", frames, rtptest.Share(heard, 700))
		}
	})
}

func TestALoudSumIsClippedAndDoesNotWrap(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		loud := make([]int16, 160)
		for i := range loud {
			loud[i] = 30000
		}
		conf := e.NewConference()
		hears := rtptest.NewParty(rtp.PCMA)
		conf.Join(hears, rtp.Part{Hears: true})
		var speak []*rtptest.Party
		for range 5 {
			p := rtptest.NewParty(rtp.PCMA)
			conf.Join(p, rtp.Part{Speaks: true})
			speak = append(speak, p)
		}
		for range 10 {
			for _, p := range speak {
				p.Say(loud)
			}
			pass(20 * time.Millisecond)
		}
		heard, _ := hears.Heard()
		if slices.Max(heard) != 32256 || slices.Min(heard) < -8 {
			t.Errorf("between %d and %d", slices.Min(heard), slices.Max(heard))
		}
	})
}

// mark is a frame whose samples all say n.
func mark(n int) []byte { return rtp.PCMA.Encode(nil, slices.Repeat([]int16{int16(n * 1000)}, 160)) }

// marked is which mark a frame taken out has, 0 for silence.
func marked(frame []int16) int { return (int(frame[80]) + 500) / 1000 }

func TestTheJitterBuffer(t *testing.T) {
	put := func(j *rtp.Jitter, ts uint32, n int) { j.Put(rtp.Packet{Codec: rtp.PCMA, Time: ts, Payload: mark(n)}) }
	take := func(j *rtp.Jitter, n int) (got []int) {
		for range n {
			got = append(got, marked(j.Take()))
		}
		return got
	}
	t.Run("waits 60 ms, and packets out of order are in order", func(t *testing.T) {
		j := &rtp.Jitter{}
		put(j, 1000, 1)
		put(j, 1320, 3)
		put(j, 1160, 2)
		if got := take(j, 7); !slices.Equal(got, []int{0, 0, 0, 1, 2, 3, 0}) {
			t.Errorf("%v", got)
		}
	})
	t.Run("one that comes too late is left out, and the rest is where it belongs", func(t *testing.T) {
		j := &rtp.Jitter{}
		put(j, 1000, 1)
		put(j, 1320, 3)
		got := take(j, 5)
		put(j, 1160, 2)
		if got = append(got, take(j, 2)...); !slices.Equal(got, []int{0, 0, 0, 1, 0, 3, 0}) {
			t.Errorf("%v", got)
		}
	})
	t.Run("a clock that jumps begins anew", func(t *testing.T) {
		for _, to := range []uint32{5, 0xFFFFFFF0, 900000000} {
			j := &rtp.Jitter{}
			put(j, 1000, 1)
			take(j, 4)
			put(j, to, 4)
			put(j, to+160, 5)
			if got := take(j, 5); !slices.Equal(got, []int{0, 0, 0, 4, 5}) {
				t.Errorf("%v", got)
			}
		}
	})
	t.Run("a party that speaks too fast is never more than 200 ms behind", func(t *testing.T) {
		j := &rtp.Jitter{}
		for i := range 1000 {
			put(j, uint32(i*160), 1+i%30)
			if i%20 != 0 { // 5 % too fast
				got := marked(j.Take())
				if behind := (1 + i%30 - got + 30) % 30; got != 0 && behind > 10 {
					t.Fatalf("frame %d: %d frames behind", i, behind)
				}
			}
		}
	})
}
