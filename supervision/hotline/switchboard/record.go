package switchboard

import (
	"bytes"
	"context"
	"sync/atomic"

	"yangguang/internal/rtp"
	"yangguang/supervision/hotline/recording"
)

// taping is a recording under way; the zero value records nothing.
type taping struct {
	r *rtp.Recorder
	b *bare
}

// record begins to record a conversation, where the line is recorded and the
// caller did not refuse. What cannot be recorded is said to be absent, with why.
func (c *call) record(p *party) taping {
	c.mu.Lock()
	mute := c.mute
	c.mu.Unlock()
	meta := recording.Meta{Line: c.line.ID, Agency: c.row.Agency, Region: c.row.Region, Seat: p.seat.ID, Person: p.person}
	ctx := context.Background()
	if !c.line.Record || c.sealed() {
		return taping{}
	}
	if mute {
		c.absent(ctx, meta, recording.ByCaller)
		return taping{}
	}
	if c.untold {
		c.s.Log.WarnContext(ctx, "a call is not recorded: there is no voice to tell callers that it would be")
		c.absent(ctx, meta, recording.ByFault)
		return taping{}
	}
	w, err := c.s.Recordings.Begin(ctx, c.ref, meta, false)
	if err != nil {
		c.s.Log.ErrorContext(ctx, "a call is not recorded", "fault", err.Error())
		c.absent(ctx, meta, recording.ByFault)
		return taping{}
	}
	c.s.event(c.ref, "recording", "begun", 0)
	b := &bare{w: w, head: rtp.WAVHeader(-1)}
	return taping{rtp.NewRecorder(b, c.s.Clock), b}
}

func (c *call) absent(ctx context.Context, m recording.Meta, why string) {
	if err := c.s.Recordings.Absent(ctx, c.ref, m, why); err != nil {
		c.s.Log.ErrorContext(ctx, "a missing recording was not noted", "fault", err.Error())
	}
}

func (t taping) tap() rtp.Tap {
	if t.r == nil {
		return nil
	}
	return t.r
}

func (t taping) stop() {
	if t.r != nil {
		t.r.Close()
	}
}

// drop ends the recording and leaves nothing of it.
func (t taping) drop() {
	if t.r != nil {
		t.b.dropped.Store(true)
		t.r.Close()
	}
}

// bare leaves out the head of the WAV: recordings are kept as the samples alone.
type bare struct {
	w       *recording.Writer
	head    []byte
	dropped atomic.Bool
}

func (b *bare) Write(p []byte) (int, error) {
	n := len(p)
	if k := len(b.head); k > 0 {
		k = min(k, n)
		if !bytes.Equal(p[:k], b.head[:k]) {
			k = 0
		}
		b.head, p = b.head[k:], p[k:]
	}
	if len(p) == 0 {
		return n, nil
	}
	if _, err := b.w.Write(p); err != nil {
		return 0, err
	}
	return n, nil
}

func (b *bare) Close() error {
	if b.dropped.Load() {
		return b.w.Discard()
	}
	return b.w.Close()
}
