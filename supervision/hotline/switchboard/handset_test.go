package switchboard_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
	"yangguang/internal/sip"
	"yangguang/internal/sip/sdp"
	"yangguang/supervision/hotline"
)

// handset is a telephone of our own making: it calls, and answers who calls, with
// a tone for a voice, and tells what it hears.
type handset struct {
	server *sip.Server
	ports  *rtp.Ports
	engine *rtp.Engine
	hz     float64
	got    chan *talkie // whom it answered
}

// talkie is one conversation of a handset.
type talkie struct {
	leg *sip.Call
	v   *rtp.Stream

	mu    sync.Mutex
	heard []int16
}

// handsetAt makes one at an address; register, unless nil, is how it makes itself
// known as a desk phone. port 0 is any.
func handsetAt(t *testing.T, host string, port int, exchange string, hz float64, register *sip.TrunkRegistration) *handset {
	t.Helper()
	addr := netip.MustParseAddr(host)
	h := &handset{hz: hz, engine: rtp.NewEngine(clock.System(), 1), got: make(chan *talkie, 100)}
	t.Cleanup(h.engine.Close)
	var err error
	h.ports, err = rtp.NewPorts(addr, 40000, 49998)
	check(t, err)
	h.server, err = sip.Listen(context.Background(), sip.Config{
		UDP: []string{net.JoinHostPort(host, strconv.Itoa(port))}, OnCall: func(c *sip.Call) { h.answer(c) },
		Trunks: []sip.Trunk{{Name: "hotline", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Proxy: exchange, Number: "0000123", Register: register}},
		Limits: sip.Limits{PerCaller: 1000},
	})
	check(t, err)
	t.Cleanup(h.server.Close)
	return h
}

func (h *handset) answer(c *sip.Call) {
	offer, _ := c.Offer()
	v, err := h.ports.Open(rtp.Remote{}, rtp.Settings{})
	if err != nil {
		return
	}
	local, err := sdp.Answer(offer, h.local(v))
	if err != nil || c.Answer(local) != nil {
		_ = v.Close()
		return
	}
	h.got <- h.speak(c, v, offer)
}

func (h *handset) local(v *rtp.Stream) sdp.Local {
	return sdp.Local{Addr: h.server.Addrs("UDP")[0].Addr(), Port: uint16(v.Port())}
}

func (h *handset) speak(c *sip.Call, v *rtp.Stream, theirs sdp.Session) *talkie {
	k := &talkie{leg: c, v: v}
	_ = v.Retarget(rtp.Remote{Addr: netip.AddrPortFrom(theirs.Addr, theirs.Port), Codec: rtp.Codec(theirs.Codec()), Event: theirs.Events})
	v.Listen(func(p rtp.Packet) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.heard = p.Codec.Decode(k.heard, p.Payload)
		if extra := len(k.heard) - 8000; extra > 0 {
			k.heard = slices.Delete(k.heard, 0, extra)
		}
	})
	h.engine.Play(v, true, rtp.NewPrompt(rtptest.Tone(h.hz, time.Second)))
	go func() {
		<-c.Done()
		_ = v.Close()
	}()
	return k
}

// calls dials a number and waits for an answer.
func (h *handset) calls(t *testing.T, number string) *talkie {
	t.Helper()
	v, err := h.ports.Open(rtp.Remote{}, rtp.Settings{})
	check(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	leg, err := h.server.Dial(ctx, sip.Target{Trunk: "hotline", Number: number}, sdp.Offer(h.local(v)), sip.DialOptions{})
	check(t, err)
	return h.speak(leg, v, leg.Remote())
}

// answered is the next conversation it answered.
func (h *handset) answered(t *testing.T) *talkie {
	t.Helper()
	select {
	case k := <-h.got:
		return k
	case <-time.After(30 * time.Second):
		t.Fatal("nobody called")
		return nil
	}
}

// hears forgets what was heard and waits for half a second of a tone.
func (k *talkie) hears(t *testing.T, hz float64) {
	t.Helper()
	k.mu.Lock()
	k.heard = k.heard[:0]
	k.mu.Unlock()
	until(t, strconv.Itoa(int(hz))+" Hz at the handset", func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		n := len(k.heard)
		return n >= 4000 && rtptest.Share(k.heard[n-2000:], hz) > 0.5
	})
}

// sounds forgets what was heard and waits for half a second of anything.
func (k *talkie) sounds(t *testing.T) {
	t.Helper()
	k.mu.Lock()
	k.heard = k.heard[:0]
	k.mu.Unlock()
	until(t, "a voice at the handset", func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return len(k.heard) >= 4000
	})
}

func (k *talkie) over(t *testing.T) {
	t.Helper()
	select {
	case <-k.leg.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("nobody hung up")
	}
}

// deskHandset hires somebody at the county with a handset for a desk phone.
func (x *exchange) deskHandset(t *testing.T, hz float64) (*handset, hotline.Ref) {
	t.Helper()
	return x.deskHandsetAt(t, "127.0.0.1", hz)
}

func (x *exchange) deskHandsetAt(t *testing.T, host string, hz float64) (*handset, hotline.Ref) {
	t.Helper()
	p, told, err := x.Hotline.CreatePhone(x.As(x.Manager), x.County.ID, "一号话机")
	check(t, err)
	h := handsetAt(t, host, 0, x.at, hz, &sip.TrunkRegistration{Server: x.at, User: p.Name, Password: told})
	who := x.Hire(t, "话务员", x.County, hotline.Answering)
	s, err := x.Hotline.SaveSeat(x.As(x.Manager), hotline.Seat{Agency: x.County.ID, Person: who.ID, Label: "8016", Phone: p.ID, Active: true})
	check(t, err)
	until(t, "the registration", func() bool {
		p, err := x.Hotline.PhoneOf(t.Context(), p.Name)
		return err == nil && p.Contact != ""
	})
	_, err = x.Hotline.SignOn(x.As(who), who.ID, "phone")
	check(t, err)
	check(t, x.Hotline.Ready(x.As(who), s.Ref()))
	return h, s.Ref()
}
