// Package manage is the hotline's pages for whoever manages and leads it: the
// lines, seats and desk phones, the call-backs, the log of calls and the board;
// and the public page that says which number to call (3.1.1). Its sentences lie
// with the room's.
//
// It stores nothing. A caller is shown masked or not at all, and never where the
// call is sealed. A phone's secret is shown once, on the page that made it.
package manage
