package switchboard_test

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"yangguang/supervision/hotline/switchboard"
)

// Ten times as many call as there is room for: those who were taken hear what they
// heard before, the others are refused at once and told when to come back.
func TestBeyondTheCapAcceptedCallsAreUnharmed(t *testing.T) {
	if _, err := exec.LookPath("sipp"); err != nil {
		t.Skip("sipp is not installed: nobody calls in vain (Debian: sip-tester)")
	}
	const room = 4
	x := begin(t, func(c *switchboard.Config) { c.SIP.Limits.Calls, c.SIP.Limits.PerCaller = room, 1000 })
	line := x.Line(t, nil)
	caller := handsetAt(t, "127.0.0.2", 0, x.at, 880, nil)
	var taken []*talkie
	for range room {
		taken = append(taken, caller.calls(t, line.Number))
	}
	file, err := filepath.Abs("../../../internal/sip/testdata/sipp/full.xml")
	check(t, err)
	cmd := exec.CommandContext(t.Context(), "sipp", x.at, "-sf", file, "-s", line.Number, "-i", "127.0.0.2", "-p", strconv.Itoa(free(t, "udp")), "-r", "100", "-m", strconv.Itoa(10*room), "-nostdin", "-timeout", "30", "-timeout_error")
	cmd.Dir = t.TempDir()
	cmd.Env = append(cmd.Environ(), "TERM=dumb")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("not every one of %d was refused with 503 and a time: %v\n%s", 10*room, err, out)
	}
	for _, k := range taken {
		k.hears(t, 300)
		k.leg.Hangup()
	}
	until(t, "room for others", func() bool { return x.board.Calls() == 0 })
	caller.calls(t, line.Number).hears(t, 300)
}
