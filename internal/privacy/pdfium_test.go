package privacy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"yangguang/internal/fault"
)

// longPDF takes long enough to be interrupted.
func longPDF(t testing.TB) []byte {
	return pdfWith(t, func(p *fpdf.Fpdf) {
		for n := range 60 {
			p.AddPage()
			for l := range 50 {
				p.Text(20, 20+float64(l)*5, fmt.Sprintf("page %d line %d: households of the village and their land", n, l))
			}
		}
	})
}

func TestAnInspectionStopsWhenItsCallerGoesAway(t *testing.T) {
	g := New(Options{Cache: userCache()})
	defer func() { _ = g.Close() }()
	file := longPDF(t)
	small := pdfWith(t, func(p *fpdf.Fpdf) { p.AddPage(); p.Text(20, 30, "the resident "+secretID) })
	if _, err := g.Inspect(context.Background(), "a.pdf", bytes.NewReader(small), int64(len(small))); err != nil {
		t.Fatal(err) // the reader is warm
	}
	for _, after := range []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond, 60 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), after)
		_, err := g.Inspect(ctx, "a.pdf", bytes.NewReader(file), int64(len(file)))
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) && !fault.Is(err, fault.Unavailable) {
			t.Errorf("after %v: %v", after, err)
		}
		rep, err := g.Inspect(context.Background(), "a.pdf", bytes.NewReader(small), int64(len(small)))
		if err != nil || !rep.Blocks() {
			t.Errorf("after %v the reader did not recover: %v %q", after, err, summary(rep))
		}
	}
}

func TestManyPDFsAtOnce(t *testing.T) {
	t.Parallel()
	file := pdfWith(t, func(p *fpdf.Fpdf) { p.AddPage(); p.Text(20, 30, "the resident "+secretID) })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := Inspect("a.pdf", bytes.NewReader(file), int64(len(file)))
			if err != nil || !r.Blocks() {
				t.Errorf("%v %q", err, summary(r))
			}
		})
	}
	wg.Wait()
}

func TestAClosedGateReadsNoPDF(t *testing.T) {
	t.Parallel()
	g := New(Options{})
	must(t, g.Close())
	file := pdfWith(t, func(p *fpdf.Fpdf) { p.AddPage() })
	if _, err := g.Inspect(context.Background(), "a.pdf", bytes.NewReader(file), int64(len(file))); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}
