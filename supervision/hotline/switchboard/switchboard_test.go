package switchboard_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/blob"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/ivr"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
	"yangguang/supervision/hotline/recording"
	"yangguang/supervision/hotline/seatwire"
	"yangguang/supervision/hotline/switchboard"
)

func TestMain(m *testing.M) {
	hotlinetest.LoadLocales()
	os.Exit(m.Run())
}

var loopback = netip.MustParseAddr("127.0.0.1")

// exchange is a telephone process over a store of the test's own.
type exchange struct {
	*hotlinetest.House
	board      *switchboard.Switchboard
	recordings *recording.Recordings
	config     switchboard.Config
	at         string
	said       *said
	halt       func() // stops it and waits
}

// said keeps what the process logs.
type said struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// tones are prompts a test can hear apart.
type tones struct{}

func (tones) Prompt(_, key string) *rtp.Prompt {
	switch key {
	case "music":
		return rtp.NewPrompt(rtptest.Tone(300, 2*time.Second))
	case "called":
		return rtp.NewPrompt(rtptest.Tone(640, 2*time.Second))
	case "rate":
		return rtp.NewPrompt(rtptest.Tone(600, 3*time.Second))
	}
	return rtp.NewPrompt(rtptest.Tone(200, 100*time.Millisecond))
}

func begin(t *testing.T, change func(*switchboard.Config)) *exchange {
	t.Helper()
	c := clock.NewFake(disclosuretest.Now)
	return beginOver(t, dbtest.SQLite(t, c, migrations...), c, change)
}

// migrations are what the process needs of a store.
var migrations = slices.Concat(hotlinetest.Migrations, []fs.FS{recording.Migrations})

func beginOver(t *testing.T, d *db.DB, c *clock.Fake, change func(*switchboard.Config)) *exchange {
	t.Helper()
	h := hotlinetest.Over(t, d, c)
	x := &exchange{House: h, said: &said{}}
	h.Hotline = h.Process("phone-16")
	files, err := blob.Open(t.Context(), t.TempDir(), "")
	check(t, err)
	x.recordings = &recording.Recordings{DB: h.Hotline.DB, Keys: h.Hotline.Keys, Blobs: files, Dir: filepath.Join(t.TempDir(), "recordings"), Node: "phone-16"}
	ports, err := rtp.NewPorts(loopback, 30000, 39998)
	check(t, err)
	script, err := ivr.Usual()
	check(t, err)
	cfg := switchboard.Config{
		Hotline: h.Hotline, Dir: t.TempDir(), Recordings: x.recordings, Prompts: tones{}, Script: script, Host: loopback, Ports: ports, Clock: clock.System(), Log: slog.New(slog.NewTextHandler(x.said, &slog.HandlerOptions{Level: slog.LevelDebug})),
		SIP: sip.Config{UDP: []string{"127.0.0.1:0"}, Trunks: []sip.Trunk{{Name: "carrier", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}}},
	}
	if change != nil {
		change(&cfg)
	}
	x.open(t, cfg)
	return x
}

// open runs the process.
func (x *exchange) open(t *testing.T, cfg switchboard.Config) {
	t.Helper()
	x.config = cfg
	var err error
	x.board, err = switchboard.Open(t.Context(), cfg)
	check(t, err)
	x.at = strings.TrimPrefix(x.board.Addresses()[0], "UDP ")
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- x.board.Run(ctx) }()
	x.halt = sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		x.board.Close()
	})
	t.Cleanup(x.halt)
}

// desk hires somebody at the county with a desk phone that answers by itself.
func (x *exchange) desk(t *testing.T, hz float64) (*softphone, hotline.Ref) {
	t.Helper()
	return x.deskThat(t, "auto", hz)
}

// deskThat is a desk phone that answers as said.
func (x *exchange) deskThat(t *testing.T, answers string, hz float64) (*softphone, hotline.Ref) {
	t.Helper()
	return x.deskBy(t, func(user, secret string) *softphone {
		return phoneAt(t, "127.0.0.1", "<sip:"+user+"@"+x.at+";transport=udp>;auth_pass="+secret+";regint=60;answermode="+answers+";audio_codecs=PCMA/8000/1", hz)
	})
}

// deskBy is a seat at a desk phone that is made known its name and secret.
func (x *exchange) deskBy(t *testing.T, made func(user, secret string) *softphone) (*softphone, hotline.Ref) {
	t.Helper()
	p, told, err := x.Hotline.CreatePhone(x.As(x.Manager), x.County.ID, "一号话机")
	check(t, err)
	phone := made(p.Name, told)
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
	return phone, s.Ref()
}

