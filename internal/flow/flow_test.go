package flow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/fault"
	"yangguang/internal/flow"
)

var doors = flow.Table{Name: "door", Rules: []flow.Rule{
	{From: "open", Verb: "close", To: "closed", Who: "door.close"},
	{From: "closed", Verb: "open", To: "open", Who: "door.open"},
}}

func TestOnlyTheTableAllows(t *testing.T) {
	if r, err := doors.Next("open", "close"); err != nil || r.To != "closed" {
		t.Errorf("Next = %v, %v", r, err)
	}
	if _, err := doors.Next("open", "open"); !fault.Is(err, fault.Conflict) {
		t.Errorf("an unlisted pair was allowed: %v", err)
	}
	want := "closed close refused\nclosed open -> open (door.open)\nopen close -> closed (door.close)\nopen open refused\n"
	if diff := cmp.Diff(want, doors.Dump()); diff != "" {
		t.Error(diff)
	}
	if got := doors.Verbs("closed"); len(got) != 1 || got[0].Verb != "open" {
		t.Errorf("Verbs = %v", got)
	}
}
