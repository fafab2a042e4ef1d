package inforequest

import (
	"testing"

	"yangguang/norm"
)

// C4: every boundary of both ladders.
func TestFeesClimbByBand(t *testing.T) {
	f := norm.Builtin().Requests.Fees
	for nth, want := range map[int]int{1: 0, 10: 0, 11: 100, 30: 100, 31: 200, 40: 200, 41: 300, 50: 300, 51: 400} {
		if got := CaseFee(f, nth); got != want {
			t.Errorf("the %dth request of a month costs %d yuan, want %d", nth, got, want)
		}
	}
	for pages, want := range map[int]int{0: 0, 30: 0, 31: 10, 100: 700, 101: 720, 200: 2700, 201: 2740, 210: 3100} {
		if got := PageFee(f, pages); got != want {
			t.Errorf("%d pages cost %d yuan, want %d", pages, got, want)
		}
	}
}
