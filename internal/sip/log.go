package sip

import (
	"context"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	sipgo "github.com/emiago/sipgo/sip"
)

func init() {
	// sipgo's package-wide logger, for what is not given one of ours. It is set
	// before anything runs: sipgo reads it without a lock.
	sipgo.SetDefaultLogger(slog.New(slog.DiscardHandler))
	// A description of a secured call with its routes may pass 1,300 octets; the
	// carriers that speak UDP only take fragments, and sipgo would send nothing.
	sipgo.UDPMTUSize = 8192
}

// redacted stands between sipgo and the log. sipgo logs whole messages where it
// cannot read them, and request lines in errors: numbers, names, credentials.
// Nothing of a record passes but that there was one, by severity; what happened
// to a call is said by this package in its own words.
type redacted struct {
	to         *slog.Logger
	unreadable *atomic.Int64
}

func (h redacted) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

func (h redacted) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "failed to parse" {
		h.unreadable.Add(1)
		return nil // anybody may send what cannot be read: it is counted, not told
	}
	h.to.Log(ctx, min(r.Level, slog.LevelWarn), "sip transport trouble", "said", plain(r.Message))
	return nil
}

func (h redacted) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h redacted) WithGroup(string) slog.Handler      { return h }

// plain is the constant part of a message of sipgo: letters and spaces up to the
// first sign that something was put in.
func plain(s string) string {
	for i, r := range s {
		if r != ' ' && r != '\'' && (r < 'A' || r > 'z' || r > 'Z' && r < 'a') {
			return s[:i]
		}
	}
	return s
}

// guard runs what handles a message or a callback; a panic in it is counted and
// ends it alone. broken, when not nil, is told.
func (s *Server) guard(what string, f, broken func()) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		s.count.guarded.Add(1)
		s.cfg.Log.Error("sip handler broke", "in", what, "why", panicKind(p), "stack", string(debug.Stack()))
		if broken != nil {
			defer func() { _ = recover() }()
			broken()
		}
	}()
	f()
}

// panicKind is what broke, without what it broke on: an error of the runtime
// names indexes and types, anything else might quote the message.
func panicKind(p any) string {
	if e, ok := p.(runtime.Error); ok {
		return e.Error()
	}
	return "panic"
}
