package switchboard

import (
	"context"
	"errors"
	"time"

	"yangguang/internal/fault"
	"yangguang/internal/ivr"
	"yangguang/internal/rtp"
	"yangguang/supervision/casework"
	"yangguang/supervision/hotline/recording"
)

// errGone ends a conversation whose caller is gone.
var errGone = errors.New("the caller is gone")

// runner leads this caller through the script.
func (c *call) runner() *ivr.Runner {
	return &ivr.Runner{Script: c.s.Script, Lang: c.lang(), Voice: voice{c}, Content: content{c}, Sealed: c.sealed(), Unknown: !c.row.HasNumber}
}

func (c *call) lang() ivr.Lang {
	if c.line.Lang == string(ivr.English) {
		return ivr.English
	}
	return ivr.Chinese
}

// heed runs a part of the script and does what the caller wants. over says that
// the caller is not to wait any longer.
func (c *call) heed(ctx context.Context, start string) (over bool) {
	out, err := c.runner().Run(ctx, start)
	if out.Unrecorded {
		c.refuseRecording()
	}
	if err != nil {
		return ctx.Err() != nil || errors.Is(err, errGone)
	}
	return c.do(ctx, out)
}

// closed is heard out of hours: nobody answers but the report line, when a seat of
// it is on duty, and everything else is there.
func (c *call) closed(ctx context.Context) {
	r := c.runner()
	r.Closed = true
	for {
		out, err := r.Run(ctx, "closed")
		if err != nil || c.do(ctx, out) {
			break
		}
		if out.Do == ivr.Report {
			c.linger(ctx)
			break
		}
	}
	c.leave("system", "closed")
}

func (c *call) do(ctx context.Context, out ivr.Outcome) (over bool) {
	switch out.Do {
	case ivr.CallBack:
		c.s.event(c.ref, "key", "callback", 0)
		if err := c.s.Hotline.AskCallBack(ctx, c.ref); err != nil {
			return false // there is no number to call
		}
		c.choose()
	case ivr.Message:
		c.s.messaged(c.ref, out.Message)
		c.choose()
	case ivr.Crisis, ivr.Police, ivr.Ambulance:
		return c.help(ctx, out.Do)
	case ivr.Report:
		c.report(ctx)
		return false
	case ivr.HangUp:
		c.choose()
	default:
		return false
	}
	return true
}

// report hands a caller who asked for it by a key to the report line. Nothing of
// the call is kept, and no seat that rings for him has him any more.
func (c *call) report(ctx context.Context) {
	err := c.s.Hotline.AskReport(ctx, c.ref)
	if fault.Is(err, fault.Conflict) {
		return // a seat has just taken the call: it can hand him over
	}
	c.row.Sealed = true // not recorded, whether or not the store could say that it took it
	if err != nil {
		c.s.Log.WarnContext(ctx, "a caller's wish for the report line may not be in the store", "fault", err.Error())
		return
	}
	close(c.asked)
	if err := c.s.Recordings.Forget(ctx, c.ref); err != nil {
		c.s.Log.ErrorContext(ctx, "a recording of a call that was sealed is still there", "fault", err.Error())
	}
	c.s.soon()
}

// unlessSealed ends what is done for a caller when he asks for the report line.
func (c *call) unlessSealed(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	select {
	case <-c.asked: // it is done for him as he is now
		return ctx, stop
	default:
	}
	go func() {
		select {
		case <-c.asked:
			stop()
		case <-ctx.Done():
		}
	}()
	return ctx, stop
}

// choose ends a call in the voice service, as the caller wanted.
func (c *call) choose() {
	c.mu.Lock()
	c.chose = true
	c.mu.Unlock()
	c.leave("caller", "hangup")
}

func (c *call) refuseRecording() {
	c.mu.Lock()
	first := !c.mute
	c.mute = true
	c.mu.Unlock()
	if first {
		c.s.event(c.ref, "recording", "refused", 0)
	}
}

// voice is the caller's line as the script speaks to it.
type voice struct{ *call }

// Play says clips; those there is no sound for are left out.
func (v voice) Play(ctx context.Context, clips []string) (byte, error) {
	prompts := v.prompts(clips)
	if len(prompts) == 0 {
		return 0, v.over(ctx)
	}
	p := v.s.media.Play(v.v, false, prompts...)
	defer p.Stop()
	return v.key(ctx, p.Done(), nil)
}

