package rtp_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

// disk is what a recording is written to; it may wait or fail.
type disk struct {
	bytes.Buffer
	closed bool
	fails  error
	slow   bool
	waits  chan struct{} // nil: it does not
}

func (d *disk) Write(b []byte) (int, error) {
	if d.waits != nil {
		<-d.waits
	}
	if d.fails != nil {
		return 0, d.fails
	}
	return d.Buffer.Write(b)
}

func (d *disk) Close() error {
	d.closed = true
	return nil
}

// tape is a recorder in a bubble of its own time, and what reached the disk.
type tape struct {
	*rtp.Recorder
	disk *disk
	ts   [2]uint32
	at   int
}

func record(t *testing.T, d *disk, f func(t *testing.T, tp *tape)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if d.slow {
			d.waits = make(chan struct{}) // of the bubble
		}
		tp := &tape{Recorder: rtp.NewRecorder(d, clock.System()), disk: d, ts: [2]uint32{5, 0xFFFFFF00}}
		f(t, tp)
		tp.Close()
	})
}

// talk has both sides talk for a while: 400 Hz left in A-law, 700 Hz right in
// µ-law. A side of 0 Hz is silent on the wire.
func (tp *tape) talk(d time.Duration, left, right float64) {
	for range int(d / (20 * time.Millisecond)) {
		time.Sleep(20 * time.Millisecond)
		for i, hertz := range []float64{left, right} {
			codec := []rtp.Codec{rtp.PCMA, rtp.PCMU}[i]
			hear := []func(rtp.Packet){tp.Left, tp.Right}[i]
			if hertz > 0 {
				hear(rtp.Packet{Codec: codec, Time: tp.ts[i], Payload: codec.Encode(nil, rtptest.Tone(hertz, time.Second)[tp.at%50*160:][:160])})
			}
			tp.ts[i] += 160
		}
		tp.at++
	}
}

// sound is the tone of each second of each channel, 0 for silence, seen in its
// middle half.
func sound(wav []byte) (seconds [][2]float64) {
	left, right := rtptest.Channels(wav)
	for i := 0; i+8000 <= len(left); i += 8000 {
		seconds = append(seconds, [2]float64{rtptest.Dominant(left[i+2000 : i+6000]), rtptest.Dominant(right[i+2000 : i+6000])})
	}
	return seconds
}

func same(t *testing.T, wav []byte, want ...[2]float64) {
	t.Helper()
	got := sound(wav)
	if len(got) != len(want) {
		t.Fatalf("%d seconds %v, want %d", len(got), got, len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("second %d is %v, want %v", i, got[i], want[i])
		}
	}
}

var (
	bothTalk  = [2]float64{400, 700}
	leftTalks = [2]float64{400, 0}
	nobody    = [2]float64{}
)

func TestARecordingLaysEachVoiceWhereItWasHeard(t *testing.T) {
	record(t, &disk{}, func(t *testing.T, tp *tape) {
		tp.talk(2*time.Second, 400, 700)
		tp.talk(time.Second, 400, 0)
		time.Sleep(100 * time.Second) // both silent, longer than any window
		tp.ts[0] += 800000
		tp.ts[1] += 800000
		tp.talk(2*time.Second, 400, 700)
		r := tp.Close()
		want := append([][2]float64{bothTalk, bothTalk, leftTalks}, make([][2]float64, 100)...)
		same(t, tp.disk.Bytes(), append(want, bothTalk, bothTalk)...)
		if !r.Complete || r.Samples != 105*8000 || r.Duration != 105*time.Second || r.Err != nil || !tp.disk.closed {
			t.Errorf("%+v", r)
		}
		if got := tp.disk.Len(); got != rtp.WAVHeaderSize+2*int(r.Samples) || !bytes.HasPrefix(tp.disk.Bytes(), rtp.WAVHeader(rtp.UnknownLength)) {
			t.Errorf("%d octets", got)
		}
		left, _ := rtptest.Channels(tp.disk.Bytes())
		if rtptest.Share(rtp.PCMA.Decode(nil, left[:24000]), 400) < 0.99 {
			t.Error("the left voice is broken somewhere in its three seconds")
		}
	})
}

func TestAClockThatJumpsIsPutWhereTheWallClockSays(t *testing.T) {
	record(t, &disk{}, func(t *testing.T, tp *tape) {
		tp.talk(2*time.Second, 400, 700)
		tp.ts[1] += 3e9
		tp.talk(2*time.Second, 400, 700)
		tp.ts[1] -= 100000
		tp.talk(2*time.Second, 400, 700)
		tp.Close()
		same(t, tp.disk.Bytes(), bothTalk, bothTalk, bothTalk, bothTalk, bothTalk, bothTalk)
	})
}

