package privacy

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hourglass is a context that ends when it was asked so often.
type hourglass struct {
	context.Context
	left int
}

func (h *hourglass) Err() error {
	if h.left--; h.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// inspectFor inspects a file for so many steps.
func inspectFor(t testing.TB, steps int, name string, b []byte) (rep Report, p patience, err error) {
	t.Helper()
	g := New(Options{Cache: userCache()})
	defer func() { must(t, g.Close()) }()
	g.until = func(ctx context.Context) context.Context { return &hourglass{ctx, steps} }
	g.told = func(x patience) { p = x }
	rep, err = g.Inspect(t.Context(), name, bytes.NewReader(b), int64(len(b)))
	return rep, p, err
}

const endless = 1 << 40

// TestAFileThatTakesTooLongGoesToAPerson lets the time run out at the first
// step, in the middle and at the last one.
func TestAFileThatTakesTooLongGoesToAPerson(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/list77.*")
	must(t, err)
	if len(files) < 8 {
		t.Fatalf("only %d lists", len(files))
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		must(t, err)
		name := filepath.Base(path)
		whole, p, err := inspectFor(t, endless, name, b)
		must(t, err)
		if p.over || p.steps < 2 || whole.Uncertain == UncertainTooMuch {
			t.Errorf("%s: %d steps, in doubt for %q", name, p.steps, whole.Uncertain)
		}
		if again, _, err := inspectFor(t, p.steps, name, b); err != nil || !slices.Equal(summary(whole), summary(again)) {
			t.Errorf("%s: with just enough time: %v, %v", name, summary(again), err)
		}
		for _, steps := range []int{0, 1, p.steps / 2, p.steps - 1} {
			cut, left, err := inspectFor(t, steps, name, b)
			switch {
			case err != nil || cut.Clean() || cut.Uncertain == "":
				t.Errorf("%s: after %d of %d steps: clean %v, %q, %v", name, steps, p.steps, cut.Clean(), cut.Uncertain, err)
			case len(cut.Findings)+cut.More > len(whole.Findings)+whole.More:
				t.Errorf("%s: after %d of %d steps more was found than in all", name, steps, p.steps)
			case left.after > 2000:
				t.Errorf("%s: after %d steps the reading went on for %d more", name, steps, left.after)
			}
		}
	}
}

// TestNobodyWaitingIsAnError tells the end of patience from that of a visitor's.
func TestNobodyWaitingIsAnError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if rep, err := defaultGate().Inspect(ctx, "a.txt", strings.NewReader("正文"), 6); err == nil {
		t.Errorf("an upload given up was inspected: %+v", rep)
	}
}

// hostileFiles are files of which each byte costs as much as can be.
var hostileFiles = []struct{ name, head, piece, tail string }{
	{"words in one line.csv", "", "姓名,张三,", ""},
	{"headings in one line.csv", "", "姓名,身份证号,联系电话,家庭住址,", ""},
	{"quotes in one line.csv", "", `"a",`, ""},
	{"quotes never closed.csv", "", "a\"b,\"", ""},
	{"nothing in one line.csv", "", ",", ""},
	{"digits in one line.csv", "", "1,2,3,", ""},
	{"rows.csv", "", "姓名,张三\n", ""},
	{"numbers.txt", "", secretID + " ", ""},
	{"digits.txt", "", "1 ", ""},
	{"colons.txt", "", "住址：一村", ""},
	{"cells in one row.html", "<table><tr>", "<td>姓名", "</table>"},
	{"tables in tables.html", "", "<table><tr><td>1", ""},
	{"bytes.bin", "\x00\x01", "1234567\x00", ""},
}

// TestHostileFilesAreLookedAtOftenEnough counts how often the time is looked
// at: as often as the file is long, so that no stretch of one takes long, and
// hardly ever again once it is over.
func TestHostileFilesAreLookedAtOftenEnough(t *testing.T) {
	t.Parallel()
	for _, c := range hostileFiles {
		for _, size := range []int{256 << 10, 1 << 20} {
			b := []byte(c.head + strings.Repeat(c.piece, size/len(c.piece)) + c.tail)
			_, p, err := inspectFor(t, endless, c.name, b)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if least := size / askedEvery; p.steps < least {
				t.Errorf("%s of %d KB: the time was looked at %d times, want %d or more", c.name, size>>10, p.steps, least)
			}
			rep, left, err := inspectFor(t, p.steps/2, c.name, b)
			if err != nil || rep.Clean() || left.after > 1000 {
				t.Errorf("%s of %d KB: half way: clean %v, %d steps more, %v", c.name, size>>10, rep.Clean(), left.after, err)
			}
		}
	}
}
