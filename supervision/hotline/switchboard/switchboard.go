// Package switchboard is the telephone process of the hotline (3.1.1): it takes
// calls by SIP, tells callers what they are told, lets the queue of the store
// ring people, joins the two and records them.
//
// What a call is lies in the store, written as it happens, so that a process
// that dies leaves nothing that cannot be told; what it holds itself is voice
// and signalling. While the store is away, calls under way go on and what
// happened is written when it is back; calls that come in ring the duty phone.
package switchboard

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/ivr"
	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/recording"
)

// Prompts is what callers are told, by language and key; nil where there is
// nothing to say it with.
type Prompts interface {
	Prompt(lang, key string) *rtp.Prompt
}

// Config is what a telephone process is made of.
type Config struct {
	Hotline    *hotline.Hotline
	Recordings *recording.Recordings
	Dir        string // where the journal lies; without it what the store did not take is lost with the process
	Prompts    Prompts
	PromptsOf  func(l hotline.Line) Prompts // what a line says; nil: Prompts for all
	Script     *ivr.Script
	Read       func(ctx context.Context, kind string, l hotline.Line) ([]ivr.Entry, error) // what is read aloud of Guides, Answers or Items, of the line's division
	SIP        sip.Config                                                                  // OnCall, Phones and the registrations are ours
	Host       netip.Addr                                                                  // where parties send their voice
	Ports      *rtp.Ports
	InBand     map[string]bool // trunks whose keys come as tones
	Browsers   Browsers        // nil: no browser can speak
	Clock      clock.Clock
	Log        *slog.Logger
}

// Switchboard is the process's engine.
type Switchboard struct {
	Config
	sip   *sip.Server
	media *rtp.Engine

	mu      sync.Mutex
	calls   map[hotline.Ref]*call
	ringing map[int64]bool // offers that ring already
	booths  map[hotline.Ref]*booth
	lines   map[string]hotline.Line
	wake    chan struct{}
	drained chan struct{}
	once    sync.Once
	busy    int        // calls, and telephones that ring; of mu
	quiet   *sync.Cond // told when busy is 0; of mu
	last    bool       // drained is to be closed then; of mu
	live    atomic.Int64
	late    *keeper
	gone    atomic.Bool // the store did not answer
	steady  time.Time   // since when the store has answered every beat; of Run
}

// Open listens for calls; Run serves them.
func Open(ctx context.Context, c Config) (*Switchboard, error) {
	s := &Switchboard{Config: c, calls: map[hotline.Ref]*call{}, ringing: map[int64]bool{}, booths: map[hotline.Ref]*booth{}, lines: map[string]hotline.Line{}, wake: make(chan struct{}, 1), drained: make(chan struct{})}
	s.quiet = sync.NewCond(&s.mu)
	var err error
	if s.late, err = newKeeper(ctx, c.Hotline, c.Dir, c.Log); err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		s.late.close()
		return nil, err
	}
	return s, nil
}

// start enters the process among those that carry calls, and listens.
func (s *Switchboard) start(ctx context.Context) error {
	c := &s.Config
	if err := c.Hotline.Start(ctx); err != nil {
		return err
	}
	if _, err := c.Recordings.Adopt(ctx); err != nil {
		return err
	}
	if err := s.learnLines(ctx); err != nil {
		return err
	}
	s.media = rtp.NewEngine(c.Clock, 0)
	c.SIP.OnCall, c.SIP.Phones, c.SIP.Realm = s.take, phones{c.Hotline}, hotline.Realm
	c.SIP.OnRegister, c.SIP.OnUnregister = s.registered, s.unregistered
	c.SIP.Log = c.Log
	var err error
	if s.sip, err = sip.Listen(ctx, c.SIP); err != nil {
		s.media.Close()
	}
	return err
}

// Addresses are where calls are taken, such as "udp 127.0.0.1:5060".
func (s *Switchboard) Addresses() (out []string) {
	for _, t := range []string{"UDP", "TCP", "TLS"} {
		for _, a := range s.sip.Addrs(t) {
			out = append(out, t+" "+a.String())
		}
	}
	return out
}

// Calls is how many go on.
func (s *Switchboard) Calls() int { return int(s.live.Load()) }

// Drain takes no new calls; Drained is closed when it was asked for and the
// last has ended.
func (s *Switchboard) Drain() {
	s.sip.Drain()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = true
	s.ifQuiet()
}

// enter counts what has to end before the process may; its end is told by done.
func (s *Switchboard) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy++
}

