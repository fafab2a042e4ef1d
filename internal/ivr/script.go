package ivr

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A Script is everything a caller can hear: nodes joined by keys.
type Script struct {
	Starts map[string]string `yaml:"starts"` // where a conversation begins, one for each of Starts
	Person string            `yaml:"person"` // where 0 leads
	Away   string            `yaml:"away"`   // where 0 leads when nobody is there
	Nodes  map[string]Node   `yaml:"nodes"`
}

// A Node says something and waits for a key, or does one thing. Everywhere 0 is
// a person, * goes back and # repeats; a node binds 1 to 9.
type Node struct {
	Say  []string          `yaml:"say"`
	Keys map[string]string `yaml:"keys"` // key to node
	Do   string            `yaml:"do"`
	Then string            `yaml:"then"`
	Hold int               `yaml:"hold"` // seconds of music while keys are heard

	line int
	own  bool // of the office's file
}

// Own answers whether the node is the office's, not the usual script's.
func (n Node) Own() bool { return n.own }

// where names a node's line in the file it stands in.
func (n Node) where() string {
	if n.own {
		return fmt.Sprintf("line %d", n.line)
	}
	return fmt.Sprintf("line %d of the usual script", n.line)
}

// What a node may do.
const (
	Guides    = "guides"    // read service guides 办事指南
	Answers   = "answers"   // read answers on policy
	Items     = "items"     // read published items
	Status    = "status"    // how far a matter is, by number and code
	Message   = "message"   // leave a message
	CallBack  = "callback"  // be called back, keeping the place
	Person    = "person"    // speak with somebody
	Crisis    = "crisis"    // go on to psychological aid
	Police    = "police"    // go on to the police
	Ambulance = "ambulance" // go on to the ambulance
	Report    = "report"    // be heard by the report line, unseen and unrecorded
	NoRecord  = "norecord"  // the call is not recorded, and goes on
	Rate      = "rate"      // say how the call was
	HangUp    = "hangup"    // the end
)

// Deeds are all of them.
var Deeds = []string{Guides, Answers, Items, Status, Message, CallBack, Person, Crisis, Police, Ambulance, Report, NoRecord, Rate, HangUp}

var (
	goesOn = []string{Guides, Answers, Items, Status, NoRecord}
	params = []string{"{place}", "{wait}"}
)

// Starts are where a conversation may begin, in the order of a call; called is
// whom we call.
var Starts = []string{"open", "called", "sealed", "waiting", "closed", "after"}

// MostKeys is how many keys a person may be away.
const MostKeys = 3

// maxScript bounds a script file.
const maxScript = 256 << 10

//go:embed usual.yaml
var usual []byte

// Usual is the script that is built in.
func Usual() (*Script, error) { return Parse(nil) }

