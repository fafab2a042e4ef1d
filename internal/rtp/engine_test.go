package rtp_test

import (
	"testing"
	"testing/synctest"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

// engine runs f with an engine in a bubble of its own time: to sleep there is
// to turn the clock.
func engine(t *testing.T, f func(t *testing.T, e *rtp.Engine)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := rtp.NewEngine(clock.System(), 2)
		defer e.Close()
		f(t, e)
	})
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestEachLegGetsAFrameEachTwentyMilliseconds(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		legs := make([]rtp.Counter, 37)
		for i := range legs {
			e.AddCounter(&legs[i])
		}
		pass(20*time.Millisecond + 10*time.Second)
		turns := map[int64]int{}
		for i := range legs {
			if n := legs[i].Frames; n != 501 && n != 502 {
				t.Errorf("leg %d got %d frames in 10.02 s", i, n)
			}
			for j, at := range legs[i].At[1:] {
				if d := at.Sub(legs[i].At[j]); d != 20*time.Millisecond {
					t.Fatalf("leg %d waited %v", i, d)
				}
			}
			turns[legs[i].At[0].UnixMilli()]++
		}
		for at, n := range turns {
			if n > 11 {
				t.Errorf("%d of 37 legs were served at once at %d", n, at)
			}
		}
	})
}

func TestAPacerThatIsLateMakesUpForEveryTurn(t *testing.T) {
	at := clock.NewFake(time.UnixMilli(0))
	p, leg := &rtp.Pacer{}, &rtp.Counter{}
	p.Add(leg)
	due := at.Now()
	at.Advance(180 * time.Millisecond) // ten turns of this leg, the first among them
	due = p.Serve(due, at.Now)
	if leg.Frames != 10 || due != time.UnixMilli(185) {
		t.Errorf("%d frames, next due %v", leg.Frames, due)
	}
	at.Advance(time.Hour)
	due = p.Serve(due, at.Now)
	if leg.Frames > 11 || due.Before(at.Now()) {
		t.Errorf("after an hour: %d frames, next due %v", leg.Frames, due)
	}
}

func TestALegThatFailsIsLetGoOfAndTheOthersGoOn(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		bad, good := &rtp.Counter{FailAt: 3}, &rtp.Counter{}
		e.AddCounter(bad)
		e.AddCounter(good)
		pass(time.Second)
		if bad.Frames != 3 || !bad.Fell || good.Frames < 49 || good.Fell {
			t.Errorf("%d and %d frames", bad.Frames, good.Frames)
		}
	})
}

func TestPromptsFollowEachOtherWithoutAGap(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		for _, codec := range []rtp.Codec{rtp.PCMA, rtp.PCMU} {
			p := rtptest.NewParty(codec)
			whole := rtptest.Tone(440, time.Second)
			first, second := rtp.NewPrompt(whole[:1234]), rtp.NewPrompt(whole[1234:])
			<-e.Play(p, false, first, second, rtp.Silence(30*time.Millisecond)).Done()
			heard, frames := p.Heard()
			if frames != 52 || len(heard) != 52*rtp.FrameSize { // 1030 ms and the rest of a frame
				t.Errorf("%d frames, %d samples", frames, len(heard))
			}
			if rtptest.Share(heard[:8000], 440) < 0.98 || rtptest.Share(heard[1200:1300], 440) < 0.9 || rtptest.Share(heard[8000:], 440) != 0 {
				t.Error("the tone is broken where the prompts meet")
			}
		}
	})
}

func TestALoopGoesOnUntilItIsStopped(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		p := rtptest.NewParty(rtp.PCMA)
		play := e.Play(p, true, rtp.NewPrompt(rtptest.Tone(440, 50*time.Millisecond)))
		pass(3 * time.Second)
		play.Stop()
		<-play.Done()
		if _, frames := p.Heard(); frames < 149 || frames > 151 {
			t.Errorf("%d frames in 3 s", frames)
		}
		pass(time.Second)
		if _, frames := p.Heard(); frames != 0 {
			t.Errorf("%d frames after Stop", frames)
		}
	})
}

func TestTwoVoicesNeverShareALine(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		p := rtptest.NewParty(rtp.PCMA)
		rest := e.Rest(p)
		pass(time.Second)
		play := e.Play(p, false, rtp.NewPrompt(rtptest.Tone(880, time.Second)))
		<-rest.Done()
		heard, _ := p.Heard()
		if rtptest.Share(heard, 880) != 0 || len(heard) < 7800 {
			t.Errorf("the rest was no silence of a second: %d", len(heard))
		}
		<-play.Done()
		if heard, frames := p.Heard(); frames != 50 || rtptest.Share(heard, 880) < 0.98 {
			t.Errorf("%d frames", frames)
		}
	})
}

func TestAPlaybackEndsWithItsLineAndAnEmptyOneAtOnce(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		p := rtptest.NewParty(rtp.PCMA)
		<-e.Play(p, true).Done()
		<-e.Play(p, true, rtp.NewPrompt(nil)).Done()
		play := e.Rest(p)
		_ = p.Close()
		<-play.Done()
	})
}

func TestAClosedEngineLeavesNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := rtp.NewEngine(clock.System(), 1)
		p, q := rtptest.NewParty(rtp.PCMA), rtptest.NewParty(rtp.PCMA)
		served, fresh := e.Rest(p), &rtp.Counter{}
		pass(time.Second)
		e.AddCounter(fresh)
		e.Close()
		<-served.Done()
		<-e.Rest(q).Done() // a late one too
		if !fresh.Fell {
			t.Error("a leg not yet served was not told")
		}
	})
}
