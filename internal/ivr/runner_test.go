package ivr

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// simulator is a caller made of text: what is said is written down, and the
// keys are pressed one at each chance to press one; '.' lets a chance pass, and
// ',' lets a hold or a wait pass.
type simulator struct {
	keys  string
	said  []string
	limit int
}

var errGone = errors.New("the caller is gone")

func (s *simulator) next() (byte, error) {
	if s.limit++; s.limit > 200 {
		return 0, errGone
	}
	if s.keys == "" {
		return 0, nil
	}
	k := s.keys[0]
	s.keys = s.keys[1:]
	if k == '.' {
		return 0, nil
	}
	return k, nil
}

func (s *simulator) Play(ctx context.Context, clips []string) (byte, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.said = append(s.said, strings.Join(clips, " "))
	return s.next()
}

func (s *simulator) Key(context.Context, time.Duration) (byte, error)  { return s.next() }
func (s *simulator) Hold(context.Context, time.Duration) (byte, error) { return s.next() }
func (s *simulator) Record(context.Context, time.Duration) (string, error) {
	return "kept-1", nil
}

type room struct{ wrong int }

func (r *room) Entries(_ context.Context, of string) (all []Entry, err error) {
	if of == Items {
		return nil, nil
	}
	for _, c := range strings.Split("abcdefghij", "") {
		all = append(all, Entry{Title: []string{of + "." + c}, Text: []string{"text." + c}})
	}
	return all, nil
}

func (r *room) Status(_ context.Context, number, code string) ([]string, bool, error) {
	if number != "350525" || code != "A7" {
		r.wrong++
		return nil, false, nil
	}
	return []string{"in.hand"}, true, nil
}

func (r *room) Position(context.Context) (int, time.Duration, error) {
	return 12, 90 * time.Second, nil
}

func TestJourneys(t *testing.T) {
	for _, c := range []struct {
		name, start, keys string
		closed            bool
		want              Outcome
		said              []string
	}{
		{"straight to a person", "open", "", false, Outcome{Do: Person}, []string{"greeting notice pause", "person"}},
		{"the recording is refused", "open", "9", false, Outcome{Do: Person, Unrecorded: true}, []string{"unrecorded"}},
		{"whom we call hears so, and may refuse it too", "called", "9", false, Outcome{Do: Person, Unrecorded: true}, []string{"called notice pause", "unrecorded"}},
		{"the place and the wait are said", "waiting", "..0", false, Outcome{Do: Person},
			[]string{"waiting.place n.10 n.2 place pause waiting.wait n.liang minutes", "offers"}},
		{"a guide while waiting", "waiting", "1.2.0", false, Outcome{Do: Person}, []string{"guides", "guides.b pause text.b", "more"}},
		{"the second page of answers", "waiting", "2.92.0", false, Outcome{Do: Person}, []string{"answers.j pause text.j"}},
		{"back from a guide to the list", "waiting", "1.2*.0", false, Outcome{Do: Person}, []string{"guides.b pause text.b"}},
		{"repeat a guide", "waiting", "1.2#.0", false, Outcome{Do: Person}, []string{"guides.b pause text.b"}},
		{"nothing is published", "waiting", "3...0", false, Outcome{Do: Person}, []string{"items", "none", "more"}},
		{"the status of a matter", "waiting", "4.350525#2170#..0", false, Outcome{Do: Person}, []string{"status.number", "status.code", "in.hand", "more"}},
		{"a wrong code three times is a person", "waiting", "4.1#21#.1#21#.1#21#.", false, Outcome{Do: Person}, []string{"status.wrong"}},
		{"back out of typing, then a person", "waiting", "4.35*0", false, Outcome{Do: Person}, []string{"status.number"}},
		{"a message", "waiting", "5", false, Outcome{Do: Message, Message: "kept-1"}, []string{"message", "message.kept"}},
		{"a call back that keeps the place", "waiting", ".6", false, Outcome{Do: CallBack}, []string{"callback"}},
		{"psychological aid with one key", "open", "7", false, Outcome{Do: Crisis}, []string{"crisis"}},
		{"the police with two keys", "closed", "81", true, Outcome{Do: Police}, []string{"danger", "police"}},
		{"an ambulance from the report line", "sealed", "82", false, Outcome{Do: Ambulance}, []string{"ambulance"}},
		{"the report line", "sealed", "0", false, Outcome{Do: Person}, []string{"sealed pause sealed.offers"}},
		{"to the report line by two keys", "waiting", "91", false, Outcome{Do: Report}, []string{"report"}},
		{"to the report line at night", "closed", "91", true, Outcome{Do: Report}, []string{"report"}},
		{"back from it", "waiting", ".9*.0", false, Outcome{Do: Person}, []string{"report"}},
		{"a wrong key is told", "closed", "89.7", true, Outcome{Do: Crisis}, []string{"wrong"}},
		{"nobody is there at night", "closed", "0.6", true, Outcome{Do: CallBack}, []string{"nobody"}},
		{"silence at night ends", "closed", "", true, Outcome{Do: HangUp}, []string{"nobody", "bye"}},
		{"a guide at night", "closed", "1.1..9", true, Outcome{Do: HangUp}, []string{"guides.a pause text.a", "bye"}},
		{"satisfied", "after", "5", false, Outcome{Do: Rate, Rating: 5}, []string{"rate", "bye"}},
		{"a rating that is none, then one", "after", "92", false, Outcome{Do: Rate, Rating: 2}, []string{"wrong rate"}},
		{"no rating", "after", "", false, Outcome{Do: HangUp}, []string{"rate"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Usual()
			if err != nil {
				t.Fatal(err)
			}
			sim := &simulator{keys: c.keys}
			r := &Runner{Script: s, Lang: Chinese, Voice: sim, Content: &room{}, Closed: c.closed}
			got, err := r.Run(t.Context(), c.start)
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v, want %+v\n%s", got, err, c.want, strings.Join(sim.said, "\n"))
			}
			for _, w := range c.said {
				if !slices.Contains(sim.said, w) {
					t.Errorf("%q was not said:\n%s", w, strings.Join(sim.said, "\n"))
				}
			}
		})
	}
}

