package notify

import (
	"context"
	"errors"
	"net"
	"strconv"
)

// failure is why a notice was not sent: a word of ours and the other side's
// code. The other side's own words are dropped, since they repeat the address.
type failure struct {
	kind  string // the end of a locale key "notify.fault_…"
	code  int
	final bool // no further try can mend it
}

func fail(kind string, code int) *failure { return &failure{kind: kind, code: code} }

func (f *failure) forGood() *failure {
	f.final = true
	return f
}

// Error implements error.
func (f *failure) Error() string { return "notify: " + f.stored() }

func (f *failure) stored() string {
	if f.code != 0 {
		return f.kind + " " + strconv.Itoa(f.code)
	}
	return f.kind
}

// unreachable gives an error of the network its word.
func unreachable(err error) *failure {
	var ne net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &ne) && ne.Timeout() {
		return fail("timeout", 0)
	}
	return fail("connect", 0)
}