// Key waits for a key and says nothing.
func (v voice) Key(ctx context.Context, wait time.Duration) (byte, error) {
	rest := v.s.media.Rest(v.v)
	defer rest.Stop()
	return v.until(ctx, wait)
}

// Hold plays music.
func (v voice) Hold(ctx context.Context, wait time.Duration) (byte, error) {
	p := v.s.media.Play(v.v, true, v.s.music())
	defer p.Stop()
	return v.until(ctx, wait)
}

func (v voice) until(ctx context.Context, wait time.Duration) (byte, error) {
	t := time.NewTimer(wait)
	defer t.Stop()
	return v.key(ctx, nil, t.C)
}

// key waits for a key, or for the end of what is said or of patience.
func (v voice) key(ctx context.Context, said <-chan struct{}, late <-chan time.Time) (byte, error) {
	select {
	case k := <-v.v.Digits():
		return k, nil
	case <-said:
		return 0, v.over(ctx)
	case <-late:
		return 0, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-v.gone():
		return 0, errGone
	}
}

func (v voice) over(ctx context.Context) error {
	select {
	case <-v.gone():
		return errGone
	default:
		return ctx.Err()
	}
}

// Record keeps what the caller says, sealed as every recording is; its name is
// that of the call, which is where it is found.
func (v voice) Record(ctx context.Context, most time.Duration) (string, error) {
	meta := recording.Meta{Line: v.line.ID, Agency: v.row.Agency, Region: v.row.Region}
	w, err := v.s.Recordings.Begin(ctx, v.ref, meta, v.sealed())
	if err != nil {
		return "", err
	}
	beep := v.s.media.Play(v.v, false, rtp.NewPrompt(signal()))
	<-beep.Done()
	r := rtp.NewRecorder(&bare{w: w, head: rtp.WAVHeader(-1)}, v.s.Clock)
	v.v.Listen(r.Left)
	defer v.v.Listen(nil)
	rest := v.s.media.Rest(v.v)
	defer rest.Stop()
	for end := time.NewTimer(most); ; {
		select {
		case k := <-v.v.Digits():
			if k != '#' {
				continue
			}
		case <-end.C:
		case <-ctx.Done():
		case <-v.gone():
		}
		end.Stop()
		report := r.Close()
		return "call", errors.Join(report.Err, v.over(ctx))
	}
}

// prompts are the sounds of clips; where there is no voice at all, one tone
// stands for what would be said, so that no call is silent.
func (c *call) prompts(clips []string) (out []*rtp.Prompt) {
	for _, k := range clips {
		if p := c.s.promptsOf(c.line).Prompt(string(c.lang()), k); p != nil {
			out = append(out, p)
		}
	}
	if len(out) == 0 && len(clips) > 0 {
		out = append(out, rtp.NewPrompt(signal()))
	}
	return out
}

// content is what the script reads to this caller.
type content struct{ *call }

// Entries are what is published or in force where the line is, and can be read.
func (c content) Entries(ctx context.Context, of string) ([]ivr.Entry, error) {
	c.s.event(c.ref, "menu", of, 0)
	if c.s.Read == nil {
		return nil, nil
	}
	return c.s.Read(ctx, of, c.line)
}

// Position is the caller's place and the wait that is expected.
func (c content) Position(ctx context.Context) (int, time.Duration, error) {
	place, wait, err := c.s.Hotline.Position(ctx, c.ref)
	if err != nil {
		return 1, 0, nil //nolint:nilerr // the script goes on without
	}
	c.s.event(c.ref, "position", "", place)
	return place, wait, nil
}

// Status tells how far a matter is to whoever has its number and code; wrong
// ones count as they do on the public page.
func (c content) Status(ctx context.Context, number, code string) ([]string, bool, error) {
	c.s.event(c.ref, "status", "", 0)
	st, err := c.s.Hotline.StatusOf(ctx, number, code)
	if fault.Is(err, fault.Internal) || fault.Is(err, fault.Unavailable) {
		return nil, false, err
	}
	if err != nil {
		return nil, false, nil //nolint:nilerr // told alike, whatever was wrong
	}
	return []string{said(st.State)}, true, nil
}

// said is the clip of a matter's state.
func said(state string) string {
	switch state {
	case casework.Registered:
		return "status.received"
	case casework.Supplementing:
		return "status.yours"
	case casework.Callback, casework.Promised, casework.Replied:
		return "status.replied"
	case casework.Closed, casework.Merged:
		return "status.closed"
	}
	return "status.handling"
}
