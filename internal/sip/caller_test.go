package sip

import (
	"testing"

	sipgo "github.com/emiago/sipgo/sip"
)

func TestWhoCalls(t *testing.T) {
	for name, c := range map[string]struct {
		headers string
		want    Caller
	}{
		"as it says":               {"From: \"张三\" <sip:13800000000@x>;tag=1", Caller{Number: "13800000000", Name: "张三"}},
		"a tel URI":                {"From: <tel:+86-138-0000-0000;phone-context=x>;tag=1", Caller{Number: "+8613800000000"}},
		"the network asserts":      {"From: <sip:1@x>;tag=1\r\nP-Asserted-Identity: \"a, b\" <sip:13800000000@y>, <tel:+861>", Caller{Number: "13800000000"}},
		"Privacy: id":              {"From: \"x\" <sip:anonymous@anonymous.invalid>;tag=1\r\nPrivacy: id;critical\r\nP-Asserted-Identity: <sip:13800000000@y>", Caller{Number: "13800000000", Private: true}},
		"Privacy with its number":  {"From: \"x\" <sip:13800000000@x>;tag=1\r\nPrivacy: header, id", Caller{Number: "13800000000", Private: true}},
		"anonymous":                {"From: <sip:Anonymous@x>;tag=1", Caller{Private: true}},
		"no privacy":               {"From: <sip:13800000000@x>;tag=1\r\nPrivacy: none", Caller{Number: "13800000000"}},
		"parameters of the user":   {"From: <sip:13800000000;isup-oli=0@x;user=phone>;tag=1", Caller{Number: "13800000000"}},
		"an identity that is none": {"From: <sip:13800000000@x>;tag=1\r\nP-Asserted-Identity: <<<", Caller{Number: "13800000000"}},
	} {
		msg, err := sipgo.ParseMessage([]byte("INVITE sip:4000@x SIP/2.0\r\n" + c.headers + "\r\n\r\n"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := callerOf(msg.(*sipgo.Request), true); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestDigitsOfABody(t *testing.T) {
	for _, c := range []struct {
		kind, body string
		want       byte
		ok         bool
	}{
		{"application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", '5', true},
		{"application/dtmf-relay", "signal = * \nduration = 250", '*', true},
		{"application/dtmf-relay", "Duration=160", 0, false},
		{"application/dtmf-relay", "7", '7', true},
		{"application/dtmf", "#", '#', true},
		{"application/dtmf", "10", '*', true},
		{"application/dtmf", "d\r\n", 'D', true},
		{"application/dtmf", "", 0, false},
		{"application/dtmf", "x", 'X', false},
		{"application/dtmf", "一", 0, false},
	} {
		if got, ok := digitOf(c.kind, []byte(c.body)); ok != c.ok || ok && got != c.want {
			t.Errorf("%s %q is %q %v", c.kind, c.body, got, ok)
		}
	}
}
