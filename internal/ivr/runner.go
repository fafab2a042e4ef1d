package ivr

import (
	"context"
	"strconv"
	"time"
)

// A Voice is the caller's line, as the switchboard has it. A key is 0-9, * or
// #; 0 octet is no key. Every method ends with the error of ctx or of a line
// that is gone.
type Voice interface {
	// Play says clips; a key cuts it short and is returned.
	Play(ctx context.Context, clips []string) (key byte, err error)
	// Key waits for a key without saying anything.
	Key(ctx context.Context, wait time.Duration) (key byte, err error)
	// Hold plays music until a key or the end of wait.
	Hold(ctx context.Context, wait time.Duration) (key byte, err error)
	// Record records what the caller says until # or most, and names it.
	Record(ctx context.Context, most time.Duration) (ref string, err error)
}

// An Entry is something that can be read aloud, as clips.
type Entry struct{ Title, Text []string }

// A Content brings what is read: only what is published and in force.
type Content interface {
	// Entries are the entries of Guides, Answers or Items.
	Entries(ctx context.Context, of string) ([]Entry, error)
	// Status is how far a matter is; ok is false for a wrong number or code,
	// and where it was asked too often.
	Status(ctx context.Context, number, code string) (clips []string, ok bool, err error)
	// Position is the caller's place in the queue and the expected wait.
	Position(ctx context.Context) (place int, wait time.Duration, err error)
}

// An Outcome is what a conversation came to: Person, Message, CallBack, Crisis,
// Police, Ambulance, Rate or HangUp.
type Outcome struct {
	Do         string
	Unrecorded bool   // the caller refused to be recorded
	Message    string // what Record named
	Rating     int    // 1-5
}

const (
	keyWait  = 6 * time.Second
	typeWait = 12 * time.Second
	message  = 3 * time.Minute
	tries    = 3
	perPage  = 8  // entries behind the keys 1 to 8; 9 is the next page
	longest  = 40 // digits typed in one go
	ratings  = 5
)

// A Runner leads one caller through a script. It belongs to one goroutine.
type Runner struct {
	Script  *Script
	Lang    Lang
	Voice   Voice
	Content Content
	Closed  bool // nobody is there to answer
	Sealed  bool // nothing of the call may be kept: no message, he is called back instead
	Unknown bool // the caller's number is not known: nobody can call back

	trail      []string
	missed     int // wrong keys and silences in a row
	unrecorded bool
}

// Run begins at a start of the script and ends with what the caller wants. A
// caller who presses nothing useful three times is given to a person.
func (r *Runner) Run(ctx context.Context, start string) (Outcome, error) {
	at := r.Script.Starts[start]
	for {
		if err := ctx.Err(); err != nil {
			return Outcome{}, err
		}
		n := r.Script.Nodes[at]
		next, out, err := r.node(ctx, n)
		if err != nil || out.Do != "" {
			out.Unrecorded = r.unrecorded
			return out, err
		}
		if r.missed >= 2*tries { // nobody there, and nobody at the other end
			_, err := r.Voice.Play(ctx, []string{"bye"})
			return Outcome{Do: HangUp, Unrecorded: r.unrecorded}, err
		}
		at = r.step(at, next)
	}
}

// Where a key leads beside the nodes.
const (
	again  = "#"
	back   = "*"
	person = "0"
)

func (r *Runner) step(at, next string) string {
	switch next {
	case again:
		return at
	case back:
		if len(r.trail) == 0 {
			return at
		}
		at, r.trail = r.trail[len(r.trail)-1], r.trail[:len(r.trail)-1]
		return at
	case person:
		next = r.Script.Person
		if r.Closed {
			next = r.Script.Away
		}
	}
	if r.Closed && r.Script.Nodes[next].Do == Person {
		next = r.Script.Away
	}
	if n := r.Script.Nodes[at]; len(n.Keys) > 0 && at != next {
		r.trail = append(r.trail, at)
		if len(r.trail) > 20 {
			r.trail = r.trail[1:]
		}
	}
	return next
}

