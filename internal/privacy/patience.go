package privacy

import (
	"context"
	"errors"
	"time"
)

// How long one upload is looked through: while somebody waits, and when nobody
// does. What takes longer was made to: a person looks at it.
const (
	readingTime     = 20 * time.Second
	readingTimeLong = 10 * time.Minute
)

// patience is how long one upload may be looked through, files within files
// included. It is asked between parts, pages and rows and within long texts;
// nil is endless.
type patience struct {
	ctx   context.Context // ends when it was long enough
	over  bool
	steps int // how often it was asked
	after int // … once it was over
}

// errLate ends the reading of a file that takes too long. It is no failure: what
// was found stays, and the report says that the rest was not read.
var errLate = errors.New("the file takes too long to read")

func (p *patience) late() bool {
	if p == nil {
		return false
	}
	p.steps++
	if p.over {
		p.after++
		return true
	}
	p.over = p.ctx.Err() != nil
	return p.over
}

// late answers whether the file has been looked through for long enough.
func (r *Report) late() bool { return r.patience.late() }

// goOn is errLate once it is late.
func (in *inspection) goOn() error {
	if in.rep.late() {
		return errLate
	}
	return nil
}

// stops answers whether an error ends the whole inspection.
func (in *inspection) stops(err error) bool {
	return errors.Is(err, errBomb) || errors.Is(err, errLate) || in.ctx.Err() != nil
}

// impatient gives a report the time it has; the function takes it back, and
// tells whether it was too short.
func (g *Gate) impatient(ctx context.Context, rep *Report, slow bool) (end func() (late bool)) {
	limit := readingTime
	if slow {
		limit = readingTimeLong
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	if g.until != nil {
		ctx = g.until(ctx)
	}
	p := &patience{ctx: ctx}
	rep.patience = p
	return func() bool {
		cancel()
		rep.patience = nil
		if g.told != nil {
			g.told(*p)
		}
		return p.over
	}
}
