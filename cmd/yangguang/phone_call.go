package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/internal/sip/sdp"
)

// phoneCall is a scripted caller: it calls a number, presses keys, says a tone or
// a file, and keeps what it heard, so that anyone can hear a hotline work.
func phoneCall(ctx context.Context, args []string, out io.Writer) error {
	fs := flag.NewFlagSet("yangguang phone call", flag.ContinueOnError)
	fs.SetOutput(out)
	at := fs.String("at", "127.0.0.1:5060", "SIP address of the hotline, over UDP")
	from := fs.String("from", "00008888", "number shown")
	keys := fs.String("keys", "", "keys to press, one a pause; a comma waits a pause more")
	pause := fs.Duration("pause", 5*time.Second, "between keys")
	most := fs.Duration("for", time.Minute, "hang up after")
	heard := fs.String("heard", "", "WAV file for what was heard (left: said, right: heard)")
	say := fs.String("say", "", "WAV file to say (16 bits, one channel, 8000 a second); a soft tone when not given")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return usageError{err}
	}
	if fs.NArg() != 1 {
		return usageError{errors.New("give the number to call: yangguang phone call [flags] NUMBER")}
	}
	to, err := netip.ParseAddrPort(*at)
	if err != nil {
		return usageError{fmt.Errorf("--at %q is not like 127.0.0.1:5060", *at)}
	}
	c := caller{to: to, from: *from, number: fs.Arg(0), keys: *keys, pause: *pause, most: *most, heard: *heard, say: *say, out: out, began: time.Now()}
	return c.run(ctx)
}

type caller struct {
	to                 netip.AddrPort
	from, number, keys string
	pause, most        time.Duration
	heard, say         string
	out                io.Writer
	began              time.Time
}

// tell prints a line with the time since the call began.
func (c *caller) tell(format string, a ...any) {
	_, _ = fmt.Fprintf(c.out, "%6.1f s  "+format+"\n", append([]any{time.Since(c.began).Seconds()}, a...)...)
}

func (c *caller) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.most)
	defer cancel()
	host := netip.AddrFrom4([4]byte{127, 0, 0, 2}) // where the demonstration takes calls from
	if !c.to.Addr().IsLoopback() {
		host = netip.IPv4Unspecified()
	}
	server, err := sip.Listen(ctx, sip.Config{UDP: []string{netip.AddrPortFrom(host, 0).String()}, OnCall: func(in *sip.Call) { _ = in.Reject(603, "", 0) }, Trunks: []sip.Trunk{{Name: "hotline", Allow: []netip.Prefix{netip.PrefixFrom(c.to.Addr(), c.to.Addr().BitLen())}, Proxy: c.to.String(), Number: c.from}}})
	if err != nil {
		return err
	}
	defer server.Close()
	ports, err := rtp.NewPorts(host, 40000, 49998)
	if err != nil {
		return err
	}
	v, err := ports.Open(rtp.Remote{}, rtp.Settings{})
	if err != nil {
		return err
	}
	defer func() { _ = v.Close() }()
	c.tell("calling")
	offer := sdp.Offer(sdp.Local{Addr: host, Port: uint16(v.Port())}) //nolint:gosec // a port
	leg, err := server.Dial(ctx, sip.Target{Trunk: "hotline", Number: c.number}, offer, sip.DialOptions{OnRinging: func() { c.tell("it rings") }})
	if err != nil {
		return fmt.Errorf("the call was not answered: %w", err)
	}
	defer leg.Hangup()
	r := leg.Remote()
	if err := v.Retarget(rtp.Remote{Addr: netip.AddrPortFrom(r.Addr, r.Port), Codec: rtp.Codec(r.Codec()), Event: r.Events}); err != nil {
		return err
	}
	c.tell("answered")
	return c.speak(ctx, leg, v)
}

// speak says and presses what it was told to until somebody hangs up.
func (c *caller) speak(ctx context.Context, leg *sip.Call, v *rtp.Stream) error {
	engine := rtp.NewEngine(clock.System(), 1)
	defer engine.Close()
	var line rtp.Line = v
	if c.heard != "" {
		f, err := os.Create(c.heard)
		if err != nil {
			return err
		}
		rec := rtp.NewRecorder(f, clock.System())
		defer func() { c.tell("kept %s of sound", rec.Close().Duration.Round(time.Second)) }()
		line = rtp.Tapped(v, swapped{rec}, clock.System())
	}
	prompt, err := c.voice()
	if err != nil {
		return err
	}
	engine.Play(line, true, prompt)
	next := time.NewTicker(c.pause)
	defer next.Stop()
	keys := c.keys
	for {
		select {
		case <-leg.Done():
			c.tell("they hung up")
			return nil
		case <-ctx.Done():
			c.tell("hanging up")
			return nil
		case <-next.C:
			if keys == "" {
				continue
			}
			key := keys[:1]
			keys = keys[1:]
			if key != "," && strings.Contains("0123456789*#", key) {
				c.tell("pressing %s", key)
				<-engine.SendDigits(v, key)
			}
		}
	}
}

func (c *caller) voice() (*rtp.Prompt, error) {
	if c.say == "" {
		return rtp.Silence(time.Second), nil
	}
	f, err := os.Open(c.say)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	samples, err := rtp.ReadWAV(f)
	if err != nil {
		return nil, err
	}
	return rtp.NewPrompt(samples), nil
}

// swapped has the caller's own voice on the left of his recording.
type swapped struct{ *rtp.Recorder }

func (s swapped) Left(p rtp.Packet)  { s.Recorder.Right(p) }
func (s swapped) Right(p rtp.Packet) { s.Recorder.Left(p) }
