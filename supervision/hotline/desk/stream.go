package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// How long a page is followed before it connects anew, how often it is looked at
// although nothing rang here (another process writes too), how often it is told
// that we are still here, and how long the telephone processes are left alone
// after they went away.
const (
	followFor  = 10 * time.Minute
	lookEvery  = 2 * time.Second
	stillEvery = 20 * time.Second
	tryAgain   = 2 * time.Second
)

// heard is what the telephone process last said of a seat.
type heard struct {
	state seatwire.State
	away  bool
}

// follow keeps to with what is heard of a seat until ctx ends: the newest only.
func (d *Desk) follow(ctx context.Context, seat hotline.Ref, to chan heard) {
	tell := func(h heard) {
		for {
			select {
			case to <- h:
				return
			default:
			}
			select {
			case <-to: // nobody has read the older one
			default:
			}
		}
	}
	for ctx.Err() == nil {
		_ = d.Exchange.Watch(ctx, seat, func(s seatwire.State) { tell(heard{state: s}) }) // it ends with an error alone
		if ctx.Err() != nil {
			return
		}
		tell(heard{away: true})
		wait := time.NewTimer(tryAgain)
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
	}
}

// events tells the page of a seat to look again whenever something it shows is
// otherwise, and whether it rings. The seat's lease is renewed by the processes
// its browser speaks with.
func (d *Desk) events(w http.ResponseWriter, r *http.Request) error {
	s, err := d.mine(r.Context())
	if fault.Is(err, fault.NotFound) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err != nil {
		return err
	}
	ref := s.Ref()
	return d.stream(w, r, ref, func(ctx context.Context, h heard) (string, error) { return d.stampOf(ctx, ref, h) })
}

// stream follows a seat, nobody's when its key is zero, and says stamp's line
// whenever it is another.
func (d *Desk) stream(w http.ResponseWriter, r *http.Request, seat hotline.Ref, stamp func(ctx context.Context, h heard) (string, error)) error {
	st, ok := d.streams.Begin(w, r)
	if !ok {
		return nil
	}
	defer st.End()
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	bell, silence := d.Hotline.Bell.Listen()
	defer silence()
	news := make(chan heard, 1)
	if d.Exchange != nil && seat.ID != 0 {
		done := make(chan struct{})
		go func() { defer close(done); d.follow(ctx, seat, news) }()
		defer func() { stop(); <-done }()
	}
	end, look, still := time.NewTimer(followFor), time.NewTicker(lookEvery), time.NewTicker(stillEvery)
	defer end.Stop()
	defer look.Stop()
	defer still.Stop()
	var now heard
	last := ""
	for {
		line, err := stamp(ctx, now)
		if err != nil {
			return nil // the page comes back, and asks as anybody does
		}
		say := ""
		if line != last {
			last, say = line, "event: tick\ndata: "+line+"\n\n"
		}
		if say != "" && !st.Say(say) {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-st.Quit:
			return nil
		case <-end.C:
			return nil
		case <-bell:
		case <-look.C:
		case now = <-news:
		case <-still.C:
			if !st.Say(": still here\n\n") {
				return nil
			}
		}
	}
}

// tick is what a page is told: whether something rings, and otherwise only what
// tells it that it is old.
type tick struct {
	Ring  string `json:"ring,omitempty"`
	At    string `json:"at,omitempty"` // the processes the browser is to speak with
	Stamp string `json:"stamp"`
}

// stampOf is all a seat's page shows of it, in one line.
func (d *Desk) stampOf(ctx context.Context, seat hotline.Ref, h heard) (string, error) {
	s, err := d.Hotline.Seat(ctx, seat)
	if err != nil {
		return "", err
	}
	c, err := d.Hotline.CallAt(ctx, seat)
	if err != nil {
		return "", err
	}
	x := tick{Stamp: fmt.Sprint(s.State, s.Since.UnixMilli(), s.WrapUntil.UnixMilli(), s.Reach, h.away)}
	if c != nil {
		x.Stamp += fmt.Sprint(" ", c.ID, c.State, c.Sealed, c.Matter)
		if c.State == hotline.Offered && c.Seat == 0 {
			x.Ring = keyOf(c.Ref())
		}
		if c.State == hotline.Talking { // whom it may be passed to
			with, err := d.Hotline.Partners(ctx, c, seat)
			if err != nil {
				return "", err
			}
			for _, s := range with {
				x.Stamp += fmt.Sprint("+", s.ID)
			}
		}
	}
	x.At = placesOf(h.state)
	if h.state.Offer != nil {
		x.Ring = keyOf(h.state.Offer.Call)
	}
	for _, state := range []string{"open", "taken"} {
		backs, err := d.Hotline.CallBacks(ctx, state)
		if err != nil {
			return "", err
		}
		x.Stamp += fmt.Sprint(" ", len(backs))
		if len(backs) > 0 {
			x.Stamp += fmt.Sprint("/", backs[0].ID)
		}
	}
	voice, err := json.Marshal(h.state)
	if err != nil {
		return "", err
	}
	x.Stamp += " " + string(voice)
	b, err := json.Marshal(x)
	return string(b), err
}

// placesOf are the processes a seat's browser is to speak with.
func placesOf(s seatwire.State) string {
	var names []string
	for _, v := range s.Voices {
		names = append(names, v.Node)
	}
	return strings.Join(names, " ")
}