func (r *Runner) node(ctx context.Context, n Node) (next string, out Outcome, err error) {
	n = r.instead(n)
	clips, err := r.fill(ctx, n.Say)
	if err != nil {
		return "", out, err
	}
	key, err := r.Voice.Play(ctx, clips)
	if err != nil {
		return "", out, err
	}
	if n.Do != "" {
		return r.do(ctx, n, key)
	}
	if key == 0 {
		key, err = r.wait(ctx, n)
		if err != nil {
			return "", out, err
		}
	}
	if key == 0 && n.Then != "" {
		return n.Then, out, nil
	}
	next, err = r.lead(ctx, n, key)
	return next, out, err
}

// instead is what a node comes to for this caller.
func (r *Runner) instead(n Node) Node {
	var first []string
	if n.Do == Message && r.Sealed {
		first, n = []string{"message.sealed"}, Node{Say: []string{"callback"}, Do: CallBack}
	}
	if n.Do == CallBack && r.Unknown {
		n = Node{Say: []string{"callback.unknown"}, Then: back}
	}
	n.Say = append(first, n.Say...)
	return n
}

func (r *Runner) wait(ctx context.Context, n Node) (byte, error) {
	switch {
	case n.Hold > 0:
		return r.Voice.Hold(ctx, n.hold())
	case n.Then != "":
		return 0, nil
	}
	return r.Voice.Key(ctx, keyWait)
}

// lead is where a key leads from a node.
func (r *Runner) lead(ctx context.Context, n Node, key byte) (string, error) {
	if key == '0' || key == '*' || key == '#' {
		r.missed = 0
		return string(key), nil
	}
	if to := n.Keys[string(key)]; to != "" && key != 0 {
		r.missed = 0
		return to, nil
	}
	return r.miss(ctx, key != 0)
}

// miss counts a key that does nothing, or none; the third is answered with a
// person, or, when nobody is there, by saying so once more and the end.
func (r *Runner) miss(ctx context.Context, wrong bool) (string, error) {
	if r.missed++; r.missed%tries == 0 {
		return person, nil
	}
	if wrong {
		return r.say(ctx, again, "wrong")
	}
	return again, nil
}

// say says clips; a key pressed meanwhile that is the same everywhere is heeded.
func (r *Runner) say(ctx context.Context, next string, clips ...string) (string, error) {
	key, err := r.Voice.Play(ctx, clips)
	if key == '0' || key == '*' {
		next = string(key)
	}
	return next, err
}

func (r *Runner) fill(ctx context.Context, say []string) (clips []string, err error) {
	var place int
	var wait time.Duration
	asked := false
	for _, c := range say {
		if c[0] == '{' && !asked {
			asked = true
			if place, wait, err = r.Content.Position(ctx); err != nil {
				return nil, err
			}
		}
		switch c {
		case "{place}":
			clips = append(clips, r.Lang.Number(place)...)
		case "{wait}":
			clips = append(clips, r.Lang.Minutes(wait)...)
		default:
			clips = append(clips, c)
		}
	}
	return clips, nil
}

func (r *Runner) do(ctx context.Context, n Node, key byte) (next string, out Outcome, err error) {
	if (key == '0' && n.Do != Person) || key == '*' {
		return string(key), out, nil
	}
	switch n.Do {
	case NoRecord:
		r.unrecorded = true
		return n.Then, out, nil
	case Guides, Answers, Items:
		next, err = r.list(ctx, n)
		return next, out, err
	case Status:
		next, err = r.status(ctx, n)
		return next, out, err
	case Message:
		if out.Message, err = r.Voice.Record(ctx, message); err != nil {
			return "", out, err
		}
		_, err = r.Voice.Play(ctx, []string{"message.kept"})
	case Rate:
		return r.rate(ctx, key)
	}
	out.Do = n.Do
	return "", out, err
}

func (r *Runner) rate(ctx context.Context, key byte) (next string, out Outcome, err error) {
	for range tries {
		if key == 0 {
			if key, err = r.Voice.Key(ctx, keyWait); err != nil {
				return "", out, err
			}
		}
		if '1' <= key && key < '1'+ratings {
			_, err = r.Voice.Play(ctx, []string{"bye"})
			return "", Outcome{Do: Rate, Rating: int(key - '0')}, err
		}
		if key == 0 {
			break
		}
		if key, err = r.Voice.Play(ctx, []string{"wrong", "rate"}); err != nil {
			return "", out, err
		}
	}
	return "", Outcome{Do: HangUp}, nil
}