// Nothing of a call of the report line is kept: who wants to leave a message there,
// in an office's own script too, is called back, where his number is known.
func TestWhatCannotBeDoneForACallerIsSaid(t *testing.T) {
	for _, c := range []struct {
		name            string
		keys            string
		sealed, unknown bool
		want            string
		said            []string
	}{
		{"a message for the report line", "5", true, false, CallBack, []string{"message.sealed callback"}},
		{"of a caller without a number", "5.7", true, true, Crisis, []string{"message.sealed callback.unknown"}},
		{"a call back without a number", "6.7", false, true, Crisis, []string{"callback.unknown"}},
		{"a message without a number", "5", false, true, Message, []string{"message"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Usual()
			if err != nil {
				t.Fatal(err)
			}
			sim := &simulator{keys: c.keys}
			r := &Runner{Script: s, Voice: sim, Content: &room{}, Sealed: c.sealed, Unknown: c.unknown}
			got, err := r.Run(t.Context(), "waiting")
			if err != nil || got.Do != c.want {
				t.Errorf("came to %q, %v", got.Do, err)
			}
			for _, w := range c.said {
				if !slices.Contains(sim.said, w) {
					t.Errorf("%q was not said:\n%s", w, strings.Join(sim.said, "\n"))
				}
			}
		})
	}
}

func TestAWaitingCallerWhoIsTakenHearsNothingMore(t *testing.T) {
	s, _ := Usual()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	sim := &simulator{}
	if _, err := (&Runner{Script: s, Voice: sim, Content: &room{}}).Run(ctx, "waiting"); !errors.Is(err, context.Canceled) || len(sim.said) != 0 {
		t.Errorf("%v, said %v", err, sim.said)
	}
}

func FuzzKeys(f *testing.F) {
	f.Add("1.2#.0", "waiting", false)
	f.Fuzz(func(t *testing.T, keys, start string, closed bool) {
		s, _ := Usual()
		if _, ok := s.Starts[start]; !ok {
			return
		}
		sim := &simulator{keys: keys}
		r := &Runner{Script: s, Lang: Chinese, Voice: sim, Content: &room{}, Closed: closed}
		out, err := r.Run(t.Context(), start)
		if err == nil && (out.Do == "" || closed && out.Do == Person) {
			t.Errorf("came to %+v", out)
		}
	})
}

func TestACodeIsSpeltWithTwoKeysForEachCharacter(t *testing.T) {
	if got, ok := Spell("217093"); !ok || got != "A7Y" {
		t.Errorf("%q, %v", got, ok)
	}
	for _, wrong := range []string{"", "2", "24", "11", "75"} {
		if got, ok := Spell(wrong); ok {
			t.Errorf("%q is spelt %q", wrong, got)
		}
	}
}
