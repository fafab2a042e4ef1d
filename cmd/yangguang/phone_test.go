package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/sip"
	"yangguang/internal/sip/sdp"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

var voice = sdp.Local{Addr: netip.MustParseAddr("127.0.0.2"), Port: 40000}

// answering is a telephone process with somebody who has called it; again is
// somebody else who does. stop orders it to stop, as SIGTERM does; ended is what
// it said when it had.
func answering(t *testing.T, drain time.Duration) (h *house, caller *sip.Call, again func() error, stop func(), ended chan error) {
	t.Helper()
	loopback := netip.MustParseAddr("127.0.0.1")
	clk := clock.NewFake(disclosuretest.Now)
	h = houseIn(t, t.TempDir(), clk)
	line := hotlinetest.Over(t, h.db, clk).Line(t, nil)
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	disclosuretest.Check(t, err)
	at := l.LocalAddr().String()
	disclosuretest.Check(t, l.Close())
	h.c.phone = phoning{SIP: []string{"udp:" + at}, Browser: "none", Ports: "30000-30999", Calls: 9, Drain: drain}
	disclosuretest.Check(t, h.c.phone.settle())
	h.c.phone.trunks = []sip.Trunk{{Name: "carrier", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}}

	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended = make(chan error, 1)
	go func() {
		err := h.phoneServe(ctx, in)
		_ = in.CloseWithError(io.EOF)
		ended <- err
	}()
	said := bufio.NewScanner(out)
	for said.Scan() && said.Text() != "ready for calls" {
		continue
	}
	if said.Text() != "ready for calls" {
		t.Fatal(<-ended)
	}
	phone, err := sip.Listen(context.Background(), sip.Config{UDP: []string{"127.0.0.2:0"}, OnCall: func(in *sip.Call) { _ = in.Reject(603, "", 0) },
		Trunks: []sip.Trunk{{Name: "hotline", Proxy: at, Allow: []netip.Prefix{netip.PrefixFrom(loopback, 32)}}}})
	disclosuretest.Check(t, err)
	t.Cleanup(phone.Close)
	dial := func(from string) (*sip.Call, error) {
		return phone.Dial(t.Context(), sip.Target{Trunk: "hotline", Number: line.Number}, sdp.Offer(voice), sip.DialOptions{From: from})
	}
	caller, err = dial("13800000000")
	disclosuretest.Check(t, err)
	return h, caller, func() error { _, err := dial("13800000001"); return err }, stop, ended
}

// Whoever speaks when the process is told to stop is not cut off before its
// patience (--phone-drain) is over.
func TestACallOutlastsTheOrderToStop(t *testing.T) {
	h, caller, again, stop, ended := answering(t, time.Hour)
	stop()
	w := &phoneWatch{Socket: phoneSocket(h.c.Data)}
	for draining := false; !draining; {
		now, err := w.health(t.Context())
		if err != nil {
			t.Fatalf("it stopped at once: %v", err)
		}
		draining = now.Draining
	}
	if err := again(); !errors.Is(err, sip.Refused{Code: 503}) {
		t.Errorf("who calls now: %v", err)
	}
	if _, err := caller.Reoffer(t.Context(), sdp.Offer(voice)); err != nil {
		t.Errorf("who called before: %v", err)
	}
	caller.Hangup()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if e := caller.Ended(); e.Why != sip.ByUs {
		t.Errorf("the caller did not end it himself: %+v", e)
	}
}

// Whom it cuts off in the end did not hang up: he is called back before everybody.
func TestWhoIsCutOffByTheOrderToStopIsCalledBack(t *testing.T) {
	h, caller, _, stop, ended := answering(t, 0)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-caller.Done()
	var state, why string
	var first int
	disclosuretest.Check(t, h.db.Read(t.Context(), func(tx *db.Tx) error {
		if err := tx.Row("select state, why from hotline_call").Scan(&state, &why); err != nil {
			return err
		}
		return tx.Row("select count(*) from hotline_callback where state = 'open' and first = $1", true).Scan(&first)
	}))
	if state != hotline.Ended || why != "interrupted" || first != 1 {
		t.Errorf("%s as %s, %d call-backs before everybody", state, why, first)
	}
}