// list offers entries a page at a time, and reads the one chosen.
func (r *Runner) list(ctx context.Context, n Node) (string, error) {
	all, err := r.Content.Entries(ctx, n.Do)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return r.say(ctx, n.Then, "none")
	}
	for from, misses := 0, 0; misses < tries; {
		page := all[from:min(from+perPage, len(all))]
		key, err := r.Voice.Play(ctx, r.offer(page, from+perPage < len(all)))
		if err == nil && key == 0 {
			key, err = r.Voice.Key(ctx, keyWait)
		}
		if err != nil {
			return "", err
		}
		switch {
		case key == '0' || key == '*':
			return string(key), nil
		case key == '#':
		case key == '9' && from+perPage < len(all):
			from += perPage
		case '1' <= key && int(key-'1') < len(page):
			return r.read(ctx, n, page[key-'1'])
		default:
			misses++
		}
	}
	return person, nil
}

func (r *Runner) offer(page []Entry, more bool) (clips []string) {
	for i, e := range page {
		clips = append(append(clips, e.Title...), "press", "n."+strconv.Itoa(i+1), "pause")
	}
	if more {
		clips = append(clips, "next", "press", "n.9", "pause")
	}
	return clips
}

// read reads an entry; # begins anew.
func (r *Runner) read(ctx context.Context, n Node, e Entry) (string, error) {
	clips := append(append(append([]string{}, e.Title...), "pause"), e.Text...)
	for {
		key, err := r.Voice.Play(ctx, clips)
		if err != nil {
			return "", err
		}
		switch key {
		case '#':
			continue
		case '0':
			return person, nil
		case '*':
			return again, nil // the list once more
		}
		return n.Then, nil
	}
}

func (r *Runner) status(ctx context.Context, n Node) (string, error) {
	for range tries {
		number, ok, err := r.typed(ctx, "status.number")
		if err != nil || !ok {
			return back, err
		}
		keys, ok, err := r.typed(ctx, "status.code")
		if err != nil || !ok {
			return back, err
		}
		said, ok := []string(nil), false
		if code, spelt := Spell(keys); spelt {
			if said, ok, err = r.Content.Status(ctx, number, code); err != nil {
				return "", err
			}
		}
		if ok {
			return r.say(ctx, n.Then, said...)
		}
		if next, err := r.say(ctx, "", "status.wrong"); err != nil || next != "" {
			return next, err
		}
	}
	return person, nil
}

// typed are the digits typed up to #; ok is false for *.
func (r *Runner) typed(ctx context.Context, ask string) (digits string, ok bool, err error) {
	key, err := r.Voice.Play(ctx, []string{ask})
	for err == nil {
		switch {
		case key == '*':
			return "", false, nil
		case key == '#', key == 0 && digits != "", len(digits) >= longest:
			return digits, true, nil
		case '0' <= key && key <= '9':
			digits += string(key)
		}
		before := key
		if key, err = r.Voice.Key(ctx, typeWait); key == 0 && before == 0 {
			return digits, true, err
		}
	}
	return "", false, err
}

// letters are those of the keys 2 to 9.
var letters = [10]string{2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ"}

// Spell is a code typed with two keys for each character: the key it is on and
// its place there; a digit has the place 0.
func Spell(keys string) (code string, ok bool) {
	if len(keys) == 0 || len(keys)%2 != 0 {
		return "", false
	}
	b := make([]byte, 0, len(keys)/2)
	for i := 0; i < len(keys); i += 2 {
		key, place := keys[i]-'0', int(keys[i+1]-'0')
		switch {
		case key > 9 || place > 4 || place > len(letters[key]):
			return "", false
		case place == 0:
			b = append(b, keys[i])
		default:
			b = append(b, letters[key][place-1])
		}
	}
	return string(b), true
}
