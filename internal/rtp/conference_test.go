package rtp_test

import (
	"testing"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

var full = rtp.Part{Hears: true, Speaks: true}

func TestOneWhoWaitsHearsMusicAndTheOthersEachOther(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		caller, clerk, police := rtptest.NewParty(rtp.PCMU), rtptest.NewParty(rtp.PCMA), rtptest.NewParty(rtp.PCMA)
		tb := &table{t: t, who: map[float64]*rtptest.Party{400: caller, 700: clerk}}
		conf := e.NewConference()
		c, s := conf.Join(caller, full), conf.Join(clerk, full)
		music := rtp.NewPrompt(rtptest.Tone(1000, 1230*time.Millisecond/2)) // no whole number of frames
		conf.Set(c, rtp.Part{Music: music})
		conf.Set(s, rtp.Part{Hears: true, Speaks: true, Music: music})
		tb.hears("the clerk hears it ringing", map[float64][]float64{400: {1000}, 700: {1000}})
		conf.Set(s, full)
		delete(tb.who, 400)
		tb.who[1000] = police
		conf.Join(police, full)
		tb.hears("the clerk asks another", map[float64][]float64{700: {1000}, 1000: {700}})
		if heard, frames := caller.Heard(); frames != 60 || rtptest.Share(heard, 1000) < 0.97 {
			t.Errorf("the caller meanwhile heard %d frames, %.3f of it music", frames, rtptest.Share(heard, 1000))
		}
		conf.Set(c, full)
		tb.who[400] = caller
		conf.Leave(s)
		delete(tb.who, 700)
		tb.hears("passed on", map[float64][]float64{400: {1000}, 1000: {400}})
		conf.Set(c, rtp.Part{Music: rtp.NewPrompt(nil)})
		tb.hears("music without a sound", map[float64][]float64{400: nil, 1000: nil})
	})
}

func TestNobodyJoinsAClosedConference(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		conf, late := e.NewConference(), rtptest.NewParty(rtp.PCMA)
		conf.Close()
		late.Listen(func(rtp.Packet) { t.Log("heard") })
		m := conf.Join(late, full)
		conf.Set(m, rtp.Part{})
		conf.Leave(m)
		pass(time.Second)
		if _, frames := late.Heard(); frames != 0 {
			t.Errorf("it was sent %d frames", frames)
		}
	})
}

// TestAConferenceIsRecordedAsTheCallerKnowsIt has one recorder hear a call that
// is a bridge first, then a conference of changing parts, then a bridge again.
func TestAConferenceIsRecordedAsTheCallerKnowsIt(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		caller, clerk, lead := rtptest.NewParty(rtp.PCMU), rtptest.NewParty(rtp.PCMA), rtptest.NewParty(rtp.PCMA)
		tb := &table{t: t, who: map[float64]*rtptest.Party{400: caller, 700: clerk}}
		d := &disk{}
		rec := rtp.NewRecorder(d, clock.System())
		br := rtp.NewBridge(caller, clerk, rec)
		tb.talk(time.Second)
		br.Close()

		conf := e.NewConference()
		c, s := conf.Join(caller, full), conf.Join(clerk, full)
		conf.Record(c, rec)
		tb.talk(time.Second)
		tb.who[1000] = lead
		l := conf.Join(lead, rtp.Part{Hears: true})
		tb.talk(time.Second)
		conf.Set(l, rtp.Part{Hears: true, Speaks: true, Only: s})
		tb.talk(time.Second) // the whisper is not the caller's to hear
		conf.Set(c, rtp.Part{Music: rtp.NewPrompt(rtptest.Tone(600, time.Second))})
		conf.Set(l, full)
		tb.talk(time.Second) // said behind the caller's back
		conf.Set(c, full)
		conf.Set(s, rtp.Part{})
		tb.talk(time.Second)
		conf.Record(c, nil)
		tb.talk(time.Second)
		conf.Record(c, rec)
		tb.talk(time.Second)
		conf.Leave(c)
		tb.talk(time.Second)
		r := rec.Close()
		both, lead1 := bothTalk, [2]float64{400, 1000}
		same(t, d.Bytes(), both, both, both, both, nobody, lead1, nobody, lead1, nobody)
		if !r.Complete {
			t.Errorf("%+v", r)
		}
	})
}
