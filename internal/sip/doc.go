// Package sip is how the hotline telephones (RFC 3261): calls come in from
// trunks of a carrier or a gateway and from desk phones that registered, and go
// out to both. It uses sipgo for messages and transactions and owns what a call
// is: who may call, what is refused and why, dialogs, timers and ends. It knows
// neither media nor the store.
//
// What keeps it safe. A trunk is known by its address alone, and whoever is not
// known gets no answer at all: not to a call, not to OPTIONS, not to what cannot
// be read; only REGISTER is answered, with a challenge, and only where phones
// are served. OPTIONS is answered to trunks and registered phones: it is how a
// dispatcher in front (kamailio) learns that a node lives, and 503 while it
// drains. A phone may place calls only where MayCall says so. Every function
// that handles what came from outside is guarded: a message that breaks it is
// counted and ends nothing else.
//
// It stores nothing. Numbers, names and addresses stay in memory for the length
// of the call, and none is ever logged: what sipgo would log (whole messages,
// with their credentials) is taken from it by a handler that keeps the kind of
// the trouble only. Repeated callers are told apart by a hash whose key dies
// with the process.
package sip