// only is the one call there is.
func (x *exchange) only(t *testing.T, ok func(c *hotline.Call) bool) (found hotline.Call) {
	t.Helper()
	until(t, "the call", func() bool {
		all, _, err := x.Hotline.Calls(x.As(x.Manager), hotline.CallFilter{})
		check(t, err)
		if len(all) != 1 {
			return false
		}
		c, err := x.Hotline.Find(t.Context(), all[0].Ref())
		check(t, err)
		found = *c
		return ok(c)
	})
	return found
}

func (x *exchange) caller(t *testing.T, hz float64) *softphone {
	t.Helper()
	return phoneAt(t, "127.0.0.2", "<sip:0000123@127.0.0.2>;regint=0;audio_codecs=PCMU/8000/1", hz)
}

// A caller and a desk phone hear each other, each in his own codec; both are on
// the recording, he on the left; the caller hangs up.
func TestACallerReachesADeskPhone(t *testing.T) {
	x := begin(t, nil)
	line := x.Line(t, func(l *hotline.Line) { l.Record = true })
	desk, seat := x.desk(t, 440)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	desk.wait("CALL_ESTABLISHED")
	caller.hears(440)
	desk.hears(880)
	if got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Talking }); got.Seat != seat.ID {
		t.Errorf("with seat %d", got.Seat)
	}
	caller.do("hangup", "")
	desk.wait("CALL_CLOSED")
	if got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended }); got.By != "caller" || got.Why != "hangup" {
		t.Errorf("ended by %s: %s", got.By, got.Why)
	}
}

// The seat hangs up: the caller is still there and says what he thought of it.
func TestACallerRatesWhatHeGot(t *testing.T) {
	x := begin(t, nil)
	line := x.Line(t, nil)
	desk, seat := x.desk(t, 440)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	desk.wait("CALL_ESTABLISHED")
	caller.hears(440)
	desk.do("hangup", "")
	caller.hears(600) // is asked
	caller.do("sndcode", "4")
	got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended && c.Rating != 0 })
	if got.Rating != 4 || got.By != "seat" {
		t.Errorf("rated %d, ended by %s", got.Rating, got.By)
	}
	caller.wait("CALL_CLOSED")
	if s := x.State(t, seat); s != hotline.WrapUp {
		t.Errorf("the seat is %s", s)
	}
}

// Nobody is there: the caller asks for a call back, hangs up, and is called when
// somebody is ready; the number was shown to nobody. He is told of the recording,
// too, and refuses it by a key.
func TestACallBackIsDialled(t *testing.T) {
	callback := free(t, "udp")
	x := begin(t, func(c *switchboard.Config) { c.SIP.Trunks[0].Proxy = "127.0.0.2:" + strconv.Itoa(callback) })
	line := x.Line(t, func(l *hotline.Line) { l.Record = true })
	caller := phoneOn(t, "127.0.0.2", callback, "<sip:0000123@127.0.0.2>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1", 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	caller.hears(300) // waits
	caller.do("sndcode", "6")
	caller.wait("CALL_CLOSED")
	x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended && c.Chosen })
	desk, _ := x.desk(t, 440)
	desk.wait("CALL_ESTABLISHED")
	caller.wait("CALL_ESTABLISHED")
	caller.hears(640) // that it is we who call, not the greeting of callers
	caller.do("sndcode", "9")
	caller.hears(440)
	desk.hears(880)
	_, err := x.recordings.Adopt(t.Context())
	check(t, err)
	x.Read(t, func(tx *db.Tx) error {
		refused := 0
		if err := tx.Row("select count(*) from recording where absent = $1", recording.ByCaller).Scan(&refused); err != nil || refused != 1 {
			t.Errorf("%d recordings are said to be refused: %v", refused, err)
		}
		return nil
	})
	desk.do("hangup", "")
	until(t, "the call-back to be done", func() bool {
		done, err := x.Hotline.CallBacks(x.As(x.Manager), "done")
		check(t, err)
		return len(done) == 1 && done[0].Result == "reached"
	})
}

// A seat holds the call: the caller hears music, then the seat again.
func TestACallIsHeld(t *testing.T) {
	x := begin(t, nil)
	line := x.Line(t, nil)
	desk, _ := x.desk(t, 440)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	desk.wait("CALL_ESTABLISHED")
	caller.hears(440)
	desk.do("hold", "")
	caller.hears(300)
	desk.do("resume", "")
	caller.hears(440)
}

