package ivr

import (
	"strings"
	"testing"
)

func TestAPersonIsThreeKeysAwayAtMost(t *testing.T) {
	s, err := Usual()
	if err != nil {
		t.Fatal(err)
	}
	far := s.KeysToPerson()
	for name := range s.Nodes {
		if n, ok := far[name]; !ok || n > MostKeys {
			t.Errorf("%s is %d keys away, %v", name, n, ok)
		}
	}
	if far["greeting"] > 1 || far["status"] != 2 {
		t.Errorf("greeting %d, status %d", far["greeting"], far["status"])
	}
}

func TestABrokenScriptIsRefusedWithItsLine(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"an unknown field", "nodes:\n  rate: {speak: [rate]}\n", "line 2"},
		{"an unknown prompt", "nodes:\n\n  rate: {say: [nothing], do: rate}\n", `line 3: node "rate" says "nothing"`},
		{"a key that is the same everywhere", "nodes:\n  rate: {keys: {\"0\": bye}}\n", `line 2: node "rate" binds "0"`},
		{"a key to nowhere", "nodes:\n  rate: {keys: {\"1\": moon}}\n", `leads with 1 to "moon"`},
		{"an unknown deed", "nodes:\n  rate: {do: sing}\n", `does "sing"`},
		{"nothing at all", "nodes:\n  rate: {say: [rate]}\n", "neither keys, do nor then"},
		{"a circle", "nodes:\n  rate: {then: bye}\n  bye: {then: rate}\n", "in a circle"},
		{"a start to nowhere", "starts: {open: moon}\n", `start "open"`},
		{"no way to the report line out of hours", "nodes:\n  closed: {say: [closed], keys: {\"6\": callback}}\n", `from the start "closed"`},
		{"none while he waits", "nodes:\n  waiting: {say: [waiting.place], keys: {\"6\": callback}, hold: 30, then: waiting}\n", `from the start "waiting"`},
		{"not YAML", "nodes: [\n", "line"},
		{"two things at once", "nodes:\n  rate: {do: rate, keys: {\"1\": bye}}\n", "make two nodes"},
	} {
		if _, err := Parse([]byte(c.script)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// A node of the usual script that an office's file breaks is not looked for in
// that file.
func TestALineOfTheUsualScriptIsNamedAsSuch(t *testing.T) {
	_, err := Parse([]byte("nodes:\n  bye: {then: greeting}\n  greeting: {then: bye}\n"))
	if err == nil || !strings.Contains(err.Error(), "ivr: line 2: node \"bye\"") {
		t.Errorf("an own node: %v", err)
	}
	_, err = Parse([]byte("nodes:\n  danger: {then: crisis}\n  crisis: {then: rate}\n  rate: {then: person}\n  person: {say: [person], do: hangup}\n"))
	if err == nil || !strings.Contains(err.Error(), "of the usual script: node") {
		t.Errorf("a usual node: %v", err)
	}
}

func TestAnOfficeSaysItOtherwise(t *testing.T) {
	if _, err := Parse([]byte("nodes:\n  waiting: {say: [waiting.place], hold: 5, then: offers}\n")); err != nil {
		t.Errorf("the report line by what comes after: %v", err)
	}
	s, err := Parse([]byte("nodes:\n  bye: {say: [bye, pause], do: hangup}\n"))
	if err != nil || len(s.Nodes["bye"].Say) != 2 || len(s.Nodes["closed"].Keys) == 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(usual)
	f.Add([]byte("nodes:\n  rate: {then: bye}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			return
		}
		for name := range s.Nodes {
			if n, ok := s.KeysToPerson()[name]; !ok || n > MostKeys {
				t.Errorf("%s is accepted and %d keys away", name, n)
			}
		}
	})
}
