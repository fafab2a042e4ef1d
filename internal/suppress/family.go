package suppress

// Shown is how a figure stands before the public.
type Shown uint8

// The ways of showing a figure.
const (
	Open  Shown = iota // the figure itself
	Fewer              // "fewer than k": 1 to k-1
	Dark               // not published, and not a word of its size
)

// Cell is one figure.
type Cell struct {
	Value int64
	Below int64 // k: from 1 to k-1 it is small; 0 where it does not count people
	Cost  int   // what readers lose with it; at least 1
	Past  bool  // public already, as Shown says
	Shown Shown // of a Past figure
	Loose bool  // Dark and Past, and a reader cannot tell that it is not small
	Force bool  // new, and not to be published whatever it is
	Wide  bool  // never published whatever it is, so that nobody is told that it is small: k-1 values must remain possible, whichever
	Stuck bool  // tied to figures outside the family: hidden or not, it counts as known
}

// small answers whether the figure itself is one to protect.
func (c Cell) small() bool { return c.Value > 0 && c.Value < c.Below }

// Term is one figure in a sum, with its sign.
type Term struct {
	Cell int
	Coef int64
}

// Sum is what everybody knows to be constant: what its terms make today. Most
// often that is 0, as in first + second - total.
type Sum []Term

// Family is figures with all the sums among them.
type Family struct {
	Cells []Cell
	Sums  []Sum
}

// Reason says why a figure is not Open.
type Reason uint8

// The reasons.
const (
	None     Reason = iota
	Small           // it is small itself
	Protects        // with it, the small figure For could be worked out
	Forced          // as asked for
)

// Plan is how each figure of a family is shown, and why.
type Plan struct {
	Shown []Shown
	Why   []Reason
	For   []int  // the figure it protects; -1 for none
	Loose []bool // Dark, and a reader cannot tell that it is not small
	Lost  []int  // small figures of which what is past tells more than the promise allows
}

// Explain says why a figure is hidden, and which other it protects (-1: none).
func (p Plan) Explain(cell int) (Reason, int) { return p.Why[cell], p.For[cell] }
