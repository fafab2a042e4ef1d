package db_test

import (
	"testing"

	"yangguang/internal/db"
)

func TestABellWakesEveryListenerOnceUntilItStops(t *testing.T) {
	var b db.Bells
	b.Ring() // nobody listens
	one, stop := b.Listen()
	two, stopTwo := b.Listen()
	defer stopTwo()
	b.Ring()
	b.Ring()
	if len(one) != 1 || len(two) != 1 {
		t.Errorf("%d and %d rings, want one each", len(one), len(two))
	}
	<-one
	stop()
	b.Ring()
	if len(one) != 0 {
		t.Error("rings after it stopped")
	}
}
