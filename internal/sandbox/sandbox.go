package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"
)

// Program is an external program and its bounds.
type Program struct {
	Path   string        // absolute
	Args   []string      // without the program's own name
	Env    []string      // all of its environment, "NAME=value"
	Hide   []string      // folders it must not see
	Memory int64         // bytes of address space; 0 is without bound
	Time   time.Duration // of clock and of processor, each
	Output int64         // bytes of its answer and of all it writes

	// Input is the name under which what it reads lies in its folder, Scratch;
	// "" for standard input. Result is the name of the file it answers with, in
	// the same folder; "" for standard output.
	Input, Result string
}

// Scratch is the folder a program works in, empty at its start.
const Scratch = "/tmp"

// The ways a run ends without an answer. None carries what the program wrote:
// it may tell what stood in the input.
var (
	ErrUnavailable = errors.New("sandbox: this machine does not allow namespaces of one's own")
	ErrFailed      = errors.New("sandbox: the program gave no answer")
	ErrTooMuch     = errors.New("sandbox: the program passed a bound")
)

// Run gives the input to the program and returns its answer.
func (p Program) Run(ctx context.Context, in io.Reader) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Time)
	defer cancel()
	out := &bounded{left: p.Output}
	err := p.run(ctx, in, out)
	switch {
	case out.full, ctx.Err() != nil:
		return nil, ErrTooMuch
	case err != nil:
		return nil, err
	}
	return out.b.Bytes(), nil
}

// bounded keeps the first bytes of an answer.
type bounded struct {
	b    bytes.Buffer
	left int64
	full bool
}

func (o *bounded) Write(p []byte) (int, error) {
	if int64(len(p)) > o.left {
		o.full = true
		return 0, ErrTooMuch
	}
	o.left -= int64(len(p))
	return o.b.Write(p)
}
