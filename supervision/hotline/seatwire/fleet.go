package seatwire

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
)

// Fleet speaks to every telephone process on the store. A seat's browser joins
// its voice to each; the one that holds a caller rings the seat, and what the
// seat wants of its call goes there.
type Fleet struct {
	Own      string // the process of this machine
	Socket   string // and its socket
	Identity *Identity
	// Nodes lists the processes; nil: there is this machine's alone. One without an
	// address answers nobody here, and is named all the same.
	Nodes func(ctx context.Context) ([]hotline.Node, error)

	mu    sync.Mutex
	known []post    // guarded by mu
	at    time.Time // guarded by mu; when they were asked for
}

// post is a process and how it is spoken to.
type post struct {
	name string
	*Client
}

// posts are the processes that live, this machine's first. They are asked for
// every two seconds at most; where the store does not answer they are who they were.
func (f *Fleet) posts(ctx context.Context) []post {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known != nil && time.Since(f.at) < lookEvery {
		return f.known
	}
	own := post{f.Own, &Client{Socket: f.Socket}}
	if f.Nodes == nil {
		f.known, f.at = []post{own}, time.Now()
		return f.known
	}
	ctx, cancel := context.WithTimeout(ctx, lookEvery)
	defer cancel()
	nodes, err := f.Nodes(ctx)
	f.at = time.Now() // also after a failure: not everybody is to wait for the store in turn
	if err != nil && f.known != nil {
		return f.known
	}
	f.known = []post{own}
	for _, n := range nodes {
		if n.Name != f.Own {
			f.known = append(f.known, post{n.Name, &Client{Address: n.Address, Identity: f.Identity}})
		}
	}
	return f.known
}

// lookEvery is how often the processes are asked for, and the longest the others
// wait for one that does not answer.
const lookEvery = 2 * time.Second

// said is what one process says of a seat.
type said struct {
	post
	state State
	err   error
}

// ask has every process say how a seat stands, until one says what is looked for;
// what is left unsaid then is an error. The processes stay in their order.
func (f *Fleet) ask(ctx context.Context, seat hotline.Ref, found func(State) bool) []said {
	posts := f.posts(ctx)
	ctx, cancel := context.WithTimeout(ctx, askTime(len(posts)))
	defer cancel()
	type nth struct {
		int
		said
	}
	news := make(chan nth, len(posts))
	out := make([]said, len(posts))
	for i, p := range posts {
		out[i] = said{post: p, err: errSilent}
		go func() {
			s, err := p.State(ctx, seat)
			news <- nth{i, said{p, s, err}}
		}()
	}
	for range posts {
		s := <-news
		if out[s.int] = s.said; s.err == nil && found(s.state) {
			break
		}
	}
	return out
}

// askTime is how long is waited for answers: one process has all the time there is.
func askTime(posts int) time.Duration {
	if posts == 1 {
		return answerTime
	}
	return lookEvery
}

// errSilent is of a process that has not said anything.
var errSilent = away(errors.New("the telephone process has not answered"))

// nobody has everybody asked.
func nobody(State) bool { return false }

// merged is a seat's state of what all say; the error is that nobody does. Of
// those who say nothing it is told that there they are: a page must not give up
// a voice it has with one whose word is late.
func merged(all []said) (out State, err error) {
	err = away(errors.New("no telephone process answers"))
	for _, s := range all {
		if s.err == nil {
			err = nil
			out = out.with(s.state)
		}
		out.Voices = append(out.Voices, Voice{Node: s.name, Joined: s.err == nil && s.state.Joined})
	}
	return out, err
}

// with adds what another process says: a call and what rings are at one alone.
func (s State) with(o State) State {
	if s.Call == nil && o.Call != nil {
		was := s
		s = o
		s.Joined, s.Offer, s.Beside, s.Watching, s.Mode, s.Voices = was.Joined, was.Offer, was.Beside, was.Watching, was.Mode, was.Voices
	}
	if s.Beside == nil {
		s.Beside = o.Beside
	}
	s.Joined = s.Joined || o.Joined
	if s.Offer == nil {
		s.Offer = o.Offer
	}
	if s.Watching == nil {
		s.Watching, s.Mode = o.Watching, o.Mode
	}
	if s.Failed == "" {
		s.Failed = o.Failed
	}
	return s
}

// State is how the seat stands now.
func (f *Fleet) State(ctx context.Context, seat hotline.Ref) (State, error) {
	return merged(f.ask(ctx, seat, nobody))
}

