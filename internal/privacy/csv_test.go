package privacy

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCSVIsReadAsTheLibraryReadsIt(t *testing.T) {
	t.Parallel()
	pieces := rapid.SampledFrom([]string{"a", "12", "张三", `"`, `""`, ",", ",", "，", "\n", "\r\n", " ", `","`, "\"\n"})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(pieces, 0, 25).Draw(t, "pieces"), "")
		comma := rapid.SampledFrom([]rune{',', '，'}).Draw(t, "comma")
		r := csv.NewReader(strings.NewReader(s))
		r.FieldsPerRecord, r.LazyQuotes, r.Comma = -1, true, comma
		want, err := r.ReadAll()
		if err != nil {
			t.Skip(err)
		}
		var got [][]string
		for row := range csvRows(s, comma) {
			if row.number != len(got)+1 || row.cols != nil {
				t.Fatalf("row %d of %q is numbered %d, in columns %v", len(got)+1, s, row.number, row.cols)
			}
			got = append(got, slices.Clone(row.cells))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", s, diff)
		}
	})
}

func TestAWideRowComesInPieces(t *testing.T) {
	t.Parallel()
	const wide = 3*maxColumns + 7
	cells := make([]string, wide)
	for i := range cells {
		cells[i] = string(rune('a' + i%26))
	}
	s := "x,y\n" + strings.Join(cells, ",") + "\nz"
	seen := make([]string, wide)
	pieces := 0
	for row := range csvRows(s, ',') {
		switch row.number {
		case 1, 3:
			if row.cols != nil || len(row.cells) > 2 {
				t.Errorf("row %d is %v in %v", row.number, row.cells, row.cols)
			}
			continue
		}
		pieces++
		if len(row.cells) > maxColumns || row.cols != nil && len(row.cols) != len(row.cells) {
			t.Fatalf("a piece of %d cells in %d columns", len(row.cells), len(row.cols))
		}
		for i, c := range row.cells {
			col := i
			if row.cols != nil {
				col = row.cols[i] - 1
			}
			seen[col] = c
		}
	}
	if pieces != 4 || !slices.Equal(seen, cells) {
		t.Errorf("%d pieces, whole: %v", pieces, slices.Equal(seen, cells))
	}
}

func TestANumberOverTheCutOfAWideRowIsFound(t *testing.T) {
	t.Parallel()
	for _, shift := range []int{17, 9, 1, 0, -1} { // cells before the cut
		s := strings.Repeat("x,", maxColumns-shift) + strings.Join(strings.Split(secretID, ""), ",") + strings.Repeat(",x", 100)
		r := inspect(t, "a.csv", []byte(s))
		if !r.Blocks() {
			t.Errorf("with %d digits before the cut nothing was found: %v", shift, summary(r))
		}
	}
}