func (s *Switchboard) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.ifQuiet()
}

// ifQuiet tells who waits for it that nothing goes on; mu is held.
func (s *Switchboard) ifQuiet() {
	if s.busy > 0 {
		return
	}
	s.quiet.Broadcast()
	if s.last {
		s.once.Do(func() { close(s.drained) })
	}
}

// Draining says that no new calls are taken.
func (s *Switchboard) Draining() bool { return s.sip.Draining() }

// Drained is closed once Drain was called and no call goes on.
func (s *Switchboard) Drained() <-chan struct{} { return s.drained }

// Idle waits until it has drained, or ctx ends.
func (s *Switchboard) Idle(ctx context.Context) {
	select {
	case <-s.drained:
	case <-ctx.Done():
	}
}

// The rhythm of the process's own work.
const (
	beatEvery  = time.Second
	lookEvery  = 250 * time.Millisecond
	learnEvery = time.Minute
	awayAfter  = 3 * time.Second // without an answer the store is taken to be away
)

// Run lets the queue ring until ctx ends; then what goes on is hung up, and the
// store told of each.
func (s *Switchboard) Run(ctx context.Context) error {
	beat, look, learn, renew := time.NewTicker(beatEvery), time.NewTicker(lookEvery), time.NewTicker(learnEvery), time.NewTicker(renewEvery)
	defer renew.Stop()
	defer beat.Stop()
	defer look.Stop()
	defer learn.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return s.end(context.WithoutCancel(ctx))
		case <-beat.C:
			if err = within(ctx, s.beat); err == nil {
				s.gone.Store(false)
			}
		case <-look.C:
			err = s.dispatchUnlessGone(ctx)
		case <-s.wake:
			err = s.dispatchUnlessGone(ctx)
		case <-learn.C:
			err = within(ctx, s.learnLines)
		case <-renew.C:
			s.renewAll(ctx)
		}
		s.missing(err)
		if err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "the telephone cannot reach the store", "fault", err.Error())
		}
	}
}

// dispatchUnlessGone asks nothing of a store that is away: the beat finds out when
// it is back.
func (s *Switchboard) dispatchUnlessGone(ctx context.Context) error {
	if s.gone.Load() {
		return nil
	}
	return within(ctx, s.dispatch)
}

// missing notes that the store did not answer: until it answers a beat, no caller
// waits for it.
func (s *Switchboard) missing(err error) {
	if err != nil && away(err) {
		s.gone.Store(true)
	}
}

// within asks the store for something, not for longer than awayAfter.
func within(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, awayAfter)
	defer cancel()
	return f(ctx)
}

// end hangs up what goes on. Whom that cuts off is called back.
func (s *Switchboard) end(ctx context.Context) error {
	s.mu.Lock()
	for _, c := range s.calls {
		c.leave("system", "interrupted")
	}
	for s.busy > 0 {
		s.quiet.Wait()
	}
	s.mu.Unlock()
	s.late.flush(10 * time.Second)
	return s.Hotline.Stop(ctx)
}

// Close frees the ports.
func (s *Switchboard) Close() {
	s.sip.Close()
	s.media.Close()
	s.late.close()
}

// beat says that the process lives, and closes what others left. Whom the others
// took for dead has lost its calls to call-backs: it hangs them up.
func (s *Switchboard) beat(ctx context.Context) error {
	alive, err := s.Hotline.Beat(ctx)
	if err != nil {
		s.steady = time.Time{}
		return err
	}
	if !alive {
		s.mu.Lock()
		for _, c := range s.calls {
			c.leave("system", "interrupted")
		}
		s.mu.Unlock()
		return s.Hotline.Start(ctx)
	}
	now := s.Clock.Now()
	if s.steady.IsZero() {
		s.steady = now
	}
	if now.Sub(s.steady) <= hotline.Silence+beatEvery {
		return nil // while the store was away nobody could beat: they are not dead for that
	}
	_, err = s.Hotline.Sweep(ctx)
	return err
}

// learnLines keeps the lines in mind for when the store is away.
func (s *Switchboard) learnLines(ctx context.Context) error {
	all, err := s.Hotline.Lines(account.AsSystem(ctx))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range all {
		s.lines[l.Number] = l
	}
	return nil
}

func (s *Switchboard) learn(l hotline.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines[l.Number] = l
}

func (s *Switchboard) known(number string) (hotline.Line, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.lines[number]
	return l, ok
}

// soon has the queue looked at before its time.
func (s *Switchboard) soon() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
