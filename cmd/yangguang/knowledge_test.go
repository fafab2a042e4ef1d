package main

import (
	"testing"

	"yangguang/supervision/casework"
)

// TestEveryStateHasItsCannedTexts: a state without moments would offer all of them.
func TestEveryStateHasItsCannedTexts(t *testing.T) {
	for _, s := range casework.States {
		if len(momentsOf[s]) == 0 {
			t.Errorf("no moments for %s", s)
		}
	}
}