// Parse reads the nodes that an office says otherwise, over the usual script.
// An error names the line.
func Parse(own []byte) (*Script, error) {
	s, err := read(usual)
	if err != nil {
		return nil, err
	}
	if len(own) > 0 {
		o, err := read(own)
		if err != nil {
			return nil, err
		}
		for name, n := range o.Nodes {
			n.own = true
			o.Nodes[name] = n
		}
		s.over(o)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Script) over(o *Script) {
	maps.Copy(s.Nodes, o.Nodes)
	maps.Copy(s.Starts, o.Starts)
	if o.Person != "" {
		s.Person = o.Person
	}
	if o.Away != "" {
		s.Away = o.Away
	}
}

func read(b []byte) (s *Script, err error) {
	if len(b) > maxScript {
		return nil, errors.New("ivr: the script is larger than 256 kB: take out what is not said")
	}
	defer func() { // the library falls over some broken files
		if recover() != nil {
			s, err = nil, errors.New("ivr: the script cannot be read; look for a list or a mapping that is empty")
		}
	}()
	s = &Script{}
	if err := yaml.UnmarshalWithOptions(b, s, yaml.Strict()); err != nil {
		return nil, at(err)
	}
	lines, err := nodeLines(b)
	if err != nil {
		return nil, err
	}
	if s.Nodes == nil {
		s.Nodes = map[string]Node{}
	}
	if s.Starts == nil {
		s.Starts = map[string]string{}
	}
	for name, n := range s.Nodes {
		n.line = lines[name]
		s.Nodes[name] = n
	}
	return s, nil
}

func at(err error) error {
	var y yaml.Error
	if errors.As(err, &y) {
		if t := y.GetToken(); t != nil && t.Position != nil {
			return fmt.Errorf("ivr: line %d: %s", t.Position.Line, y.GetMessage())
		}
	}
	return fmt.Errorf("ivr: the script: %w", err)
}

// nodeLines are the lines the nodes begin at.
func nodeLines(b []byte) (map[string]int, error) {
	f, err := parser.ParseBytes(b, 0)
	if err != nil {
		return nil, at(err)
	}
	lines := map[string]int{}
	for _, d := range f.Docs {
		top, ok := d.Body.(*ast.MappingNode)
		if !ok {
			continue
		}
		for _, v := range top.Values {
			nodes, ok := v.Value.(*ast.MappingNode)
			if !ok || v.Key.GetToken().Value != "nodes" {
				continue
			}
			for _, n := range nodes.Values {
				lines[n.Key.GetToken().Value] = n.Key.GetToken().Position.Line
			}
		}
	}
	return lines, nil
}

func (s *Script) check() error {
	for _, name := range Starts {
		if _, ok := s.Nodes[s.Starts[name]]; !ok {
			return fmt.Errorf("ivr: the start %q leads to %q, which is no node", name, s.Starts[name])
		}
	}
	for what, name := range map[string]string{"person": s.Person, "away": s.Away} {
		if _, ok := s.Nodes[name]; !ok {
			return fmt.Errorf("ivr: %s leads to %q, which is no node", what, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Nodes)) {
		n := s.Nodes[name]
		if err := s.checkNode(n); err != nil {
			return fmt.Errorf("ivr: %s: node %q %w", n.where(), name, err)
		}
	}
	if err := s.checkReport(); err != nil {
		return err
	}
	far := s.KeysToPerson()
	for _, name := range slices.Sorted(maps.Keys(s.Nodes)) {
		if n, ok := far[name]; !ok || n > MostKeys {
			return fmt.Errorf("ivr: %s: node %q is more than %d keys away from a person", s.Nodes[name].where(), name, MostKeys)
		}
		if s.circles(name) {
			return fmt.Errorf("ivr: %s: node %q goes in a circle without waiting for a key: give it hold or keys", s.Nodes[name].where(), name)
		}
	}
	return nil
}

func (s *Script) checkNode(n Node) error {
	known := Catalogue()
	for _, c := range n.Say {
		if _, ok := known[c]; !ok && !slices.Contains(params, c) {
			return fmt.Errorf("says %q, which no prompt is called", c)
		}
	}
	for key, to := range n.Keys {
		if len(key) != 1 || !strings.Contains("123456789", key) {
			return fmt.Errorf("binds %q: keys are 1 to 9; 0, * and # are the same everywhere", key)
		}
		if _, ok := s.Nodes[to]; !ok {
			return fmt.Errorf("leads with %s to %q, which is no node", key, to)
		}
	}
	if _, ok := s.Nodes[n.Then]; n.Then != "" && !ok {
		return fmt.Errorf("goes on to %q, which is no node", n.Then)
	}
	switch {
	case n.Do != "" && !slices.Contains(Deeds, n.Do):
		return fmt.Errorf("does %q: it may do %s", n.Do, strings.Join(Deeds, ", "))
	case n.Do != "" && (len(n.Keys) > 0 || n.Hold != 0):
		return errors.New("does something and has keys or hold: make two nodes")
	case slices.Contains(goesOn, n.Do) && n.Then == "":
		return errors.New("has no then")
	case n.Do == "" && len(n.Keys) == 0 && n.Then == "":
		return errors.New("has neither keys, do nor then")
	case n.Hold < 0 || n.Hold > 600:
		return errors.New("holds for longer than 600 seconds")
	}
	return nil
}

// KeysToPerson is how many keys a caller is away from a person at each node: 0
// and the bound keys count one, what comes by itself none.
func (s *Script) KeysToPerson() map[string]int {
	return s.far(Person, func(n Node, to func(name string, keys int)) {
		to(s.Person, n.keysToZero())
		if n.Do == "" && len(n.Keys) == 0 && n.Hold == 0 {
			to(n.Then, 0)
		}
	})
}

// far is how many keys each node is away from one that does a deed, by its bound
// keys and by what else leads on from it.
func (s *Script) far(deed string, on func(n Node, to func(name string, keys int))) map[string]int {
	far := map[string]int{}
	for name, n := range s.Nodes {
		if n.Do == deed {
			far[name] = 0
		}
	}
	for changed := true; changed; {
		changed = false
		for name, n := range s.Nodes {
			to := func(next string, keys int) {
				d, known := far[next]
				if old, had := far[name]; known && (!had || d+keys < old) {
					far[name], changed = d+keys, true
				}
			}
			for _, next := range n.Keys {
				to(next, 1)
			}
			on(n, to)
		}
	}
	return far
}

// checkReport refuses a script that leaves a caller who complains of the hotline
// itself no way to the report line, while he waits or out of hours.
func (s *Script) checkReport() error {
	far := s.far(Report, func(n Node, to func(name string, keys int)) { to(n.Then, 0) })
	for _, start := range []string{"waiting", "closed"} {
		if n, ok := far[s.Starts[start]]; !ok || n > MostKeys {
			return fmt.Errorf("ivr: from the start %q (node %q) no %d keys lead to the report line: bind a key to the node %q there", start, s.Starts[start], MostKeys, Report)
		}
	}
	return nil
}

// keysToZero is how many keys bring 0 to bear: where digits are typed, * ends
// that first.
func (n Node) keysToZero() int {
	if n.Do == Status {
		return 2
	}
	return 1
}

// circles reports whether a node comes back to itself with nothing to wait for.
func (s *Script) circles(name string) bool {
	at := name
	for range len(s.Nodes) {
		n := s.Nodes[at]
		if n.Hold > 0 || len(n.Keys) > 0 || n.Then == "" || n.Do != "" && n.Do != NoRecord {
			return false
		}
		if at = n.Then; at == name {
			return true
		}
	}
	return false
}

func (n Node) hold() time.Duration { return time.Duration(n.Hold) * time.Second }
