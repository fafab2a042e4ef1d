// Package ivr is what a caller hears, as data and plain logic: sentences put
// together from clips, a script of menus, and the conversation that follows it.
// It keeps 三(一): people answer, and automatic voice service fills the wait. A
// person is asked for with 0 from anywhere; no menu stands before one.
//
// It stores nothing, and knows neither SIP nor RTP: a Voice says the clips, and
// a Content brings what is read aloud.
package ivr