// Offer joins a seat's browser to one process; the empty name is this machine's.
func (f *Fleet) Offer(ctx context.Context, node string, seat hotline.Ref, person int64, sdp string) (string, error) {
	for _, p := range f.posts(ctx) {
		if p.name == node || node == "" && p.name == f.Own {
			return p.Offer(ctx, seat, person, sdp)
		}
	}
	return "", away(errors.New("no such telephone process"))
}

// Do gives an order to the process it belongs to. Conflict says that there is
// none: what the page showed is over.
func (f *Fleet) Do(ctx context.Context, seat hotline.Ref, c Command) error {
	of := seat
	if slices.Contains([]string{Listen, Whisper, Barge}, c.Act) && c.Target != nil {
		of = *c.Target
	}
	if posts := f.posts(ctx); len(posts) == 1 {
		return posts[0].Do(ctx, seat, c)
	}
	all := f.ask(ctx, of, func(s State) bool { return s.concerns(c) })
	i := slices.IndexFunc(all, func(s said) bool { return s.err == nil && s.state.concerns(c) })
	if i < 0 && c.Act == Dial { // this machine's comes first, else any the browser speaks with
		i = slices.IndexFunc(all, func(s said) bool { return s.err == nil && s.state.Joined })
	}
	if i >= 0 {
		return all[i].Do(ctx, seat, c)
	}
	if _, err := merged(all); err != nil {
		return err
	}
	return fault.Say(fault.Conflict, "hotline.seat_state")
}

// concerns answers whether an order is about what a process says of the seat: of
// the one who is heard, where somebody is to be heard.
func (s State) concerns(c Command) bool {
	switch c.Act {
	case Take, Decline:
		return s.Offer != nil && (c.Offer == nil || *c.Offer == s.Offer.Ref)
	case Dial:
		return false
	case StopWatch:
		return s.Watching != nil
	case StepOut:
		return s.Beside != nil
	}
	return s.Call != nil
}

// Watch has g told of the state now and of each change until ctx ends. A process
// that comes is followed within seconds, one that goes is left out. It returns
// Unavailable when none is left.
func (f *Fleet) Watch(ctx context.Context, seat hotline.Ref, g func(State)) (err error) {
	defer fault.Wrap(&err, "seatwire.Fleet.Watch")
	if f.Nodes == nil {
		return f.posts(ctx)[0].Watch(ctx, seat, func(s State) {
			s, _ = merged([]said{{post: post{name: f.Own}, state: s}})
			g(s)
		})
	}
	ctx, stop := context.WithCancel(ctx)
	w := &watching{seat: seat, tell: g, follows: map[string]bool{}, news: make(chan said), heard: map[string]State{}}
	defer func() { // whoever follows ends with ctx, and is waited for
		stop()
		w.all.Wait()
	}()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	again := func() {
		before := w.posts
		w.posts = f.posts(ctx)
		for _, p := range w.posts {
			w.follow(ctx, p)
		}
		if before != nil && !slices.EqualFunc(before, w.posts, func(a, b post) bool { return a.name == b.name }) {
			w.say()
		}
	}
	again()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case s := <-w.news:
			if !w.hear(s) {
				return away(errors.New("no telephone process answers"))
			}
		case <-look.C:
			again()
		}
	}
}

// watching is a seat followed at several processes.
type watching struct {
	seat    hotline.Ref
	tell    func(State)
	all     sync.WaitGroup
	posts   []post // there are
	follows map[string]bool
	news    chan said
	heard   map[string]State // the last of each that answers
	pending int              // that have not said anything yet
}

func (w *watching) follow(ctx context.Context, p post) {
	if w.follows[p.name] {
		return
	}
	w.follows[p.name] = true
	w.pending++
	w.all.Go(func() {
		say := func(s said) {
			select {
			case w.news <- s:
			case <-ctx.Done():
			}
		}
		err := p.Watch(ctx, w.seat, func(s State) { say(said{p, s, nil}) })
		say(said{p, State{}, err})
	})
}

// hear takes what one says; false when nobody is left.
func (w *watching) hear(s said) bool {
	_, spoke := w.heard[s.name]
	if !spoke {
		w.pending--
	}
	if s.err != nil {
		w.follows[s.name] = false // it is tried again when the processes are looked at
		delete(w.heard, s.name)
	} else {
		w.heard[s.name] = s.state
	}
	if len(w.heard) == 0 {
		return w.pending > 0
	}
	w.say()
	return true
}

// say tells the state as it is known, once anybody has said anything.
func (w *watching) say() {
	all := make([]said, len(w.posts))
	for i, p := range w.posts {
		s, ok := w.heard[p.name]
		if all[i] = (said{post: p, state: s}); !ok {
			all[i].err = errSilent
		}
	}
	if s, err := merged(all); err == nil {
		w.tell(s)
	}
}
