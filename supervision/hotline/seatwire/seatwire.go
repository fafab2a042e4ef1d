// Package seatwire is what the process of the pages and the process of the calls
// say to each other about a seat (3.1.1): the browser's voice is agreed on, an
// order is given, the state of the seat's voice is told: over a socket that only
// this machine's account may open, and between machines by TLS with a key only
// the installation's own have.
//
// Who may order what is asked by the process of the pages before it speaks; the
// other does what it is told. What is said holds ids and words of ours, never a
// number, a name or a credential.
package seatwire

import (
	"time"

	"yangguang/supervision/hotline"
)

// Acts of a Command. Each says in brackets what else the command holds.
const (
	Take      = "take"     // what rings [Offer]
	Decline   = "decline"  // it [Offer]
	Dial      = "dial"     // call somebody back now [Target: the call-back]
	Hangup    = "hangup"   //
	Hold      = "hold"     // the caller hears music
	Resume    = "resume"   //
	Transfer  = "transfer" // pass the caller on and leave [To, or Target: a seat]
	Consult   = "consult"  // speak with somebody first, the caller hears music [To, or Target: a seat]
	Complete  = "complete" // leave the caller with who was consulted
	Three     = "three"    // all three hear each other
	Back      = "back"     // who was consulted leaves, the caller is back
	Pause     = "pause"    // the recording, while the caller says who he is
	Unpause   = "unpause"  //
	Seal      = "seal"     // hand over to the report line [About: the unit complained of, or 0]
	Key       = "key"      // send a key to the other side [Digit]
	Listen    = "listen"   // the shift lead hears a seat's call [Target: the seat, Person: the lead]
	Whisper   = "whisper"  // and is heard by the seat alone [Target, Person]
	Barge     = "barge"    // and by all [Target, Person]
	StopWatch = "leave"    // the lead leaves
	StepOut   = "stepout"  // who was asked leaves
)

// Where a call can be passed to beside another seat: the numbers of its line.
const (
	Crisis    = "crisis"
	Police    = "police"
	Ambulance = "ambulance"
	Centre    = "centre"
	Fallback  = "fallback"
	Leader    = "leader"
)

// Words of State.Consult, of State.Recording and of State.Failed.
const (
	Rings = "ringing"
	Talks = "talking"

	On     = "on"
	Paused = "paused"

	Unreachable = "unreachable"
	Busy        = "busy"
	NoAnswer    = "no_answer"
	Refused     = "refused"
)

// Offer is a call that rings at a seat. Its Ref tells it from any other, so that
// a page that is older than what it shows takes nothing.
type Offer struct {
	Ref      hotline.Ref  `json:"ref"`
	Call     hotline.Ref  `json:"call"`
	CallBack bool         `json:"callback,omitempty"`
	By       *hotline.Ref `json:"by,omitempty"` // the seat that asks this one, or passes its caller on
	Until    time.Time    `json:"until"`
}

// Watch is somebody of the shift who hears a seat's call. Whoever speaks with
// the caller is always told.
type Watch struct {
	Person int64  `json:"person"`
	Mode   string `json:"mode"` // listen, whisper or barge
}

// Beside is the call of another seat that asked this one.
type Beside struct {
	Call  hotline.Ref `json:"call"`
	By    hotline.Ref `json:"by"`
	Three bool        `json:"three,omitempty"` // the caller hears it
}

// State is how a seat's voice stands, each time the whole of it.
type State struct {
	Joined    bool         `json:"joined"` // a browser speaks for it
	Offer     *Offer       `json:"offer,omitempty"`
	Call      *hotline.Ref `json:"call,omitempty"`
	Since     time.Time    `json:"since,omitzero"` // of the talk
	Held      bool         `json:"held,omitempty"`
	Recording string       `json:"recording,omitempty"` // "", on or paused
	Consult   string       `json:"consult,omitempty"`   // "", ringing or talking
	With      string       `json:"with,omitempty"`      // whom: a word of To, or "seat"
	Three     bool         `json:"three,omitempty"`
	Beside    *Beside      `json:"beside,omitempty"`
	Watched   []Watch      `json:"watched,omitempty"`
	Watching  *hotline.Ref `json:"watching,omitempty"` // the seat this one hears
	Mode      string       `json:"mode,omitempty"`
	Failed    string       `json:"failed,omitempty"` // of the last order that came to nothing
	Voices    []Voice      `json:"voices,omitempty"` // what each process says, of a Fleet
}

// Voice is whether the seat's browser speaks with a process.
type Voice struct {
	Node   string `json:"node"`
	Joined bool   `json:"joined"`
}

// Command is an order to a seat's voice.
type Command struct {
	Act    string       `json:"act"`
	Offer  *hotline.Ref `json:"offer,omitempty"`
	Target *hotline.Ref `json:"target,omitempty"`
	To     string       `json:"to,omitempty"`
	Digit  string       `json:"digit,omitempty"`
	About  int64        `json:"about,omitempty"`
	Person int64        `json:"person,omitempty"`
}

// join is the body of an offer of a browser, and of the answer.
type join struct {
	Person int64  `json:"person,omitempty"`
	SDP    string `json:"sdp"`
}

// MaxSDP bounds a browser's description of its voice, in bytes.
const MaxSDP = 32 << 10

// Each state is told again after Renew, so that either side sees that the other
// is there.
const Renew = 15 * time.Second
