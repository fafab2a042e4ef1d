package sip

import (
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"

	sipgo "github.com/emiago/sipgo/sip"
)

// spoken is a transaction that keeps what it is answered with.
type spoken struct {
	sipgo.ServerTransaction
	mu    sync.Mutex
	codes []int
	done  chan struct{}
}

func newSpoken() *spoken { return &spoken{done: make(chan struct{})} }

func (s *spoken) Respond(res *sipgo.Response) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes = append(s.codes, res.StatusCode)
	_ = res.String()
	return nil
}
func (s *spoken) OnCancel(sipgo.FnTxCancel) bool { return true }
func (s *spoken) Done() <-chan struct{}          { return s.done }
func (s *spoken) Terminate()                     {}

func (s *spoken) last() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.codes) == 0 {
		return 0
	}
	return s.codes[len(s.codes)-1]
}

// heard is what a message that a trunk sends is answered with: a code, or why
// there is none.
func heard(s *Server, data []byte) string {
	if !s.admits("127.0.0.1:5060", data) {
		return "unreadable"
	}
	msg, err := s.parser.ParseSIP(data)
	if err != nil {
		return "unreadable"
	}
	req, ok := msg.(*sipgo.Request)
	if !ok {
		return "answer"
	}
	req.SetSource("127.0.0.1:5060")
	req.SetTransport("UDP")
	tx := newSpoken()
	s.guard("request", func() { s.route(req, tx) }, func() { s.say(req, tx, 500) })
	if tx.last() == 0 {
		return "silence"
	}
	return strconv.Itoa(tx.last())
}

func TestTheTortureMessagesOfRFC4475(t *testing.T) {
	h := guarded(t, func(c *Config) { c.OnCall = func(c *Call) { _ = c.Reject(486, "", 0) } })
	w := dialWire(t, h.Server, "127.0.0.1")
	files, err := filepath.Glob(filepath.Join("testdata", "torture", "*.dat"))
	if err != nil || len(files) < 45 {
		t.Fatalf("%d messages: %v", len(files), err)
	}
	var got []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// An INVITE comes back when the call is refused.
		got = append(got, strings.TrimSuffix(filepath.Base(file), ".dat")+" "+heard(h.Server, data))
		w.say(string(data)) // and as it comes, through sipgo
		if code, _ := w.ask(w.request("OPTIONS", "4000")); code != "200" {
			t.Fatalf("after %s: %s", file, code)
		}
	}
	sort.Strings(got)
	golden := filepath.Join("testdata", "torture", "answers.txt")
	want, _ := os.ReadFile(golden)
	if text := strings.Join(got, "\n") + "\n"; text != string(want) {
		t.Errorf("answered\n%s\nwant\n%s", text, want)
	}
	if n := h.Counters().Guarded; n != 0 {
		t.Errorf("%d handlers broke", n)
	}
	code, answer := w.ask(w.request("INVITE", "4000"))
	w.say(ackOf(answer))
	if code != "486" {
		t.Errorf("a call afterwards: %s", code)
	}
}
