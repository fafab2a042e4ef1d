package switchboard

import (
	"context"
	"errors"
	"sync"
	"time"

	"yangguang/internal/fault"
	"yangguang/internal/rtp"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// Browsers joins browsers by WebRTC; nil in a Config where there are none.
type Browsers interface {
	// Answer takes a browser's offer (SDP) and gives the answer.
	Answer(ctx context.Context, offer string) (rtp.Line, string, error)
}

// booth is a seat as this process knows it: the browser that speaks for it, what
// rings there, and the conversation it is in. What the seat may do is in the
// store.
type booth struct {
	seat hotline.Ref

	mu     sync.Mutex // guards what follows
	line   *swap      // nil without a browser
	person int64
	asked  chan press // of whoever rings
	talk   *talk
	hears  *talk // of the shift lead who listens
	beside *talk // of the seat that asked this one
	view   seatwire.State
	eager  bool // it asked for what rings next, and takes it
	bell   chan struct{}
}

// wants says that the seat takes the call-back that rings next.
func (b *booth) wants(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.eager = on
}

// press is a seat's answer to what rings; done takes what came of it.
type press struct {
	take bool
	done chan error
}

var errTaken = fault.Say(fault.Conflict, "hotline.seat_state")

// boothOf is the booth of a seat, made where there is none.
func (s *Switchboard) boothOf(seat hotline.Ref) *booth {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.booths[seat]
	if b == nil {
		b = &booth{seat: seat, bell: make(chan struct{})}
		s.booths[seat] = b
	}
	return b
}

// change changes what the seat is shown, and shows it.
func (b *booth) change(f func(v *seatwire.State)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.view)
	close(b.bell)
	b.bell = make(chan struct{})
}

// Look implements seatwire.Exchange.
func (s *Switchboard) Look(seat hotline.Ref) (seatwire.State, <-chan struct{}) {
	b := s.boothOf(seat)
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view, b.bell
}

// Join implements seatwire.Exchange: the browser's offer is answered, and its
// voice is the seat's.
func (s *Switchboard) Join(ctx context.Context, seat hotline.Ref, person int64, sdp string) (string, error) {
	if s.Browsers == nil {
		return "", fault.As(fault.Unavailable, errors.New("no address for browsers' voice is set"))
	}
	if len(sdp) > seatwire.MaxSDP {
		return "", fault.Say(fault.Invalid, "fault.invalid")
	}
	line, answer, err := s.Browsers.Answer(ctx, sdp)
	if err != nil {
		return "", fault.As(fault.Invalid, err)
	}
	b := s.boothOf(seat)
	if !b.voice(person).put(line) {
		return "", errTaken // it was just given up: the page offers again
	}
	s.renew(ctx, b)
	s.soon()
	return answer, nil
}

// voice is the booth's browser voice, made anew when there is none.
func (b *booth) voice(person int64) *swap {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.person = person
	if b.line != nil {
		return b.line
	}
	var v *swap
	v = newSwap(func(joined bool) {
		b.change(func(s *seatwire.State) { s.Joined = joined })
		select {
		case <-v.done:
			b.mu.Lock()
			if b.line == v {
				b.line = nil
			}
			b.mu.Unlock()
		default:
		}
	})
	b.line = v
	return v
}

// party is the seat's browser as who speaks; nil when none is there.
func (b *booth) party() *party {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.line == nil || b.line.now.Load() == nil {
		return nil
	}
	return &party{seat: b.seat, person: b.person, booth: b, v: b.line}
}

// errBusy says that something rings there already.
var errBusy = errors.New("the seat is rung already")

// ring shows what rings and waits for the seat's answer, until gone closes or ctx
// ends. heard must be told what came of it.
func (b *booth) ring(ctx context.Context, gone <-chan struct{}, o seatwire.Offer) (p *party, heard func(error), err error) {
	if p = b.party(); p == nil {
		return nil, nil, errUnreachable
	}
	asked := make(chan press)
	b.mu.Lock()
	if b.asked != nil {
		b.mu.Unlock()
		return nil, nil, errBusy
	}
	if b.eager && o.CallBack {
		b.eager = false
		b.mu.Unlock()
		return p, func(error) {}, nil
	}
	b.asked = asked
	b.mu.Unlock()
	b.change(func(v *seatwire.State) { v.Offer, v.Failed = &o, "" })
	defer b.change(func(v *seatwire.State) { v.Offer = nil })
	defer func() {
		b.mu.Lock()
		b.asked = nil
		b.mu.Unlock()
	}()
	select {
	case x := <-asked:
		if !x.take {
			x.done <- nil
			return nil, nil, errDeclined
		}
		return p, func(err error) { x.done <- err }, nil
	case <-gone:
		return nil, nil, context.Canceled
	case <-p.done():
		return nil, nil, errUnreachable
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// What a seat's browser may answer beside taking it.
var (
	errUnreachable = errors.New("the seat's browser is not there")
	errDeclined    = errors.New("the seat declined")
)

// answerTime is how long the store may take to give a seat what it took.
const answerTime = 5 * time.Second

// answer passes the seat's answer to whoever rings.
func (b *booth) answer(ctx context.Context, take bool) error {
	b.mu.Lock()
	asked := b.asked
	b.mu.Unlock()
	if asked == nil {
		return errTaken
	}
	x := press{take: take, done: make(chan error, 1)}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	select {
	case asked <- x:
	case <-ctx.Done():
		return errTaken
	}
	select {
	case err := <-x.done:
		return err
	case <-ctx.Done():
		return fault.As(fault.Unavailable, ctx.Err())
	}
}

// renewEvery is how often the store hears that a seat's browser is there; its
// lease is longer than two of them.
const renewEvery = 20 * time.Second

// renewAll tells the store which seats' browsers are connected here.
func (s *Switchboard) renewAll(ctx context.Context) {
	s.mu.Lock()
	var here []*booth
	for _, b := range s.booths {
		here = append(here, b)
	}
	s.mu.Unlock()
	for _, b := range here {
		if b.party() != nil {
			s.renew(ctx, b)
		}
	}
}

func (s *Switchboard) renew(ctx context.Context, b *booth) {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	if err := s.Hotline.AtNode(ctx, b.seat, s.Hotline.Node); err != nil {
		s.Log.WarnContext(ctx, "a seat's browser was not noted", "fault", err.Error())
	}
}