func TestPauseLeavesSilenceInPlace(t *testing.T) {
	record(t, &disk{}, func(t *testing.T, tp *tape) {
		tp.talk(2*time.Second, 400, 700)
		tp.Pause()
		tp.Pause()
		tp.talk(2*time.Second, 400, 700)
		tp.Resume()
		tp.Resume()
		tp.talk(time.Second, 400, 700)
		tp.Pause()
		tp.talk(time.Second, 400, 700)
		r := tp.Close()
		same(t, tp.disk.Bytes(), bothTalk, bothTalk, nobody, nobody, bothTalk, nobody)
		want := []rtp.Gap{{At: 2 * time.Second, For: 2 * time.Second}, {At: 5 * time.Second, For: time.Second}}
		if !r.Complete || len(r.Paused) != 2 || r.Paused[0] != want[0] || r.Paused[1] != want[1] {
			t.Errorf("%+v", r)
		}
	})
}

func TestADiskTooSlowLeavesAMarkedGapAndDelaysNobody(t *testing.T) {
	d := &disk{slow: true}
	record(t, d, func(t *testing.T, tp *tape) {
		tp.talk(60*time.Second, 400, 700) // the disk does nothing: this must not wait
		close(d.waits)
		synctest.Wait()
		tp.talk(5*time.Second, 400, 700)
		r := tp.Close()
		if r.Complete || len(r.Lost) != 1 || r.Samples != 65*8000 || d.Len() != rtp.WAVHeaderSize+2*65*8000 {
			t.Fatalf("%+v, %d octets", r, d.Len())
		}
		gap := r.Lost[0]
		left, _ := rtptest.Channels(d.Bytes())
		from, to := int(gap.At.Milliseconds())*8, int((gap.At+gap.For).Milliseconds())*8
		if rtptest.Dominant(left[from:from+1600]) != 1000 || rtptest.Dominant(left[from+1600:from+8000]) != 0 {
			t.Error("the gap has no mark")
		}
		if rtptest.Dominant(left[from-8000:from]) != 400 || rtptest.Dominant(left[to:to+8000]) != 400 {
			t.Error("before and behind the gap the voice is missing")
		}
	})
}

func TestAGapAtTheEndIsMarkedToo(t *testing.T) {
	d := &disk{slow: true}
	record(t, d, func(t *testing.T, tp *tape) {
		tp.talk(60*time.Second, 400, 700)
		go func() {
			time.Sleep(time.Second)
			close(d.waits)
		}()
		if r := tp.Close(); r.Complete || r.Samples != 60*8000 || d.Len() != rtp.WAVHeaderSize+2*60*8000 {
			t.Errorf("%+v, %d octets", r, d.Len())
		}
	})
}

func TestAFullDiskIsReported(t *testing.T) {
	full := errors.New("no space left")
	record(t, &disk{fails: full}, func(t *testing.T, tp *tape) {
		tp.talk(10*time.Second, 400, 700)
		if r := tp.Close(); r.Complete || !errors.Is(r.Err, full) {
			t.Errorf("%+v", r)
		}
		tp.talk(time.Second, 400, 700) // and whoever still speaks does not mind
	})
}

func TestATappedLineIsRecordedWhateverSpeaksToIt(t *testing.T) {
	engine(t, func(t *testing.T, e *rtp.Engine) {
		d := &disk{}
		rec := rtp.NewRecorder(d, clock.System())
		party, clerk := rtptest.NewParty(rtp.PCMU), rtptest.NewParty(rtp.PCMA)
		line := rtp.Tapped(party, rec, clock.System())
		say := func(p *rtptest.Party, hertz float64) {
			for i := range 50 {
				p.Say(rtptest.Tone(hertz, time.Second)[i*160:][:160])
				pass(20 * time.Millisecond)
			}
		}
		play := e.Play(line, true, rtp.NewPrompt(rtptest.Tone(700, time.Second)))
		say(party, 400) // while the prompt speaks, and nobody else listens
		play.Stop()
		br := rtp.NewBridge(line, clerk, nil)
		say(clerk, 1000)
		br.Close()
		say(party, 400)
		r := rec.Close()
		same(t, d.Bytes(), [2]float64{400, 700}, [2]float64{0, 1000}, [2]float64{400, 0})
		if heard, _ := party.Heard(); rtptest.Dominant(rtp.PCMA.Encode(nil, heard[9000:15000])) != 1000 || !r.Complete {
			t.Errorf("%+v", r)
		}
	})
}