// A number nobody configured, and a line out of hours.
func TestWhoCallsInVain(t *testing.T) {
	x := begin(t, nil)
	closed := x.Line(t, func(l *hotline.Line) { l.Hours = "00:00-00:01" })
	caller := x.caller(t, 880)
	caller.do("dial", "sip:0000999@"+x.at)
	caller.wait("CALL_CLOSED")
	caller.do("dial", "sip:"+closed.Number+"@"+x.at)
	caller.wait("CALL_ESTABLISHED")
	caller.do("sndcode", "6") // he has no patience for the rest, but a call back he takes
	if got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended }); !got.Chosen || !got.QueuedAt.IsZero() {
		t.Errorf("ended by %s: %s", got.By, got.Why)
	}
}

// Who still speaks when the process is told to stop, and has had its patience, is
// cut off: he is called back before everybody, as after a failure.
func TestWhoIsCutOffByAStopIsCalledBack(t *testing.T) {
	x := begin(t, nil)
	line := x.Line(t, nil)
	desk, _ := x.desk(t, 440)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	desk.wait("CALL_ESTABLISHED")
	caller.hears(440)
	x.halt()
	caller.wait("CALL_CLOSED")
	if got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended }); got.Why != "interrupted" {
		t.Errorf("ended as %s", got.Why)
	}
	x.Read(t, func(tx *db.Tx) error {
		var first int
		if err := tx.Row("select count(*) from hotline_callback where state = 'open' and first = $1", true).Scan(&first); err != nil || first != 1 {
			t.Errorf("%d call-backs before everybody: %v", first, err)
		}
		return nil
	})
}

// Nothing of a number is in what the process says.
func TestALogKnowsNoNumber(t *testing.T) {
	x := begin(t, nil)
	line := x.Line(t, nil)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	caller.wait("CALL_ESTABLISHED")
	caller.do("hangup", "")
	x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended })
	for _, canary := range []string{"0000123", line.Number} {
		if strings.Contains(x.said.String(), canary) {
			t.Errorf("the log holds %s", canary)
		}
	}
}

// A caller in need is passed on by one key, and no seat is rung for him any more.
func TestACallerInNeedIsPassedOnByOneKey(t *testing.T) {
	port := free(t, "udp")
	x := begin(t, func(c *switchboard.Config) { c.SIP.Trunks[0].Proxy = "127.0.0.2:" + strconv.Itoa(port) })
	line := x.Line(t, func(l *hotline.Line) { l.Crisis = "0000777" })
	aid := phoneOn(t, "127.0.0.2", port, "<sip:0000777@127.0.0.2>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1", 1000)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	caller.hears(300) // waits
	caller.do("sndcode", "7")
	aid.wait("CALL_ESTABLISHED")
	caller.hears(1000)
	aid.hears(880)
	if got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended }); got.Transferred != "crisis" || got.Why != "transferred" {
		t.Errorf("ended by %s: %s, passed to %q", got.By, got.Why, got.Transferred)
	}
	carried := func() (n int) {
		x.Read(t, func(tx *db.Tx) error {
			return tx.Row("select count(*) from hotline_call where carried").Scan(&n)
		})
		return n
	}
	until(t, "the mark that we carry his voice", func() bool { return carried() == 1 })
	caller.do("hangup", "")
	aid.wait("CALL_CLOSED")
	until(t, "no mark", func() bool { return carried() == 0 })
	if n := x.callBacks(t); n != 0 {
		t.Errorf("%d call-backs for a call that ended as calls do", n)
	}
}

// callBacks is how many wait to be made.
func (x *exchange) callBacks(t *testing.T) (n int) {
	t.Helper()
	x.Read(t, func(tx *db.Tx) error {
		return tx.Row("select count(*) from hotline_callback where state = 'open'").Scan(&n)
	})
	return n
}

// Where nobody answers for a caller in need, he is told so and called back first.
func TestACallerWhoWasPassedOnInVainIsCalledBack(t *testing.T) {
	port := free(t, "udp")
	x := begin(t, func(c *switchboard.Config) { c.SIP.Trunks[0].Proxy = "127.0.0.2:" + strconv.Itoa(port) })
	line := x.Line(t, func(l *hotline.Line) { l.Crisis = "0000777" })
	aid := phoneOn(t, "127.0.0.2", port, "<sip:0000777@127.0.0.2>;regint=0;answermode=manual;audio_codecs=PCMA/8000/1", 1000)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	caller.hears(300)
	caller.do("sndcode", "8") // this line names no police: he is told so, and waits on
	caller.do("sndcode", "1")
	caller.hears(300)
	caller.do("sndcode", "7")
	aid.wait("CALL_INCOMING")
	aid.do("hangup", "")
	caller.wait("CALL_CLOSED")
	if got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended }); got.Transferred != "crisis" {
		t.Errorf("passed to %q", got.Transferred)
	}
	until(t, "one call-back", func() bool { return x.callBacks(t) == 1 })
}

// Who hangs up while a telephone rings costs the seat nothing: it stays ready.
func TestACallerWhoHangsUpWhileItRingsCostsTheSeatNothing(t *testing.T) {
	x := begin(t, nil)
	line := x.Line(t, nil)
	desk, seat := x.deskThat(t, "manual", 440)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	desk.wait("CALL_INCOMING")
	caller.do("hangup", "")
	desk.wait("CALL_CLOSED")
	x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended })
	until(t, "the seat to be free", func() bool { return x.State(t, seat) != hotline.Ringing })
	if s := x.State(t, seat); s != hotline.Ready {
		t.Errorf("the seat is %s", s)
	}
}

// The leader on duty is rung at his telephone before the seats are; with the
// store the call was answered by him (3.1.5).
func TestTheLeaderOnDutyAnswersAtHisTelephone(t *testing.T) {
	port := free(t, "udp")
	x := begin(t, func(c *switchboard.Config) {
		c.SIP.Trunks[0].Proxy = "127.0.0.2:" + strconv.Itoa(port)
		c.Hotline.Leader = func(context.Context, hotline.Ref, time.Time) (hotline.Duty, bool, error) {
			return hotline.Duty{Slot: 7, Person: 77, Phone: "0000777"}, true, nil
		}
	})
	line := x.Line(t, func(l *hotline.Line) { l.Record = true })
	leader := phoneOn(t, "127.0.0.2", port, "<sip:0000777@127.0.0.2>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1", 1000)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	leader.wait("CALL_ESTABLISHED")
	caller.hears(1000)
	leader.hears(880)
	caller.do("hangup", "")
	leader.wait("CALL_CLOSED")
	if got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended }); got.Person != 77 || got.AnsweredAt.IsZero() || got.Transferred != "leader" || got.Why != "hangup" {
		t.Errorf("ended by %s: %s, answered by %d at %v", got.By, got.Why, got.Person, got.AnsweredAt)
	}
	until(t, "the leader's recording", func() bool {
		_, err := x.recordings.Adopt(t.Context())
		check(t, err)
		n := 0
		x.Read(t, func(tx *db.Tx) error {
			return tx.Row("select count(*) from recording where person = 77 and seat is null and absent = '' and complete = $1 and hash is not null", true).Scan(&n)
		})
		return n == 1
	})
}

// The lines are in mind for when the store is away, also those nobody has called yet.
func TestLinesAreInMindBeforeAnybodyCalls(t *testing.T) {
	x := begin(t, nil)
	line := x.Line(t, nil)
	if ok, err := x.board.Relearn(t.Context(), line.Number); err != nil || !ok {
		t.Errorf("the line is known: %t, %v", ok, err)
	}
}

// A sub-centre answers what the centre of another line leads to it, can give it
// back, and does so out of hours, when the centre still answers.
func TestASubCentreGivesCallsBackToTheCentre(t *testing.T) {
	port := free(t, "udp")
	all := browsers{make(chan *rtptest.Party, 8)}
	x := begin(t, func(c *switchboard.Config) {
		c.Browsers, c.SIP.Trunks[0].Proxy = all, "127.0.0.2:"+strconv.Itoa(port)
	})
	line := x.Line(t, func(l *hotline.Line) { l.Mode, l.Target = hotline.SubCentre, "0000345" })
	centre := phoneOn(t, "127.0.0.2", port, "<sip:0000345@127.0.0.2>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1", 1000)
	seat := x.page(t, all, 440).ready()
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	seat.shows("what rings", func(s seatwire.State) bool { return s.Offer != nil })
	seat.do(seatwire.Take)
	seat.hears(880)
	seat.do(seatwire.Transfer, to(seatwire.Centre))
	caller.hears(1000)
	caller.do("hangup", "")
	centre.wait("CALL_CLOSED")
	caller.wait("CALL_CLOSED")
	if got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended }); got.Transferred != "centre" {
		t.Errorf("passed to %q", got.Transferred)
	}

	line.Hours = "00:00-00:01"
	_, err := x.Hotline.SaveLine(x.As(x.Manager), line)
	check(t, err)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	centre.wait("CALL_ESTABLISHED")
	centre.hears(880)
	caller.do("hangup", "")
	centre.wait("CALL_CLOSED")
	until(t, "both calls to be over, with the centre", func() bool {
		both, _, err := x.Hotline.Calls(x.As(x.Manager), hotline.CallFilter{})
		check(t, err)
		return len(both) == 2 && both[0].Transferred == "centre" && both[1].Transferred == "centre" && both[0].State == hotline.Ended
	})
}
